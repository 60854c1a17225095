-- severity: warn
-- Shares and price of a ranked company count the same unit (providers 1.17, trap 9). Told are ranked lines that another
-- list calls depositary shares; ordinary shares on the cover of a foreign filer without a second count; a cap over 300
-- times the public float, where no second count bears out the first.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

-- Of the last three months: before that the ticker may have been another line's.
depositary as (
    select distinct directory.ticker
    from raw.directory as directory
    inner join event
        on
            directory.as_of between event.rank_day - 90 and event.rank_day + event.grace_days
            and directory.is_active
    where
        directory.security_kind in ('ADRC', 'ADRP', 'GDR')
        or regexp_matches(lower(coalesce(directory.name, '')), '\b(depositary|adrs?|ads)\b')
),

-- A float is stated once a year. Below a million it is a placeholder, or in thousands.
floats as (
    select
        facts.cik as cik,
        facts.value as float_usd,
        row_number() over (partition by facts.cik order by facts.end_date desc, facts.filed_date desc, facts.value desc)
            as choice
    from raw.cover_facts as facts
    inner join event on facts.filed_date between event.oldest_day and event.rank_day
    where facts.taxonomy = 'dei' and facts.tag = 'EntityPublicFloat' and facts.value >= 1000000
),

ranked as (
    select
        ranking.rank as rank,
        ranking.ticker as ticker,
        ranking.company_name as company_name,
        ranking.market_cap_usd as market_cap_usd,
        universe.outstanding_shares as outstanding_shares,
        floats.float_usd as float_usd,
        depositary.ticker is not null as is_depositary,
        shares.implied_shares is null
        and shares.chosen_source in ('sec_notes', 'sec_companyfacts')
        and starts_with(counts.form, '20-F') as is_foreign_count,
        shares.implied_shares is null
        or shares.filing_shares is null
        or shares.suspect is not null as is_alone
    from recon.ranking as ranking
    inner join recon.universe as universe
        on universe.event_id = $event_id and ranking.security_id = universe.security_id
    left join depositary on ranking.ticker = depositary.ticker
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and ranking.ticker = shares.ticker
    left join core.share_counts as counts
        on
            counts.event_id = $event_id
            and shares.cik = counts.cik
            and shares.filing_source = counts.source
            and shares.accession = counts.accession
            and shares.cover_date = counts.cover_date
    left join floats on shares.cik = floats.cik and floats.choice = 1
    where ranking.event_id = $event_id
),

judged as (
    select
        ranked.*,
        case
            when is_depositary then 'another list calls it a depositary share'
            when is_foreign_count then 'ordinary shares of a foreign filer, and no second count'
            when is_alone and market_cap_usd > 300 * float_usd then 'over 300 times its public float'
        end as failure
    from ranked
)

select
    rank,
    ticker,
    company_name,
    market_cap_usd,
    outstanding_shares,
    float_usd,
    failure
from judged
where failure is not null
