create table core.filer_evidence (
    event_id varchar not null,
    ticker varchar not null,
    kind varchar not null check (kind in ('sic', 'filer_without_sic', 'form', 'file_number')),
    value varchar not null,
    source varchar not null,
    as_of date not null,
    known_late boolean not null,
    primary key (event_id, ticker, kind, value)
);

comment on table core.filer_evidence is
    'One row an event, line of the rank day and thing that its issuer''s filings tell of what kind of issuer it is.';
comment on column core.filer_evidence.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.filer_evidence.ticker is 'Ticker on the rank day.';
comment on column core.filer_evidence.kind is
    'sic; filer_without_sic, which is what the SEC shows of a registered investment company; form, the last annual '
    'report or an offering; file_number, that of the last annual report.';
comment on column core.filer_evidence.value is
    'SIC, four digits; entity type of a filer without one; form type; register of the file number, its first three '
    'digits.';
comment on column core.filer_evidence.source is 'Source of the value: a source of reference.sources.';
comment on column core.filer_evidence.as_of is 'Day that the statement is of.';
comment on column core.filer_evidence.known_late is
    'True when it was only observed after the rank day and stands in for want of anything that was known by then.';
