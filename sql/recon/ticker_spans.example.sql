-- Which tickers did a line bear, from when on?
select security_id, ticker, valid_from, valid_to, basis, source
from recon.ticker_spans
order by security_id, valid_from, event_id
