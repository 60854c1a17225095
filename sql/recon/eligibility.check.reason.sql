-- severity: error
-- Every security of the universe is judged, and the reason is the first rule that it failed: where a rule fails, the
-- line is ineligible for that rule, and where none fails it is not ineligible.
with universe as (
    select security_id, ticker
    from recon.universe
    where event_id = $event_id
),

judged as (
    select
        security_id,
        status,
        reason,
        case
            when listing_status = 'failed' then 'listing'
            when exchange_status = 'failed' then 'exchange'
            when security_type_status = 'failed' then 'security_type'
            when structure_status = 'failed' then 'structure'
            when country_status = 'failed' then 'country'
            when price_status = 'failed' then 'price'
            when market_cap_status = 'failed' then 'market_cap'
            when share_class_status = 'failed' then 'share_class'
            when float_status = 'failed' then 'float'
            when votes_status = 'failed' then 'votes'
            when presumption_status = 'failed' then 'presumed_ineligible'
        end as first_failed
    from recon.eligibility
    where event_id = $event_id
)

select
    coalesce(universe.security_id, judged.security_id) as security_id,
    universe.ticker as ticker,
    judged.status as status,
    judged.reason as reason,
    judged.first_failed as first_failed
from universe
full outer join judged on universe.security_id = judged.security_id
where
    universe.security_id is null
    or judged.security_id is null
    or judged.reason is distinct from judged.first_failed
    or (judged.status = 'ineligible') <> (judged.first_failed is not null)
