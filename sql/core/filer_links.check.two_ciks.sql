-- severity: warn
-- One ticker names one filer: a source that gives two numbers for it on one day leaves in doubt whose filings count
-- (providers 1.17, trap 16). The lowest number is taken.
select
    ticker,
    cik,
    candidate_count,
    source,
    as_of
from core.filer_links
where event_id = $event_id and candidate_count > 1
