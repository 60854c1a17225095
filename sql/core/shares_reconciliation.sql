-- Which share count of a company is believed (methodology 6.4 and 18.11, providers 0 and 1.5): the newest cover of a
-- filing, unless it is in doubt. Then the count that the price list implies, else one of an earlier cover.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_cover_date,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        links.cik as cik,
        securities.share_class as share_class,
        lines.listing as listing,
        case when lines.outstanding_shares > 0 then cast(lines.outstanding_shares as decimal(19, 0)) end
            as implied_shares,
        lines.close_usd as close_usd,
        cast(windows.window_low_shares as decimal(19, 0)) as window_low_shares,
        cast(windows.window_high_shares as decimal(19, 0)) as window_high_shares,
        windows.window_low_usd as window_low_usd,
        windows.window_high_usd as window_high_usd,
        -- Providers 1.5: more than five times what it was within the month, while the price held. A newcomer may have
        -- merged; of a member, whose count was borne out before, the lower one is believed.
        members.rank_ticker is not null
        and lines.outstanding_shares > 5 * windows.window_low_shares
        and 2 * lines.close_usd > windows.window_high_usd as has_jumped,
        count(*) over (partition by links.cik) as line_count,
        -- Twice the price and more is no discount for votes.
        coalesce(
            max(lines.close_usd) over (partition by links.cik) > 2 * min(lines.close_usd) over (partition by links.cik),
            false
        ) as is_uneven
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    left join core.trading_windows as windows on windows.event_id = $event_id and lines.ticker = windows.ticker
    left join (
        select distinct rank_ticker
        from core.opening_members
        where event_id = $event_id
    ) as members on lines.ticker = members.rank_ticker
    where
        lines.event_id = $event_id
        and lines.role = 'rank'
        and securities.security_type = 'common'
),

-- The class of stock of a line: the one that trades under its ticker, else the one with its letter.
class_counts as (
    select
        lines.ticker as ticker,
        coalesce(
            max(case when symbols.ticker is not null then facts.value end),
            max(case
                when regexp_extract(facts.class_member, '(?:Class|Series)([A-Z])(?:$|[A-Z][a-z])', 1)
                    = lines.share_class
                    then facts.value
            end)
        ) as shares
    from lines
    cross join event
    inner join core.share_counts as counts
        on counts.event_id = $event_id and lines.cik = counts.cik and counts.source = 'sec_notes' and counts.recency = 1
    inner join raw.cover_facts as facts
        on
            counts.source = facts.source
            and counts.cik = facts.cik
            and counts.accession = facts.accession
            and counts.cover_date = facts.end_date
            and facts.taxonomy = 'dei'
            and facts.tag = 'EntityCommonStockSharesOutstanding'
            and facts.unit = 'shares'
            and facts.class_member <> ''
            and facts.value < 1000000000000000
    left join raw.filer_tickers as symbols
        on
            facts.source = symbols.source
            and facts.cik = symbols.cik
            and facts.class_member = symbols.class_member
            and lines.ticker = symbols.ticker
            and symbols.as_of <= event.rank_day
    group by lines.ticker
),

-- Classes of unequal weight (Berkshire): where a company's lines close at prices that are far apart, and each of them
-- has a count, the company is worth the sum of its classes at their own prices; a class that is not listed counts at
-- the price of the line (methodology 5.1, providers 1.6).
weights as (
    select
        lines.cik as cik,
        sum(class_counts.shares) as listed_shares,
        sum(cast(class_counts.shares as decimal(19, 0)) * lines.close_usd) as listed_usd
    from lines
    inner join class_counts on lines.ticker = class_counts.ticker
    where lines.is_uneven and lines.close_usd > 0
    group by lines.cik
    having
        count(class_counts.shares) = max(lines.line_count)
        -- Beyond what any company has.
        and sum(cast(class_counts.shares as decimal(19, 0)) * lines.close_usd)
        < 100000000000000000 * cast(min(lines.close_usd) as decimal(20, 4))
),

