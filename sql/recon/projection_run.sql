-- What the paths of a projection were drawn with.
select
    event_id,
    projected_event_id,
    as_of,
    rank_day,
    session_count,
    path_count,
    seed,
    has_model_error,
    panel_sessions,
    panel_from,
    market_volatility_pct,
    tail_df,
    cap_noise_pct,
    gone_before_pct,
    gone_after_pct
from raw.projection_runs
where event_id = $event_id
