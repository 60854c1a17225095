-- Each rule for each security: what was observed, what the rule asks, and whether it passed, failed or is unknown.
-- Unknown is not failed: it excludes nobody. The first failed rule, in the order of the columns, is the reason.
with rules as (
    select
        max(case when rule = 'min_price_usd' then value end) as min_price_usd,
        max(case when rule = 'min_total_cap_usd' then value end) as min_total_cap_usd,
        max(case when rule = 'median_addtv_usd' then value end) as median_addtv_usd,
        max(case when rule = 'class_lines_eligible' then value end) as class_lines_eligible,
        max(case when rule = 'bdc_eligible' then value end) as bdc_eligible,
        max(case when rule = 'cboe_eligible' then value end) as cboe_eligible,
        max(case when rule = 'min_float_pct' then value end) as min_float_pct,
        max(case when rule = 'min_vote_pct' then value end) as min_vote_pct,
        max(case when rule = 'min_vote_pct_members' then value end) as min_vote_pct_members
    from core.event_rules
    where event_id = $event_id
),

event as (
    select event_id, rank_day, effective_date
    from reference.recon_events
    where event_id = $event_id
),

observed as (
    select
        universe.*,
        rules.*,
        event.rank_day as rank_day,
        windows.window_days as window_days,
        windows.window_close_sum_usd as window_close_sum_usd,
        nationality.country as nationality_country,
        coalesce(nationality.basis, 'none') as country_evidence,
        coalesce(nationality.verdict, 'unknown') as country_status,
        coalesce(nationality.known_late, false) as country_known_late,
        folded.folded_into as folded_into,
        windows.traded_usd as traded_usd,
        windows.trading_days as trading_days
    from recon.universe as universe
    cross join event
    cross join rules
    left join core.trading_windows as windows
        on windows.event_id = $event_id and universe.ticker = windows.ticker
    left join core.nationality as nationality
        on nationality.event_id = $event_id and universe.ticker = nationality.ticker
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
        -- seen before it we do not know, and a member is not dropped for a gap of the source; nor do we know of one that
        -- only an older list of symbols shows.
        case
            when listing in ('seen', 'bridged') then 'passed'
            when listing = 'listed' and observed_session = rank_day then 'passed'
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
        -- Methodology 2.3.
        case when security_type = 'common' then 'passed' else 'failed' end as security_type_status,
        -- Methodology 2.4-2.7. Weak evidence does not overrule that the company is a member.
        case
            when security_type <> 'common' then 'unknown'
            when structure in ('operating', 'reit') then 'passed'
            when structure = 'bdc' and bdc_eligible = 1 then 'passed'
            when structure_evidence_strength = 'weak' and is_member then 'unknown'
            else 'failed'
        end as structure_status,
        -- Methodology 3.1, 3.2: a member may use the mean close of the days before; sums are compared, not quotients.
        case
            when close_usd is null then 'unknown'
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
        -- Methodology 5.3, 5.6, 5.7: a further class enters by its own trading, which is compared without a quotient. A
        -- member line keeps its place: its two years of trading are not at hand.
        case
            when security_type <> 'common' then 'passed'
            when folded_into is not null then 'failed'
            when is_pricing_vehicle then 'passed'
            when class_lines_eligible = 0 then 'failed'
            when is_member then 'unknown'
            when traded_usd > median_addtv_usd * trading_days then 'passed'
            else 'failed'
        end as share_class_status,
        -- Methodology 4.2, 4.3: no source of floats and votes yet.
        case when min_float_pct = 0 then 'passed' else 'unknown' end as float_status,
        case
            when case when is_member then min_vote_pct_members else min_vote_pct end = 0 then 'passed'
            else 'unknown'
        end as votes_status
    from observed
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
        end as reason
    from judged
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
    country_known_late,
    country_status,
    close_usd as price_value_usd,
    case
        when window_days > 0 then cast(window_close_sum_usd / window_days as decimal(18, 4))
    end as price_average_usd,
    cast(min_price_usd as decimal(18, 4)) as price_threshold_usd,
    price_status,
    company_market_cap_usd as market_cap_value_usd,
    cast(min_total_cap_usd as decimal(24, 4)) as market_cap_threshold_usd,
    market_cap_status,
    case when is_pricing_vehicle then null else traded_value_usd end as share_class_value_usd,
    cast(median_addtv_usd as decimal(24, 2)) as share_class_threshold_usd,
    share_class_status,
    cast(null as decimal(9, 4)) as float_value_pct,
    cast(min_float_pct as decimal(9, 4)) as float_threshold_pct,
    float_status,
    cast(null as decimal(9, 4)) as votes_value_pct,
    cast(case when is_member then min_vote_pct_members else min_vote_pct end as decimal(9, 4)) as votes_threshold_pct,
    votes_status
from reasoned
