-- What the reconstitution before the opening list tells of the companies of the rank day, beyond the rules that we can
-- see. Who was listed and clearly large enough then, and is not in the list that came of it, failed a rule that we
-- cannot see (votes, float, nationality by assets) and presumably still does, until a fact changes. Our own list, of the
-- event before, tells no more than the list of somebody else that it goes back to, and that for some years alone.
with event as (
    select
        min(anchor_date) filter (where role = 'last_recon') as last_rank_day,
        min(anchor_date) filter (where role = 'year_before') as year_before_day,
        exists (select 1 from reference.recon_events where event_id = $event_id and kind = 'recon') as is_recon
    from core.event_sessions
    where event_id = $event_id
),

rules as (
    select
        max(case when rule = 'presumption_floor_pct' then value end) as floor_pct,
        max(case when rule = 'presumption_seasoning_days' then value end) as seasoning_days,
        max(case when rule = 'presumption_list_pct' then value end) as list_pct,
        max(case when rule = 'presumption_microcap_list_pct' then value end) as microcap_list_pct,
        max(case when rule = 'presumption_recons' then value end) as most_recons,
        max(case when rule = 'n_r3000' then value end) as n_r3000,
        max(case when rule = 'n_r3000e' then value end) as n_r3000e,
        max(case when rule = 'contradicted_shares_pct' then value end) as contradicted_pct,
        max(case when rule = 'contradicted_quantile_pct' then value end) as quantile_pct,
        max(case when rule = 'min_price_usd' then value end) as min_price_usd,
        -- Whom a rule kept out then that has been relaxed since, it may not keep out now.
        coalesce(max(case when rule = 'nationality_regime' then value - value_before end), 0) > 0
            as has_new_nationality,
        coalesce(max(case when rule = 'cboe_eligible' then value - value_before end), 0) > 0 as has_new_exchange
    from core.event_rules
    where event_id = $event_id
),

-- Whether the event opens from the one before: files know no identifiers of ours.
opening as (
    select count(security_id) > 0 as is_our_own
    from raw.opening_rows
    where event_id = $event_id
),

-- Names and industries of the structures that never qualify (methodology 2.4).
barred_terms as (
    select kind, term
    from reference.structure_evidence
    where kind in ('industry', 'name') and structure not in ('operating', 'reit')
),

dated as (
    select
        lines.role as role,
        lines.ticker as ticker,
        lines.country as country,
        lines.exchange as exchange,
        lines.ipo_year as ipo_year,
        lines.close_usd as close_usd,
        case
            when lines.outstanding_shares > 0 and lines.close_usd > 0
                then cast(cast(lines.outstanding_shares as decimal(19, 0)) * lines.close_usd as decimal(24, 4))
        end as cap_usd,
        securities.security_type as security_type,
        securities.issuer_key as issuer_key,
        securities.issuer_name as issuer_name,
        securities.share_form as share_form,
        securities.plain_name as plain_name,
        lines.industry as industry
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where lines.event_id = $event_id and lines.role in ('last_recon', 'year_before', 'rank')
),

-- Asked of those alone of which something may be presumed: whoever was in no list.
barred as (
    select distinct dated.role as role, dated.ticker as ticker
    from dated
    left join core.opening_members as members
        on members.event_id = $event_id and dated.ticker = members.opening_ticker
    inner join barred_terms as terms
        on
            (terms.kind = 'industry' and dated.industry = terms.term)
            or (terms.kind = 'name' and contains(' ' || dated.plain_name || ' ', ' ' || terms.term || ' '))
    where
        dated.role in ('last_recon', 'year_before')
        and dated.security_type = 'common'
        and members.opening_ticker is null
),

