-- What each line is: the type of security, its issuer and share class, read from the symbol and the printed name; where
-- that has no word for the share, from what the exchange calls the security.
with lines as (
    select
        role,
        anchor_date,
        ticker,
        symbol,
        name,
        listing_source,
        outstanding_shares,
        -- What the issuer is called, as printed: up to the words for the share, and the dash before them.
        trim(regexp_replace(
            regexp_replace(coalesce(name, ticker), ' - ', ' '),
            ' +((class|series|cl) [a-z]\b|common |ordinary |capital stock|american deposit|depositary|registered shares'
            || '|subordinate voting|non.?voting|limited voting|shares? of beneficial|when issued'
            || '|warrants?\b|rights?$|units?$|units? (each|rep)|[0-9.]+% |preferred s|perpetual|cumulative).*$',
            '', 'i'
        )) as printed_issuer,
        -- One blank between words, no punctuation, lower case: what all patterns below are written for.
        trim(regexp_replace(
            regexp_replace(lower(replace(replace(coalesce(name, ''), '.', ''), '''', '')), '[^a-z0-9%$^]+', ' ', 'g'),
            ' +', ' ', 'g'
        )) as plain_name
    from core.lines
    where event_id = $event_id
),

-- What is read of each line: its own name, and the directory's where its own has no word for the share. The name of a
-- line goes first: the ticker may have been another security's when the directory was made.
worded as (
    select
        *,
        regexp_matches(
            plain_name,
            '\b(common|commom|commmon|ordinary|stock|shares?|class [a-z]|series [a-z]|cl [a-z]|units?|warrants?|rights?'
            || '|notes?)\b'
        ) as has_words
    from lines
),

readings as (
    select
        role,
        anchor_date,
        ticker,
        symbol,
        plain_name,
        outstanding_shares,
        1 as reading,
        'name' as evidence,
        listing_source as source
    from worded
    union all
    select
        worded.role,
        worded.anchor_date,
        worded.ticker,
        worded.symbol,
        names.plain_name,
        worded.outstanding_shares,
        2 as reading,
        'directory name' as evidence,
        names.source
    from worded
    inner join core.directory_names as names on names.event_id = $event_id and worded.ticker = names.ticker
    where worded.role = 'rank' and not worded.has_words
),

told as (
    select
        *,
        -- Methodology 2.3: ineligible share types. The first pattern that holds decides.
        case
            -- Some names print what a unit holds: the word for it comes first.
            when
                regexp_matches(plain_name, '\bunits? (each|consist|1|compris)|\beach consisting\b')
                and not regexp_matches(plain_name, '\b(common|limited partner|partnership|lp) units?\b')
                then 'unit'
            when
                regexp_matches(plain_name, '\bwarr+ants?\b| wts?$')
                or regexp_matches(symbol, '[/.+-]WS?$')
                or regexp_matches(ticker, '[.]WS([.][A-Z])?$')
                then 'warrant'
            when
                regexp_matches(plain_name, '\b(notes?|debentures?|bonds?)\b.*(\bdue\b|%|\b20[2-9][0-9]\b)')
                or regexp_matches(plain_name, '%.*\b(notes?|debentures?|bonds?)\b')
                or regexp_matches(plain_name, '\b[0-9]+%$')
                or regexp_matches(plain_name, '\b(subordinated|senior|exchangeable|convertible) (notes?|debentures?)\b')
                -- Zones are exchangeable notes; they carry the cap of the company that owes them (providers 1.17, trap 7).
                or regexp_matches(plain_name, '\b(quibs|pines|baby bond|zones)$')
                or regexp_matches(plain_name, '\b(quibs|pines|baby bond)\b')
                then 'note'
            -- A public authority has no shares: what is listed of it is what it owes.
            when regexp_matches(plain_name, '\bauthority\b') and outstanding_shares is null then 'note'
            when
                regexp_matches(plain_name, '\b(corts|saturns|pplus|strats|tr(ust)? cert(ificate)?s?)\b')
                or regexp_matches(plain_name, '\b(corp(orate)? backed|synthetic fixed)\b')
                then 'trust_certificate'
            -- Depositary shares of a preferred are preferreds, not receipts for a foreign share.
            when
                contains(symbol, '^')
                or (
                    regexp_matches(plain_name, '\b(preferred|preference|pfd|perpetual|cumulative|noncumulative)\b')
                    and not regexp_matches(plain_name, '^preferred .*\bcommon (stock|shares?)$')
                )
                or regexp_matches(plain_name, '\binterest in a\b.*\bshare\b')
                -- A trust that a company set up to sell preferreds: Capital Trust I, II and so on.
                or regexp_matches(plain_name, '\bcapital trust [ivx]+\b')
                then 'preferred'
            when
                regexp_matches(plain_name, '\bamerican deposit[ao]ry\b| ad[rs]s?\b|\b(new york|ny) registry\b')
                -- Smith & Nephew American trading shares, and whoever else calls its receipts so.
                or regexp_matches(plain_name, '\bsnats?\b|\bamerican trading shares?\b')
                or regexp_matches(plain_name, '\bdeposit[ao]ry (shares?|receipts?|interests?)\b')
                then 'depositary_receipt'
            when
                regexp_matches(plain_name, '\b(common|limited partner|partnership|lp) units?\b|\bunits? represent')
                or regexp_matches(plain_name, '\b(depositary units?|unit certificates)\b')
                then 'partnership_unit'
            when regexp_matches(plain_name, '\bunits? of beneficial interest\b') then 'trust_unit'
            when regexp_matches(plain_name, '\brights?$|\brights? (to|exp|each|entitl|when)') then 'right'
            when regexp_matches(plain_name, '\b(sub)?units?$|\bunits? when|\bsail securities$') then 'unit'
            when regexp_matches(plain_name, '\b(et[fn]s?|exchange traded|nextshares)\b') then 'fund_share'
            else 'common'
        end as security_type
    from readings
),

-- Whose shares are counted on another line of the rank day, by the SEC's number.
counted as (
    select distinct links.cik as cik
    from worded
    inner join core.filer_links as links on links.event_id = $event_id and worded.ticker = links.ticker
    where worded.role = 'rank' and worded.outstanding_shares is not null
),

-- A line that says nothing of itself and has no shares, of an issuer whose shares are another line: an exchange-traded
-- note of a bank, listed under the name of the bank. A class is a share all the same.
indebted as (
    select worded.ticker as ticker, links.source as source
    from worded
    inner join core.filer_links as links on links.event_id = $event_id and worded.ticker = links.ticker
    inner join counted on links.cik = counted.cik
    left join told on told.role = 'rank' and worded.ticker = told.ticker and told.reading = 2
    where
        worded.role = 'rank'
        and worded.outstanding_shares is null
        and not worded.has_words
        and not contains(worded.ticker, '.')
        and told.ticker is null
),

chosen as (
    select
        told.*,
        row_number() over (
            partition by told.role, told.anchor_date, told.ticker
            order by told.security_type = 'common', told.reading
        ) as choice
    from told
),

typed as (
    select
        worded.*,
        case
            when chosen.security_type = 'common' and indebted.ticker is not null then 'note' else chosen.security_type
        end as security_type,
        case
            when chosen.security_type <> 'common' then chosen.evidence
            when indebted.ticker is not null then 'shares of the issuer on another line'
        end as type_evidence,
        case
            when chosen.security_type <> 'common' then chosen.source
            when indebted.ticker is not null then indebted.source
        end as type_source,
        case
            when chosen.security_type <> 'common' then 'strong' when indebted.ticker is not null then 'weak'
        end as type_strength
    from worded
    inner join chosen
        on
            worded.role = chosen.role
            and worded.anchor_date = chosen.anchor_date
            and worded.ticker = chosen.ticker
            and chosen.choice = 1
    left join indebted on worded.role = 'rank' and worded.ticker = indebted.ticker
),

-- The issuer's name ends where the words for the share begin.
named as (
    select
        *,
        trim(regexp_replace(
            plain_name,
            ' (class [a-z]\b|series [a-z]\b|cl [a-z]$|common|ordinary|capital stock|american deposit|depositary'
            || '|global depositary|new york registry|registered shares|subordinate voting|non voting|nonvoting'
            || '|limited voting|voting shares?|shares? of beneficial|beneficial interest|each represent|when issued'
            || '|warrants?|rights?$|rights? |units?$|units? |preferred|perpetual|cumulative|[0-9.]+%).*$',
            ''
        )) as issuer_text,
        regexp_extract(plain_name, '\b(?:class|series|cl) ([a-z])\b', 1) as class_letter,
        -- Methodology 2.8: a tracking stock counts as a company of its own; its group is named between class and share.
        trim(regexp_extract(plain_name, '\bseries [a-z] ([a-z ]+?) common stock', 1)) as tracking_group
    from typed
),

issued as (
    select
        *,
        trim(regexp_replace(
            regexp_replace(issuer_text, '^the | the$', '', 'g'), ' (new|de|md|va|pa|reit|delaware|nv)$', ''
        ) || case when tracking_group <> '' then ' ' || tracking_group else '' end) as issuer
    from named
)

select
    cast($event_id as varchar) as event_id,
    role,
    anchor_date,
    ticker,
    plain_name,
    security_type,
    type_evidence,
    type_source,
    type_strength,
    -- Some names are printed twice over.
    case
        when
            length(printed_issuer) % 2 = 1
            and substr(printed_issuer, 1, length(printed_issuer) // 2) || ' '
            || substr(printed_issuer, 1, length(printed_issuer) // 2) = printed_issuer
            then substr(printed_issuer, 1, length(printed_issuer) // 2)
        else coalesce(nullif(printed_issuer, ''), name, ticker)
    end as company_name,
    coalesce(nullif(issuer, ''), lower(ticker)) as issuer_name,
    -- Without the words for the legal form, which sources write in many ways: for finding a company again, not for
    -- telling companies apart.
    coalesce(
        nullif(trim(regexp_replace(regexp_replace(
            issuer,
            '\b(incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|plc|lp|sa|nv|ag'
            || '|group|holdings?|trust|the|and|of)\b',
            ' ', 'g'
        ), ' +', ' ', 'g')), ''),
        lower(ticker)
    ) as issuer_key,
    nullif(tracking_group, '') as tracking_group,
    coalesce(nullif(upper(class_letter), ''), nullif(regexp_extract(ticker, '\.([A-Z])$', 1), '')) as share_class,
    -- How the issuer calls its shares: companies of the US issue common stock, most others ordinary or common shares.
    case
        when regexp_matches(plain_name, '\bbeneficial interests?\b') then 'beneficial_interest'
        when regexp_matches(plain_name, '\b(ordinary|common|voting|registered) shares?\b') then 'shares'
        when regexp_matches(plain_name, '\b(common|capital) stock\b') then 'stock'
    end as share_form
from issued
