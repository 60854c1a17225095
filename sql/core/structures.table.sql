create table core.structures (
    event_id varchar not null,
    ticker varchar not null,
    structure varchar not null check (
        structure in (
            'operating', 'reit', 'bdc', 'closed_end_fund', 'spac', 'llc', 'lp', 'royalty_trust'
        )
    ),
    evidence varchar,
    evidence_source varchar,
    evidence_strength varchar check (evidence_strength in ('strong', 'weak')),
    known_late boolean not null,
    primary key (event_id, ticker)
);

comment on table core.structures is
    'One row an event and common line of the rank day: how its issuer is built (methodology 2.4-2.7), and on what '
    'evidence.';
comment on column core.structures.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.structures.ticker is 'Ticker on the rank day.';
comment on column core.structures.structure is
    'operating where nothing tells another; reit is eligible, bdc by date, the others are not.';
comment on column core.structures.evidence is
    'What told it, by the order of reference.structure_evidence: kind and term; null where nothing told anything.';
comment on column core.structures.evidence_source is
    'Source of that evidence: a source of reference.sources; null where nothing told anything.';
comment on column core.structures.evidence_strength is
    'weak decides against a newcomer only; a member''s rule stays unknown. Null where nothing told anything.';
comment on column core.structures.known_late is
    'True when the evidence was only observed after the rank day; such evidence is weak.';
