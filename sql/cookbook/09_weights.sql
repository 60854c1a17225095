-- How heavy are the ten largest, and how much of each index rests on a float that is known?
-- gives: event_id, index_id, lines, top_ten_pct, largest, known_float_pct
with ordered as (
    select
        event_id,
        index_id,
        ticker,
        weight_pct,
        weight_basis,
        row_number() over (partition by event_id, index_id order by weight_pct desc nulls last, ticker) as place
    from recon.index_membership
)

select
    event_id,
    index_id,
    count(*) as lines,
    sum(case when place <= 10 then weight_pct end) as top_ten_pct,
    max(case when place = 1 then ticker end) as largest,
    coalesce(sum(case when weight_basis = 'public float' then weight_pct end), 0) as known_float_pct
from ordered
group by event_id, index_id
order by event_id, index_id