counts as (
    select
        lines.ticker as ticker,
        lines.line_count as line_count,
        lines.is_uneven as is_uneven,
        lines.close_usd as close_usd,
        lines.implied_shares as implied_shares,
        lines.window_low_shares as window_low_shares,
        lines.window_high_shares as window_high_shares,
        lines.window_low_usd as window_low_usd,
        lines.window_high_usd as window_high_usd,
        class_counts.shares as class_shares,
        counts.source as source,
        counts.recency as recency,
        counts.cover_date as cover_date,
        counts.filed_date as filed_date,
        counts.accession as accession,
        counts.company_shares as company_shares,
        counts.class_count as class_count,
        counts.total_shares as filed_shares,
        -- In units of the line.
        case
            when weights.cik is not null
                then
                    cast(
                        (weights.listed_usd + (counts.total_shares - weights.listed_shares) * lines.close_usd)
                        / nullif(lines.close_usd, 0)
                        as bigint
                    )
            else counts.total_shares
        end as total_shares,
        lines.is_uneven and weights.cik is null as is_unweighed,
        counts.class_count > 0
        and (counts.company_shares is null or counts.company_shares < counts.total_shares) as is_sum_of_classes,
        counts.cover_date < event.oldest_cover_date as is_stale,
        -- The notes of a bank are listed under its number, and none of its shares are theirs: a line that no price
        -- list counts shows by its class, or by being the only one, that the filing is about it.
        lines.listing <> 'listed'
        or lines.implied_shares is not null
        or class_counts.shares is not null
        or lines.line_count = 1 as is_of_line,
        source_order.precedence as precedence
    from lines
    cross join event
    inner join core.share_counts as counts on counts.event_id = $event_id and lines.cik = counts.cik
    inner join reference.source_order as source_order
        on source_order.figure = 'shares' and counts.source = source_order.source
    left join class_counts on lines.ticker = class_counts.ticker
    left join weights
        on
            lines.cik = weights.cik
            and lines.close_usd > 0
            and counts.source = 'sec_notes'
            and counts.recency = 1
            and counts.class_count > 1
            and counts.total_shares >= weights.listed_shares
),

-- Providers 1.17, trap 12: a cover counts shares of its own day, the close of the rank day is a price of another.
splits as (
    select
        splits.ticker as ticker,
        splits.execution_date as execution_date,
        cast(splits.split_from as decimal(20, 4)) as split_from,
        cast(splits.split_to as decimal(20, 4)) as split_to,
        row_number() over (
            partition by splits.ticker, splits.execution_date
            order by splits.source
        ) as choice
    from raw.splits as splits
    cross join event
    where
        splits.execution_date <= event.rank_day
        and cast(splits.known_at as date) <= event.rank_day + event.grace_days
        and splits.split_from between 0.0001 and 999999
        and splits.split_to between 0.0001 and 999999
),

-- Whose a ticker was, day by day. File names are left out: they keep a ticker that the filer has given up.
told as (
    select directory.ticker as ticker, directory.cik as cik, directory.as_of as as_of
    from raw.directory as directory
    cross join event
    where
        directory.is_active
        and directory.cik is not null
        and directory.as_of between event.oldest_cover_date and event.rank_day
        and cast(directory.known_at as date) <= event.rank_day + event.grace_days
    union all
    select tickers.ticker as ticker, tickers.cik as cik, tickers.as_of as as_of
    from raw.filer_tickers as tickers
    cross join event
    where
        tickers.source in ('sec_submissions', 'sec_notes')
        and tickers.as_of between event.oldest_cover_date and event.rank_day
),

-- A split is printed under the ticker of its day: who bore that then.
bearers as (
    select
        splits.ticker as ticker,
        splits.execution_date as execution_date,
        splits.split_from as split_from,
        splits.split_to as split_to,
        told.cik as cik,
        row_number() over (
            partition by splits.ticker, splits.execution_date
            order by told.as_of desc, told.cik
        ) as choice
    from splits
    inner join told on splits.ticker = told.ticker and told.as_of <= splits.execution_date
    where splits.choice = 1
),

first_told as (
    select ticker, cik, min(as_of) as first_day
    from told
    group by ticker, cik
),

