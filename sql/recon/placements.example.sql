-- Whom does a band keep on a side of a cut that its rank is not on?
select placed.event_id, placed.breakpoint_id, ranking.ticker, ranking.rank, placed.side_before, placed.is_held_by_band
from recon.placements as placed
inner join recon.ranking as ranking
    on placed.event_id = ranking.event_id and placed.company_id = ranking.company_id
order by placed.is_held_by_band desc, placed.event_id, placed.breakpoint_id, ranking.rank, ranking.ticker
limit 100
