create table raw.event_vintages (
    event_id varchar not null,
    known_at date not null,
    primary key (event_id)
);

comment on table raw.event_vintages is
    'One row an event: the vintage that it is derived as, an input of its run. The day is taken from the calendar, so '
    'that every run between two days of an event makes the same.';
comment on column raw.event_vintages.event_id is 'The event.';
comment on column raw.event_vintages.known_at is
    'The last of the days of the event that had closed when it was run: its rank day, the days of its lists '
    '(reference.publications), the first session of the new membership.';
