-- What becomes of each line that a quarterly event looks at (methodology 9.2-9.7). The first verdict that holds counts.
with rules as (
    select
        coalesce(max(case when rule = 'despac_rule' then value end), 1) as despac_rule,
        coalesce(max(case when rule = 'best_efforts_disclosure' then value end), 0) = 1 as asks_for_disclosure,
        coalesce(max(case when rule = 'use_ipo_vote_prior' then value end), 0) = 1 as uses_vote_prior,
        max(case when rule = 'min_vote_pct' then value end) > 0 as asks_for_votes,
        max(case when rule = 'ipo_vote_prior_companies' then value end) as vote_prior_companies
    from core.event_rules
    where event_id = $event_id
),

-- 9.3: larger than the smallest of the Russell 3000E; where its Microcap is not known, of the Russell 3000.
cuts as (
    select
        max(case when breakpoint_id = 'R1000' then market_cap_usd end) as r1000_usd,
        max(case when breakpoint_id = 'R3000' then market_cap_usd end) as r3000_usd,
        coalesce(
            max(case when breakpoint_id = 'R3000E' then market_cap_usd end),
            max(case when breakpoint_id = 'R3000' then market_cap_usd end)
        ) as floor_usd
    from recon.ipo_breakpoints
    where event_id = $event_id
),

member_companies as (
    select distinct universe.company_id as company_id
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    where members.event_id = $event_id
),

looked_at as (
    select
        universe.security_id as security_id,
        universe.company_id as company_id,
        universe.ticker as ticker,
        universe.company_name as company_name,
        universe.industry as industry,
        universe.exchange as exchange,
        universe.is_pricing_vehicle as is_pricing_vehicle,
        listings.listing_kind as listing_kind,
        listings.evidence as evidence,
        listings.evidence_source as evidence_source,
        listings.evidence_strength as evidence_strength,
        listings.seen_by as seen_by,
        listings.unlocked_on as unlocked_on,
        universe.company_market_cap_usd as market_cap_usd,
        cuts.r1000_usd as r1000_usd,
        cuts.r3000_usd as r3000_usd,
        cuts.floor_usd as floor_usd,
        -- 4.4: a fast entry may have less than 5 % of float or votes while lock-ups last.
        case
            when fast_entries.ticker is not null and eligibility.reason in ('float', 'votes') then null
            else eligibility.reason
        end as reason,
        fast_entries.entry_session as fast_entry_on,
        fast_entries.investable_cap_usd as investable_cap_usd,
        departures.has_left as has_left,
        member_companies.company_id is not null as is_member_company,
        -- 9.2: an offering. 9.7: of mergers with a listed shell, by the text of the day, those that both happened inside
        -- the window, or whose lock-up ended inside it.
        case
            when listings.listing_kind in ('ipo', 'direct_listing') then true
            when listings.listing_kind = 'business_combination' and rules.despac_rule >= 2
                then listings.unlocked_on is not null
            when listings.listing_kind = 'business_combination'
                then listings.evidence = 'shell that listed and merged inside the window'
            else false
        end as is_offering,
        -- 9.6: a direct listing asks for a share structure that is public by the rank day: a count on file.
        listings.listing_kind = 'direct_listing'
        and rules.asks_for_disclosure
        and shares.filing_shares is null as is_undisclosed,
        -- 4.3, 8.4: of one class of several the public mostly has too few votes while the others are locked up.
        coalesce(
            rules.uses_vote_prior
            and rules.asks_for_votes
            and listings.unlocked_on is null
            and fast_entries.ticker is null
            and universe.share_class is not null
            and priors.companies >= rules.vote_prior_companies
            and 2 * priors.taken < priors.companies,
            false
        ) as is_presumed_without_votes
    from core.new_listings as listings
    cross join rules
    cross join cuts
    inner join recon.universe as universe
        on universe.event_id = $event_id and listings.ticker = universe.ticker
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
    inner join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and universe.ticker = shares.ticker
    left join core.fast_entries as fast_entries
        on fast_entries.event_id = $event_id and universe.ticker = fast_entries.ticker
    left join reference.ipo_vote_priors as priors on universe.industry = priors.industry
    left join member_companies on universe.company_id = member_companies.company_id
    where listings.event_id = $event_id
),

judged as (
    select
        *,
        case
            when has_left then 'left'
            when is_member_company then 'member_company'
            when not is_offering then 'not_an_offering'
            when is_undisclosed then 'deferred'
            when reason is not null then 'ineligible'
            when is_presumed_without_votes then 'presumed_ineligible'
            when market_cap_usd is null then 'no_market_cap'
            when floor_usd is null then 'no_breakpoints'
            when market_cap_usd <= floor_usd then 'too_small'
            else 'added'
        end as verdict
    from looked_at
)

select
    cast($event_id as varchar) as event_id,
    security_id,
    company_id,
    ticker,
    company_name,
    industry,
    exchange,
    is_pricing_vehicle,
    listing_kind,
    evidence as listing_evidence,
    evidence_source as listing_evidence_source,
    evidence_strength as listing_evidence_strength,
    seen_by,
    unlocked_on,
    market_cap_usd,
    floor_usd,
    reason as eligibility_reason,
    case when verdict = 'added' then fast_entry_on end as fast_entry_on,
    investable_cap_usd,
    verdict,
    -- 9.4: by the breakpoints alone.
    case
        when verdict <> 'added' then null
        when market_cap_usd >= r1000_usd then 'R1000'
        when market_cap_usd >= r3000_usd then 'R2000'
        else 'RMICRO'
    end as size_index
from judged
