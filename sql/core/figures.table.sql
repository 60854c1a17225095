create table core.figures (
    event_id varchar not null,
    ticker varchar not null,
    figure varchar not null check (
        figure in ('identity', 'sic', 'incorporation', 'headquarters', 'ipo_date', 'delisting')
    ),
    value varchar not null,
    source varchar not null,
    as_of date not null,
    known_at timestamp not null,
    known_late boolean not null,
    primary key (event_id, ticker, figure)
);

comment on table core.figures is
    'One row an event, rank-day ticker and slow figure that a source knows: the value that is believed and whose it '
    'is. What was known by the rank day goes first.';
comment on column core.figures.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.figures.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.figures.figure is
    'identity (number with the SEC); sic (four digits); incorporation and headquarters (code of state or country); '
    'ipo_date; delisting (day from which, or on which it was asked for).';
comment on column core.figures.value is 'Value as text; days as 2023-04-28.';
comment on column core.figures.source is
    'Source that says so: the first of reference.source_order that has the figure.';
comment on column core.figures.as_of is 'Day that the statement is of: of the list, filed, or of the offering.';
comment on column core.figures.known_at is 'When the statement became public, UTC.';
comment on column core.figures.known_late is
    'True where nothing known by the rank day tells the figure, and one that was observed after it stands in (rule '
    'use_known_late): sic, incorporation and headquarters only.';
