-- severity: warn
-- Few members are carried for lack of figures: more than one in a hundred of the companies of the Russell 3000 means
-- that the source left a column out, not that companies stopped publishing.
select
    count(*) filter (where ranking.status = 'carried') as carried,
    count(*) as companies
from recon.ranking as ranking
inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'n_r3000'
where ranking.event_id = $event_id and ranking.rank <= rules.value
having 100 * count(*) filter (where ranking.status = 'carried') > count(*)
