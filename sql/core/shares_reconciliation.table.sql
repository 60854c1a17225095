create table core.shares_reconciliation (
    event_id varchar not null,
    ticker varchar not null,
    cik bigint check (cik > 0),
    implied_shares bigint check (implied_shares > 0),
    company_shares bigint,
    class_shares bigint,
    classes_sum_shares bigint,
    class_count bigint not null check (class_count >= 0),
    frames_shares bigint,
    filing_source varchar check (filing_source in ('sec_notes', 'sec_companyfacts')),
    cover_date date,
    filed_date date,
    accession varchar,
    split_factor decimal(18, 6),
    filing_shares bigint,
    suspect varchar check (suspect in ('placeholder', 'splits', 'thousands_or_millions', 'jump', 'differs')),
    chosen_shares bigint check (chosen_shares > 0),
    chosen_source varchar check (chosen_source in ('sec_notes', 'sec_companyfacts', 'implied')),
    chosen_cover_date date,
    chosen_accession varchar,
    why varchar not null check (
        why in (
            'classes_of_one_filing', 'cover_of_company', 'earlier_count', 'implied_no_filing',
            'implied_filing_suspect', 'implied_before_jump', 'filing_stale', 'classes_incomplete', 'none'
        )
    ),
    primary key (event_id, ticker),
    check ((chosen_shares is null) = (chosen_source is null))
);

comment on table core.shares_reconciliation is
    'One row an event and common line of the rank day: what each source says of the shares of its company, which count '
    'is chosen and why.';
comment on column core.shares_reconciliation.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.shares_reconciliation.ticker is 'Ticker on the rank day.';
comment on column core.shares_reconciliation.cik is 'Number of the issuer with the SEC; null where it files elsewhere.';
comment on column core.shares_reconciliation.implied_shares is
    'Printed market cap by printed close: shares of the company in units of this line; null = no believable count.';
comment on column core.shares_reconciliation.company_shares is
    'Newest cover count of the whole company in companyfacts, as filed; null = none.';
comment on column core.shares_reconciliation.class_shares is
    'Newest cover count of this line''s own class in the Notes, found by trading symbol or class letter, as filed.';
comment on column core.shares_reconciliation.classes_sum_shares is
    'Newest cover count of the company in the Notes, as filed: without class, else the sum of the classes.';
comment on column core.shares_reconciliation.class_count is 'Classes that this filing of the Notes counts apart.';
comment on column core.shares_reconciliation.frames_shares is
    'Count in the SEC''s frames, which look ahead: to compare with, never chosen.';
comment on column core.shares_reconciliation.filing_source is
    'Source of the filing that was weighed against the implied count; null = none.';
comment on column core.shares_reconciliation.cover_date is 'Day that the count of this filing is of.';
comment on column core.shares_reconciliation.filed_date is 'Day that it was filed.';
comment on column core.shares_reconciliation.accession is 'Accession number of it.';
comment on column core.shares_reconciliation.split_factor is
    'Shares after by shares before over the splits between cover date and rank day, those of an earlier ticker among '
    'them; 1 for none and where they are not applied (suspect is splits), null = no filing.';
comment on column core.shares_reconciliation.filing_shares is
    'Count of this filing for the whole company, in shares of the rank day.';
comment on column core.shares_reconciliation.suspect is
    'What speaks against this count: placeholder (1000 shares or less); splits (more than three since, or of a size '
    'that no company prints: none is applied); thousands_or_millions (a thousandth or millionth of the implied count); '
    'jump (outside a fifth to five times the median of the four before); differs (over 25 % from the implied count, or '
    'a plain sum of classes of unequal price). A count that agrees with the implied one, or adds other classes to the '
    'one that is implied, is in no doubt.';
comment on column core.shares_reconciliation.chosen_shares is
    'Shares of the company in units of this line; null = not known.';
comment on column core.shares_reconciliation.chosen_source is
    'Where they are from: sec_notes, sec_companyfacts, implied (the price list).';
comment on column core.shares_reconciliation.chosen_cover_date is
    'Cover date of the count that is chosen: that of this filing, or of an earlier one; null where no filed one is.';
comment on column core.shares_reconciliation.chosen_accession is
    'Accession number of the filing that states the chosen count; null likewise.';
comment on column core.shares_reconciliation.why is
    'classes_of_one_filing, cover_of_company: the filing is taken; if it differs from the implied count, because that '
    'broke on the rank day and the counts implied in the days before agree with the filing. earlier_count: it jumps, '
    'nothing is implied, and the newest count before it that does not is taken. Else the implied count, or nothing '
    'where there is none, because: implied_no_filing; implied_filing_suspect; implied_before_jump (more than five '
    'times what it was within the month, though the price held: of a member the lower one is taken); filing_stale '
    '(cover date over 15 months before the rank day); classes_incomplete (the filing counts fewer classes than are '
    'listed); none (no count to believe, or none that is known to be of this line).';
