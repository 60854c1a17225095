-- Why is a large company in no index?
-- The first rule that it failed, with what was observed and what was asked. Add `and ticker = '...'` for one company.
-- gives: event_id, ticker, company_name, market_cap_usd, reason, observed, asked
select
    eligibility.event_id,
    eligibility.ticker,
    universe.company_name,
    universe.company_market_cap_usd as market_cap_usd,
    eligibility.reason,
    case eligibility.reason
        when 'listing' then cast(eligibility.listing_value as varchar)
        when 'exchange' then eligibility.exchange_value
        when 'security_type' then eligibility.security_type_value
        when 'structure' then eligibility.structure_value
        when 'country' then eligibility.country_value
        when 'price' then cast(eligibility.price_value_usd as varchar)
        when 'market_cap' then cast(eligibility.market_cap_value_usd as varchar)
        when 'share_class' then cast(eligibility.share_class_value_usd as varchar)
        when 'float' then cast(eligibility.float_value_pct as varchar)
        when 'votes' then cast(eligibility.votes_value_pct as varchar)
        else eligibility.presumption_evidence
    end as observed,
    case eligibility.reason
        when 'listing' then cast(eligibility.listing_threshold as varchar)
        when 'exchange' then eligibility.exchange_threshold
        when 'security_type' then eligibility.security_type_threshold
        when 'structure' then eligibility.structure_threshold
        when 'country' then eligibility.country_threshold
        when 'price' then cast(eligibility.price_threshold_usd as varchar)
        when 'market_cap' then cast(eligibility.market_cap_threshold_usd as varchar)
        when 'share_class' then cast(eligibility.share_class_threshold_usd as varchar)
        when 'float' then cast(eligibility.float_threshold_pct as varchar)
        when 'votes' then cast(eligibility.votes_threshold_pct as varchar)
        else cast(eligibility.presumption_threshold_usd as varchar)
    end as asked
from recon.eligibility as eligibility
inner join recon.universe as universe
    on eligibility.event_id = universe.event_id and eligibility.security_id = universe.security_id
where eligibility.status = 'ineligible' and universe.is_pricing_vehicle
qualify row_number() over (
    partition by eligibility.event_id order by universe.company_market_cap_usd desc nulls last, eligibility.ticker
) <= 50
order by eligibility.event_id, universe.company_market_cap_usd desc nulls last, eligibility.ticker
