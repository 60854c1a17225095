-- The 25 remarks of an event that weigh most: warnings first, and of these the ones on the largest companies.
with weighed as (
    select
        issues.event_id,
        issues.issue_number,
        issues.severity,
        issues.issue,
        issues.ticker,
        issues.detail,
        universe.company_id,
        universe.company_name,
        universe.company_market_cap_usd as market_cap_usd
    from recon.data_issues as issues
    left join recon.universe as universe
        on issues.event_id = universe.event_id and issues.security_id = universe.security_id
    where list_contains(string_split($events, ','), issues.event_id)
)

select
    event_id,
    issue_number,
    severity,
    issue,
    ticker,
    detail,
    company_id,
    company_name,
    market_cap_usd
from weighed
qualify
    row_number() over (
        partition by event_id
        order by severity desc, market_cap_usd desc nulls last, issue_number
    ) <= 25
order by event_id, severity desc, market_cap_usd desc nulls last, issue_number
