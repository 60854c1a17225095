create table raw.archive_dumps (
    commit_id varchar not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    commit_at timestamp not null,
    expected_session date not null,
    session_date date,
    status varchar not null check (status in ('ok', 'lagged', 'intraday', 'duplicate', 'mixed', 'empty', 'unverified')),
    basis varchar not null check (basis in ('rule', 'fact', 'detected')),
    previous_close_match double check (previous_close_match between 0 and 1),
    line_count bigint not null check (line_count >= 0),
    sha256 varchar not null,
    primary key (commit_id, exchange)
);

comment on table raw.archive_dumps is
    'One row a dump of the screener archive: one exchange in one commit, with the session that it was found to '
    'describe. Lines of a dump are loaded once.';
comment on column raw.archive_dumps.commit_id is 'Hash of the commit that published the dump.';
comment on column raw.archive_dumps.exchange is 'Exchange that the dump lists.';
comment on column raw.archive_dumps.commit_at is 'Time of the commit, UTC: when the dump became public.';
comment on column raw.archive_dumps.expected_session is 'Session that the time of the commit suggests.';
comment on column raw.archive_dumps.session_date is
    'Session whose closes the dump holds; null where it holds no session''s closes.';
comment on column raw.archive_dumps.status is
    'ok; lagged (an older session than expected); intraday (prices before the close); duplicate (a session that '
    'an earlier commit holds); mixed (exchanges of different sessions); empty; unverified (closes do not follow '
    'on the dump before).';
comment on column raw.archive_dumps.basis is
    'What the session rests on: the rule by time of commit, a listed exception, or comparison with the dump '
    'before.';
comment on column raw.archive_dumps.previous_close_match is
    'Share of lines whose close less net change is the close of the dump before, 0 to 1; null where not compared.';
comment on column raw.archive_dumps.line_count is 'Lines in the dump.';
comment on column raw.archive_dumps.sha256 is 'Hash of the payload as fetched.';
