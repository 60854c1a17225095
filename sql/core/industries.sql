-- The ICB industry of each line of the rank day (methodology 12.2): of the rules of the mapping that hold the first
-- one. Before ICB was the scheme of the indexes (rule industry_scheme) nobody has one: theirs were Russell's own sectors
-- (12.1), into which we have no mapping.
with rules as (
    select
        coalesce(max(case when rule = 'use_sic_industry' then value end), 1) = 1 as use_sic,
        coalesce(max(case when rule = 'industry_scheme' then value end), 2) = 2 as is_icb
    from core.event_rules
    where event_id = $event_id
),

stated as (
    select figures.ticker as ticker, figures.value as sic, figures.known_late as known_late
    from core.figures as figures
    cross join rules
    where figures.event_id = $event_id and figures.figure = 'sic' and rules.use_sic
),

lines as (
    select
        lines.ticker as ticker,
        lines.sector as sector,
        lines.industry as industry,
        securities.issuer_name as issuer_name,
        stated.sic as sic,
        coalesce(stated.known_late, false) as known_late
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    inner join rules on rules.is_icb
    left join stated on lines.ticker = stated.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- Ranges are unrolled once for each code that occurs, so that the lines meet them by equality.
codes as (
    select distinct sic
    from lines
    where sic is not null
),

code_rules as (
    select codes.sic as sic, mapping.*
    from codes
    inner join reference.industries as mapping on codes.sic between mapping.sic_from and mapping.sic_to
),

-- What of a line meets a rule of the mapping.
met as (
    select lines.ticker, mapping.precedence, mapping.icb_industry, mapping.name_word, 'sic' as industry_source
    from lines
    inner join code_rules as mapping on lines.sic = mapping.sic and mapping.industry is null
    union all
    select
        lines.ticker,
        mapping.precedence,
        mapping.icb_industry,
        mapping.name_word,
        'sic and screener' as industry_source
    from lines
    inner join code_rules as mapping on lines.sic = mapping.sic and lines.industry = mapping.industry
    union all
    select
        lines.ticker,
        mapping.precedence,
        mapping.icb_industry,
        mapping.name_word,
        'screener industry' as industry_source
    from lines
    inner join reference.industries as mapping on lines.industry = mapping.industry and mapping.sic_from is null
    union all
    select
        lines.ticker,
        mapping.precedence,
        mapping.icb_industry,
        cast(null as varchar) as name_word,
        'screener sector' as industry_source
    from lines
    inner join reference.industries as mapping on lines.sector = mapping.sector
),

found as (
    select met.ticker, met.precedence, met.icb_industry, met.industry_source
    from met
    inner join lines on met.ticker = lines.ticker
    where met.name_word is null or contains(' ' || lines.issuer_name || ' ', ' ' || met.name_word || ' ')
),

-- A word of the name alone is asked last: each word would be looked for in each name.
named as (
    select lines.ticker, mapping.precedence, mapping.icb_industry, 'name' as industry_source
    from lines
    left join found on lines.ticker = found.ticker
    inner join reference.industries as mapping
        on mapping.sector is null and mapping.industry is null and mapping.sic_from is null
    where found.ticker is null and contains(' ' || lines.issuer_name || ' ', ' ' || mapping.name_word || ' ')
),

ordered as (
    select
        evidence.*,
        row_number() over (partition by evidence.ticker order by evidence.precedence) as choice
    from (
        select ticker, precedence, icb_industry, industry_source from found
        union all
        select ticker, precedence, icb_industry, industry_source from named
    ) as evidence
)

select
    cast($event_id as varchar) as event_id,
    ordered.ticker as ticker,
    ordered.icb_industry as icb_industry,
    ordered.industry_source as industry_source,
    lines.sic as sic,
    lines.known_late and ordered.industry_source in ('sic', 'sic and screener') as known_late,
    ordered.precedence as precedence
from ordered
inner join lines on ordered.ticker = lines.ticker
where ordered.choice = 1
