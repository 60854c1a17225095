-- The company at each cut-off rank and the band around it (methodology 7.4, 7.6).
with rules as (
    select rule, value
    from core.event_rules
    where event_id = $event_id
),

ranking as (
    select company_id, ticker, rank, placing_cap_usd, cumulative_cap_usd, total_cap_usd, percentile
    from recon.ranking
    where event_id = $event_id
),

cuts as (
    select
        upper(substr(cuts.rule, 5)) as breakpoint_id,
        cast(cuts.value as bigint) as cut_rank,
        cast(coalesce(bands.value, 0) as decimal(9, 6)) as band_pct
    from rules as cuts
    left join rules as bands on bands.rule = 'band_' || substr(cuts.rule, 5)
    where substr(cuts.rule, 1, 4) = 'cut_'
),

-- Where fewer companies qualify than the last cut asks for, the last company stands at it (7.1).
reached as (
    select cuts.breakpoint_id, cuts.cut_rank, cuts.band_pct, max(ranking.rank) as reached_rank
    from cuts
    inner join ranking on cuts.cut_rank >= ranking.rank
    group by cuts.breakpoint_id, cuts.cut_rank, cuts.band_pct
),

at_cut as (
    select reached.*, ranking.*
    from reached
    inner join ranking on reached.reached_rank = ranking.rank
),

-- The caps at the ends of the band: of the largest and the smallest company that a member may have and stay.
edges as (
    select
        at_cut.breakpoint_id,
        max(ranking.placing_cap_usd) as band_high_usd,
        min(ranking.placing_cap_usd) as band_low_usd
    from at_cut
    inner join ranking
        on
            100 * ranking.cumulative_cap_usd
            >= 100 * at_cut.cumulative_cap_usd - at_cut.band_pct * at_cut.total_cap_usd
            and 100 * ranking.cumulative_cap_usd
            <= 100 * at_cut.cumulative_cap_usd + at_cut.band_pct * at_cut.total_cap_usd
    group by at_cut.breakpoint_id
)

select
    cast($event_id as varchar) as event_id,
    at_cut.breakpoint_id as breakpoint_id,
    at_cut.cut_rank as cut_rank,
    at_cut.reached_rank as reached_rank,
    at_cut.company_id as company_id,
    at_cut.ticker as ticker,
    at_cut.placing_cap_usd as market_cap_usd,
    at_cut.cumulative_cap_usd as cumulative_cap_usd,
    at_cut.total_cap_usd as total_cap_usd,
    at_cut.percentile as percentile,
    at_cut.band_pct as band_pct,
    edges.band_high_usd as band_high_usd,
    edges.band_low_usd as band_low_usd
from at_cut
inner join edges on at_cut.breakpoint_id = edges.breakpoint_id
