create table recon.ticker_spans (
    event_id varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    valid_from date not null,
    valid_to date check (valid_to > valid_from),
    last_seen date not null check (last_seen >= valid_from),
    basis varchar not null check (basis in ('ticker', 'filer', 'filer_name', 'issuer_name', 'figures')),
    source varchar not null,
    primary key (event_id, security_id, valid_from)
);

comment on table recon.ticker_spans is
    'One row an event, security of the rank day and ticker that it bore: from the day that it was first seen under it '
    'to the day that it was first seen under the next. Only the opening dates, the rank day and the first session of '
    'the new membership are looked at.';
comment on column recon.ticker_spans.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.ticker_spans.security_id is 'Lasting identifier of the line, as in recon.universe.';
comment on column recon.ticker_spans.company_id is 'Lasting identifier of its company.';
comment on column recon.ticker_spans.ticker is 'Ticker, in ROOT.CLASS form.';
comment on column recon.ticker_spans.valid_from is 'First of those days on which it was listed under it.';
comment on column recon.ticker_spans.valid_to is
    'First of those days on which it was listed under the next ticker, which it took after last_seen; this day is not '
    'of the span. Null for the last ticker.';
comment on column recon.ticker_spans.last_seen is 'Last of those days on which it was listed under it.';
comment on column recon.ticker_spans.basis is
    'What ties the ticker to that of the rank day: ticker (it is the same), or what core.continuity found.';
comment on column recon.ticker_spans.source is 'Source whose list shows it.';
