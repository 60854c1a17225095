-- Which lines changed their ticker, and who said so?
-- gives: security_id, company_name, ticker, next_ticker, changed_by, basis, source
with borne as (
    select
        security_id,
        ticker,
        valid_from,
        basis,
        source,
        lead(ticker) over (partition by security_id order by valid_from, event_id) as next_ticker,
        lead(valid_from) over (partition by security_id order by valid_from, event_id) as changed_by,
        lead(basis) over (partition by security_id order by valid_from, event_id) as next_basis,
        lead(source) over (partition by security_id order by valid_from, event_id) as next_source
    from recon.ticker_spans
),

names as (
    select security_id, max(company_name) as company_name
    from recon.universe
    group by security_id
)

select
    borne.security_id,
    names.company_name,
    borne.ticker,
    borne.next_ticker,
    borne.changed_by,
    borne.next_basis as basis,
    borne.next_source as source
from borne
inner join names on borne.security_id = names.security_id
where borne.next_ticker <> borne.ticker
order by borne.changed_by, borne.ticker
