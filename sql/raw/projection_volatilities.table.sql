create table raw.projection_volatilities (
    event_id varchar not null,
    company_id varchar not null,
    beta decimal(9, 4) not null,
    volatility_pct decimal(9, 4) not null check (volatility_pct >= 0),
    basis varchar not null check (basis in ('own history', 'peers of its size')),
    return_count bigint not null check (return_count >= 0),
    p_eligible decimal(7, 6) not null check (p_eligible between 0 and 1),
    primary key (event_id, company_id)
);

comment on table raw.projection_volatilities is
    'One row a projection and company that may be ranked: how its market cap was let move. Written by the Monte Carlo.';
comment on column raw.projection_volatilities.event_id is 'The projection; see raw.projection_runs.';
comment on column raw.projection_volatilities.company_id is 'The company.';
comment on column raw.projection_volatilities.beta is 'Return of the company for a return of the market of one.';
comment on column raw.projection_volatilities.volatility_pct is
    'Standard deviation of its log return a session beyond that of the market, percent: as estimated, and as drawn.';
comment on column raw.projection_volatilities.basis is
    'Whether both rest on its own history or, where that is missing or short, on that of its peers.';
comment on column raw.projection_volatilities.return_count is 'Returns of its own that there are.';
comment on column raw.projection_volatilities.p_eligible is
    'Chance that it qualifies apart from price and size, 0 to 1; 0 or 1 without model error.';
