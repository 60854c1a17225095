-- severity: warn
-- The newest share count of a filing is believable beside the price list and the counts before it (providers 1.5 and
-- 1.17, trap 10). One in doubt gives way to the implied count, to an earlier one of its source, or to none; it stands
-- where the implied count broke on the rank day.
select
    ticker,
    cik,
    suspect,
    filing_source,
    filing_shares,
    implied_shares,
    chosen_shares,
    chosen_source,
    cover_date,
    accession
from core.shares_reconciliation
where event_id = $event_id and suspect is not null and why <> 'filing_stale'
