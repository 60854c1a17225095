-- severity: error
-- A company is worth the shares of the whole company by the close of one of its lines (methodology 5.1): one line
-- prices it, all its lines state one cap, and that is never the sum of what the source prints for each (providers 1.17,
-- trap 8). A count that is below what its index asked for is made up for (core.presumptions).
with priced as (
    select
        pricing_ticker,
        is_pricing_vehicle,
        company_market_cap_usd,
        shares_why = 'implied_below_its_index' as is_presumed,
        cast(cast(outstanding_shares as decimal(19, 0)) * close_usd as decimal(24, 4)) as line_cap_usd
    from recon.universe
    where event_id = $event_id and pricing_ticker is not null
),

judged as (
    select
        pricing_ticker,
        count(*) as lines,
        max(company_market_cap_usd) as company_market_cap_usd,
        max(line_cap_usd) as largest_line_cap_usd,
        case
            when sum(case when is_pricing_vehicle then 1 else 0 end) <> 1 then 'not one line prices it'
            when
                count(distinct company_market_cap_usd) > 1
                or count(company_market_cap_usd) not in (0, count(*))
                then 'its lines state several caps'
            when
                max(company_market_cap_usd) is not null
                and max(case when line_cap_usd = company_market_cap_usd or is_presumed then 1 else 0 end) = 0
                then 'not the cap of one line'
        end as failure
    from priced
    group by pricing_ticker
)

select
    pricing_ticker,
    lines,
    company_market_cap_usd,
    largest_line_cap_usd,
    failure
from judged
where failure is not null
