create table raw.source_outcomes (
    event_id varchar not null,
    source varchar not null,
    feed varchar not null,
    payload_key varchar not null,
    result varchar not null check (
        result in (
            'value', 'known', 'absent', 'refused', 'unavailable', 'bad_payload', 'not_configured', 'not_landed'
        )
    ),
    detail varchar not null,
    primary key (event_id, feed, payload_key)
);

comment on table raw.source_outcomes is
    'One row an event and payload that was asked for: what came of it. Nothing is skipped in silence.';
comment on column raw.source_outcomes.event_id is 'Event that asked, as 2023-06-recon; see reference.recon_events.';
comment on column raw.source_outcomes.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.source_outcomes.feed is 'Provider and kind, as symdir/nasdaqlisted.';
comment on column raw.source_outcomes.payload_key is
    'Path and query that was asked for, without secrets; empty where the whole source was skipped.';
comment on column raw.source_outcomes.result is
    'value (a payload) or known (landed before); absent (404), refused, unavailable (no usable answer), '
    'bad_payload (not believed), not_configured, not_landed (offline): skipped.';
comment on column raw.source_outcomes.detail is 'What happened in a sentence; empty for value and known.';
