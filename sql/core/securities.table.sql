create table core.securities (
    event_id varchar not null,
    role varchar not null check (role in ('opening', 'last_recon', 'year_before', 'before_window', 'rank', 'effective')),
    anchor_date date not null,
    ticker varchar not null,
    plain_name varchar not null,
    security_type varchar not null check (
        security_type in (
            'common', 'preferred', 'warrant', 'right', 'unit', 'note', 'trust_certificate', 'depositary_receipt',
            'partnership_unit', 'trust_unit', 'fund_share', 'when_issued'
        )
    ),
    type_evidence varchar,
    type_source varchar,
    type_strength varchar check (type_strength in ('strong', 'weak')),
    company_name varchar not null,
    issuer_name varchar not null,
    issuer_key varchar not null,
    tracking_group varchar,
    share_class varchar,
    share_form varchar check (share_form in ('stock', 'shares', 'beneficial_interest')),
    primary key (event_id, role, anchor_date, ticker)
);

comment on table core.securities is
    'One row a row of core.lines: type of the security, issuer and share class, read from the symbol and the '
    'printed name.';
comment on column core.securities.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.securities.role is 'Which anchor: see core.event_sessions.';
comment on column core.securities.anchor_date is 'Day that the row stands for.';
comment on column core.securities.ticker is 'Ticker at the anchor.';
comment on column core.securities.plain_name is
    'Printed name in lower case without punctuation: what the patterns read.';
comment on column core.securities.security_type is
    'Type by the first pattern that holds (methodology 2.3); common where none does.';
comment on column core.securities.type_evidence is
    'What told a type other than common: name, with its symbol; directory name; shares of the issuer on another line.';
comment on column core.securities.type_source is
    'Source of that evidence: a source of reference.sources; null for common.';
comment on column core.securities.type_strength is
    'How far that evidence is trusted: weak evidence never removes a member. Null for common.';
comment on column core.securities.company_name is
    'Printed name up to the words for the share; the ticker where no name is printed.';
comment on column core.securities.issuer_name is
    'Plain name of the issuer, as exact as it is printed: lines of one issuer share it.';
comment on column core.securities.issuer_key is
    'Issuer name without the words for the legal form: finds a company again, tells none apart.';
comment on column core.securities.tracking_group is
    'Group that a tracking stock follows, a company of its own (2.8); null for all others.';
comment on column core.securities.share_class is
    'Letter of the class or series, from the name or else the ticker; null for none.';
comment on column core.securities.share_form is
    'What the issuer calls its shares: common stock, ordinary or common shares, shares of beneficial interest.';
