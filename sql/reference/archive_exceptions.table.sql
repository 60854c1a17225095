create table reference.archive_exceptions (
    commit varchar not null,
    commit_utc timestamp not null,
    exchange varchar check (exchange in ('nasdaq', 'nyse', 'amex')),
    session date,
    status varchar not null check (status in ('ok', 'lagged', 'intraday', 'duplicate', 'mixed', 'empty', 'unverified')),
    source varchar not null,
    unique (commit, exchange)
);

comment on table reference.archive_exceptions is
    'One row a commit of the archive, or one dump of it, that does not describe the session that its time of '
    'commit suggests.';
comment on column reference.archive_exceptions.commit is 'Hash of the commit.';
comment on column reference.archive_exceptions.commit_utc is 'Time of the commit, UTC.';
comment on column reference.archive_exceptions.exchange is 'Exchange of the dump; null = all dumps of the commit.';
comment on column reference.archive_exceptions.session is 'Session that the dump does describe; null for none.';
comment on column reference.archive_exceptions.status is 'Verdict, as in raw.archive_dumps.';
comment on column reference.archive_exceptions.source is 'How that was found out.';
