-- severity: warn
-- A filed count that is chosen is in shares of the rank day: a single split under the ticker since its cover was
-- applied, for one that is forgotten makes the cap wrong by its whole ratio; and none with more than three since is
-- chosen (providers 1.17, trap 12). The factor of an earlier count is not kept, and not asked for.
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

passed as (
    select
        chosen.ticker as ticker,
        chosen.cover_date as cover_date,
        chosen.split_factor as split_factor,
        count(distinct splits.execution_date) as split_count,
        max(splits.execution_date) as last_split
    from core.shares_reconciliation as chosen
    cross join event
    inner join raw.splits as splits
        on
            chosen.ticker = splits.ticker
            and chosen.cover_date < splits.execution_date
            and splits.execution_date <= event.rank_day
            and cast(splits.known_at as date) <= event.rank_day + event.grace_days
            and splits.split_from <> splits.split_to
    where
        chosen.event_id = $event_id
        and chosen.chosen_source in ('sec_notes', 'sec_companyfacts')
        and chosen.why <> 'earlier_count'
    group by chosen.ticker, chosen.cover_date, chosen.split_factor
)

select
    ticker,
    cover_date,
    last_split,
    split_count,
    split_factor
from passed
where split_count > 3 or (split_count = 1 and split_factor = 1)
