-- From which sources are the prices and share counts of an event?
select event_id, price_source, shares_source, shares_why, count(*) as lines
from recon.universe
where security_type = 'common'
group by event_id, price_source, shares_source, shares_why
order by event_id, lines desc, price_source, shares_source, shares_why
