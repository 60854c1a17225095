create table raw.event_runs (
    event_id varchar not null,
    opening_source varchar not null,
    sql_fingerprint varchar not null,
    code_version varchar not null,
    primary key (event_id)
);

comment on table raw.event_runs is 'What each event in this home was last built with: one row an event.';
comment on column raw.event_runs.event_id is 'The event.';
comment on column raw.event_runs.opening_source is
'Where its opening membership came from: names of files, or the event before.';
comment on column raw.event_runs.sql_fingerprint is 'Hash of the whole sql/ tree that built it, and of the code that read its payloads.';
comment on column raw.event_runs.code_version is 'Version of the package that built it.';
