create table raw.kept_vintages (
    event_id varchar not null,
    known_at date not null,
    change_count bigint not null check (change_count >= 0),
    primary key (event_id, known_at)
);

comment on table raw.kept_vintages is
    'One row an event and vintage that passed its audit in this home. Vintages are added; one that is made again takes its '
    'own place. No run deletes another vintage, not even one as of an earlier day.';
comment on column raw.kept_vintages.event_id is 'The event.';
comment on column raw.kept_vintages.known_at is 'The vintage: the day as of which the event was run.';
comment on column raw.kept_vintages.change_count is 'How many rows raw.change_vintages has of it.';
