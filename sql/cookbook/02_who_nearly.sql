-- Who missed the Russell 1000 or the Russell 3000 by little, or is in by little?
-- The edge that counts for a company is the end of the band on its side: a member falls out below the low end, a
-- newcomer is let in above the high one. The margin is how far its cap is from that edge, in percent of the edge.
-- gives: event_id, breakpoint_id, ticker, company_name, was_above, is_above, market_cap_usd, edge_usd, margin_pct
with sides as (
    select
        ranking.event_id,
        breakpoints.breakpoint_id,
        ranking.ticker,
        ranking.company_name,
        ranking.rank,
        placements.side_before = 'above' as was_above,
        placements.is_above,
        ranking.market_cap_usd,
        coalesce(
            case placements.side_before
                when 'above' then breakpoints.band_low_usd
                when 'below' then breakpoints.band_high_usd
            end,
            breakpoints.market_cap_usd
        ) as edge_usd
    from recon.ranking as ranking
    inner join recon.placements as placements
        on ranking.event_id = placements.event_id and ranking.company_id = placements.company_id
    inner join recon.breakpoints as breakpoints
        on placements.event_id = breakpoints.event_id and placements.breakpoint_id = breakpoints.breakpoint_id
    where breakpoints.breakpoint_id in ('R1000', 'R3000') and ranking.market_cap_usd is not null
)

select
    event_id,
    breakpoint_id,
    ticker,
    company_name,
    was_above,
    is_above,
    market_cap_usd,
    edge_usd,
    round(100.0 * (market_cap_usd - edge_usd) / nullif(edge_usd, 0), 3) as margin_pct
from sides
qualify row_number() over (
    partition by event_id, breakpoint_id order by abs(market_cap_usd - edge_usd), rank, ticker
) <= 20
order by event_id, breakpoint_id, abs(margin_pct), ticker
