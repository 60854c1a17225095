create table recon.universe (
    event_id varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    share_class_figi varchar,
    ticker varchar not null,
    exchange varchar not null check (
        exchange in ('nasdaq', 'nyse', 'amex', 'arca', 'cboe', 'iex', 'otc', 'other')
    ),
    security_name varchar,
    company_name varchar not null,
    share_class varchar,
    share_form varchar check (share_form in ('stock', 'shares', 'beneficial_interest')),
    security_type varchar not null check (
        security_type in (
            'common', 'preferred', 'warrant', 'right', 'unit', 'note', 'trust_certificate', 'depositary_receipt',
            'partnership_unit', 'trust_unit', 'fund_share', 'when_issued'
        )
    ),
    security_type_evidence varchar,
    security_type_evidence_source varchar,
    security_type_evidence_strength varchar check (security_type_evidence_strength in ('strong', 'weak')),
    structure varchar check (
        structure in (
            'operating', 'reit', 'bdc', 'closed_end_fund', 'spac', 'llc', 'lp', 'royalty_trust'
        )
    ),
    structure_evidence varchar,
    structure_evidence_source varchar,
    structure_evidence_strength varchar check (structure_evidence_strength in ('strong', 'weak')),
    structure_known_late boolean not null,
    cik bigint check (cik > 0),
    country varchar,
    incorporation varchar,
    headquarters varchar,
    ipo_year smallint,
    industry varchar,
    industry_source varchar check (
        industry_source in ('sic and screener', 'sic', 'screener industry', 'screener sector', 'name')
    ),
    source_sector varchar,
    source_industry varchar,
    observed_session date not null,
    is_neighbour boolean not null,
    listing varchar not null check (listing in ('seen', 'bridged', 'faded', 'fresh', 'listed')),
    listing_source varchar not null,
    close_usd decimal(18, 4),
    price_source varchar,
    outstanding_shares bigint,
    shares_source varchar,
    shares_why varchar,
    shares_date date,
    shares_accession varchar,
    traded_value_usd decimal(24, 2),
    addtv_usd decimal(24, 2),
    history_days bigint check (history_days >= 1),
    company_market_cap_usd decimal(24, 4) check (company_market_cap_usd > 0),
    pricing_ticker varchar,
    is_pricing_vehicle boolean not null,
    company_line_count bigint not null check (company_line_count >= 1),
    is_member boolean not null,
    opening_r3000 boolean not null,
    opening_rmicro boolean not null,
    primary key (event_id, security_id),
    unique (event_id, ticker)
);

comment on table recon.universe is
    'One row an event and security that was listed on a US exchange around the rank day, eligible or not, with '
    'everything known of it. What no source lists is missing here.';
comment on column recon.universe.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.universe.security_id is
    'Identifier of the listing line; that of a member survives a change of ticker, as far as the change is found.';
comment on column recon.universe.company_id is
    'Identifier of the company, lasting as that of its lines is; its share classes have it in common.';
comment on column recon.universe.share_class_figi is
    'FIGI of its share class, open and lasting; null where no source known by the rank day tells it.';
comment on column recon.universe.ticker is 'Ticker on the rank day, in ROOT.CLASS form (BRK.B).';
comment on column recon.universe.exchange is 'Exchange whose list carries the line.';
comment on column recon.universe.security_name is 'Name of the security as the source prints it.';
comment on column recon.universe.company_name is 'Name of the company: that name up to the words for the share.';
comment on column recon.universe.share_class is 'Letter of the share class; null for a company with one class.';
comment on column recon.universe.share_form is 'What the issuer calls its shares; evidence for the country rule.';
comment on column recon.universe.security_type is
    'Type of the security, read from symbol and name; only common is eligible (methodology 2.3).';
comment on column recon.universe.security_type_evidence is
    'What told a type other than common: name, with its symbol; directory name; shares of the issuer on another line.';
comment on column recon.universe.security_type_evidence_source is
    'Source of that evidence: a source of reference.sources; null for common.';
comment on column recon.universe.security_type_evidence_strength is
    'How far that evidence is trusted: weak evidence never removes a member. Null for common.';
comment on column recon.universe.structure is
    'How the issuer is built (methodology 2.4-2.7); null for other than common lines.';
comment on column recon.universe.structure_evidence is
    'What the structure was read from: file number, form, SIC or the want of it, name in the directory, industry, '
    'name, and so on; null where nothing told anything.';
comment on column recon.universe.structure_evidence_source is
    'Source of that evidence: a source of reference.sources; null where nothing told anything.';
