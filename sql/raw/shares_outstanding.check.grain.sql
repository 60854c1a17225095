-- severity: error
-- Each line stands once a session and source among the facts that the event reads: a dump that was loaded twice, or two dumps of
-- one session, would double share counts without a trace.
select
    facts.source as source,
    facts.as_of as as_of,
    facts.exchange as exchange,
    facts.symbol as symbol,
    count(*) as row_count
from raw.shares_outstanding as facts
inner join (
    select distinct session_date
    from core.event_sessions
    where event_id = $event_id
) as wanted
    on facts.as_of = wanted.session_date
group by facts.source, facts.as_of, facts.exchange, facts.symbol
having count(*) > 1