-- Each line of the rank day with the one that it was then.
pairs as (
    select
        companies.pricing_ticker as pricing_ticker,
        now.ticker as ticker,
        now.country as country,
        now.exchange as exchange,
        now.share_form as share_form,
        now.ipo_year as ipo_year,
        listed_since.value as first_day,
        earlier.ticker as last_ticker,
        earlier.security_type as last_security_type,
        earlier.country as last_country,
        earlier.share_form as last_share_form,
        earlier.close_usd as last_close_usd,
        earlier.cap_usd as last_cap_usd,
        barred.ticker is not null as last_is_barred,
        continuity.basis in ('filer', 'filer_name', 'figures') and earlier.issuer_key <> now.issuer_key as is_renamed,
        before.ticker is not null and barred_before.ticker is null as is_seasoned_line
    from core.companies as companies
    inner join dated as now on now.role = 'rank' and companies.ticker = now.ticker
    left join core.figures as listed_since
        on
            listed_since.event_id = $event_id
            and companies.ticker = listed_since.ticker
            and listed_since.figure = 'ipo_date'
    left join core.continuity as continuity
        on
            continuity.event_id = $event_id
            and continuity.from_role = 'last_recon'
            and continuity.to_role = 'rank'
            and companies.ticker = continuity.to_ticker
    left join dated as earlier on earlier.role = 'last_recon' and continuity.from_ticker = earlier.ticker
    left join barred on barred.role = 'last_recon' and earlier.ticker = barred.ticker
    left join dated as before
        on before.role = 'year_before' and earlier.ticker = before.ticker and before.security_type = 'common'
    left join barred as barred_before on barred_before.role = 'year_before' and before.ticker = barred_before.ticker
    where companies.event_id = $event_id
),

-- A company that took its name within that time was another one before, most often a blank-check company that it merged
-- with. Dated names of the SEC, as far as this event takes them in: most were only read later (rule use_known_late).
renamed as (
    select links.ticker as ticker, max(names.borne_to) as last_day
    from core.filer_links as links
    cross join event
    inner join core.filer_names as names
        on
            names.event_id = $event_id
            and links.cik = names.cik
            and names.kind = 'former'
            and names.borne_to <= event.last_rank_day
    inner join dated as earlier on earlier.role = 'rank' and links.ticker = earlier.ticker
    where
        links.event_id = $event_id
        and not starts_with(
            earlier.issuer_name || ' ', regexp_extract(lower(names.name), '[a-z0-9]+', 0) || ' '
        )
    group by links.ticker
),

members as (
    select
        rank_ticker,
        max(case when index_id = 'R3000' then 1 else 0 end) = 1 as opening_r3000,
        max(case when index_id = 'RMICRO' then 1 else 0 end) = 1 as opening_rmicro,
        max(case when index_id in ('R1000', 'MIDCAP', 'TOP50', 'TOP200', 'TOP500') then 1 else 0 end) = 1
            as opening_r1000
    from core.opening_members
    where event_id = $event_id and rank_ticker is not null
    group by rank_ticker
),

-- Reconstitutions that came between two of the lists: of companies that moved then they tell nothing together.
between_lists as (
    select count(*) as recon_count
    from (
        select min(as_of) as first_list, max(as_of) as last_list
        from core.opening_members
        where event_id = $event_id and index_id in ('R1000', 'R2000', 'R3000', 'RMICRO')
    ) as lists
    inner join reference.recon_events as recons
        on
            recons.kind = 'recon'
            and not recons.is_projection
            and recons.effective_date > lists.first_list
            and recons.effective_date <= lists.last_list
),

-- Whether the lists tell who is in an index and who is not: a fragment does not, nor one whose tickers nobody knows.
known as (
    select
        between_lists.recon_count = 0
        and 100 * counted.r3000_lines >= rules.list_pct * rules.n_r3000 as knows_r3000,
        between_lists.recon_count = 0
        and 100 * counted.rmicro_lines >= rules.microcap_list_pct * (rules.n_r3000e - rules.n_r3000) as knows_rmicro
    from (
        select
            count(*) filter (where given.is_r3000) as r3000_lines,
            -- Those that are in the Russell 3000 too stand in any list of it.
            count(*) filter (where given.is_rmicro and not given.is_r3000) as rmicro_lines
        from (
            select
                opening_ticker,
                max(case when index_id = 'R3000' then 1 else 0 end) = 1 as is_r3000,
                max(case when index_id = 'RMICRO' then 1 else 0 end) = 1 as is_rmicro
            from core.opening_members
            where event_id = $event_id and basis <> 'no_listing'
            group by opening_ticker
        ) as given
    ) as counted
    cross join between_lists
    cross join rules
),

