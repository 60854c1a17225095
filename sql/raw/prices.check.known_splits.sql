-- severity: warn
-- Across a split that is known the closes of a source move by its ratio (providers 1.17, trap 13): where they hardly
-- move, that source is adjusted for later splits, whatever it says itself. The nearest closes within 60 days are
-- compared.
with wanted as (
    select distinct session_date
    from core.event_sessions
    where event_id = $event_id
),

closes as (
    select
        splits.ticker as ticker,
        splits.execution_date as execution_date,
        splits.split_from as split_from,
        splits.split_to as split_to,
        prices.source as source,
        prices.as_of as as_of,
        cast(prices.close_usd as decimal(14, 4)) as close_usd,
        prices.as_of < splits.execution_date as is_before,
        row_number() over (
            partition by splits.ticker, splits.execution_date, prices.source, prices.as_of < splits.execution_date
            order by abs(prices.as_of - splits.execution_date), prices.symbol
        ) as choice
    from reference.known_splits as splits
    inner join raw.prices as prices
        on
            splits.ticker = prices.ticker
            and prices.as_of between splits.execution_date - 60 and splits.execution_date + 60
    inner join wanted on prices.as_of = wanted.session_date
    where prices.close_usd > 0
)

select
    earlier.ticker as ticker,
    earlier.execution_date as execution_date,
    earlier.split_from as split_from,
    earlier.split_to as split_to,
    earlier.source as source_before,
    earlier.as_of as session_before,
    earlier.close_usd as close_before_usd,
    later.source as source_after,
    later.as_of as session_after,
    later.close_usd as close_after_usd
from closes as earlier
inner join closes as later
    on earlier.ticker = later.ticker and earlier.execution_date = later.execution_date
where
    earlier.is_before
    and not later.is_before
    and earlier.choice = 1
    and later.choice = 1
    -- The move is nearer to none than to the ratio: it is less than the square root of that, by products alone.
    and (
        (
            earlier.split_from < earlier.split_to
            and earlier.close_usd * earlier.close_usd * earlier.split_from
            < later.close_usd * later.close_usd * earlier.split_to
        )
        or (
            earlier.split_from > earlier.split_to
            and earlier.close_usd * earlier.close_usd * earlier.split_from
            > later.close_usd * later.close_usd * earlier.split_to
        )
    )
