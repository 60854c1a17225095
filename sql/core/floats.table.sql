create table core.floats (
    event_id varchar not null,
    ticker varchar not null,
    cik bigint not null check (cik > 0),
    float_usd decimal(24, 2) not null check (float_usd >= 0),
    float_date date not null,
    filed_date date not null,
    source varchar not null check (source in ('sec_notes', 'sec_companyfacts')),
    accession varchar not null,
    cap_usd decimal(24, 4) check (cap_usd > 0),
    cap_date date,
    cap_basis varchar check (cap_basis in ('float date', 'rank day')),
    quality varchar not null check (
        quality in (
            'usable', 'zero', 'beyond belief', 'stale', 'before listing', 'other structure', 'shared filer',
            'no market cap', 'wrong unit'
        )
    ),
    float_pct decimal(9, 4) check (float_pct between 0 and 100),
    primary key (event_id, ticker),
    check ((quality = 'usable') = (float_pct is not null)),
    check ((cap_usd is null) = (cap_basis is null)),
    check ((cap_usd is null) = (cap_date is null))
);

comment on table core.floats is
    'One row an event and company whose annual report states a public float that was known by the rank day, and what '
    'part of its market cap that is: a proxy of the free float. It counts what affiliates do not hold, which is not '
    'what the methodology restricts (8.2).';
comment on column core.floats.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.floats.ticker is 'Line that prices the company, by its ticker on the rank day.';
comment on column core.floats.cik is 'Number of the filer with the SEC.';
comment on column core.floats.float_usd is
    'Market value of the shares that no affiliate holds, as the cover of the report states it, USD.';
comment on column core.floats.float_date is 'Day that the cover states it for.';
comment on column core.floats.filed_date is 'Day of filing, New York.';
comment on column core.floats.source is
    'sec_notes (knows classes of stock) or sec_companyfacts (whole companies alone, companyconcept among it).';
comment on column core.floats.accession is 'Filing that states it.';
comment on column core.floats.cap_usd is
    'Total market cap that the float is compared with, USD; null where none is known.';
comment on column core.floats.cap_date is 'Day of its price.';
comment on column core.floats.cap_basis is
    'float date: shares of the cover nearest to that day by the close nearest to it; rank day: the market cap of the '
    'rank day, where we have neither or a split lies between them.';
comment on column core.floats.quality is
    'Whether the proxy can be used: zero (stated by companies without a market on that day), beyond belief (more than '
    'any company is worth), stale, before listing, other structure (of the time before it became what it is, as a '
    'blank-check company that merged), shared filer (several companies under one number), no market cap, '
    'wrong unit (so little that thousands or millions must be meant) say why not.';
comment on column core.floats.float_pct is
    'PROXY of the free float: public float by total market cap, percent, at most 100; shown cut to four decimals, the '
    'rule compares products. Null where it cannot be used.';
