-- Where does the Russell 1000 begin, and which caps does the band hold?
select event_id, breakpoint_id, ticker, market_cap_usd, band_low_usd, band_high_usd
from recon.breakpoints
where breakpoint_id in ('R1000', 'R3000')
order by event_id, breakpoint_id
