create table core.nationality (
    event_id varchar not null,
    ticker varchar not null,
    incorporation_country varchar,
    incorporation_group varchar check (incorporation_group in ('us', 'bdi', 'no_exchange', 'china', 'other')),
    headquarters_country varchar,
    headquarters_group varchar check (headquarters_group in ('us', 'bdi', 'no_exchange', 'china', 'other')),
    stated_country varchar,
    stated_group varchar check (stated_group in ('us', 'bdi', 'no_exchange', 'china', 'other')),
    seat_group varchar check (seat_group in ('us', 'bdi', 'no_exchange', 'china', 'other')),
    exchange_country varchar,
    basis varchar not null check (
        basis in (
            'one country', 'incorporation', 'headquarters', 'exchange', 'n share', 'stated country', 'prior',
            'membership', 'none'
        )
    ),
    country varchar,
    verdict varchar not null check (verdict in ('passed', 'failed', 'unknown')),
    evidence_text varchar not null,
    known_late boolean not null,
    prior_companies bigint,
    prior_us_companies bigint,
    prior_us_share decimal(6, 4),
    primary key (event_id, ticker)
);

comment on table core.nationality is
    'One row an event and line of the rank day: the home-country indicators of its company as far as they are public, '
    'the step of methodology 1.2 that decides with them, and whether the company is of the US.';
comment on column core.nationality.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.nationality.ticker is 'Ticker on the rank day.';
comment on column core.nationality.incorporation_country is
    'Country or US territory of incorporation as the filer states it; null = unknown.';
comment on column core.nationality.incorporation_group is
    'Its group: us (with the territories, 1.12), bdi (1.9), no_exchange (1.11), china (1.13), other.';
comment on column core.nationality.headquarters_country is
    'Country of the business address as the filer states it (1.8); null = unknown.';
comment on column core.nationality.headquarters_group is 'Its group.';
comment on column core.nationality.stated_country is
    'The one country that the screener states on the rank day; stands for headquarters that are unknown.';
comment on column core.nationality.stated_group is 'Its group.';
comment on column core.nationality.seat_group is
    'Group of the headquarters that count: as a filing of the time states them, else the stated country, else as seen '
    'later; null = unknown.';
comment on column core.nationality.exchange_country is
    'Country of the listing that we see; null for depositary receipts, which count as no listing. Listings at home are '
    'in no source.';
comment on column core.nationality.basis is
    'What decides. incorporation: the law that it is under, which decided before 2011 (1.14). one country: 1.2 step 1. '
    'headquarters, exchange: step 4, as no other country is among the indicators, or as rule use_nationality_prior is '
    'off; before 2011, where it is incorporated in a haven or nobody tells where. n share: 1.13. stated country: that '
    'of the screener is the US, and nothing speaks against it. prior: assets or revenue would decide, which no source '
    'tells; what became of the like in 2022 stands in. membership: a member was assigned to the US on evidence that we '
    'lack. none: nothing is known.';
comment on column core.nationality.country is
    'United States where the verdict is passed, else the headquarters as far as known: not the nationality that the '
    'rules assign.';
comment on column core.nationality.verdict is
    'passed, failed, or unknown: a member whose indicators are not all of the US, and a newcomer whose like were '
    'mostly taken for US companies.';
comment on column core.nationality.evidence_text is 'Indicators with source and day.';
comment on column core.nationality.known_late is
    'True where incorporation or headquarters that count were only observed after the rank day (rule use_known_late).';
comment on column core.nationality.prior_companies is
    'Companies of 2022 with such evidence (reference.nationality_priors); null where a rule decided.';
comment on column core.nationality.prior_us_companies is 'Those of them that were taken for US companies.';
comment on column core.nationality.prior_us_share is 'Their share, drawn towards that of a wider group; half decides.';
