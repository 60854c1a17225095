create table reference.sessions (
    session_date date not null,
    previous_session date,
    next_session date,
    primary key (session_date),
    check (previous_session is null or previous_session < session_date),
    check (next_session is null or session_date < next_session)
);

comment on table reference.sessions is 'One row a session of the New York Stock Exchange calendar.';
comment on column reference.sessions.session_date is 'Exchange session.';
comment on column reference.sessions.previous_session is 'Session before; null at the start of the calendar.';
comment on column reference.sessions.next_session is 'Session after; null at the end of the calendar.';
