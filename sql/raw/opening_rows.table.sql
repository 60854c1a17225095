create table raw.opening_rows (
    event_id varchar not null,
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    ticker varchar not null,
    name varchar,
    as_of date not null,
    security_id varchar,
    company_id varchar,
    opening_rank bigint check (opening_rank >= 1),
    source varchar not null,
    source_sha256 varchar,
    primary key (event_id, index_id, ticker, as_of)
);

comment on table raw.opening_rows is
    'One row a line of an index before an event, from a file that the user gave or from the membership of the '
    'event before. An index without rows is unknown, not empty. Of several dates of an index the first is its list and '
    'later ones add what was listed since.';
comment on column raw.opening_rows.event_id is 'Event that the row opens.';
comment on column raw.opening_rows.index_id is 'Index of the list.';
comment on column raw.opening_rows.ticker is
    'Ticker on the date of the list, in ROOT.CLASS form where the list writes the class apart.';
comment on column raw.opening_rows.name is 'Name as the list writes it; null where it gives none.';
comment on column raw.opening_rows.as_of is 'Date that the list describes.';
comment on column raw.opening_rows.security_id is
    'Lasting identifier of the line where the list is an earlier event; null for files.';
comment on column raw.opening_rows.company_id is 'Lasting identifier of the company likewise.';
comment on column raw.opening_rows.opening_rank is
    'Rank of the company by market cap at the event before; null where the list gives none.';
comment on column raw.opening_rows.source is 'Name of the file, or the event before.';
comment on column raw.opening_rows.source_sha256 is 'Hash of the file; null where the source is an event.';
