-- To which country the rules of the day (rule nationality_regime) assign the company of each line of the rank day
-- (methodology 1), as far as public evidence goes: incorporation and headquarters of the filer, the one country that the
-- screener states, and the US exchange. No source tells the location of assets or revenue, nor listings at home: where
-- these would decide, a prior stands in.
with rules as (
    select
        coalesce(max(case when rule = 'use_filer_places' then value end), 1) = 1 as uses_filer_places,
        coalesce(max(case when rule = 'use_nationality_prior' then value end), 1) = 1 as uses_prior,
        coalesce(max(case when rule = 'n_shares_excluded' then value end), 1) = 1 as excludes_n_shares,
        coalesce(max(case when rule = 'n_shares_excluded' then value_before end), 1) = 1 as excluded_n_shares,
        coalesce(max(case when rule = 'use_presumption' then value end), 1) = 1 as presumes_members,
        coalesce(max(case when rule = 'nationality_regime' then value end), 3) as regime
    from core.event_rules
    where event_id = $event_id
),

-- Methodology 1.12: a US territory counts as the US.
grouped as (
    select
        country,
        case country_group
            when 'us_territory' then 'us'
            when 'no_domestic_exchange' then 'no_exchange'
            when 'n_share' then 'china'
            else country_group
        end as place_group
    from reference.countries
),

