create table reference.archive_missing_sessions (
    session date not null,
    source varchar not null,
    primary key (session)
);

comment on table reference.archive_missing_sessions is
    'One row a session that no usable dump of the archive describes.';
comment on column reference.archive_missing_sessions.session is 'Exchange session.';
comment on column reference.archive_missing_sessions.source is 'Why there is no dump.';
