create table recon.data_issues (
    event_id varchar not null,
    issue_number bigint not null check (issue_number >= 1),
    severity varchar not null check (severity in ('warning', 'info')),
    issue varchar not null check (
        issue in (
            'opening_unknown', 'opening_no_listing', 'opening_left', 'rename_inferred', 'neighbour_session',
            'carried', 'no_figures', 'shares_suspect', 'left_before_effective', 'session_incomplete',
            'session_unverified', 'payload_rejected', 'listing_unsure', 'opening_late', 'source_skipped',
            'listed_without_price', 'filing_suspect', 'shares_implied', 'presumed_ineligible',
            'presumed_out_of_microcap', 'shares_below_index', 'evidence_left_out', 'history_incomplete', 'no_trade',
            'nothing_presumed', 'ipo_unconfirmed', 'ipo_no_market_cap', 'ipo_no_breakpoints', 'ipo_deferred',
            'ipo_presumed_ineligible', 'shares_read_later', 'rule_unseen', 'spinoff_not_placed',
            'fast_entry_unknown'
        )
    ),
    index_id varchar check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    ticker varchar,
    security_id varchar,
    session_date date,
    detail varchar not null,
    primary key (event_id, issue_number)
);

comment on table recon.data_issues is
    'One row an event and remark: what is missing, carried, inferred or dropped in its data, so that nothing '
    'happens in silence.';
comment on column recon.data_issues.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.data_issues.issue_number is 'Number of the remark within the event; warnings come first.';
comment on column recon.data_issues.severity is
    'warning = it may change the membership; info = handled, for the record.';
comment on column recon.data_issues.issue is 'Kind of remark; the detail says it in words.';
comment on column recon.data_issues.index_id is 'Index that it is about; null = all.';
comment on column recon.data_issues.ticker is
    'Line that it is about, under its ticker of the session named; null = no single line.';
comment on column recon.data_issues.security_id is
    'Lasting identifier of that line, where it is in the universe of the event.';
comment on column recon.data_issues.session_date is 'Session or date that it is about; null = none.';
comment on column recon.data_issues.detail is 'The remark in a sentence.';
