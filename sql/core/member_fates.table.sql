create table core.member_fates (
    event_id varchar not null,
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    opening_ticker varchar not null,
    as_of date not null,
    security_id varchar not null,
    company_id varchar not null,
    company_name varchar not null,
    ticker varchar not null,
    fate varchar not null check (fate in ('listed', 'left', 'not_found')),
    left_on date,
    last_seen date,
    gone_by date,
    reason varchar check (
        reason in ('merged', 'bankrupt', 'moved_to_otc', 'delisted', 'left_exchanges', 'not_found')
    ),
    basis varchar check (basis in ('delisting_form', 'delisting_list', 'last_seen', 'not_found')),
    source varchar,
    primary key (event_id, index_id, opening_ticker, as_of),
    check ((fate = 'listed') = (left_on is null)),
    check ((fate = 'listed') = (gone_by is null)),
    check ((fate = 'listed') = (reason is null)),
    check ((fate = 'listed') = (basis is null)),
    check (last_seen < left_on and left_on <= gone_by)
);

comment on table core.member_fates is
    'One row an event, index and line of its membership before: whether it is still listed when the new membership '
    'begins, or when and why it left the exchanges before (methodology 10). Nobody replaces it (10.1).';
comment on column core.member_fates.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.member_fates.index_id is 'Index of the list.';
comment on column core.member_fates.opening_ticker is 'Ticker as the list writes it.';
comment on column core.member_fates.as_of is 'Date that the list describes.';
comment on column core.member_fates.security_id is
    'Lasting identifier of the line: of the event that the list is from, else of core.identities. A line that was gone '
    'by the rank day and that no event named is L- and its ticker, with the date of the list behind it where another '
    'line has that name.';
comment on column core.member_fates.company_id is 'Lasting identifier of its company, likewise.';
comment on column core.member_fates.company_name is
    'Name of the company as the price list of that date prints it, else as the opening list does.';
comment on column core.member_fates.ticker is 'Ticker on the date of the list.';
comment on column core.member_fates.fate is
    'listed (on the first session of the new membership; while preliminary, on the rank day); left (the exchanges, '
    'before); not_found (by any list at any time).';
comment on column core.member_fates.left_on is
    'First day on which it is no member any more: the session after a form or list says that it was delisted, where '
    'that is between last_seen and gone_by, else gone_by. For not_found the first session of the new membership.';
comment on column core.member_fates.last_seen is
    'Last session whose price list shows it, of those that the event reads (core.event_sessions): up to the rank day, '
    'and of who was listed then up to the first session of the new membership. Null where none shows it.';
comment on column core.member_fates.gone_by is
    'First of those sessions after that which does not show it, where a list of its exchange is there: it left by '
    'then.';
comment on column core.member_fates.reason is
    'Why it left, as far as a source tells: merged (into a line that has another identifier), bankrupt (status of the '
    'exchange), moved_to_otc, delisted (a form or a list says so), left_exchanges (nobody says why), not_found.';
comment on column core.member_fates.basis is
    'What left_on rests on: delisting_form, delisting_list, last_seen (when price lists stop to show it), not_found.';
comment on column core.member_fates.source is 'Source of the evidence of a delisting; null where there is none.';
