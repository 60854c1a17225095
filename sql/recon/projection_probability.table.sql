create table recon.projection_probability (
    event_id varchar not null,
    index_id varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    was_member boolean,
    is_member_now boolean not null,
    probability decimal(7, 6) not null check (probability between 0 and 1),
    p_addition decimal(7, 6) check (p_addition between 0 and 1),
    p_deletion decimal(7, 6) check (p_deletion between 0 and 1),
    p_new decimal(7, 6) check (p_new between 0 and 1),
    p_up decimal(7, 6) check (p_up between 0 and 1),
    p_down decimal(7, 6) check (p_down between 0 and 1),
    p_out decimal(7, 6) check (p_out between 0 and 1),
    rank_now bigint,
    market_cap_now_usd decimal(24, 4),
    reason_now varchar,
    beta decimal(9, 4),
    volatility_pct decimal(9, 4),
    volatility_basis varchar,
    p_eligible decimal(7, 6),
    primary key (event_id, index_id, security_id),
    check (was_member is null or p_addition = 0 or p_deletion = 0)
);

comment on table recon.projection_probability is
    'One row a projection with probability (`recon project`), index and security that was in it or is in it on a path at '
    'least: how likely each outcome of the event is. Estimates by Monte Carlo, see recon.projection_run; in a home of real '
    'events it is empty. Those of an index do not add up to its size: some of its places go to companies that are not known '
    'here, for they come to the market before the rank day or bear another ticker by then.';
comment on column recon.projection_probability.event_id is 'The projection, as 2023-06-recon-asof-2023-03-31.';
comment on column recon.projection_probability.index_id is 'The index.';
comment on column recon.projection_probability.security_id is 'The security.';
comment on column recon.projection_probability.company_id is 'Its company.';
comment on column recon.projection_probability.ticker is 'Ticker on the day of the projection.';
comment on column recon.projection_probability.company_name is 'Name of the company.';
comment on column recon.projection_probability.was_member is
    'Whether the opening has it in the index; null where the opening does not name the index.';
comment on column recon.projection_probability.is_member_now is
    'Whether it were in the index if the day of the projection were the rank day: recon.index_membership.';
comment on column recon.projection_probability.probability is 'Share of paths that put it into the index, 0 to 1.';
comment on column recon.projection_probability.p_addition is
    'Share of paths that add it to the index, 0 to 1; null where the opening does not name the index.';
comment on column recon.projection_probability.p_deletion is 'Share of paths that delete it from the index; null likewise.';
comment on column recon.projection_probability.p_new is
    'Share of paths on which it is added from outside of all indexes of the opening; null likewise.';
comment on column recon.projection_probability.p_up is
    'Share of paths on which it comes into the index or leaves it for it grew (movement up of recon.index_changes).';
comment on column recon.projection_probability.p_down is
    'Share of paths on which it comes into the index or leaves it for it shrank (movement down).';
comment on column recon.projection_probability.p_out is
    'Share of paths on which it leaves this index and all others; null where the opening does not name the index.';
comment on column recon.projection_probability.rank_now is
    'Rank of the company on the day of the projection; null where it is not ranked then.';
comment on column recon.projection_probability.market_cap_now_usd is
    'Total market cap of the company on the day of the projection, USD.';
comment on column recon.projection_probability.reason_now is
    'First rule that the security fails on the day of the projection; null if none. Price and market cap are judged anew '
    'on each path.';
comment on column recon.projection_probability.beta is 'Return of the company for a return of the market of one.';
comment on column recon.projection_probability.volatility_pct is
    'Standard deviation of its log return a session beyond that of the market, percent.';
comment on column recon.projection_probability.volatility_basis is
    'own history, or peers of its size where that is missing or short; null where no path can rank it.';
comment on column recon.projection_probability.p_eligible is
    'Chance that it qualifies apart from price and size, 0 to 1; null where no path can rank it.';
