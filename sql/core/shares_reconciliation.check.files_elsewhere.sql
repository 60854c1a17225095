-- severity: warn
-- A member without a number of the SEC, a bank that files elsewhere above all, has no filing to hold against the price
-- list: its share count is the implied one (providers 1.17, trap 17). Told where most lines have a number.
with members as (
    select distinct replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
),

coverage as (
    select count(cik) as with_filer, count(*) as lines
    from core.shares_reconciliation
    where event_id = $event_id
)

select
    chosen.ticker as ticker,
    chosen.implied_shares as implied_shares,
    chosen.chosen_source as chosen_source,
    chosen.why as why
from core.shares_reconciliation as chosen
cross join coverage
inner join members on replace(chosen.ticker, '.', '') = members.ticker_key
where chosen.event_id = $event_id and chosen.cik is null and 2 * coverage.with_filer > coverage.lines
