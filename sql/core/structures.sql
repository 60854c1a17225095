-- How the issuer of each common line is built (methodology 2.4-2.7), with the evidence and its strength. A name pattern
-- is weak evidence: it decides for a newcomer and leaves the rule open for a company that is a member already.
with event as (
    select event_id, rank_day
    from reference.recon_events
    where event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lines.close_usd as close_usd,
        lines.ipo_year as ipo_year,
        coalesce(lines.industry, '') as industry,
        coalesce(lines.sector, '') as sector,
        securities.plain_name as plain_name,
        securities.issuer_key as issuer_key,
        securities.security_type as security_type
    from core.lines as lines
    inner join core.securities as securities
        on
            lines.event_id = securities.event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- Only a blank-check company has units on the market beside its shares: they are broken up when it merges.
unit_issuers as (
    select distinct issuer_key
    from lines
    where security_type = 'unit'
),

described as (
    select
        lines.*,
        year(event.rank_day) as rank_year,
        unit_issuers.issuer_key is not null as has_units,
        -- A share of a blank-check company trades at its trust value: near 10 dollars, without moving.
        coalesce(
            windows.window_days >= 10
            and windows.window_low_usd >= 9.5
            and windows.window_high_usd <= 11.5
            and 100 * (windows.window_high_usd - windows.window_low_usd) <= 3 * windows.window_low_usd
            and (lines.ipo_year is null or lines.ipo_year >= year(event.rank_day) - 4),
            false
        ) as is_pinned,
        lines.industry in (
            'Investment Managers', 'Trusts Except Educational Religious and Charitable', 'Finance/Investors Services',
            'Finance Companies', 'Finance: Consumer Services', 'Diversified Financial Services', ''
        ) as is_fund_industry
    from lines
    cross join event
    left join unit_issuers on lines.issuer_key = unit_issuers.issuer_key
    left join core.trading_windows as windows on windows.event_id = event.event_id and lines.ticker = windows.ticker
    where lines.security_type = 'common'
),

judged as (
    select
        *,
        case
            when industry = 'Blank Checks' then 'spac|industry|strong'
            when has_units then 'spac|units listed|weak'
            when regexp_matches(plain_name, '\b(blank check|spac)\b') then 'spac|name|strong'
            when
                regexp_matches(plain_name, '\b(acquisitions?|merger) (corp|corporation|co|company|inc|ltd|limited|holdings?|group|i|ii|iii|iv|v|vi|vii|viii|ix|x|one|two|1|2|3)\b')
                or regexp_matches(plain_name, '\bacquisitions?$')
                then 'spac|name|weak'
            when is_pinned and plain_name not like '%bancorp%' then 'spac|price pinned to trust value|weak'
            when regexp_matches(plain_name, '\bllc\b') then 'llc|name|weak'
            when
                regexp_matches(plain_name, '\b(lp|l p|limited partnership|limited partners|master limited)\b')
                or regexp_matches(plain_name, '\bpartners lp\b')
                then 'lp|name|weak'
            when
                regexp_matches(plain_name, '\broyalty trust\b|\boil trust\b|\bmineral trust\b|\broyalty tr\b')
                or (regexp_matches(plain_name, '\btrust\b') and industry in ('Oil & Gas Production', 'Integrated oil Companies', 'Coal Mining', 'Metal Mining', 'Mining & Quarrying of Nonmetallic Minerals (No Fuels)'))
                then 'royalty_trust|name|weak'
            when industry = 'Real Estate Investment Trusts' or regexp_matches(plain_name, '\breit\b') then 'reit|industry|weak'
            when regexp_matches(plain_name, '\b(bdc|business development)\b') then 'bdc|name|strong'
            when regexp_matches(plain_name, '\b(fund|funds)\b') and is_fund_industry then 'closed_end_fund|name|strong'
            when regexp_matches(plain_name, '\b(fund|funds)\b') then 'closed_end_fund|name|weak'
            when is_fund_industry and industry <> '' and regexp_matches(plain_name, '\btrust\b|\binvestors (inc|common)\b|\bsecurities corporation\b')
                then 'closed_end_fund|name|weak'
            when
                is_fund_industry
                and regexp_matches(plain_name, '\b(closed end|municipal|muni|tax exempt|opportunity trust|income trust|income shares|term trust|duration|allocation|dividend trust|strategic credit|floating rate|high yield|convertible|total return|equity trust|securities trust|quality trust|investors trust|premium income|corporate investors|participation investors)\b')
                then 'closed_end_fund|name|weak'
            when
                is_fund_industry
                and regexp_matches(plain_name, '\b(lending|private credit|senior loan|credit company|capital corporation|capital corp|capital inc|capital investment|investment corp|investment corporation|finance corp|finance corporation|venture lending|growth finance|technology finance|specialty finance|mountain finance|capital southwest)\b')
                then 'bdc|name|weak'
            when industry = 'Trusts Except Educational Religious and Charitable' then 'closed_end_fund|industry|weak'
            when
                regexp_matches(plain_name, '\bshares? of beneficial interests?\b') and industry in ('Investment Managers', '', 'Finance/Investors Services')
                then 'closed_end_fund|share form|weak'
            when industry = 'Investment Managers' and sector = 'Finance' and ipo_year is not null and regexp_matches(plain_name, '\b(income|growth|equity|bond|credit|global|emerging|infrastructure|energy|health|technology|premium|strategic|gold|precious)\b') and not regexp_matches(plain_name, '\b(class [a-z])\b')
                then 'closed_end_fund|name|weak'
            else 'operating||'
        end as verdict
    from described
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    split_part(verdict, '|', 1) as structure,
    nullif(split_part(verdict, '|', 2), '') as evidence,
    nullif(split_part(verdict, '|', 3), '') as evidence_strength
from judged
