-- severity: warn
-- The ten largest companies are no strangers (providers 1.17, trap 20): each was in the Russell 1000, and where ranks
-- are known among the fifty largest. Another one is an issue of the year, or a price or a share count gone wrong.
with known as (
    select count(*) as companies
    from recon.ranking
    where event_id = $event_id and opening_r1000
),

opening as (
    select universe.company_id as company_id, min(members.opening_rank) as opening_rank
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    where members.event_id = $event_id
    group by universe.company_id
)

select
    ranking.rank as rank,
    ranking.ticker as ticker,
    ranking.market_cap_usd as market_cap_usd,
    ranking.opening_r1000 as opening_r1000,
    opening.opening_rank as opening_rank
from recon.ranking as ranking
cross join known
left join opening on ranking.company_id = opening.company_id
where
    ranking.event_id = $event_id
    and ranking.rank <= 10
    and known.companies > 0
    and (not ranking.opening_r1000 or opening.opening_rank > 50)
