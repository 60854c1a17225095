-- How do I join a panel of prices to the membership of each day, without survivorship bias?
-- Put your own rows in place of `panel`: a ticker and a day. The ticker is resolved to the line that bore it then, and
-- a span holds from its first day to the day before its last, `[effective_from, effective_to)`. Who was delisted since
-- is there on the days when it was a member.
-- gives: day, ticker, close_usd, security_id, index_id, is_gone_since
with panel as (
    select distinct observed_session as day, ticker, close_usd
    from recon.universe
    where close_usd is not null
),

resolved as (
    select panel.day, panel.ticker, panel.close_usd, tickers.security_id
    from panel
    inner join recon.ticker_spans as tickers
        on
            panel.ticker = tickers.ticker
            and panel.day >= tickers.valid_from
            and (tickers.valid_to is null or panel.day < tickers.valid_to)
    qualify row_number() over (
        partition by panel.day, panel.ticker order by tickers.event_id desc, tickers.security_id
    ) = 1
)

select
    resolved.day,
    resolved.ticker,
    resolved.close_usd,
    resolved.security_id,
    spans.index_id,
    coalesce(spans.exit_kind = 'departure', false) as is_gone_since
from resolved
inner join recon.index_membership_span as spans
    on
        resolved.security_id = spans.security_id
        and resolved.day >= spans.effective_from
        and (spans.effective_to is null or resolved.day < spans.effective_to)
where spans.index_id in ('R1000', 'R2000')
order by resolved.day, resolved.ticker, spans.index_id
