-- Members of the Microcap that no list names: a list of it is mostly a fund's, and a fund holds a sample. By rule the
-- smallest 1,000 companies of the Russell 2000 are in it (methodology 7.3), and which they were is told by their caps
-- on the rank day of the reconstitution that the lists are the outcome of, by the rules of then.
with rules as (
    select
        max(case when rule = 'cut_micro' then coalesce(value_before, value) end) as cut_micro,
        max(case when rule = 'band_micro' then coalesce(value_before, value) end) as band_micro,
        max(case when rule = 'n_r3000' then coalesce(value_before, value) end) as n_r3000
    from core.event_rules
    where event_id = $event_id
),

opening as (
    select
        opening_rows.*,
        replace(opening_rows.ticker, '.', '') as ticker_key
    from raw.opening_rows as opening_rows
    where
        opening_rows.event_id = $event_id
        -- A later list of an index only adds what was listed since.
        and not exists (
            select 1
            from raw.opening_rows as earlier
            where
                earlier.event_id = $event_id
                and earlier.index_id = opening_rows.index_id
                and earlier.as_of < opening_rows.as_of
        )
),

-- Asked where the lists are files: an event of this home states its Microcap whole.
microcap as (
    select ticker_key
    from opening
    where index_id = 'RMICRO' and source_sha256 is not null
),

large as (
    select
        lines.ticker_key as ticker_key,
        min(securities.issuer_name) as issuer_name,
        max(cast(cast(lines.outstanding_shares as decimal(19, 0)) * lines.close_usd as decimal(24, 4))) as cap_usd
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where
        lines.event_id = $event_id
        and lines.role = 'last_recon'
        and lines.outstanding_shares > 0
        and lines.close_usd > 0
    group by lines.ticker_key
),

listed as (
    select
        opening.index_id,
        opening.ticker,
        opening.ticker_key,
        opening.name,
        opening.as_of,
        large.issuer_name,
        large.cap_usd
    from opening
    inner join large on opening.ticker_key = large.ticker_key
    where opening.index_id in ('R1000', 'R2000')
),

companies as (
    select issuer_name, max(cap_usd) as cap_usd
    from listed
    group by issuer_name
),

ordered as (
    select
        cap_usd,
        row_number() over (order by cap_usd desc, issuer_name) as place,
        count(*) over () as found,
        sum(cap_usd) over (
            order by cap_usd desc, issuer_name rows between unbounded preceding and current row
        ) as cumulative_usd,
        sum(cap_usd) over () as total_usd
    from companies
),

-- The company at the cut; of the companies that are not found as many are taken to stand above it as below.
at_cut as (
    select max(ordered.cumulative_usd) as cumulative_usd
    from ordered
    cross join rules
    where ordered.place * rules.n_r3000 <= ordered.found * rules.cut_micro
),

-- Methodology 7.6, 7.11: a band keeps out of the Microcap who was above the cut before. Below the band nobody is.
cut as (
    select max(ordered.cap_usd) as cut_usd
    from ordered
    cross join at_cut
    cross join rules
    where 100 * (ordered.cumulative_usd - at_cut.cumulative_usd) > rules.band_micro * ordered.total_usd
),

below as (
    select
        listed.*,
        cut.cut_usd as cut_usd,
        microcap.ticker_key is null as is_missing,
        count(*) over () as line_count,
        sum(case when microcap.ticker_key is null then 1 else 0 end) over () as missing_count
    from listed
    cross join cut
    left join (select distinct ticker_key from microcap) as microcap on listed.ticker_key = microcap.ticker_key
    where listed.index_id = 'R2000' and listed.cap_usd <= cut.cut_usd
)

-- A list that lacks no more than one in fifty of them is no sample: the caps are wrong about those.
select
    cast($event_id as varchar) as event_id,
    'RMICRO' as index_id,
    ticker,
    name,
    as_of,
    cap_usd,
    cut_usd
from below
where is_missing and 50 * missing_count > line_count and exists (select 1 from microcap as given)
