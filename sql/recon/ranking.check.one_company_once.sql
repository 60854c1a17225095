-- severity: warn
-- Nobody is ranked twice (providers 1.17, trap 8): two companies of one issuer with the same share count are one whose
-- lines were not brought together, or a security that carries the cap of its issuer. Tracking stocks have counts of
-- their own (methodology 2.8).
with ranked as (
    select
        ranking.rank as rank,
        ranking.ticker as ticker,
        ranking.company_name as company_name,
        universe.outstanding_shares as outstanding_shares,
        securities.issuer_key as issuer_key,
        links.cik as cik
    from recon.ranking as ranking
    inner join recon.universe as universe
        on universe.event_id = $event_id and ranking.security_id = universe.security_id
    inner join core.securities as securities
        on securities.event_id = $event_id and securities.role = 'rank' and universe.ticker = securities.ticker
    left join core.filer_links as links on links.event_id = $event_id and universe.ticker = links.ticker
    where ranking.event_id = $event_id and universe.outstanding_shares is not null
)

select
    larger.rank as rank,
    larger.ticker as ticker,
    larger.company_name as company_name,
    smaller.rank as other_rank,
    smaller.ticker as other_ticker,
    larger.outstanding_shares as outstanding_shares
from ranked as larger
inner join ranked as smaller
    on larger.outstanding_shares = smaller.outstanding_shares and larger.rank < smaller.rank
where larger.issuer_key = smaller.issuer_key or larger.cik = smaller.cik