companies as (
    select
        pairs.pricing_ticker as pricing_ticker,
        max(case when pairs.ticker = pairs.pricing_ticker then pairs.last_ticker end) as last_ticker,
        max(pairs.last_cap_usd) as last_cap_usd,
        max(case when pairs.ticker = pairs.pricing_ticker then pairs.last_close_usd end) as last_close_usd,
        max(case when members.rank_ticker is not null then 1 else 0 end) = 1 as is_member,
        max(case when members.opening_r3000 then 1 else 0 end) = 1 as opening_r3000,
        max(case when members.opening_r1000 then 1 else 0 end) = 1 as opening_r1000,
        max(case when members.opening_rmicro then 1 else 0 end) = 1 as opening_rmicro,
        min(pairs.first_day) as first_day,
        min(pairs.ipo_year) as ipo_year,
        max(renamed.last_day) as former_name_until,
        max(case when pairs.is_seasoned_line then 1 else 0 end) = 1 as is_seasoned_line,
        max(case when pairs.exchange = 'cboe' then 1 else 0 end) = 1 as is_on_cboe,
        max(coalesce(nationality.incorporation_group, nationality.seat_group, '*')) as home_group,
        min(case
            when pairs.ticker <> pairs.pricing_ticker then null
            when pairs.last_security_type <> 'common' then 'was no common stock: ' || pairs.last_security_type
            when pairs.last_is_barred then 'was of a structure that does not qualify'
            -- Mostly a merger with a blank-check company.
            when pairs.is_renamed then 'bore another name and ticker then'
            when pairs.country <> pairs.last_country
                then 'country was ' || pairs.last_country || ', is ' || pairs.country
            when pairs.share_form <> pairs.last_share_form
                then 'shares were ' || pairs.last_share_form || ', are ' || pairs.share_form
        end) as changed_fact,
        count(*) filter (where pairs.last_ticker is not null) as last_line_count,
        count(*) as line_count
    from pairs
    left join members on pairs.ticker = members.rank_ticker
    left join renamed on pairs.ticker = renamed.ticker
    left join core.nationality as nationality
        on nationality.event_id = $event_id and pairs.pricing_ticker = nationality.ticker
    group by pairs.pricing_ticker
),

-- What the smallest of an index had that day, but for one in a hundred.
least_caps as (
    select ordered.index_id, min(ordered.last_cap_usd) as least_cap_usd
    from (
        select
            index_id,
            last_cap_usd,
            row_number() over (partition by index_id order by last_cap_usd, pricing_ticker) as place,
            count(*) over (partition by index_id) as member_count
        from (
            select
                pricing_ticker,
                last_cap_usd,
                case when opening_r1000 then 'R1000' else 'R3000' end as index_id
            from companies
            where opening_r3000 and last_cap_usd > 0
        ) as placed
    ) as ordered
    cross join rules
    where 100 * ordered.place > rules.quantile_pct * ordered.member_count
    group by ordered.index_id
),

-- The cap that all but the smallest of the list had that day: of the Russell 3000, and of the Microcap below it.
floors as (
    select
        min(case when ordered.opening_r3000 then ordered.last_cap_usd end) as floor_usd,
        min(case when not ordered.opening_r3000 then ordered.last_cap_usd end) as microcap_floor_usd
    from (
        select
            opening_r3000,
            last_cap_usd,
            row_number() over (partition by opening_r3000 order by last_cap_usd, pricing_ticker) as place,
            count(*) over (partition by opening_r3000) as member_count
        from companies
        where (opening_r3000 or opening_rmicro) and last_cap_usd > 0
    ) as ordered
    cross join rules
    where 100 * ordered.place > rules.floor_pct * ordered.member_count
),

