-- What became of each line between the rank day and the first session of the new membership, or the day of an earlier
-- vintage, as far as that session is known: its ticker then, or that it left the exchanges (merger, delisting). Where no
-- dump of its exchange is there, or where none ever showed the line, nothing says that it left.
with seen_exchanges as (
    select distinct exchange
    from core.lines
    where event_id = $event_id and role = 'effective'
)

select
    lines.event_id as event_id,
    lines.ticker as rank_ticker,
    coalesce(continuity.to_ticker, case when lines.listing = 'listed' then lines.ticker end) as ticker,
    seen_exchanges.exchange is not null and continuity.to_ticker is null and lines.listing <> 'listed' as has_left
from core.lines as lines
left join seen_exchanges on lines.exchange = seen_exchanges.exchange
left join core.continuity as continuity
    on
        continuity.event_id = $event_id
        and continuity.from_role = 'rank'
        and continuity.to_role = 'effective'
        and lines.ticker = continuity.from_ticker
where lines.event_id = $event_id and lines.role = 'rank'