comment on column recon.universe.structure_evidence_strength is
    'How far that evidence is trusted: weak evidence never removes a member.';
comment on column recon.universe.structure_known_late is
    'True when that evidence was only observed after the rank day; such evidence is weak.';
comment on column recon.universe.cik is
    'Number of the issuer with the SEC, as far as a source known by the rank day tells it.';
comment on column recon.universe.country is
    'The one country that the source states, closest to the headquarters. Not the nationality that the rules '
    'assign.';
comment on column recon.universe.incorporation is
    'Country or US territory of incorporation, as the filer states it (core.nationality has source and day).';
comment on column recon.universe.headquarters is 'Country of the headquarters, as the filer states it.';
comment on column recon.universe.ipo_year is 'Year of first listing, as the source states it.';
comment on column recon.universe.industry is
    'ICB industry: our mapping of the classification that the SEC has and the screener''s industry, an approximation '
    'of the official one. Null where unmapped, and for events before 2020-09-18, when the scheme of the indexes was '
    'Russell''s own: no mapping into that is at hand (methodology 12.1).';
comment on column recon.universe.industry_source is
    'What the industry was found by: the classification that the SEC has (sic), the industry or the sector of the '
    'screener, a word of the name; null where unmapped.';
comment on column recon.universe.source_sector is 'Sector in the source''s own scheme.';
comment on column recon.universe.source_industry is 'Industry in the source''s own scheme.';
comment on column recon.universe.observed_session is 'Session that price and share count are from.';
comment on column recon.universe.is_neighbour is
    'True when the source lacked the line on the rank day and a session beside it was read.';
comment on column recon.universe.listing is
    'How it was seen around the rank day: seen, on it; bridged, missing from its dump but listed around it; faded, '
    'last seen the session before; fresh, first seen the session after; listed, in a list of symbols and in no price '
    'list.';
comment on column recon.universe.listing_source is
    'Source whose list shows the line: a source of reference.sources.';
comment on column recon.universe.close_usd is 'Close of that session, USD a share, unadjusted; null = missing.';
comment on column recon.universe.price_source is 'Source of the close: a source of reference.sources; null = no close.';
comment on column recon.universe.outstanding_shares is
    'Shares outstanding of the whole company in units of this line; null = missing. Do not add up the classes.';
comment on column recon.universe.shares_source is
    'Source of the share count: sec_notes, sec_companyfacts, or implied (printed market cap by close); null = no '
    'count.';
comment on column recon.universe.shares_why is
    'Why that count: classes_of_one_filing, cover_of_company and earlier_count are filed ones; implied_no_filing, '
    'implied_filing_suspect, filing_stale and classes_incomplete say why none was taken; implied_below_its_index: the '
    'count leaves out classes or units, so that the cap is raised to what its index asked for (core.presumptions); '
    'implied_before_jump: the lower count of the days before; null = no common line.';
comment on column recon.universe.shares_date is
    'Day that the share count is of: the cover date of the filing, or the session whose price list implies it; null = no '
    'count.';
comment on column recon.universe.shares_accession is
    'Accession number of the filing that states the count; null where none does.';
comment on column recon.universe.traded_value_usd is
    'Mean daily traded value over the month up to the rank day, USD; null for lines that did not trade.';
comment on column recon.universe.addtv_usd is
    'Average daily dollar trading volume over the two years up to the rank day, USD (1.1, 5.3), as far as they are '
    'read: one session a month, or the month before the rank day for a line that those hardly know; null = in no price '
    'list.';
comment on column recon.universe.history_days is 'Sessions that this average is of; null = none.';
comment on column recon.universe.company_market_cap_usd is
    'Total market cap of the company, USD: shares by close of its pricing line (5.1); the same on all its lines; '
    'null = unknown.';
comment on column recon.universe.pricing_ticker is
    'Line that prices the company (5.2): the class that traded most, of those that pass the price rule. Null for other '
    'than common lines.';
comment on column recon.universe.is_pricing_vehicle is 'True for the line that prices its company.';
comment on column recon.universe.company_line_count is 'Common lines of the company.';
comment on column recon.universe.is_member is
    'True when the line was in any index of the family before the event, as far as the opening is known.';
comment on column recon.universe.opening_r3000 is
    'True when the line was in the Russell 3000 before the event, as far as the opening is known.';
comment on column recon.universe.opening_rmicro is
    'True when the line was in the Russell Microcap before the event, as far as the opening is known.';
