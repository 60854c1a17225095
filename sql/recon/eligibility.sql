-- Each rule for each security: what was observed, what the rule asks, and whether it passed, failed or is unknown.
-- Unknown is not failed: it excludes nobody. The first failed rule, in the order of the columns, is the reason.
with rules as (
    select
        max(case when rule = 'min_price_usd' then value end) as min_price_usd,
        max(case when rule = 'min_total_cap_usd' then value end) as min_total_cap_usd,
        max(case when rule = 'median_addtv_usd' then value end) as median_addtv_usd,
        max(case when rule = 'class_lines_eligible' then value end) as class_lines_eligible,
        max(case when rule = 'min_class_cap_usd' then value end) as min_class_cap_usd,
        max(case when rule = 'bdc_eligible' then value end) as bdc_eligible,
        coalesce(max(case when rule = 'bdc_eligible' then value_before end), 0) as bdc_eligible_before,
        max(case when rule = 'cboe_eligible' then value end) as cboe_eligible,
        max(case when rule = 'min_float_pct' then value end) as min_float_pct,
        max(case when rule = 'float_proxy_fail_pct' then value end) as float_proxy_fail_pct,
        max(case when rule = 'min_vote_pct' then value end) as min_vote_pct,
        max(case when rule = 'min_vote_pct_members' then value end) as min_vote_pct_members,
        max(case when rule = 'votes_reviewed_in_december' then value end) as votes_reviewed_in_december,
        max(case when rule = 'ubti_screen' then value end) as ubti_screen,
        max(case when rule = 'cdi_rule' then value end) as cdi_rule,
        coalesce(max(case when rule = 'use_presumption' then value end), 0) = 1 as use_presumption
    from core.event_rules
    where event_id = $event_id
),

event as (
    select event_id, kind, season, rank_day, effective_date
    from reference.recon_events
    where event_id = $event_id
),

-- When the opening that names a company was made, and since when a class of it is listed: to tell a class that was not
-- taken then from one that is new. A list of the Microcap is mostly a sample: what it lacks may have been taken.
openings as (
    select
        universe.company_id as company_id,
        min(members.as_of) filter (where members.index_id not in ('RMICRO', 'R3000E')) as opened_on
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    where members.event_id = $event_id
    group by universe.company_id
),

observed as (
    select
        universe.*,
        rules.*,
        event.rank_day as rank_day,
        -- Methodology 4.3, 11.5: the votes of members are looked at in June.
        case
            when not universe.is_member and openings.company_id is null then rules.min_vote_pct
            when event.kind = 'recon' and event.season = 'december' and rules.votes_reviewed_in_december = 0 then 0
            else rules.min_vote_pct_members
        end as asked_vote_pct,
        -- Methodology 2.6: at reconstitutions only.
        event.kind = 'recon' and rules.ubti_screen = 1 as is_screened_for_ubti,
        -- Methodology 2.10: receipts of Australia on the common stock of a company that is at home there, mostly.
        rules.cdi_rule = 1
        and 'Australia' in (universe.country, universe.incorporation, universe.headquarters) as may_have_cdis,
        windows.window_days as window_days,
        windows.window_close_sum_usd as window_close_sum_usd,
        nationality.country as nationality_country,
        coalesce(nationality.basis, 'none') as country_evidence,
        nationality.evidence_text as country_facts,
        coalesce(nationality.verdict, 'unknown') as country_status,
        coalesce(nationality.known_late, false) as country_known_late,
        folded.folded_into as folded_into,
        -- Whatever holds of a member company holds of each of its classes, one that is no line of the opening as well.
        universe.is_member or openings.company_id is not null as is_member_company,
        -- What the reconstitution before presumes of a member that weak evidence speaks against: that it passes.
        (universe.is_member or openings.company_id is not null) and rules.use_presumption as is_presumed_member,
        presumptions.last_rank_day as last_rank_day,
        presumptions.last_cap_usd as last_cap_usd,
        presumptions.floor_usd as floor_usd,
        presumptions.why_not as presumption_why_not,
        coalesce(presumptions.is_presumed_ineligible, false) as is_presumed_ineligible,
        presumptions.recon_count as presumption_recons,
        history.averaged_usd as averaged_usd,
        history.averaged_days as averaged_days,
        lines.volume_shares as volume_shares,
        shares.class_shares as class_shares,
        openings.opened_on as opened_on,
        cast(listed.value as date) as listed_on,
        cast(delisted.value as date) as delisted_on,
        floats.float_pct as float_pct,
        cast(case when floats.quality = 'usable' then floats.float_usd end as decimal(22, 2)) as float_usd,
        cast(floats.cap_usd as decimal(24, 4)) as float_cap_usd,
        votes.votes_pct as votes_pct
    from recon.universe as universe
    cross join event
    cross join rules
    left join core.trading_windows as windows
        on windows.event_id = $event_id and universe.ticker = windows.ticker
    left join core.nationality as nationality
        on nationality.event_id = $event_id and universe.ticker = nationality.ticker
    left join core.presumptions as presumptions
        on presumptions.event_id = $event_id and universe.pricing_ticker = presumptions.pricing_ticker
    left join core.trading_history as history
        on history.event_id = $event_id and universe.ticker = history.ticker
    left join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and universe.ticker = lines.ticker
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and universe.ticker = shares.ticker
    left join openings on universe.company_id = openings.company_id
    left join core.figures as listed
        on listed.event_id = $event_id and universe.ticker = listed.ticker and listed.figure = 'ipo_date'
    left join core.figures as delisted
        on
            delisted.event_id = $event_id and universe.ticker = delisted.ticker and delisted.figure = 'delisting'
    left join core.floats as floats
        on floats.event_id = $event_id and universe.pricing_ticker = floats.ticker
    left join core.votes as votes on votes.event_id = $event_id and universe.ticker = votes.ticker
    left join reference.folded_classes as folded
        on
            universe.ticker = folded.ticker
            and folded.valid_from <= event.effective_date
            and (folded.valid_to is null or event.effective_date < folded.valid_to)
    where universe.event_id = $event_id
),

