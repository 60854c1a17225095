-- How the issuer of each common line is built (methodology 2.4-2.7), with the evidence, its source and its strength: of
-- all that is told, the first in the order of reference.structure_evidence. Weak evidence decides for a newcomer and
-- leaves the rule open for a company that is a member already (recon.eligibility).
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as fresh_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'fresh_list_days'
    where events.event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lines.ipo_year as ipo_year,
        lines.industry as industry,
        lines.listing_source as listing_source,
        securities.issuer_key as issuer_key,
        securities.security_type as security_type,
        securities.share_class as share_class,
        ' ' || securities.plain_name || ' ' as padded_name
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

filer_evidence as (
    select *
    from core.filer_evidence
    where event_id = $event_id
),

classified as (
    select
        filer_evidence.ticker as ticker,
        filer_evidence.value as sic,
        filer_evidence.source as source,
        filer_evidence.known_late as known_late,
        groups.sic_group as sic_group
    from filer_evidence
    inner join reference.sic_groups as groups
        on filer_evidence.value between groups.sic_from and groups.sic_to
    where filer_evidence.kind = 'sic'
),

-- A blank-check company has units on the market beside its shares; they are broken up when it merges. Its warrants and
-- rights trade on.
sisters as (
    select
        issuer_key,
        max(case when security_type = 'unit' then 1 else 0 end) = 1 as has_units
    from lines
    where security_type in ('unit', 'warrant', 'right')
    group by issuer_key
),

described as (
    select
        lines.*,
        sisters.issuer_key is not null as has_sisters,
        coalesce(sisters.has_units, false) as has_units,
        classified.known_late as sic_known_late,
        classified.sic_group as sic_group,
        -- A line without an industry may be in any.
        case when lines.industry is null then 'finance' else groups.industry_group end as industry_group,
        coalesce(windows.window_days, 0) as window_days,
        windows.window_low_usd as low_usd,
        windows.window_high_usd as high_usd,
        lines.ipo_year is null or lines.ipo_year >= year(event.rank_day) - 4 as is_recent
    from lines
    cross join event
    left join sisters on lines.issuer_key = sisters.issuer_key
    left join classified on lines.ticker = classified.ticker
    left join reference.industry_groups as groups on lines.industry = groups.industry
    left join core.trading_windows as windows
        on windows.event_id = $event_id and lines.ticker = windows.ticker
    where lines.security_type = 'common'
),

-- The share of a blank-check company trades at its trust value: near 10 dollars, of a few 20 or 25, hardly moving. One
-- that hardly trades or is about to merge moves more, and has warrants or rights beside it.
priced as (
    select
        *,
        coalesce(
            is_recent
            and window_days >= 10
            and (
                (
                    low_usd >= 9.5 and high_usd <= 11.5 and 100 * (high_usd - low_usd) <= 3 * low_usd
                )
                or (
                    industry_group = 'finance'
                    and (low_usd between 19 and 21 or low_usd between 24 and 26)
                    and 100 * (high_usd - low_usd) <= low_usd
                )
            ),
            false
        ) as is_pinned,
        coalesce(
            is_recent
            and has_sisters
            and window_days >= 5
            and low_usd >= 9.5
            and high_usd <= 12
            and 100 * (high_usd - low_usd) <= 12 * low_usd,
            false
        ) as is_near_trust,
        -- What SIC 6770 tells may be old: the price has to be one of a trust, or unknown.
        coalesce(low_usd >= 9 and high_usd <= 13 and 100 * (high_usd - low_usd) <= 12 * low_usd, true) as may_be_trust,
        -- Who owns a share of a trust does not sell it for less than nine tenths of its value: a price below tells that
        -- the merger is over. A company that has sold units of stock and a note beside its shares is mostly dearer.
        coalesce(high_usd < 9, false) as is_below_trust,
        coalesce(low_usd > 13, false) as is_above_trust
    from described
),

-- Each kind of evidence with its term, and what may be joined to reference.structure_evidence by both.
terms as (
    select ticker, kind, value as term, kind || ': ' || value as evidence, source, known_late
    from filer_evidence
    where kind <> 'sic'
    union all
    select ticker, 'sic_group' as kind, sic_group as term, 'sic: ' || sic as evidence, source, known_late
    from classified
    union all
    -- A list may tell of the fund that had the ticker before.
    select
        listed.ticker,
        'asset_type' as kind,
        'ETF' as term,
        'asset type: ETF' as evidence,
        listed.etf_source as source,
        false as known_late
    from described
    inner join core.listed_symbols as listed
        on listed.event_id = $event_id and described.ticker = listed.ticker
    where
        listed.is_etf
        and contains(described.padded_name, ' ' || regexp_extract(lower(listed.etf_name), '[a-z0-9]+', 0) || ' ')
    union all
    select
        listed.ticker,
        'asset_type_in_finance' as kind,
        'ETF' as term,
        'asset type in finance: ETF' as evidence,
        listed.etf_source as source,
        false as known_late
    from described
    inner join core.listed_symbols as listed
        on listed.event_id = $event_id and described.ticker = listed.ticker
    where
        listed.is_etf
        and contains(described.padded_name, ' ' || regexp_extract(lower(listed.etf_name), '[a-z0-9]+', 0) || ' ')
        and described.industry is not null
        and described.industry_group = 'finance'
    union all
    select ticker, 'industry' as kind, industry as term, 'industry: ' || industry as evidence, listing_source, false
    from described
    union all
    select ticker, 'sister_line' as kind, 'unit' as term, 'units listed' as evidence, listing_source, false
    from priced
    where has_units and not is_above_trust
    union all
    select
        ticker,
        'price' as kind,
        'pinned to trust value' as term,
        'price pinned to trust value' as evidence,
        listing_source,
        false as known_late
    from priced
    where is_pinned and not contains(padded_name, ' bancorp ')
    union all
    select
        ticker,
        'price' as kind,
        'near trust value with warrants or rights' as term,
        'price near trust value with warrants or rights' as evidence,
        listing_source,
        false as known_late
    from priced
    where is_near_trust
),

