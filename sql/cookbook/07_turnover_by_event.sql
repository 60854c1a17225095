-- How much of each index is replaced, by number and by weight?
-- One-way turnover: the larger of what is bought and what is sold, for the members that stay pay for the difference.
-- gives: event_id, index_id, additions, deletions, added_weight_pct, deleted_weight_pct, one_way_turnover_pct
select
    event_id,
    index_id,
    count(*) filter (where action = 'addition') as additions,
    count(*) filter (where action = 'deletion') as deletions,
    round(sum(weight_after_pct), 4) as added_weight_pct,
    round(sum(weight_before_pct), 4) as deleted_weight_pct,
    round(greatest(sum(weight_after_pct), sum(weight_before_pct)), 4) as one_way_turnover_pct
from recon.index_demand
group by event_id, index_id
order by event_id, index_id
