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

-- A REIT is in Real Estate whatever its sector says.
by_sector as (
    select sector, icb_industry
    from reference.industries
    where sector is not null
),

by_industry as (
    select industry, icb_industry
    from reference.industries
    where industry is not null
)

select
    lines.event_id as event_id,
    identities.security_id as security_id,
    identities.company_id as company_id,
    lines.ticker as ticker,
    lines.exchange as exchange,
    lines.name as security_name,
    securities.company_name as company_name,
    securities.share_class as share_class,
    securities.share_form as share_form,
    securities.security_type as security_type,
    structures.structure as structure,
    structures.evidence as structure_evidence,
    structures.evidence_strength as structure_evidence_strength,
    links.cik as cik,
    lines.country as country,
    nationality.incorporation_country as incorporation,
    nationality.headquarters_country as headquarters,
    lines.ipo_year as ipo_year,
    coalesce(by_industry.icb_industry, by_sector.icb_industry) as industry,
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
    shares.why as shares_why,
    companies.traded_value_usd as traded_value_usd,
    companies.market_cap_usd as company_market_cap_usd,
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
left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
left join core.nationality as nationality
    on nationality.event_id = $event_id and lines.ticker = nationality.ticker
left join core.shares_reconciliation as shares
    on shares.event_id = $event_id and lines.ticker = shares.ticker
left join opening on lines.ticker = opening.rank_ticker
left join by_sector on lines.sector = by_sector.sector
left join by_industry on lines.industry = by_industry.industry
where lines.event_id = $event_id and lines.role = 'rank'
