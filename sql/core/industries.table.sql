create table core.industries (
    event_id varchar not null,
    ticker varchar not null,
    icb_industry varchar not null check (
        icb_industry in (
            'Technology', 'Telecommunications', 'Health Care', 'Financials', 'Real Estate',
            'Consumer Discretionary', 'Consumer Staples', 'Industrials', 'Basic Materials', 'Energy', 'Utilities'
        )
    ),
    industry_source varchar not null check (
        industry_source in ('sic and screener', 'sic', 'screener industry', 'screener sector', 'name')
    ),
    sic varchar,
    known_late boolean not null,
    precedence integer not null,
    primary key (event_id, ticker)
);

comment on table core.industries is
    'One row an event and rank-day line whose ICB industry our mapping finds, and what it was found by. An '
    'approximation of the official classification; none before 2020-09-18, when ICB became the scheme of the indexes.';
comment on column core.industries.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.industries.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.industries.icb_industry is 'Name of the ICB industry (methodology 12).';
comment on column core.industries.industry_source is
    'What the rule that decided asks for: the classification that the SEC has (sic), the industry or the sector of the '
    'screener, a word of the name, or the first two together.';
comment on column core.industries.sic is
    'Standard industrial classification that was at hand, decisive or not; null where none is known.';
comment on column core.industries.known_late is
    'True where the rule that decided asks for the classification, and that was only observed after the rank day and '
    'stands in (rule use_known_late).';
comment on column core.industries.precedence is 'The rule that decided: a row of reference.industries.';