splits_of_lines as (
    select
        lines.ticker as ticker,
        splits.execution_date as execution_date,
        splits.split_from as split_from,
        splits.split_to as split_to,
        0 as is_former,
        splits.ticker as split_ticker
    from lines
    inner join splits on lines.ticker = splits.ticker and splits.choice = 1
    union all
    -- Under a ticker that the filer has given up since, while the line had not yet its own: a note of a bank, or
    -- another class, splits for itself.
    select
        lines.ticker as ticker,
        bearers.execution_date as execution_date,
        bearers.split_from as split_from,
        bearers.split_to as split_to,
        1 as is_former,
        bearers.ticker as split_ticker
    from lines
    inner join bearers on lines.cik = bearers.cik and lines.ticker <> bearers.ticker and bearers.choice = 1
    left join core.filer_links as still
        on still.event_id = $event_id and bearers.ticker = still.ticker and bearers.cik = still.cik
    left join first_told on lines.ticker = first_told.ticker and lines.cik = first_told.cik
    where still.ticker is null and (first_told.first_day is null or first_told.first_day > bearers.execution_date)
),

-- Two classes that were renamed together split once.
dated_splits as (
    select
        *,
        row_number() over (partition by ticker, execution_date order by is_former, split_ticker) as choice
    from splits_of_lines
),

passed_splits as (
    select
        counts.ticker as ticker,
        counts.source as source,
        counts.recency as recency,
        splits.split_from as split_from,
        splits.split_to as split_to,
        row_number() over (
            partition by counts.ticker, counts.source, counts.recency
            order by splits.execution_date desc
        ) as place
    from counts
    inner join dated_splits as splits
        on counts.ticker = splits.ticker and splits.choice = 1 and counts.cover_date < splits.execution_date
),

-- The product of up to three splits, term by term: a sum of logarithms would not be exact.
split_products as (
    select
        ticker,
        source,
        recency,
        count(*) as split_count,
        max(case when place = 1 then split_from end)
        * coalesce(max(case when place = 2 then split_from end), cast(1 as decimal(20, 4)))
        * coalesce(max(case when place = 3 then split_from end), cast(1 as decimal(20, 4))) as shares_before,
        max(case when place = 1 then split_to end)
        * coalesce(max(case when place = 2 then split_to end), cast(1 as decimal(20, 4)))
        * coalesce(max(case when place = 3 then split_to end), cast(1 as decimal(20, 4))) as shares_after
    from passed_splits
    group by ticker, source, recency
),

-- More splits than that, or terms of a size that no company prints, are not applied at all.
split_factors as (
    select
        ticker,
        source,
        recency,
        cast(shares_before as decimal(20, 6)) as shares_before,
        cast(shares_after as decimal(20, 6)) as shares_after
    from split_products
    where
        split_count <= 3
        and shares_before between 0.001 and 99999
        and shares_after between 0.001 and 99999
        and shares_after <= 1000 * shares_before
),

applied as (
    select
        counts.*,
        products.ticker is not null and factors.ticker is null as has_unapplied_splits,
        coalesce(factors.shares_before, cast(1 as decimal(20, 6))) as shares_before,
        coalesce(factors.shares_after, cast(1 as decimal(20, 6))) as shares_after
    from counts
    left join split_products as products
        on
            counts.ticker = products.ticker
            and counts.source = products.source
            and counts.recency = products.recency
    left join split_factors as factors
        on
            counts.ticker = factors.ticker
            and counts.source = factors.source
            and counts.recency = factors.recency
),

-- In shares of the rank day: rounded to show and to take, and multiplied out on both sides to compare.
adjusted as (
    select
        *,
        cast(shares_after / nullif(shares_before, 0) as decimal(18, 6)) as split_factor,
        case
            when shares_before = shares_after then cast(total_shares as decimal(19, 0))
            else
                cast(
                    cast(total_shares as decimal(19, 0)) * shares_after / nullif(shares_before, 0)
                    as decimal(19, 0)
                )
        end as adjusted_shares,
        -- Without the weights of classes, as the counts before have it.
        case
            when shares_before = shares_after then cast(filed_shares as decimal(19, 0))
            else
                cast(
                    cast(filed_shares as decimal(19, 0)) * shares_after / nullif(shares_before, 0)
                    as decimal(19, 0)
                )
        end as adjusted_filed_shares,
        cast(total_shares as decimal(19, 0)) * shares_after as filing_side,
        cast(class_shares as decimal(19, 0)) * shares_after as class_side,
        implied_shares * shares_before as implied_side,
        window_low_shares * shares_before as window_low_side,
        window_high_shares * shares_before as window_high_side,
        is_sum_of_classes and class_count < line_count as is_incomplete
    from applied
),