judged as (
    select
        *,
        -- Methodology 6.4: listed on the rank day. A line that was first seen after it was not; of one that was last
        -- seen before it we do not know, and a member is not dropped for a gap of the source; nor do we know of one
        -- that only an older list of symbols shows.
        case
            when listing in ('seen', 'bridged') then 'passed'
            when listing = 'listed' and observed_session = rank_day then 'passed'
            -- Nor is it a gap where a list of the delisted or a form says the same.
            when listing = 'faded' and delisted_on <= rank_day then 'failed'
            when listing = 'listed' or (listing = 'faded' and is_member) then 'unknown'
            else 'failed'
        end as listing_status,
        -- Methodology 2.1.
        case
            when exchange in ('nasdaq', 'nyse', 'amex', 'arca') then 'passed'
            when exchange = 'cboe' and cboe_eligible = 1 then 'passed'
            -- A source that does not tell.
            when exchange = 'other' then 'unknown'
            else 'failed'
        end as exchange_status,
        -- Methodology 2.3. Of a member that weak evidence speaks against it is presumed that it passes.
        case
            when security_type = 'common' then 'passed'
            when security_type_evidence_strength = 'weak' and is_presumed_member then 'unknown'
            else 'failed'
        end as security_type_status,
        -- Methodology 2.4-2.7. Likewise.
        case
            when security_type <> 'common' then 'unknown'
            when structure = 'reit' and is_screened_for_ubti then 'unknown'
            when structure in ('operating', 'reit') then 'passed'
            when structure = 'bdc' and bdc_eligible = 1 then 'passed'
            -- That a BDC was a member while it could be one tells nothing against the evidence.
            when
                structure_evidence_strength = 'weak'
                and is_presumed_member
                and not (structure = 'bdc' and bdc_eligible_before = 1)
                then 'unknown'
            else 'failed'
        end as structure_status,
        -- What the close is (methodology 3.1-3.5). The volume is that of all exchanges together.
        case
            when close_usd is null then 'none'
            when volume_shares = 0 then 'no trade on rank day'
            when close_usd < min_price_usd and is_member and window_days > 0 then 'average of 30 days'
            when is_neighbour then 'close of a neighbouring session'
            else 'close of rank day'
        end as price_basis,
        -- Methodology 3.1, 3.2: a member may use the mean close of the days before; sums are compared, not quotients.
        -- 3.3: a member that did not trade must have a price elsewhere, which no source has. 3.4: for others there is
        -- no mean.
        case
            when close_usd is null or (volume_shares = 0 and is_member) then 'unknown'
            when close_usd >= min_price_usd then 'passed'
            when is_member and coalesce(window_days, 0) > 0 and window_close_sum_usd >= min_price_usd * window_days
                then 'passed'
            else 'failed'
        end as price_status,
        -- Methodology 4.1.
        case
            when company_market_cap_usd is null then 'unknown'
            when company_market_cap_usd >= min_total_cap_usd then 'passed'
            else 'failed'
        end as market_cap_status,
        -- Methodology 5.3, 5.6, 5.7: a further class enters by its own size and trading, compared without a quotient;
        -- verdict and what it rests on. The count of all classes bounds that of one from above. Nobody knows the
        -- trading of a class that no price list carries: if it was listed when the opening was made, and its company is
        -- in that and it is not, it did not pass then and presumably does not now; if it was not listed yet, it is new
        -- (5.8) and may pass.
        case
            when security_type <> 'common' then 'passed|no common share'
            when folded_into is not null then 'failed|folded'
            when is_pricing_vehicle then 'passed|pricing vehicle'
            when class_lines_eligible = 0 then 'failed|one line a company'
            when cast(coalesce(class_shares, outstanding_shares) as decimal(19, 0)) * close_usd <= min_class_cap_usd
                then 'failed|class cap'
            when averaged_usd <= median_addtv_usd * averaged_days then 'failed|trading'
            when averaged_days is not null and class_shares is not null and close_usd is not null
                then 'passed|class cap and trading'
            when averaged_days is not null then 'unknown|trading'
            when is_member then 'unknown|membership'
            when listed_on <= opened_on and use_presumption then 'failed|not in the opening'
            when listed_on > opened_on then 'unknown|new class'
            else 'unknown|none'
        end as share_class_verdict,
        -- Methodology 4.2. The public float is a proxy: it fails who is far below, passes who is above, and says
        -- nothing in between; products are compared, not quotients.
        case
            when min_float_pct = 0 then 'passed'
            when float_usd is null then 'unknown'
            when float_usd * 100 >= cast(min_float_pct as decimal(9, 4)) * float_cap_usd and may_have_cdis
                then 'unknown'
            when float_usd * 100 >= cast(min_float_pct as decimal(9, 4)) * float_cap_usd then 'passed'
            when float_usd * 100 < cast(float_proxy_fail_pct as decimal(9, 4)) * float_cap_usd then 'failed'
            else 'unknown'
        end as float_status,
        -- Methodology 4.3. Nobody is known to pass: only that no class which the public can buy has votes is known.
        case
            when asked_vote_pct = 0 then 'passed'
            when votes_pct < asked_vote_pct then 'failed'
            else 'unknown'
        end as votes_status,
        -- Who passes every rule that can be seen may have failed one that cannot, at the reconstitution before.
        case
            when not use_presumption or floor_usd is null then 'unknown'
            when is_presumed_ineligible then 'failed'
            else 'passed'
        end as presumption_status
    from observed
),

