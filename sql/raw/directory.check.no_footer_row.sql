-- severity: error
-- The last line of a symbol directory says when it was made, and is no symbol (providers 1.17, trap 3): as a row it
-- would be a line that is listed and has no price.
select
    source,
    feed,
    as_of,
    symbol,
    name
from raw.directory
where
    contains(symbol, '|')
    or starts_with(lower(symbol), 'file creation')
    or starts_with(lower(coalesce(name, '')), 'file creation time')