earlier as (
    select
        *,
        row_number() over (partition by ticker, source order by adjusted_filed_shares, recency) as place,
        count(*) over (partition by ticker, source) as earlier_count
    from adjusted
    where recency > 1 and not has_unapplied_splits
),

-- Twice the median of the four counts before: the middle one twice, or the sum of the middle two.
medians as (
    select
        ticker,
        source,
        sum(case when 2 * place = earlier_count + 1 then 2 * adjusted_filed_shares else adjusted_filed_shares end)
            as twice_median_shares
    from earlier
    where 2 * place between earlier_count and earlier_count + 2
    group by ticker, source
),

-- What the price list says at the rank day, beside its days before.
compared as (
    select
        *,
        -- A plain sum over classes of unequal weight is a count of nothing.
        is_unweighed and class_count > 0 and company_shares is null as is_mixed,
        100 * filing_side between 75 * implied_side and 125 * implied_side as is_as_implied,
        -- The count of the price list broke on the rank day, and its market cap with it: with a price that moved
        -- against it, it would be a split.
        coalesce(
            100 * filing_side between 75 * window_high_side and 125 * window_low_side
            and not 100 * implied_shares between 75 * window_high_shares and 125 * window_low_shares
            and not coalesce(
                100 * implied_shares * close_usd
                between 75 * window_low_shares * window_low_usd
                and 125 * window_high_shares * window_high_usd,
                false
            ),
            false
        ) as is_as_before,
        -- Methodology 6.1: all classes count, and exchangeable units (the second class of an Up-C). The price list has
        -- the class of the line alone.
        coalesce(
            source = 'sec_notes'
            and is_sum_of_classes
            and class_count > 1
            and not is_uneven
            and 100 * implied_side between 95 * class_side and 105 * class_side,
            false
        ) as is_more_than_implied,
        -- Nor has a company fewer shares than half of what one of its classes has: some state no more than a class of
        -- a few thousand as the count of the whole.
        coalesce(class_count = 0 and not is_uneven and 2 * filing_side < class_side, false) as is_less_than_class
    from adjusted
    where recency = 1
),

judged as (
    select
        compared.*,
        -- Providers 1.5. A count that the price list bears out is in no doubt, however it got there.
        case
            when compared.total_shares <= 1000 or compared.filing_side <= 1000 * compared.shares_before
                then 'placeholder'
            when compared.has_unapplied_splits then 'splits'
            when compared.is_mixed then 'differs'
            when compared.is_as_implied then null
            when compared.is_as_before then 'differs'
            when compared.is_less_than_class then 'differs'
            when
                1000 * compared.filing_side between 0.95 * compared.implied_side and 1.05 * compared.implied_side
                or 1000000 * compared.filing_side between 0.95 * compared.implied_side and 1.05 * compared.implied_side
                then 'thousands_or_millions'
            when
                10 * compared.adjusted_filed_shares < medians.twice_median_shares
                or 2 * compared.adjusted_filed_shares > 5 * medians.twice_median_shares
                then 'jump'
            when compared.is_more_than_implied then null
            when compared.implied_shares is not null then 'differs'
        end as suspect
    from compared
    left join medians on compared.ticker = medians.ticker and compared.source = medians.source
),

believed as (
    select
        *,
        suspect is null or (suspect = 'differs' and is_as_before and not is_mixed) as is_believed
    from judged
),

-- Of the filings that each source has last: one in no doubt before one in doubt, then the newer one.
filings as (
    select
        *,
        row_number() over (
            partition by ticker
            order by
                is_stale,
                is_incomplete,
                case when is_believed then 0 else 1 end,
                cover_date desc,
                filed_date desc,
                precedence
        ) as choice
    from believed
),

weighed as (
    select
        *,
        is_of_line and not is_stale and not is_incomplete and is_believed as is_taken,
        -- A key, for as a condition of the join it would have every line compared with every count.
        case
            when is_of_line and not is_stale and not is_incomplete and suspect = 'jump' and implied_shares is null
                then ticker
        end as wants_earlier_of
    from filings
    where choice = 1
),

