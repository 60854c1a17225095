-- What each line is: the type of security, its issuer and share class, read from the symbol and the printed name; where
-- that has no word for the share, from what the exchange calls the security.
--
-- A name is printed at each anchor of the event and seldom changes: each is read once (`printed_names`, `phrases`), and
-- the lines are told by what was read.
with printed_names as (
    select
        name,
        -- What the issuer is called, as printed: up to the words for the share, and the dash before them.
        trim(regexp_replace(
            replace(name, ' - ', ' '),
            ' +((class|series|cl) [a-z]\b|common |ordinary |capital stock|american deposit|depositary|registered shares'
            || '|subordinate voting|non.?voting|limited voting|shares? of beneficial|when issued'
            || '|warrants?\b|rights?$|units?$|units? (each|rep)|[0-9.]+% |preferred s|perpetual|cumulative).*$',
            '', 'i'
        )) as printed_issuer,
        -- One blank between words, no punctuation, lower case: what all patterns below are written for.
        trim(regexp_replace(
            regexp_replace(lower(replace(replace(name, '.', ''), '''', '')), '[^a-z0-9%$^]+', ' ', 'g'), ' +', ' ', 'g'
        )) as plain_name
    from (select distinct name from core.lines where event_id = $event_id and name is not null) as names
),

-- Whether a name has a word for the share at all.
readable_names as (
    select
        printed_names.*,
        regexp_matches(
            plain_name,
            '\b(common|commom|commmon|ordinary|stock|shares?|class [a-z]|series [a-z]|cl [a-z]|units?|warrants?|rights?'
            || '|notes?)\b'
        ) as has_words
    from printed_names
),

lines as (
    select
        lines.role,
        lines.anchor_date,
        lines.ticker,
        lines.symbol,
        lines.name,
        lines.listing_source,
        lines.outstanding_shares,
        coalesce(names.printed_issuer, lines.ticker) as printed_issuer,
        coalesce(names.plain_name, '') as plain_name,
        coalesce(names.has_words, false) as has_words
    from core.lines as lines
    left join readable_names as names on lines.name = names.name
    where lines.event_id = $event_id
),

-- What the exchange calls a security whose printed name has no word for the share.
titles as (
    select
        lines.role as role,
        lines.ticker as ticker,
        lines.outstanding_shares as outstanding_shares,
        names.plain_name as plain_name,
        names.source as source
    from lines
    inner join core.directory_names as names on names.event_id = $event_id and lines.ticker = names.ticker
    where lines.role = 'rank' and not lines.has_words
),

-- What each name says of the share, and whose it is.
phrases as (
    select
        plain_name,
        regexp_matches(plain_name, '\bauthority\b') as is_authority,
        -- Methodology 2.3: ineligible share types. The first pattern that holds decides; its place tells the type.
        case
            -- Some names print what a unit holds: the word for it comes first.
            when
                regexp_matches(plain_name, '\bunits? (each|consist|1|compris)|\beach consisting\b')
                and not regexp_matches(plain_name, '\b(common|limited partner|partnership|lp) units?\b')
                then 1  -- unit
            when
                regexp_matches(plain_name, '\bwarr+ants?\b| wts?$')
                then 2  -- warrant
            when
                regexp_matches(plain_name, '\b(notes?|debentures?|bonds?)\b.*(\bdue\b|%|\b20[2-9][0-9]\b)')
                or regexp_matches(plain_name, '%.*\b(notes?|debentures?|bonds?)\b')
                or regexp_matches(plain_name, '\b[0-9]+%$')
                or regexp_matches(plain_name, '\b(subordinated|senior|exchangeable|convertible) (notes?|debentures?)\b')
                -- Zones are exchangeable notes; they carry the cap of the company that owes them (providers 1.17, trap
                -- 7).
                or regexp_matches(plain_name, '\b(quibs|pines|baby bond|zones)$')
                or regexp_matches(plain_name, '\b(quibs|pines|baby bond)\b')
                then 3  -- note
            when
                regexp_matches(plain_name, '\b(corts|saturns|pplus|strats|tr(ust)? cert(ificate)?s?)\b')
                or regexp_matches(plain_name, '\b(corp(orate)? backed|synthetic fixed)\b')
                then 5  -- trust_certificate
            -- Depositary shares of a preferred are preferreds, not receipts for a foreign share.
            when
                (
                    regexp_matches(plain_name, '\b(preferred|preference|pfd|perpetual|cumulative|noncumulative)\b')
                    and not regexp_matches(plain_name, '^preferred .*\bcommon (stock|shares?)$')
                )
                or regexp_matches(plain_name, '\binterest in a\b.*\bshare\b')
                -- A trust that a company set up to sell preferreds: Capital Trust I, II and so on.
                or regexp_matches(plain_name, '\bcapital trust [ivx]+\b')
                then 6  -- preferred
            when
                regexp_matches(plain_name, '\bamerican deposit[ao]ry\b| ad[rs]s?\b|\b(new york|ny) registry\b')
                -- Smith & Nephew American trading shares, and whoever else calls its receipts so.
                or regexp_matches(plain_name, '\bsnats?\b|\bamerican trading shares?\b')
                or regexp_matches(plain_name, '\bdeposit[ao]ry (shares?|receipts?|interests?)\b')
                then 7  -- depositary_receipt
            when
                regexp_matches(plain_name, '\b(common|limited partner|partnership|lp) units?\b|\bunits? represent')
                or regexp_matches(plain_name, '\b(depositary units?|unit certificates)\b')
                then 8  -- partnership_unit
            when regexp_matches(plain_name, '\bunits? of beneficial interest\b') then 9  -- trust_unit
            when regexp_matches(plain_name, '\brights?$|\brights? (to|exp|each|entitl|when)') then 10  -- right
            when regexp_matches(plain_name, '\b(sub)?units?$|\bunits? when|\bsail securities$') then 11  -- unit
            when regexp_matches(plain_name, '\b(et[fn]s?|exchange traded|nextshares)\b') then 12  -- fund_share
            else 13
        end as place,
        -- The issuer's name ends where the words for the share begin.
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
        trim(regexp_extract(plain_name, '\bseries [a-z] ([a-z ]+?) common stock', 1)) as tracking_group,
        -- How the issuer calls its shares: companies of the US issue common stock, most others ordinary or common
        -- shares.
        case
            when regexp_matches(plain_name, '\bbeneficial interests?\b') then 'beneficial_interest'
            when regexp_matches(plain_name, '\b(ordinary|common|voting|registered) shares?\b') then 'shares'
            when regexp_matches(plain_name, '\b(common|capital) stock\b') then 'stock'
        end as share_form
    from (
        select plain_name from lines
        union
        select plain_name from titles
    ) as names
),

issuers as (
    select
        phrases.*,
        trim(regexp_replace(
            regexp_replace(issuer_text, '^the | the$', '', 'g'), ' (new|de|md|va|pa|reit|delaware|nv)$', ''
        ) || case when tracking_group <> '' then ' ' || tracking_group else '' end) as issuer
    from phrases
),

-- Read twice below, and its patterns are what the query costs.
named as materialized (
    select
        issuers.*,
        -- Without the words for the legal form, which sources write in many ways: for finding a company again, not for
        -- telling companies apart.
        trim(regexp_replace(regexp_replace(
            issuer,
            '\b(incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|plc|lp|sa|nv|ag'
            || '|group|holdings?|trust|the|and|of)\b',
            ' ', 'g'
        ), ' +', ' ', 'g')) as issuer_words
    from issuers
),

-- Lines of five letters of which the last is V, beside a line of the other four and of one issuer.
fifth_letters as (
    select fifths.role as role, fifths.anchor_date as anchor_date, fifths.ticker as ticker
    from (
        select lines.role, lines.anchor_date, lines.ticker, left(lines.ticker, 4) as root_ticker, named.issuer_words
        from lines
        inner join named on lines.plain_name = named.plain_name
        where regexp_matches(lines.ticker, '^[A-Z]{4}V$')
    ) as fifths
    inner join lines as roots
        on
            fifths.role = roots.role
            and fifths.anchor_date = roots.anchor_date
            and fifths.root_ticker = roots.ticker
    inner join named as root_names
        on roots.plain_name = root_names.plain_name and fifths.issuer_words = root_names.issuer_words
),

-- What the name of each line and its symbol tell of the share: the lower place.
worded as (
    select
        lines.*,
        named.issuer,
        named.issuer_words,
        named.tracking_group,
        named.class_letter,
        named.share_form,
        least(
            named.place,
            case
                -- When issued: no share yet, and none of a warrant, though some sources write it with the same letter. On
                -- one exchange a fifth letter says so; some lists keep it with the day that it expired.
                when regexp_matches(lines.ticker, '[.]WI$|[(]EXP') or fifth_letters.ticker is not null then 0
                when
                    regexp_matches(lines.symbol, '[/.+-]WS?$')
                    or regexp_matches(lines.ticker, '[.]WS([.][A-Z])?$')
                    then 2
                -- A public authority has no shares: what is listed of it is what it owes.
                when named.is_authority and lines.outstanding_shares is null then 4
                when contains(lines.symbol, '^') then 6
                else 13
            end
        ) as place
    from lines
    inner join named on lines.plain_name = named.plain_name
    left join fifth_letters
        on
            lines.role = fifth_letters.role
            and lines.anchor_date = fifth_letters.anchor_date
            and lines.ticker = fifth_letters.ticker
),

titled as (
    select
        titles.role as role,
        titles.ticker as ticker,
        titles.source as source,
        case
            when named.is_authority and titles.outstanding_shares is null then least(named.place, 4) else named.place
        end as place
    from titles
    inner join named on titles.plain_name = named.plain_name
),

-- Whose shares are counted on another line of the rank day, by the SEC's number.
counted as (
    select distinct links.cik as cik
    from lines
    inner join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    where lines.role = 'rank' and lines.outstanding_shares is not null
),

-- A line that says nothing of itself and has no shares, of an issuer whose shares are another line: an exchange-traded
-- note of a bank, listed under the name of the bank. A class is a share all the same.
indebted as (
    select lines.role as role, lines.ticker as ticker, links.source as source
    from lines
    inner join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    inner join counted on links.cik = counted.cik
    left join titles on lines.ticker = titles.ticker
    where
        lines.role = 'rank'
        and lines.outstanding_shares is null
        and not lines.has_words
        and not contains(lines.ticker, '.')
        and titles.ticker is null
),

-- The name of a line goes first: the ticker may have been another security's when the directory was made.
told as (
    select
        worded.*,
        case
            when worded.place < 13 then worded.place
            when titled.place < 13 then titled.place
            when indebted.ticker is not null then 3
            else 13
        end as told_place,
        case
            when worded.place < 13 then 'name'
            when titled.place < 13 then 'directory name'
            when indebted.ticker is not null then 'shares of the issuer on another line'
        end as type_evidence,
        case
            when worded.place < 13 then worded.listing_source
            when titled.place < 13 then titled.source
            when indebted.ticker is not null then indebted.source
        end as type_source,
        case
            when worded.place < 13 or titled.place < 13 then 'strong' when indebted.ticker is not null then 'weak'
        end as type_strength
    from worded
    left join titled on worded.role = titled.role and worded.ticker = titled.ticker
    left join indebted on worded.role = indebted.role and worded.ticker = indebted.ticker
)

select
    cast($event_id as varchar) as event_id,
    told.role,
    told.anchor_date,
    told.ticker,
    told.plain_name,
    case told.told_place
        when 0 then 'when_issued'
        when 1 then 'unit'
        when 2 then 'warrant'
        when 3 then 'note'
        when 4 then 'note'
        when 5 then 'trust_certificate'
        when 6 then 'preferred'
        when 7 then 'depositary_receipt'
        when 8 then 'partnership_unit'
        when 9 then 'trust_unit'
        when 10 then 'right'
        when 11 then 'unit'
        when 12 then 'fund_share'
        else 'common'
    end as security_type,
    told.type_evidence,
    told.type_source,
    told.type_strength,
    -- Some names are printed twice over.
    case
        when
            length(told.printed_issuer) % 2 = 1
            and substr(told.printed_issuer, 1, length(told.printed_issuer) // 2) || ' '
            || substr(told.printed_issuer, 1, length(told.printed_issuer) // 2) = told.printed_issuer
            then substr(told.printed_issuer, 1, length(told.printed_issuer) // 2)
        else coalesce(nullif(told.printed_issuer, ''), told.name, told.ticker)
    end as company_name,
    coalesce(nullif(told.issuer, ''), lower(told.ticker)) as issuer_name,
    coalesce(nullif(told.issuer_words, ''), lower(told.ticker)) as issuer_key,
    nullif(told.tracking_group, '') as tracking_group,
    coalesce(
        nullif(upper(told.class_letter), ''), nullif(regexp_extract(told.ticker, '\.([A-Z])$', 1), '')
    ) as share_class,
    told.share_form
from told
