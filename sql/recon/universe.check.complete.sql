-- severity: error
-- Every line that was seen on the rank day is in the universe, once, and nothing else is: nobody disappears in silence.
select
    coalesce(lines.ticker, universe.ticker) as ticker,
    count(universe.security_id) as securities
from (
    select ticker
    from core.lines
    where event_id = $event_id and role = 'rank'
) as lines
full outer join (
    select ticker, security_id
    from recon.universe
    where event_id = $event_id
) as universe
    on lines.ticker = universe.ticker
group by coalesce(lines.ticker, universe.ticker)
having count(lines.ticker) <> 1 or count(universe.security_id) <> 1
