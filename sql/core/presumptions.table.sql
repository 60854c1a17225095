create table core.presumptions (
    event_id varchar not null,
    pricing_ticker varchar not null,
    last_rank_day date not null,
    last_ticker varchar,
    last_cap_usd decimal(24, 4),
    floor_usd decimal(24, 4),
    least_cap_usd decimal(24, 4),
    is_member boolean not null,
    why_not varchar,
    is_presumed_ineligible boolean not null,
    recon_count bigint not null check (recon_count >= 0),
    is_presumed_out_of_microcap boolean not null,
    primary key (event_id, pricing_ticker)
);

comment on table core.presumptions is
    'One row an event and company of the rank day: what it was at the reconstitution that the opening list is the '
    'outcome of, and whether it presumably failed a rule there that we cannot see. Empty where the opening tells of '
    'none.';
comment on column core.presumptions.event_id is 'Event of the index calendar, as 2023-06-recon.';
comment on column core.presumptions.pricing_ticker is 'Line that prices the company on the rank day.';
comment on column core.presumptions.last_rank_day is 'Rank day of that reconstitution.';
comment on column core.presumptions.last_ticker is 'Ticker of the line then; null = not listed then.';
comment on column core.presumptions.last_cap_usd is
    'Total market cap then, USD, by the count that the price list implied.';
comment on column core.presumptions.floor_usd is
    'Cap, USD, that all but the smallest members of the list had that day (rule presumption_floor_pct): clearly large '
    'enough.';
comment on column core.presumptions.least_cap_usd is
    'Cap, USD, that its index asked for that day, where the count of the price list puts the company far below it '
    '(rule contradicted_shares_pct): the count leaves out classes or units. Null where nothing contradicts the count.';
comment on column core.presumptions.is_member is 'True for a company of the opening lists.';
comment on column core.presumptions.why_not is
    'Why nothing is presumed of it: what it was then, or which fact changed since; null = nothing speaks against it.';
comment on column core.presumptions.is_presumed_ineligible is
    'True where it was listed, clearly large enough and seasoned then, is in no opening list, and no fact has changed.';
comment on column core.presumptions.recon_count is
    'Reconstitutions, this event included where it is one, that go by the list of somebody else.';
comment on column core.presumptions.is_presumed_out_of_microcap is
    'True where it was clearly large enough for the Microcap alone and its list lacks it: it does not enter the '
    'Microcap while it is too small for the Russell 3000.';