-- A line stands for its company: what is known of one class holds for the others, that of the pricing line first.
classes as (
    select
        lines.ticker as ticker,
        coalesce(companies.pricing_ticker, lines.ticker) as pricing_ticker
    from core.lines as lines
    left join core.companies as companies
        on companies.event_id = $event_id and lines.ticker = companies.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- A code means what the scheme of its source says: CA is California in a header, and Canada in a data set.
placed as (
    select
        classes.pricing_ticker as pricing_ticker,
        figures.figure as figure,
        places.country as country,
        coalesce(grouped.place_group, 'other') as place_group,
        figures.known_late as known_late,
        places.country || ' (' || figures.source || ' ' || cast(figures.as_of as varchar)
        || case when figures.known_late then ', known late)' else ')' end as told,
        row_number() over (
            partition by classes.pricing_ticker, figures.figure
            order by
                figures.known_late,
                case when figures.ticker = classes.pricing_ticker then 0 else 1 end,
                figures.ticker
        ) as choice
    from core.figures as figures
    inner join rules on rules.uses_filer_places
    inner join reference.places as places
        on
            places.scheme = case when figures.source = 'sec_submissions' then 'sec' else 'iso' end
            and upper(figures.value) = places.code
    inner join classes on figures.ticker = classes.ticker
    left join grouped on places.country = grouped.country
    where figures.event_id = $event_id and figures.figure in ('incorporation', 'headquarters')
),

places as (
    select *
    from placed
    where choice = 1
),

-- A member has been assigned to the US on evidence that we lack.
members as (
    select distinct classes.pricing_ticker as pricing_ticker
    from core.opening_members as opening_members
    inner join classes on opening_members.rank_ticker = classes.ticker
    where opening_members.event_id = $event_id
),

-- The one country of the screener, of a class that the price list shows without one as well.
stated_countries as (
    select
        classes.pricing_ticker as pricing_ticker,
        lines.country as country,
        row_number() over (
            partition by classes.pricing_ticker
            order by case when lines.ticker = classes.pricing_ticker then 0 else 1 end, lines.ticker
        ) as choice
    from core.lines as lines
    inner join classes on lines.ticker = classes.ticker
    where lines.event_id = $event_id and lines.role = 'rank' and lines.country is not null
),

lines as (
    select
        lines.ticker as ticker,
        members.pricing_ticker is not null as is_member,
        securities.security_type = 'depositary_receipt' as is_receipt,
        case
            -- The common shares of a REIT are those of a trust of the US, as good as stock.
            when securities.share_form = 'shares' and structures.structure = 'reit' then 'stock'
            when securities.share_form is not null then securities.share_form
            when pricing.name is null then '*'
            else 'unnamed'
        end as share_form,
        stated_countries.country as stated_country,
        case when stated_countries.country is null then '*' else coalesce(grouped.place_group, 'other') end as stated,
        incorporated.country as incorporation_country,
        coalesce(incorporated.place_group, '*') as incorporation,
        coalesce(incorporated.known_late, false) as incorporation_known_late,
        headquarters.country as headquarters_country,
        coalesce(headquarters.place_group, '*') as headquarters,
        coalesce(headquarters.known_late, false) as headquarters_known_late,
        coalesce('incorporated in ' || incorporated.told || '; ', '')
        || coalesce('headquarters in ' || headquarters.told || '; ', '')
        || coalesce('stated country ' || stated_countries.country || '; ', '')
        || case
            when securities.security_type = 'depositary_receipt' then 'receipts on a US exchange'
            else 'on a US exchange'
        end as evidence_text
    from core.lines as lines
    inner join classes on lines.ticker = classes.ticker
    inner join core.lines as pricing
        on pricing.event_id = $event_id and lines.role = pricing.role and classes.pricing_ticker = pricing.ticker
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and pricing.role = securities.role
            and pricing.anchor_date = securities.anchor_date
            and pricing.ticker = securities.ticker
    left join core.structures as structures
        on structures.event_id = $event_id and pricing.ticker = structures.ticker
    left join members on classes.pricing_ticker = members.pricing_ticker
    left join stated_countries
        on classes.pricing_ticker = stated_countries.pricing_ticker and stated_countries.choice = 1
    left join grouped on stated_countries.country = grouped.country
    left join places as incorporated
        on classes.pricing_ticker = incorporated.pricing_ticker and incorporated.figure = 'incorporation'
    left join places as headquarters
        on classes.pricing_ticker = headquarters.pricing_ticker and headquarters.figure = 'headquarters'
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- Methodology 1.8: the headquarters are those that a filing states. The country that the screener states is close to
-- them and is of the rank day: it stands in where no filing of the time tells, before what was seen later. But it lags
-- behind mergers (the shell's country stays for years): a filer that is of the US by incorporation and address is not
-- held to be elsewhere for it.
seats as (
    select
        *,
        case
            when headquarters = '*' then 'stated'
            when not headquarters_known_late or stated = '*' then 'filed'
            when headquarters = 'us' and incorporation = 'us' then 'filed'
            else 'stated'
        end as seat_by
    from lines
),

settled as (
    select
        *,
        case seat_by when 'filed' then headquarters else stated end as seat,
        case seat_by when 'filed' then headquarters_country else stated_country end as seat_country,
        headquarters_known_late and seat_by = 'filed' as seat_known_late
    from seats
),

-- The step that these decide, if one does.
stepped as (
    select
        settled.*,
        rules.regime as regime,
        rules.regime < 3 and incorporation <> 'us' and incorporation <> '*' as is_foreign_by_law,
        case
            -- 1.14: to 2006 the incorporation in the US or a territory decided alone. From 2007 on a company that was
            -- incorporated in a haven could be of the US as well: by its headquarters, or, where these are in a haven
            -- too, by its main exchange. Nobody tells of listings at home: the US exchange stands for it.
            when rules.regime < 3 and incorporation = 'us' then 'incorporation'
            when rules.regime = 2 and incorporation = 'bdi' and seat = 'us' then 'headquarters'
            when rules.regime = 2 and incorporation = 'bdi' and seat = 'bdi' and not is_receipt and not seat_known_late
                then 'exchange'
            when rules.regime < 3 then null
            -- 1.2 step 1: incorporated, seated and listed in one country. A receipt is no listing.
            when incorporation = 'us' and seat = 'us' and not is_receipt then 'one_country'
            -- 1.13: run from the mainland.
            when seat = 'china' and rules.excludes_n_shares then 'n_share'
            -- 1.2 steps 2-4 and 1.10: a haven is never the nationality. With no other country among the indicators the
            -- assets can but name the US, and step 4 comes to US headquarters, or from a haven to the US exchange.
            -- Filers that have an address in a haven often moved it there: one that was only seen later does not
            -- decide.
            when incorporation = 'bdi' and seat = 'us' and stated in ('us', '*') and not is_receipt then 'headquarters'
            when incorporation in ('us', 'bdi') and seat = 'bdi' and stated in ('bdi', '*') and not is_receipt
                and not seat_known_late
                then 'exchange'
        end as decided
    from settled
    cross join rules
),

-- Each line takes the cell that has most of its evidence: an unknown matches any.
patterns as (
    select distinct seat, incorporation, share_form, stated
    from stepped
    where decided is null and regime = 3
),

matched as (
    select
        patterns.seat as seat,
        patterns.incorporation as incorporation,
        patterns.share_form as share_form,
        patterns.stated as stated,
        priors.companies as companies,
        priors.us_companies as us_companies,
        priors.us_share as us_share,
        row_number() over (
            partition by patterns.seat, patterns.incorporation, patterns.share_form, patterns.stated
            order by
                case when priors.seat = '*' then 1 else 0 end,
                case when priors.incorporation = '*' then 1 else 0 end,
                case when priors.share_form = '*' then 1 else 0 end,
                case when priors.stated = '*' then 1 else 0 end
        ) as choice
    from patterns
    inner join rules on rules.uses_prior
    inner join reference.nationality_priors as priors
        on
            priors.seat in ('*', patterns.seat)
            and priors.incorporation in ('*', patterns.incorporation)
            and priors.share_form in ('*', patterns.share_form)
            and priors.stated in ('*', patterns.stated)
),

-- What no rule decides is unknown, and no prior takes from a member that it was assigned to the US. That it still is
-- though a rule speaks against it is presumed; but where the law of its incorporation decides (1.14), and was known in
-- time, nothing is left to presume: a member that moved abroad is out. Where no filing tells it, the headquarters stand
-- for it. Nor does a membership tell anything about a rule that was not asked when it came about.
judged as (
    select
        stepped.*,
        matched.companies as prior_companies,
        matched.us_companies as prior_us_companies,
        matched.us_share as prior_us_share,
        case
            when stepped.decided in ('one_country', 'incorporation', 'headquarters', 'exchange')
                then 'passed|' || stepped.decided
            when
                stepped.is_foreign_by_law
                and (stepped.regime = 1 or stepped.incorporation <> 'bdi')
                and not (stepped.is_member and stepped.incorporation_known_late and rules.presumes_members)
                then 'failed|incorporation'
            when stepped.is_member and stepped.seat = 'us' and not stepped.is_foreign_by_law
                then 'passed|stated country'
            when
                stepped.is_member
                and (
                    stepped.decided is null
                    or (rules.presumes_members and (stepped.decided <> 'n_share' or rules.excluded_n_shares))
                )
                then 'unknown|membership'
            when stepped.decided = 'n_share' then 'failed|n_share'
            when
                matched.us_share >= 0.5
                and stepped.seat = 'us'
                and stepped.incorporation = '*'
                and stepped.headquarters in ('us', '*')
                then 'passed|stated country'
            when matched.us_share >= 0.5 then 'unknown|prior'
            when matched.us_share < 0.5 then 'failed|prior'
            -- 1.2 step 4, without the steps before it.
            when stepped.seat = 'us' then 'passed|stated country'
            when stepped.seat in ('bdi', 'no_exchange') and stepped.regime > 1 then 'unknown|exchange'
            when stepped.seat = '*' then 'unknown|none'
            else 'failed|headquarters'
        end as outcome
    from stepped
    cross join rules
    left join matched
        on
            matched.choice = 1
            and stepped.decided is null
            and stepped.seat = matched.seat
            and stepped.incorporation = matched.incorporation
            and stepped.share_form = matched.share_form
            and stepped.stated = matched.stated
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    incorporation_country,
    nullif(incorporation, '*') as incorporation_group,
    headquarters_country,
    nullif(headquarters, '*') as headquarters_group,
    stated_country,
    nullif(stated, '*') as stated_group,
    nullif(seat, '*') as seat_group,
    case when not is_receipt then 'United States' end as exchange_country,
    replace(split_part(outcome, '|', 2), '_', ' ') as basis,
    case when split_part(outcome, '|', 1) = 'passed' then 'United States' else seat_country end as country,
    split_part(outcome, '|', 1) as verdict,
    evidence_text,
    (incorporation_known_late and incorporation <> '*') or seat_known_late as known_late,
    prior_companies,
    prior_us_companies,
    prior_us_share
from judged
