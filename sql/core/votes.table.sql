create table core.votes (
    event_id varchar not null,
    ticker varchar not null,
    title varchar not null,
    title_source varchar not null,
    voting_tickers bigint not null check (voting_tickers >= 0),
    votes_pct decimal(9, 4) check (votes_pct between 0 and 100),
    primary key (event_id, ticker)
);

comment on table core.votes is
    'One row an event and common line of the rank day whose title says that it has no votes, and what follows for the '
    'share of the votes with unrestricted holders. No source that we fetch tells votes a share of other classes: what '
    'is not here is unknown.';
comment on column core.votes.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.votes.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.votes.title is
    'The title that says so: name of the security, or of the class of stock in a filing.';
comment on column core.votes.title_source is 'Source that prints that title.';
comment on column core.votes.voting_tickers is
    'Other quoted tickers of the company, over the counter among them, whose title does not say so: the public may '
    'hold votes in them.';
comment on column core.votes.votes_pct is
    'Share of the votes with unrestricted holders, percent (methodology 4.3): 0 where no quoted class of the company '
    'has votes; else null, for it is unknown.';
