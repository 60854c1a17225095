create table recon.index_change_revision (
    event_id varchar not null,
    known_at date not null,
    previous_known_at date not null,
    index_id varchar not null,
    security_id varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    revision varchar not null check (revision in ('added to the list', 'dropped from the list', 'changed')),
    action varchar not null check (action in ('addition', 'deletion')),
    movement varchar not null check (movement in ('new', 'up', 'down', 'out')),
    reason varchar not null,
    why varchar not null check (why in ('left_exchanges', 'renamed', 'decided_anew')),
    detail varchar not null,
    primary key (event_id, known_at, index_id, security_id),
    check (previous_known_at < known_at)
);

comment on table recon.index_change_revision is
    'One row an event, vintage, index and security: what a vintage of the changes of an event says otherwise than the '
    'vintage before it in this home, and why. The first vintage has nothing to be held against. Vintages after the one '
    'that the event was last run as are not shown.';
comment on column recon.index_change_revision.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.index_change_revision.known_at is 'The vintage: the day as of which the event was run.';
comment on column recon.index_change_revision.previous_known_at is 'The vintage that it is held against.';
comment on column recon.index_change_revision.index_id is 'Index whose list it is.';
comment on column recon.index_change_revision.security_id is 'Lasting identifier of the listing line.';
comment on column recon.index_change_revision.ticker is
    'Ticker in the later list; of what was dropped that in the earlier one.';
comment on column recon.index_change_revision.company_name is 'Name of the company.';
comment on column recon.index_change_revision.revision is
    'added to the list, dropped from the list, or changed: in both lists, with another action, movement, reason or ticker.';
comment on column recon.index_change_revision.action is
    'What the later list says of the line; of what was dropped what the earlier one said.';
comment on column recon.index_change_revision.movement is 'Where the line moves within the family, of the same list.';
comment on column recon.index_change_revision.reason is 'Why it changes index, as in recon.index_changes, of the same list.';
comment on column recon.index_change_revision.why is
    'left_exchanges (dropped, for the line has merged or was delisted since the rank day: methodology 10.9); renamed '
    '(the ticker alone is another); decided_anew (the event was: by payloads that came later, corrections, another opening '
    'or other rules).';
comment on column recon.index_change_revision.detail is 'The same in words.';
