-- How the issuer of each common line is built (methodology 2.4-2.7), with the evidence and its strength. Weak evidence
-- decides for a newcomer and leaves the rule open for a company that is a member already (recon.eligibility).
with event as (
    select event_id, rank_day
    from reference.recon_events
    where event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lines.ipo_year as ipo_year,
        lines.industry as industry,
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

-- A blank-check company has units on the market beside its shares; they are broken up when it merges.
unit_issuers as (
    select distinct issuer_key
    from lines
    where security_type = 'unit'
),

described as (
    select
        lines.*,
        unit_issuers.issuer_key is not null as has_units,
        -- A line without an industry may be in any.
        case when lines.industry is null then 'finance' else groups.industry_group end as industry_group,
        -- The share of a blank-check company trades at its trust value: near 10 dollars, hardly moving.
        coalesce(
            windows.window_days >= 10
            and windows.window_low_usd >= 9.5
            and windows.window_high_usd <= 11.5
            and 100 * (windows.window_high_usd - windows.window_low_usd) <= 3 * windows.window_low_usd
            and (lines.ipo_year is null or lines.ipo_year >= year(event.rank_day) - 4),
            false
        ) as is_pinned
    from lines
    cross join event
    left join unit_issuers on lines.issuer_key = unit_issuers.issuer_key
    left join reference.industry_groups as groups on lines.industry = groups.industry
    left join core.trading_windows as windows
        on windows.event_id = $event_id and lines.ticker = windows.ticker
    where lines.security_type = 'common'
),

told as (
    select
        described.ticker as ticker,
        evidence.precedence as precedence,
        evidence.structure as structure,
        replace(evidence.kind, '_', ' ') || ': ' || evidence.term as evidence,
        evidence.strength as strength
    from described
    inner join reference.structure_evidence as evidence
        on
            (evidence.kind = 'industry' and described.industry = evidence.term)
            or (
                contains(described.padded_name, ' ' || evidence.term || ' ')
                and (
                    evidence.kind = 'name'
                    or (evidence.kind = 'name_in_finance' and described.industry_group = 'finance')
                    or (evidence.kind = 'name_in_resources' and described.industry_group = 'resources')
                    or (
                        evidence.kind = 'name_of_manager'
                        and described.industry = 'Investment Managers'
                        and described.share_class is null
                        and described.ipo_year is not null
                    )
                )
            )
    union all
    select ticker, 2 as precedence, 'spac' as structure, 'units listed' as evidence, 'weak' as strength
    from described
    where has_units
    union all
    select ticker, 3 as precedence, 'spac' as structure, 'price pinned to trust value' as evidence, 'weak' as strength
    from described
    where is_pinned and not contains(padded_name, ' bancorp ')
),

ordered as (
    select *, row_number() over (partition by ticker order by precedence, strength, structure, evidence) as choice
    from told
)

select
    cast($event_id as varchar) as event_id,
    described.ticker as ticker,
    coalesce(ordered.structure, 'operating') as structure,
    ordered.evidence as evidence,
    ordered.strength as evidence_strength
from described
left join ordered on described.ticker = ordered.ticker and ordered.choice = 1