-- In the place of a count that jumps with nothing to bear it out: the newest one before that is in line with its
-- neighbours. Without one the count is not known.
earlier_counts as (
    select
        earlier.ticker as ticker,
        earlier.source as source,
        earlier.cover_date as cover_date,
        earlier.accession as accession,
        earlier.adjusted_shares as adjusted_shares,
        row_number() over (partition by earlier.ticker, earlier.source order by earlier.recency) as choice
    from earlier
    inner join medians on earlier.ticker = medians.ticker and earlier.source = medians.source
    where
        not earlier.is_stale
        and not earlier.is_incomplete
        -- Only the newest filing is weighed.
        and not earlier.is_uneven
        and earlier.filed_shares > 1000
        and earlier.adjusted_filed_shares > 1000
        and 10 * earlier.adjusted_filed_shares >= medians.twice_median_shares
        and 2 * earlier.adjusted_filed_shares <= 5 * medians.twice_median_shares
),

frames as (
    select
        facts.cik as cik,
        facts.value as shares,
        row_number() over (partition by facts.cik order by facts.end_date desc, facts.value desc) as choice
    from raw.cover_facts as facts
    cross join event
    where
        facts.source = 'sec_frames'
        and facts.taxonomy = 'dei'
        and facts.tag = 'EntityCommonStockSharesOutstanding'
        and facts.unit = 'shares'
        and facts.end_date <= event.rank_day
        and facts.value < 1000000000000000
)

select
    cast($event_id as varchar) as event_id,
    lines.ticker as ticker,
    lines.cik as cik,
    cast(lines.implied_shares as bigint) as implied_shares,
    company.total_shares as company_shares,
    cast(class_counts.shares as bigint) as class_shares,
    notes.total_shares as classes_sum_shares,
    coalesce(notes.class_count, 0) as class_count,
    cast(frames.shares as bigint) as frames_shares,
    weighed.source as filing_source,
    weighed.cover_date as cover_date,
    weighed.filed_date as filed_date,
    weighed.accession as accession,
    weighed.split_factor as split_factor,
    cast(weighed.adjusted_shares as bigint) as filing_shares,
    weighed.suspect as suspect,
    cast(
        case
            when weighed.is_taken then weighed.adjusted_shares
            when earlier_counts.ticker is not null then earlier_counts.adjusted_shares
            when lines.has_jumped then lines.window_low_shares
            else lines.implied_shares
        end as bigint
    ) as chosen_shares,
    case
        when weighed.is_taken or earlier_counts.ticker is not null then weighed.source
        when lines.implied_shares is not null then 'implied'
    end as chosen_source,
    case
        when weighed.is_taken then weighed.cover_date
        else earlier_counts.cover_date
    end as chosen_cover_date,
    case
        when weighed.is_taken then weighed.accession
        else earlier_counts.accession
    end as chosen_accession,
    case
        when weighed.is_taken and weighed.is_sum_of_classes and weighed.class_count > 1 then 'classes_of_one_filing'
        when weighed.is_taken then 'cover_of_company'
        when earlier_counts.ticker is not null then 'earlier_count'
        when weighed.is_stale then 'filing_stale'
        when weighed.is_incomplete then 'classes_incomplete'
        when lines.implied_shares is null then 'none'
        when lines.has_jumped then 'implied_before_jump'
        when weighed.ticker is null then 'implied_no_filing'
        else 'implied_filing_suspect'
    end as why
from lines
left join weighed on lines.ticker = weighed.ticker
left join earlier_counts
    on
        weighed.wants_earlier_of = earlier_counts.ticker
        and weighed.source = earlier_counts.source
        and earlier_counts.choice = 1
left join core.share_counts as company
    on
        company.event_id = $event_id
        and lines.cik = company.cik
        and company.source = 'sec_companyfacts'
        and company.recency = 1
left join core.share_counts as notes
    on notes.event_id = $event_id and lines.cik = notes.cik and notes.source = 'sec_notes' and notes.recency = 1
left join class_counts on lines.ticker = class_counts.ticker
left join frames on lines.cik = frames.cik and frames.choice = 1
