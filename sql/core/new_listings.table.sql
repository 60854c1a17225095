create table core.new_listings (
    event_id varchar not null,
    ticker varchar not null,
    listing_kind varchar not null check (
        listing_kind in (
            'ipo', 'direct_listing', 'spin_off', 'uplisting', 'business_combination', 'distribution',
            'earlier_offering', 'unconfirmed'
        )
    ),
    evidence varchar not null,
    evidence_source varchar not null,
    evidence_strength varchar not null check (evidence_strength in ('strong', 'weak')),
    seen_by date not null,
    unlocked_on date,
    primary key (event_id, ticker)
);

comment on table core.new_listings is
    'One row a quarterly event and common line that it looks at: those that no session before its IPO window shows, '
    'companies that merged with a listed shell and whose lock-up ended inside the window, and direct listings that the '
    'event before deferred (methodology 9.2, 9.6, 9.7). Empty for reconstitutions.';
comment on column core.new_listings.event_id is
    'Event of the index calendar, as 2025-09-ipo; see reference.recon_events.';
comment on column core.new_listings.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.new_listings.listing_kind is 'Kind of listing, as in reference.listing_evidence.';
comment on column core.new_listings.evidence is 'What tells the kind: a row of reference.listing_evidence.';
comment on column core.new_listings.evidence_source is 'Source of that evidence.';
comment on column core.new_listings.evidence_strength is 'strong or weak, as in reference.listing_evidence.';
comment on column core.new_listings.seen_by is
    'First of the sessions that the event reads which shows the line under its ticker: it was listed by then.';
comment on column core.new_listings.unlocked_on is
    'Day on which the lock-up of a merger with a listed shell is taken to end (rule despac_lockup_days), where the '
    'event looks at the line for that; null for a new line.';
