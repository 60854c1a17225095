-- Which offerings does a quarterly event add, and by which evidence are they taken for offerings?
-- gives: event_id, ticker, company_name, listing_evidence, seen_by, market_cap_usd, size_index, breakpoint_usd
select
    candidates.event_id,
    candidates.ticker,
    candidates.company_name,
    candidates.listing_evidence,
    candidates.seen_by,
    candidates.market_cap_usd,
    candidates.size_index,
    cuts.market_cap_usd as breakpoint_usd
from recon.ipo_candidates as candidates
left join recon.ipo_breakpoints as cuts
    on candidates.event_id = cuts.event_id and cuts.breakpoint_id = 'R1000'
where candidates.verdict = 'added'
order by candidates.event_id, candidates.market_cap_usd desc nulls last, candidates.ticker
