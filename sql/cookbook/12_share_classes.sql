-- How are the classes of one company counted: which line is in, and why is another not?
-- gives: event_id, company_name, ticker, share_class, prices_the_company, status, reason, evidence, traded_value_usd,
-- weight_pct
select
    universe.event_id,
    universe.company_name,
    universe.ticker,
    universe.share_class,
    universe.is_pricing_vehicle as prices_the_company,
    eligibility.status,
    eligibility.reason,
    eligibility.share_class_evidence as evidence,
    universe.traded_value_usd,
    members.weight_pct
from recon.universe as universe
inner join recon.eligibility as eligibility
    on universe.event_id = eligibility.event_id and universe.security_id = eligibility.security_id
left join recon.index_membership as members
    on
        universe.event_id = members.event_id
        and universe.security_id = members.security_id
        and members.index_id = 'R3000'
where universe.company_line_count > 1
order by universe.event_id, universe.company_name, universe.is_pricing_vehicle desc, universe.ticker
