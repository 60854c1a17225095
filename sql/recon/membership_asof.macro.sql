-- Who is in which index on a day: `select * from recon.membership_asof(date '2024-01-02') where index_id = 'R2000'`.
create macro recon.membership_asof(asof_date) as table
with members as (
    select
        spans.index_id as index_id,
        spans.security_id as security_id,
        spans.company_id as company_id,
        spans.ticker as ticker,
        spans.company_name as company_name,
        spans.effective_from as effective_from,
        spans.effective_to as effective_to
    from recon.index_membership_span as spans
    where
        spans.effective_from <= cast(asof_date as date)
        and (spans.effective_to is null or spans.effective_to > cast(asof_date as date))
),

-- The last ticker that an event saw it under by that day.
tickers as (
    select
        sightings.security_id as security_id,
        sightings.ticker as ticker,
        row_number() over (
            partition by sightings.security_id order by sightings.valid_from desc, sightings.event_id desc
        ) as choice
    from recon.ticker_spans as sightings
    where sightings.valid_from <= cast(asof_date as date)
)

select
    members.index_id as index_id,
    members.security_id as security_id,
    members.company_id as company_id,
    coalesce(tickers.ticker, members.ticker) as ticker,
    members.company_name as company_name,
    members.effective_from as effective_from,
    members.effective_to as effective_to
from members
left join tickers on tickers.choice = 1 and members.security_id = tickers.security_id;

comment on macro table recon.membership_asof is
    'The members of every index on a day: one row an index and security, from recon.index_membership_span, with the '
    'ticker that it bore then as far as recon.ticker_spans tells. Days before the first opening list, and those after '
    'the last event, are answered as the spans stand.';
