create table core.opening_lines (
    event_id varchar not null,
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    opening_ticker varchar not null,
    opening_name varchar,
    as_of date not null,
    first_as_of date not null,
    opening_rank bigint,
    opening_line varchar,
    rank_ticker varchar,
    basis varchar not null check (
        basis in (
            'ticker', 'filer', 'filer_name', 'issuer_name', 'figures', 'ticker_on_rank_day', 'gone', 'no_listing'
        )
    ),
    primary key (event_id, index_id, opening_ticker, as_of),
    check ((rank_ticker is null) = (basis in ('gone', 'no_listing')))
);

comment on table core.opening_lines is
    'One row an event and row of its opening lists, tied to the line that carries it on the rank day.';
comment on column core.opening_lines.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.opening_lines.index_id is 'Index of the list.';
comment on column core.opening_lines.opening_ticker is 'Ticker as the list writes it.';
comment on column core.opening_lines.opening_name is 'Name as the list writes it.';
comment on column core.opening_lines.as_of is 'Date that the list describes.';
comment on column core.opening_lines.first_as_of is
    'Date of the first list of the index: later ones add to it (core.opening_members).';
comment on column core.opening_lines.opening_rank is
    'Rank of the company at the event before; null where the list gives none.';
comment on column core.opening_lines.opening_line is
    'Ticker of the line that a dump shows on that date; null where none does.';
comment on column core.opening_lines.rank_ticker is
    'Ticker of the line on the rank day; null = gone before, or never found.';
comment on column core.opening_lines.basis is
    'How the line was found again (see core.continuity), or gone (listed at the opening, not on the rank day), or '
    'no_listing (in no dump at all).';
