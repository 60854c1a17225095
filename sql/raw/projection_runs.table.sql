create table raw.projection_runs (
    event_id varchar not null,
    projected_event_id varchar not null,
    as_of date not null,
    rank_day date not null,
    session_count bigint not null check (session_count >= 0),
    path_count bigint not null check (path_count > 0),
    seed bigint not null,
    has_model_error boolean not null,
    panel_sessions bigint not null check (panel_sessions >= 2),
    panel_from date not null,
    market_volatility_pct decimal(9, 4) not null check (market_volatility_pct >= 0),
    tail_df decimal(9, 4) not null check (tail_df > 2),
    cap_noise_pct decimal(9, 4) not null check (cap_noise_pct >= 0),
    gone_before_pct decimal(9, 4) not null check (gone_before_pct between 0 and 100),
    gone_after_pct decimal(9, 4) not null check (gone_after_pct between 0 and 100),
    primary key (event_id)
);

comment on table raw.projection_runs is
    'One row a projection whose paths were drawn: with what. Written by the Monte Carlo, in the home of projections alone.';
comment on column raw.projection_runs.event_id is 'The projection, as 2023-06-recon-asof-2023-03-31.';
comment on column raw.projection_runs.projected_event_id is 'The event that is projected.';
comment on column raw.projection_runs.as_of is 'Session whose close the paths start from.';
comment on column raw.projection_runs.rank_day is 'Session that the paths end on: the rank day of the event.';
comment on column raw.projection_runs.session_count is 'Sessions from as_of (not counted) to rank_day (counted).';
comment on column raw.projection_runs.path_count is 'Paths drawn.';
comment on column raw.projection_runs.seed is 'Seed of the draws: the same one gives the same paths.';
comment on column raw.projection_runs.has_model_error is
    'Whether the error of the start was drawn as well: caps, hidden eligibility, departures.';
comment on column raw.projection_runs.panel_sessions is 'Sessions whose closes the volatilities were estimated on.';
comment on column raw.projection_runs.panel_from is 'The first of these sessions.';
comment on column raw.projection_runs.market_volatility_pct is
    'Standard deviation of the log return of the market a session, percent: as estimated, and as drawn.';
comment on column raw.projection_runs.tail_df is 'Degrees of freedom of the Student t that was drawn from.';
comment on column raw.projection_runs.cap_noise_pct is
    'Deviation of the log of our market cap from the true one, percent; 0 without model error.';
comment on column raw.projection_runs.gone_before_pct is
    'Chance that a company leaves the exchanges until the rank day, percent; 0 without model error.';
comment on column raw.projection_runs.gone_after_pct is
    'Chance that it leaves from then to the first session of the new membership, percent; 0 without model error.';