judged as (
    select
        companies.*,
        event.last_rank_day as last_rank_day,
        floors.floor_usd as floor_usd,
        floors.microcap_floor_usd as microcap_floor_usd,
        -- Providers 5: a price list may count the listed class alone. A member whose cap was far below that of any
        -- other of its index has classes or units that the count leaves out (methodology 6.1).
        case
            when
                companies.opening_r3000
                and companies.last_cap_usd > 0
                and 100 * companies.last_cap_usd < rules.contradicted_pct * least_caps.least_cap_usd
                then least_caps.least_cap_usd
        end as least_cap_usd,
        case
            when companies.last_ticker is null then 'not listed then'
            when companies.last_cap_usd is null then 'no figures then'
            when companies.last_close_usd < rules.min_price_usd then 'under the minimum price then'
            when companies.changed_fact is not null then companies.changed_fact
            when companies.home_group <> 'us' and rules.has_new_nationality
                then 'the rule on the country has changed since'
            when companies.is_on_cboe and rules.has_new_exchange
                then 'the rule on the exchange has changed since'
            when companies.first_day > cast(event.last_rank_day - cast(rules.seasoning_days as integer) as varchar)
                then 'listed for less than a year then'
            when
                companies.first_day is null
                and companies.ipo_year > year(event.last_rank_day - cast(rules.seasoning_days as integer))
                then 'listed for less than a year then'
            when companies.former_name_until > event.last_rank_day - cast(rules.seasoning_days as integer)
                then 'bore another name within the year before'
            when event.year_before_day is not null and not companies.is_seasoned_line
                then 'not listed as such a year before'
            when companies.line_count <> companies.last_line_count then 'other share classes'
            when floors.floor_usd is null then 'no list tells what was large enough then'
            when companies.last_cap_usd < floors.floor_usd then 'not large enough then'
            when companies.is_member then null
            when opening.is_our_own and carried.company_id is null then 'no list of others that we know leaves it out'
            when carried.recon_count >= rules.most_recons then 'the list of others that leaves it out is too old'
        end as why_not,
        coalesce(carried.recon_count, 0) + case when event.is_recon then 1 else 0 end as recon_count,
        opening.is_our_own as is_our_own
    from companies
    cross join event
    cross join rules
    cross join floors
    cross join opening
    left join core.identities as identities
        on identities.event_id = $event_id and companies.pricing_ticker = identities.ticker
    left join raw.opening_presumptions as carried
        on carried.event_id = $event_id and identities.company_id = carried.company_id
    left join least_caps
        on case when companies.opening_r1000 then 'R1000' else 'R3000' end = least_caps.index_id
    where event.last_rank_day is not null
)

select
    cast($event_id as varchar) as event_id,
    judged.pricing_ticker as pricing_ticker,
    judged.last_rank_day as last_rank_day,
    judged.last_ticker as last_ticker,
    judged.last_cap_usd as last_cap_usd,
    judged.floor_usd as floor_usd,
    judged.least_cap_usd as least_cap_usd,
    judged.is_member as is_member,
    judged.why_not as why_not,
    coalesce(not judged.is_member and known.knows_r3000 and judged.why_not is null, false) as is_presumed_ineligible,
    judged.recon_count as recon_count,
    -- A list of the Microcap is mostly a sample: it speaks against the Microcap alone.
    coalesce(
        not judged.is_member
        and not judged.is_our_own
        and known.knows_rmicro
        and judged.why_not = 'not large enough then'
        and judged.last_cap_usd >= judged.microcap_floor_usd,
        false
    ) as is_presumed_out_of_microcap
from judged
cross join known
