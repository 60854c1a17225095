create table recon.ipo_candidates (
    event_id varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    industry varchar,
    exchange varchar not null,
    is_pricing_vehicle boolean not null,
    listing_kind varchar not null check (
        listing_kind in (
            'ipo', 'direct_listing', 'spin_off', 'uplisting', 'business_combination', 'distribution',
            'earlier_offering', 'unconfirmed'
        )
    ),
    listing_evidence varchar not null,
    listing_evidence_source varchar not null,
    listing_evidence_strength varchar not null check (listing_evidence_strength in ('strong', 'weak')),
    seen_by date not null,
    unlocked_on date,
    market_cap_usd decimal(24, 4) check (market_cap_usd > 0),
    floor_usd decimal(24, 4) check (floor_usd > 0),
    eligibility_reason varchar,
    fast_entry_on date,
    investable_cap_usd decimal(24, 4) check (investable_cap_usd > 0),
    verdict varchar not null check (
        verdict in (
            'added', 'left', 'member_company', 'not_an_offering', 'deferred', 'ineligible',
            'presumed_ineligible', 'no_market_cap', 'no_breakpoints', 'too_small'
        )
    ),
    size_index varchar check (size_index in ('R1000', 'R2000', 'RMICRO')),
    primary key (event_id, security_id),
    check ((verdict = 'added') = (size_index is not null))
);

comment on table recon.ipo_candidates is
    'One row a quarterly event and line that was first listed inside its IPO window, whose lock-up ended in it, or that '
    'the event before deferred: what '
    'kind of listing it is by which evidence, what it is worth beside the floor, and what becomes of it (methodology '
    'section 9). Empty for reconstitutions.';
comment on column recon.ipo_candidates.event_id is 'Event of the index calendar, as 2025-09-ipo; see recon.events.';
comment on column recon.ipo_candidates.security_id is 'Lasting identifier of the listing line.';
comment on column recon.ipo_candidates.company_id is 'Lasting identifier of the company.';
comment on column recon.ipo_candidates.ticker is 'Ticker on the rank day.';
comment on column recon.ipo_candidates.company_name is 'Name of the company.';
comment on column recon.ipo_candidates.industry is
    'ICB industry: our mapping, an approximation of the official classification. Null where unmapped.';
comment on column recon.ipo_candidates.exchange is 'Exchange of the line.';
comment on column recon.ipo_candidates.is_pricing_vehicle is
    'True for the line that prices the company: one a company, for counting companies.';
comment on column recon.ipo_candidates.listing_kind is
    'Kind of listing: ipo and direct_listing are offerings (9.2, 9.6); spin_off, uplisting, distribution (shares handed '
    'out), earlier_offering (an old line under a new name) are none; business_combination is a merger with a listed '
    'shell (9.7); unconfirmed where nothing tells.';
comment on column recon.ipo_candidates.listing_evidence is 'What tells it: a row of reference.listing_evidence.';
comment on column recon.ipo_candidates.listing_evidence_source is 'Source of that evidence.';
comment on column recon.ipo_candidates.listing_evidence_strength is 'strong or weak, as in reference.listing_evidence.';
comment on column recon.ipo_candidates.seen_by is
    'First of the sessions that the event reads which shows the line: it was listed by then.';
comment on column recon.ipo_candidates.unlocked_on is
    'Day on which the lock-up of a merger is taken to end, where the event looks at the line for that; else null.';
comment on column recon.ipo_candidates.market_cap_usd is
    'Total market cap of the company on the rank day, USD; null = no price or no share count.';
comment on column recon.ipo_candidates.floor_usd is
    'Market cap that an addition must exceed, USD: the smallest company of the Russell 3000E of the last reconstitution, '
    'moved with the market; of the Russell 3000 where the Microcap of before is not known.';
comment on column recon.ipo_candidates.eligibility_reason is
    'First rule that the line failed, as in recon.eligibility; null where none.';
comment on column recon.ipo_candidates.fast_entry_on is
    'Session after whose close it was added without waiting for the event (9.8); else null.';
comment on column recon.ipo_candidates.investable_cap_usd is
    'Shares offered by the close of the first day, USD, where that made it a fast entry; else null.';
comment on column recon.ipo_candidates.verdict is
    'added; left (gone before the first session of the new membership); member_company (a further class of a member, '
    'which waits for the reconstitution); not_an_offering; deferred (no public share structure yet, 9.6); ineligible; '
    'presumed_ineligible (on votes: reference.ipo_vote_priors); no_market_cap; no_breakpoints (the last reconstitution is not known); too_small.';
comment on column recon.ipo_candidates.size_index is
    'Size index that it enters: R1000, R2000, or RMICRO alone; null where not added.';
