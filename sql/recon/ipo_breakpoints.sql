-- Methodology 9.4: the breakpoints of the last reconstitution times one plus the return of the Russell 3000E since. By
-- division of whole numbers, of hundredths of a cent, so that no rounding decides.
select
    base.event_id as event_id,
    base.breakpoint_id as breakpoint_id,
    base.cut_rank as cut_rank,
    base.base_rank_day as base_rank_day,
    base.market_cap_usd as base_cap_usd,
    returns.return_pct as return_pct,
    cast(
        cast(
            cast(base.market_cap_usd * 10000 as hugeint) * cast(returns.value_usd as hugeint)
            // cast(returns.base_value_usd as hugeint) as decimal(28, 0)
        ) * cast(0.0001 as decimal(4, 4)) as decimal(24, 4)
    ) as market_cap_usd,
    base.basis as basis
from core.base_breakpoints as base
inner join core.index_return as returns
    on returns.event_id = $event_id and base.base_rank_day = returns.base_rank_day
where base.event_id = $event_id
