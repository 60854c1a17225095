-- severity: warn
-- Every list of symbols is read into one spelling of a ticker, BRK.B for BRK/B, BRK-B and `BRK.B   ` (providers 1.17,
-- trap 5): in another one a line meets neither its price nor its filer.
select
    source,
    feed,
    as_of,
    symbol,
    ticker
from raw.directory
where regexp_matches(ticker, '[a-z /$+=#_-]')
