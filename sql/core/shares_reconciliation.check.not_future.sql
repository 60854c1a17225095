-- severity: error
-- Methodology 6.4: a share count that ranks a company was public on the rank day. The facts themselves are asked when
-- their filing was made (providers 1.17, trap 11).
select
    chosen.ticker as ticker,
    chosen.chosen_accession as accession,
    max(facts.filed_date) as stated_filed_date,
    events.rank_day as rank_day
from core.shares_reconciliation as chosen
inner join reference.recon_events as events on events.event_id = $event_id
left join raw.cover_facts as facts
    on
        chosen.cik = facts.cik
        and chosen.chosen_accession = facts.accession
        and chosen.chosen_cover_date = facts.end_date
        and facts.source <> 'sec_frames'
where chosen.event_id = $event_id and chosen.chosen_source in ('sec_notes', 'sec_companyfacts')
group by chosen.ticker, chosen.chosen_accession, chosen.chosen_cover_date, events.rank_day
having
    max(facts.filed_date) is null
    or max(facts.filed_date) > events.rank_day
    or max(chosen.filed_date) > events.rank_day