told as (
    select
        *,
        split_part(share_class_verdict, '|', 1) as share_class_status,
        split_part(share_class_verdict, '|', 2) as share_class_evidence
    from judged
),

reasoned as (
    select
        *,
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
        end as reason
    from told
)

select
    event_id,
    security_id,
    company_id,
    ticker,
    case
        when reason is not null then 'ineligible'
        when company_market_cap_usd is null or close_usd is null then 'unknown'
        else 'eligible'
    end as status,
    reason,
    observed_session as listing_value,
    rank_day as listing_threshold,
    listing_status,
    exchange as exchange_value,
    case
        when cboe_eligible = 1 then 'nasdaq, nyse, amex, arca or cboe' else 'nasdaq, nyse, amex or arca'
    end as exchange_threshold,
    exchange_status,
    security_type as security_type_value,
    'common' as security_type_threshold,
    security_type_status,
    structure as structure_value,
    case when bdc_eligible = 1 then 'operating, reit or bdc' else 'operating or reit' end as structure_threshold,
    structure_status,
    nationality_country as country_value,
    'United States' as country_threshold,
    country_evidence,
    country_facts,
    country_known_late,
    country_status,
    close_usd as price_value_usd,
    price_basis,
    case
        when window_days > 0 then cast(window_close_sum_usd / window_days as decimal(18, 4))
    end as price_average_usd,
    cast(min_price_usd as decimal(18, 4)) as price_threshold_usd,
    price_status,
    company_market_cap_usd as market_cap_value_usd,
    cast(min_total_cap_usd as decimal(24, 4)) as market_cap_threshold_usd,
    market_cap_status,
    case when is_pricing_vehicle then null else addtv_usd end as share_class_value_usd,
    cast(median_addtv_usd as decimal(24, 2)) as share_class_threshold_usd,
    share_class_evidence,
    share_class_status,
    float_pct as float_value_pct,
    cast(min_float_pct as decimal(9, 4)) as float_threshold_pct,
    float_status,
    votes_pct as votes_value_pct,
    cast(asked_vote_pct as decimal(9, 4)) as votes_threshold_pct,
    votes_status,
    last_cap_usd as presumption_value_usd,
    floor_usd as presumption_threshold_usd,
    case
        when is_member then 'member before'
        when presumption_status = 'failed'
            then 'listed and large enough on ' || cast(last_rank_day as varchar) || ', in no list since'
        when last_rank_day is not null then presumption_why_not
    end as presumption_evidence,
    case when presumption_status = 'failed' then presumption_recons end as presumption_recons,
    presumption_status
from reasoned