told as (
    select
        terms.ticker as ticker,
        evidence.precedence as precedence,
        evidence.structure as structure,
        replace(terms.evidence, '_', ' ') as evidence,
        terms.source as source,
        evidence.strength as strength,
        coalesce(terms.known_late, false) as known_late
    from terms
    inner join reference.structure_evidence as evidence on terms.kind = evidence.kind and terms.term = evidence.term
    union all
    select
        names.ticker as ticker,
        evidence.precedence as precedence,
        evidence.structure as structure,
        'directory name: ' || evidence.term as evidence,
        names.source as source,
        -- A fund may have become a company since.
        case when names.as_of < event.rank_day - event.fresh_days then 'weak' else evidence.strength end as strength,
        false as known_late
    from core.directory_names as names
    cross join event
    inner join reference.structure_evidence as evidence
        on contains(' ' || names.plain_name || ' ', ' ' || evidence.term || ' ')
    where names.event_id = $event_id and evidence.kind = 'directory_name'
    union all
    select
        described.ticker as ticker,
        evidence.precedence as precedence,
        evidence.structure as structure,
        replace(evidence.kind, '_', ' ') || ': ' || evidence.term as evidence,
        described.listing_source as source,
        evidence.strength as strength,
        -- What was read in the name alone is of the rank day, whatever told the group of the company.
        evidence.kind = 'name_in_pools' and described.sic_known_late as known_late
    from described
    inner join reference.structure_evidence as evidence
        on
            contains(described.padded_name, ' ' || evidence.term || ' ')
            and (
                evidence.kind = 'name'
                or (evidence.kind = 'name_in_finance' and described.industry_group = 'finance')
                or (evidence.kind = 'name_in_resources' and described.industry_group = 'resources')
                or (evidence.kind = 'name_in_resources' and described.sic_group = 'resources')
                or (evidence.kind = 'name_in_pools' and described.sic_group = 'pools')
                or (
                    evidence.kind = 'name_of_manager'
                    and described.industry = 'Investment Managers'
                    and described.share_class is null
                    and described.ipo_year is not null
                )
            )
),

-- What the line itself speaks against tells nothing: a price below the trust value against a blank-check company, whose
-- label stays for years after it has merged, and the name that its filer gave up by the rank day against the SIC and the
-- industry that it keeps; the industry of a bank against a fund without a SIC, for banks that file
-- with another office have none either.
believed as (
    select
        told.ticker as ticker,
        told.precedence as precedence,
        told.structure as structure,
        told.evidence as evidence,
        told.source as source,
        case when told.known_late then 'weak' else told.strength end as strength,
        told.known_late as known_late
    from priced
    inner join told on priced.ticker = told.ticker
    left join core.shells as shells on shells.event_id = $event_id and priced.ticker = shells.ticker
    where
        not (told.structure = 'spac' and priced.is_below_trust)
        and not (told.structure = 'spac' and starts_with(told.evidence, 'sic') and not priced.may_be_trust)
        and not (
            told.structure = 'spac'
            and (starts_with(told.evidence, 'sic') or starts_with(told.evidence, 'industry'))
            and shells.ticker is not null
        )
        and not (starts_with(told.evidence, 'filer without sic') and coalesce(priced.industry_group, '') = 'banks')
),

ordered as (
    select
        *,
        row_number() over (partition by ticker order by precedence, strength, structure, evidence, source) as choice
    from believed
)

-- Methodology 9.7: to the end of its lock-up a company that merged with a listed shell counts as one.
select
    cast($event_id as varchar) as event_id,
    described.ticker as ticker,
    case when lockups.ticker is not null then 'spac' else coalesce(ordered.structure, 'operating') end as structure,
    case
        when lockups.ticker is not null
            then 'merged with a listed shell, locked up until ' || cast(lockups.unlocked_on as varchar)
        else ordered.evidence
    end as evidence,
    case when lockups.ticker is not null then described.listing_source else ordered.source end as evidence_source,
    case when lockups.ticker is not null then 'weak' else ordered.strength end as evidence_strength,
    lockups.ticker is null and coalesce(ordered.known_late, false) as known_late
from described
cross join event
left join ordered on described.ticker = ordered.ticker and ordered.choice = 1
left join core.lockups as lockups
    on
        lockups.event_id = $event_id
        and described.ticker = lockups.ticker
        and lockups.unlocked_on > event.rank_day
        and coalesce(ordered.structure, 'operating') = 'operating'
