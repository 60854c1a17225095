-- Every line that was listed around the rank day, with all that is known of it: one row a security.
with opening as (
    select
        rank_ticker,
        true as is_member,
        -- Each of them is a part of the Russell 3000 (methodology 7.2): a list of one alone tells a member too.
        max(case
            when index_id in ('R3000', 'R1000', 'R2000', 'R2500', 'MIDCAP', 'TOP50', 'TOP200', 'TOP500') then 1 else 0
        end) = 1 as opening_r3000,
        max(case when index_id = 'RMICRO' then 1 else 0 end) = 1 as opening_rmicro
    from core.opening_members
    where event_id = $event_id and rank_ticker is not null
    group by rank_ticker
),

-- Units and classes that an implied count leaves out, presumed from what the company's index asked for at the
-- reconstitution before: its cap has moved since as the count and the price did (methodology 6.1).
presumed_caps as (
    select
        companies.pricing_ticker as pricing_ticker,
        -- In whole dollars, by integer division.
        cast(
            cast(companies.market_cap_usd as hugeint) * cast(presumptions.least_cap_usd as hugeint)
            // cast(presumptions.last_cap_usd as hugeint) as decimal(24, 4)
        ) as market_cap_usd
    from core.companies as companies
    inner join core.presumptions as presumptions
        on presumptions.event_id = $event_id and companies.pricing_ticker = presumptions.pricing_ticker
    inner join core.event_rules as rules
        on rules.event_id = $event_id and rules.rule = 'use_contradicted_shares' and rules.value = 1
    inner join core.shares_reconciliation as shares
        on shares.event_id = $event_id and companies.pricing_ticker = shares.ticker and shares.chosen_source = 'implied'
    where
        companies.event_id = $event_id
        and companies.is_pricing_vehicle
        and presumptions.least_cap_usd is not null
        and companies.market_cap_usd > 0
)

select
    lines.event_id as event_id,
    identities.security_id as security_id,
    identities.company_id as company_id,
    identities.share_class_figi as share_class_figi,
    lines.ticker as ticker,
    lines.exchange as exchange,
    lines.name as security_name,
    securities.company_name as company_name,
    securities.share_class as share_class,
    securities.share_form as share_form,
    securities.security_type as security_type,
    securities.type_evidence as security_type_evidence,
    securities.type_source as security_type_evidence_source,
    securities.type_strength as security_type_evidence_strength,
    structures.structure as structure,
    structures.evidence as structure_evidence,
    structures.evidence_source as structure_evidence_source,
    structures.evidence_strength as structure_evidence_strength,
    coalesce(structures.known_late, false) as structure_known_late,
    links.cik as cik,
    lines.country as country,
    nationality.incorporation_country as incorporation,
    nationality.headquarters_country as headquarters,
    lines.ipo_year as ipo_year,
    industries.icb_industry as industry,
    industries.industry_source as industry_source,
    lines.sector as source_sector,
    lines.industry as source_industry,
    lines.observed_session as observed_session,
    lines.is_neighbour as is_neighbour,
    lines.listing as listing,
    lines.listing_source as listing_source,
    lines.close_usd as close_usd,
    lines.price_source as price_source,
    coalesce(shares.chosen_shares, lines.outstanding_shares) as outstanding_shares,
    coalesce(
        shares.chosen_source, case when lines.outstanding_shares is not null then 'implied' end
    ) as shares_source,
    case when presumed_caps.pricing_ticker is not null then 'implied_below_its_index' else shares.why end as shares_why,
    -- Of a count that is implied the session that printed it.
    case
        when shares.chosen_cover_date is not null then shares.chosen_cover_date
        when shares.chosen_source = 'implied' or (shares.ticker is null and lines.outstanding_shares is not null)
            then coalesce(lines.shares_session, lines.observed_session)
    end as shares_date,
    shares.chosen_accession as shares_accession,
    companies.traded_value_usd as traded_value_usd,
    history.addtv_usd as addtv_usd,
    history.averaged_days as history_days,
    coalesce(presumed_caps.market_cap_usd, companies.market_cap_usd) as company_market_cap_usd,
    companies.pricing_ticker as pricing_ticker,
    coalesce(companies.is_pricing_vehicle, false) as is_pricing_vehicle,
    coalesce(companies.line_count, 1) as company_line_count,
    coalesce(opening.is_member, false) as is_member,
    coalesce(opening.opening_r3000, false) as opening_r3000,
    coalesce(opening.opening_rmicro, false) as opening_rmicro
from core.lines as lines
inner join core.securities as securities
    on
        securities.event_id = $event_id
        and lines.role = securities.role
        and lines.anchor_date = securities.anchor_date
        and lines.ticker = securities.ticker
inner join core.identities as identities
    on identities.event_id = $event_id and lines.ticker = identities.ticker
left join core.structures as structures
    on structures.event_id = $event_id and lines.ticker = structures.ticker
left join core.companies as companies
    on companies.event_id = $event_id and lines.ticker = companies.ticker
left join core.trading_history as history
    on history.event_id = $event_id and lines.ticker = history.ticker
left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
left join core.nationality as nationality
    on nationality.event_id = $event_id and lines.ticker = nationality.ticker
left join core.shares_reconciliation as shares
    on shares.event_id = $event_id and lines.ticker = shares.ticker
left join presumed_caps on companies.pricing_ticker = presumed_caps.pricing_ticker
left join opening on lines.ticker = opening.rank_ticker
left join core.industries as industries
    on industries.event_id = $event_id and lines.ticker = industries.ticker
where lines.event_id = $event_id and lines.role = 'rank'
