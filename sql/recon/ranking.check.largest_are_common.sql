-- severity: error
-- The largest 50 companies are priced by common shares. Notes and preferreds carry the cap of their whole issuer in the
-- source (providers 1.17, trap 7): one that passed for common would stand near the top and move every breakpoint. The
-- printed name is read anew, by a pattern of its own, and an issuer that stands there twice tells as much.
with largest as (
    select
        ranking.rank as rank,
        ranking.ticker as ticker,
        ranking.market_cap_usd as market_cap_usd,
        universe.security_name as security_name,
        universe.security_type as security_type,
        securities.issuer_key as issuer_key,
        count(*) over (partition by securities.issuer_key) as issuer_count
    from recon.ranking as ranking
    inner join recon.universe as universe
        on universe.event_id = $event_id and ranking.security_id = universe.security_id
    inner join core.securities as securities
        on securities.event_id = $event_id and securities.role = 'rank' and universe.ticker = securities.ticker
    where ranking.event_id = $event_id and ranking.rank <= 50
)

select
    rank,
    ticker,
    security_name,
    security_type
from largest
where
    security_type <> 'common'
    or issuer_count > 1
    or regexp_matches(
        lower(security_name),
        '\b(preferred|depositary|notes?|debentures?|bonds?|warrants?|units?|etf|fund)\b|[0-9]%'
    )
