create table reference.listing_evidence (
    precedence integer not null check (precedence >= 1),
    evidence varchar not null,
    listing_kind varchar not null check (
        listing_kind in (
            'ipo', 'direct_listing', 'spin_off', 'uplisting', 'business_combination', 'distribution',
            'earlier_offering', 'unconfirmed'
        )
    ),
    strength varchar not null check (strength in ('strong', 'weak')),
    source varchar not null,
    note varchar,
    primary key (evidence),
    unique (precedence)
);

comment on table reference.listing_evidence is
    'What tells which kind of listing a new line is (methodology 9.2): of all that is known of a line the first row '
    'counts.';
comment on column reference.listing_evidence.precedence is 'Order: the lowest that is told decides.';
comment on column reference.listing_evidence.evidence is 'What is observed, as core.new_listings names it.';
comment on column reference.listing_evidence.listing_kind is
    'Kind of listing that it tells: an initial public offering, a direct listing, a spin-off by registration, an '
    'uplisting, a merger with a listed shell, shares handed out, an offering of years before, nothing.';
comment on column reference.listing_evidence.strength is 'strong = registered or printed; weak = inferred.';
comment on column reference.listing_evidence.source is 'Where the rule is from.';
comment on column reference.listing_evidence.note is 'What to know about it.';
