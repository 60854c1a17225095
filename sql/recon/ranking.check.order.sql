-- severity: error
-- The ranking is one: ranks from 1 without a gap, caps that never rise, a cumulated cap that is their sum, percentiles
-- that never fall and reach 100 at the last company of the new Russell 3000E (methodology 7.1, 7.5).
with ranking as (
    select
        rank,
        company_id,
        placing_cap_usd,
        cumulative_cap_usd,
        total_cap_usd,
        percentile,
        row_number() over (order by rank) as expected_rank,
        lag(placing_cap_usd) over (order by rank) as cap_before,
        lag(cumulative_cap_usd) over (order by rank) as cumulative_before,
        lag(percentile) over (order by rank) as percentile_before
    from recon.ranking
    where event_id = $event_id
),

last_rank as (
    select max(ranking.rank) as rank
    from ranking
    inner join core.event_rules as rules
        on rules.event_id = $event_id and rules.rule = 'cut_r3000e' and ranking.rank <= rules.value
),

judged as (
    select
        ranking.rank,
        ranking.company_id,
        case
            when ranking.rank <> ranking.expected_rank then 'gap in the ranks'
            when ranking.placing_cap_usd > ranking.cap_before then 'larger than the company before'
            when ranking.cumulative_cap_usd <> coalesce(ranking.cumulative_before, 0) + ranking.placing_cap_usd
                then 'cumulated cap is not the sum'
            when ranking.percentile < ranking.percentile_before then 'percentile falls'
            when ranking.rank = last_rank.rank and ranking.cumulative_cap_usd <> ranking.total_cap_usd
                then 'total cap is not that of the Russell 3000E'
            when ranking.rank = last_rank.rank and ranking.percentile not between 99.999 and 100.001
                then 'percentile does not end at 100'
        end as failure
    from ranking
    cross join last_rank
)

select rank, company_id, failure
from judged
where failure is not null
