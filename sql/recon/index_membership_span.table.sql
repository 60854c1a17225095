create table recon.index_membership_span (
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    last_ticker varchar not null,
    company_name varchar not null,
    effective_from date not null,
    effective_to date,
    entry_event_id varchar not null,
    entry_reason varchar not null check (
        entry_reason in ('new', 'up', 'down', 'opening', 'first_known', 'restart', 'unexplained')
    ),
    entry_basis varchar not null check (
        entry_basis in ('event', 'event_after_gap', 'opening_list', 'first_event', 'restart')
    ),
    exit_event_id varchar,
    exit_kind varchar check (exit_kind in ('deletion', 'departure', 'restart', 'unexplained')),
    exit_reason varchar check (
        exit_reason in (
            'rank', 'no_figures', 'listing', 'exchange', 'security_type', 'structure', 'country', 'price',
            'market_cap', 'share_class', 'float', 'votes', 'presumed_ineligible', 'merged', 'bankrupt',
            'moved_to_otc', 'delisted', 'left_exchanges', 'not_found', 'restart', 'unexplained'
        )
    ),
    exit_movement varchar check (exit_movement in ('up', 'down', 'out')),
    exit_basis varchar check (
        exit_basis in (
            'event', 'event_after_gap', 'delisting_form', 'delisting_list', 'last_seen', 'not_found', 'restart'
        )
    ),
    last_seen date,
    gone_by date,
    exit_source varchar,
    is_provisional boolean not null,
    primary key (index_id, security_id, effective_from),
    check (effective_from < effective_to),
    check ((effective_to is null) = (exit_event_id is null)),
    check ((effective_to is null) = (exit_kind is null)),
    check ((effective_to is null) = (exit_reason is null)),
    check ((effective_to is null) = (exit_basis is null)),
    check ((exit_movement is null) or (exit_kind = 'deletion'))
);

comment on table recon.index_membership_span is
    'One row an index, security and stretch of time in which it is a member: from effective_from on, no longer on '
    'effective_to. All events of this file are chained, and who left the exchanges between them leaves on that day; '
    'nobody replaces them (methodology 10.1). A new name or ticker ends no span. recon.membership_asof answers for a '
    'day.';
comment on column recon.index_membership_span.index_id is 'Index, as in reference.indexes.';
comment on column recon.index_membership_span.security_id is
    'Lasting identifier of the listing line, as in recon.index_membership.';
comment on column recon.index_membership_span.company_id is 'Lasting identifier of the company, as last known.';
comment on column recon.index_membership_span.ticker is
    'Ticker when it entered; recon.ticker_spans has those that it bore after.';
comment on column recon.index_membership_span.last_ticker is 'Ticker under which the last event of the span has it.';
comment on column recon.index_membership_span.company_name is 'Name of the company, as last known.';
comment on column recon.index_membership_span.effective_from is 'First day of membership; see entry_basis.';
comment on column recon.index_membership_span.effective_to is
    'First day on which it is no member any more; null while nothing says so.';
comment on column recon.index_membership_span.entry_event_id is
    'Event that added it, or whose opening list names it, or that is the first to tell of the index.';
comment on column recon.index_membership_span.entry_reason is
    'new, up, down (an addition: see movement in recon.index_changes); opening (a member before the first event of '
    'this file, by its opening list); first_known (a member after an event before which nobody tells of the index); '
    'restart (known from the opening list of an event that does not open from the one before it in this file).';
comment on column recon.index_membership_span.entry_basis is
    'How effective_from is known: event (first session after its effective date); event_after_gap (likewise, but '
    'events of the calendar before it are missing in this file: it may have been added by one of them); opening_list '
    '(date of that list: it may have been a member before); first_event (it may have been before); restart.';
comment on column recon.index_membership_span.exit_event_id is
    'Event that deleted it, or whose inputs tell that it left before; null while it is a member.';
comment on column recon.index_membership_span.exit_kind is
    'deletion (by an event); departure (it left the exchanges); restart (the next event of this file opens from a list '
    'that does not continue this one).';
comment on column recon.index_membership_span.exit_reason is
    'Of a deletion as in recon.index_changes; of a departure as far as a source tells: merged, bankrupt, moved_to_otc, '
    'delisted, left_exchanges (nobody says why), not_found (no price list ever shows it).';
comment on column recon.index_membership_span.exit_movement is
    'Of a deletion where it goes, as movement in recon.index_changes; else null.';
comment on column recon.index_membership_span.exit_basis is
    'How effective_to is known: event; event_after_gap (reconstitutions before that event are missing in this file: it '
    'may have been deleted by one of them); delisting_form and delisting_list (the session after the day that they '
    'tell); last_seen (the first session that was read and does not show it); not_found (the event that does not find '
    'it); restart (likewise).';
comment on column recon.index_membership_span.last_seen is
    'Of a departure the last session whose price list shows it; null where none does.';
comment on column recon.index_membership_span.gone_by is
    'Of a departure the first session after that which was read and does not show it: the latest that it left by.';
comment on column recon.index_membership_span.exit_source is
    'Of a departure the source of the evidence of a delisting; null where there is none.';
comment on column recon.index_membership_span.is_provisional is
    'True where the event that begins or ends it is still preliminary.';
