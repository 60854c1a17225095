create table recon.eligibility (
    event_id varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    status varchar not null check (status in ('eligible', 'ineligible', 'unknown')),
    reason varchar check (
        reason in (
            'listing', 'exchange', 'security_type', 'structure', 'country', 'price', 'market_cap', 'share_class',
            'float', 'votes', 'presumed_ineligible'
        )
    ),
    listing_value date not null,
    listing_threshold date not null,
    listing_status varchar not null check (listing_status in ('passed', 'failed', 'unknown')),
    exchange_value varchar not null,
    exchange_threshold varchar not null,
    exchange_status varchar not null check (exchange_status in ('passed', 'failed', 'unknown')),
    security_type_value varchar not null check (
        security_type_value in (
            'common', 'preferred', 'warrant', 'right', 'unit', 'note', 'trust_certificate', 'depositary_receipt',
            'partnership_unit', 'trust_unit', 'fund_share', 'when_issued'
        )
    ),
    security_type_threshold varchar not null,
    security_type_status varchar not null check (security_type_status in ('passed', 'failed', 'unknown')),
    structure_value varchar check (
        structure_value in (
            'operating', 'reit', 'bdc', 'closed_end_fund', 'spac', 'llc', 'lp', 'royalty_trust'
        )
    ),
    structure_threshold varchar not null,
    structure_status varchar not null check (structure_status in ('passed', 'failed', 'unknown')),
    country_value varchar,
    country_threshold varchar not null,
    country_evidence varchar not null check (
        country_evidence in (
            'one country', 'incorporation', 'headquarters', 'exchange', 'n share', 'stated country', 'prior',
            'membership', 'none'
        )
    ),
    country_facts varchar,
    country_known_late boolean not null,
    country_status varchar not null check (country_status in ('passed', 'failed', 'unknown')),
    price_value_usd decimal(18, 4),
    price_basis varchar not null check (
        price_basis in (
            'none', 'no trade on rank day', 'average of 30 days', 'close of a neighbouring session', 'close of rank day'
        )
    ),
    price_average_usd decimal(18, 4),
    price_threshold_usd decimal(18, 4) not null,
    price_status varchar not null check (price_status in ('passed', 'failed', 'unknown')),
    market_cap_value_usd decimal(24, 4),
    market_cap_threshold_usd decimal(24, 4) not null,
    market_cap_status varchar not null check (market_cap_status in ('passed', 'failed', 'unknown')),
    share_class_value_usd decimal(24, 2),
    share_class_threshold_usd decimal(24, 2) not null,
    share_class_evidence varchar not null check (
        share_class_evidence in (
            'no common share', 'folded', 'pricing vehicle', 'one line a company', 'class cap', 'trading',
            'class cap and trading', 'membership', 'not in the opening', 'new class', 'none'
        )
    ),
    share_class_status varchar not null check (share_class_status in ('passed', 'failed', 'unknown')),
    float_value_pct decimal(9, 4),
    float_threshold_pct decimal(9, 4) not null,
    float_status varchar not null check (float_status in ('passed', 'failed', 'unknown')),
    votes_value_pct decimal(9, 4),
    votes_threshold_pct decimal(9, 4) not null,
    votes_status varchar not null check (votes_status in ('passed', 'failed', 'unknown')),
    presumption_value_usd decimal(24, 4),
    presumption_threshold_usd decimal(24, 4),
    presumption_evidence varchar,
    presumption_recons bigint check (presumption_recons >= 0),
    presumption_status varchar not null check (presumption_status in ('passed', 'failed', 'unknown')),
    primary key (event_id, security_id),
    check ((status = 'ineligible') = (reason is not null))
);

comment on table recon.eligibility is
    'One row an event and security of the universe: each rule with what was observed, what is asked and the '
    'verdict. A rule is passed, failed or unknown for lack of a figure; unknown excludes nobody. Nobody is left '
    'out.';
comment on column recon.eligibility.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.eligibility.security_id is 'Listing line, as in recon.universe.';
comment on column recon.eligibility.company_id is 'Company of the line.';
comment on column recon.eligibility.ticker is 'Ticker on the rank day.';
comment on column recon.eligibility.status is
    'ineligible = a rule failed; unknown = none failed but price or market cap is missing; eligible = the rest, '
    'where single rules may still be unknown.';
comment on column recon.eligibility.reason is
    'The first rule that failed, in the order of the columns; null unless ineligible.';
comment on column recon.eligibility.listing_value is 'Session on which the line was seen.';
comment on column recon.eligibility.listing_threshold is 'Rank day.';
comment on column recon.eligibility.listing_status is 'Listed by the rank day (methodology 6.4).';
comment on column recon.eligibility.exchange_value is 'Exchange of the line.';
comment on column recon.eligibility.exchange_threshold is 'Exchanges that qualify, as far as the source covers them.';
comment on column recon.eligibility.exchange_status is 'Listed on an exchange that qualifies (2.1).';
comment on column recon.eligibility.security_type_value is 'Type of the security.';
comment on column recon.eligibility.security_type_threshold is 'Type that qualifies.';
comment on column recon.eligibility.security_type_status is
    'Common share (2.3). Unknown for a member that weak evidence speaks against.';
comment on column recon.eligibility.structure_value is 'How the issuer is built; null for other than common lines.';
comment on column recon.eligibility.structure_threshold is 'Structures that qualify on the effective date.';
comment on column recon.eligibility.structure_status is
    'No excluded structure (2.4-2.7). Unknown for a member that weak evidence speaks against, and for a REIT at a '
    'reconstitution since the screen for UBTI: no source tells who passes it on (2.6).';
comment on column recon.eligibility.country_value is
    'United States where the rule passed, else the country of the headquarters as far as known; core.nationality has '
    'the indicators.';
comment on column recon.eligibility.country_threshold is 'Nationality that qualifies.';
comment on column recon.eligibility.country_evidence is
    'What the verdict on the country rests on. incorporation: it decided before 2011 (1.14). one country: '
    'incorporated, seated and listed in the US (1.2 step 1). headquarters, exchange: no other country is among the '
    'indicators (step 4). n share: run from China (1.13). stated country: the screener states the US and nothing '
    'speaks against it. prior: assets would decide, which no source tells; what became of the like in 2022 stands in. '
    'membership: a member stays. none: nothing is known.';
comment on column recon.eligibility.country_facts is
    'What is known: incorporation, headquarters, stated country and exchange, each with source and date.';
comment on column recon.eligibility.country_known_late is
    'True where incorporation or headquarters were only observed after the rank day.';
comment on column recon.eligibility.country_status is
    'A US company (1.2). Unknown for members whose indicators are not all of the US, and for newcomers whose like were '
    'mostly taken for US companies.';
comment on column recon.eligibility.price_value_usd is 'Close of the rank day, USD.';
comment on column recon.eligibility.price_basis is
    'What the verdict on the price rests on: the close of rank day; the average of 30 days, for a member below the '
    'lowest price (3.2); the close of a neighbouring session, where the source lacks the line on the rank day; no '
    'trade on rank day, so that the close is an older one and a member''s price is unknown (3.3); none.';
comment on column recon.eligibility.price_average_usd is
    'Mean close of the 30 days before, USD: a member passes on it as well (3.2). Shown rounded; the rule compares '
    'sums.';
comment on column recon.eligibility.price_threshold_usd is 'Lowest close that qualifies, USD.';
comment on column recon.eligibility.price_status is 'Close high enough (3.1, 3.2).';
comment on column recon.eligibility.market_cap_value_usd is 'Total market cap of the company, USD.';
comment on column recon.eligibility.market_cap_threshold_usd is 'Lowest total market cap that qualifies, USD.';
comment on column recon.eligibility.market_cap_status is 'Company large enough (4.1).';
comment on column recon.eligibility.share_class_value_usd is
    'Average daily dollar trading volume of a further class over two years, USD (addtv_usd of recon.universe); null '
    'for the line that prices its company.';
comment on column recon.eligibility.share_class_threshold_usd is
    'Traded value that a further class must exceed, USD (5.4).';
comment on column recon.eligibility.share_class_evidence is
    'What the verdict on the class rests on: folded (5.7); pricing vehicle (5.2); class cap, that it or its bound, the '
    'shares of all classes at its close, is too small; trading, two years of it; membership, where no price list has '
    'the class; not in the opening, where it has not either, its company was a member, and the class was listed by '
    'then; new class, where it was listed since (5.8). Without the presumption (rule use_presumption) the '
    'opening tells nothing.';
comment on column recon.eligibility.share_class_status is
    'Prices its company, or is a further class that qualifies by itself (5.3, 5.6, 5.7). Unknown where its trading is '
    'enough and its own share count is not known, or its trading is not.';
comment on column recon.eligibility.float_value_pct is
    'PROXY of the share of the company that is free to trade, percent: its public float by its market cap, as '
    'core.floats has it; null: unknown.';
comment on column recon.eligibility.float_threshold_pct is 'Lowest float that qualifies, percent (4.2).';
comment on column recon.eligibility.float_status is
    'Float large enough. The proxy passes above the least and fails only far below it (rule float_proxy_fail_pct); '
    'between the two, and without it, unknown; so is that of a company of Australia since the part held as CDIs counts '
    'as restricted (2.10), which no source tells.';
comment on column recon.eligibility.votes_value_pct is
    'Share of the votes with unrestricted holders, percent: 0 where no class that the public can buy has votes, by its '
    'title (core.votes); null: unknown.';
comment on column recon.eligibility.votes_threshold_pct is
    'Lowest share of votes that qualifies, percent (4.3); member companies had years of grace, and are not asked in '
    'December.';
comment on column recon.eligibility.votes_status is 'Votes enough; unknown but where the titles of the classes tell.';
comment on column recon.eligibility.presumption_value_usd is
    'Total market cap of the company on the rank day of the reconstitution before, USD; null = not listed then.';
comment on column recon.eligibility.presumption_threshold_usd is
    'Cap of that day above which a company was clearly large enough for the list, USD; null where no list tells.';
comment on column recon.eligibility.presumption_evidence is
    'What the presumption rests on, or why nothing is presumed: what the company was then, or which fact changed '
    'since.';
comment on column recon.eligibility.presumption_recons is
    'Reconstitutions, this event included where it is one, in which the company was left out by a list that was given, '
    'not made by an event of ours; rule presumption_recons says for how many it may be held against it. Null where '
    'nothing is presumed.';
comment on column recon.eligibility.presumption_status is
    'Failed: it was listed, clearly large enough and seasoned at the reconstitution before, is in no list since, and '
    'no fact changed, so that it presumably fails a rule that we cannot see. Unknown: left out, or no list tells.';
