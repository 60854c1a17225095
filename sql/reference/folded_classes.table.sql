create table reference.folded_classes (
    ticker varchar not null,
    folded_into varchar not null,
    valid_from date not null,
    valid_to date,
    source varchar not null,
    primary key (ticker, valid_from),
    check (valid_to is null or valid_from < valid_to)
);

comment on table reference.folded_classes is
    'One row a share class that is counted into another class of its company and is never a line of its own.';
comment on column reference.folded_classes.ticker is 'Folded line, in ROOT.CLASS form.';
comment on column reference.folded_classes.folded_into is 'Line that stands for it in the indexes.';
comment on column reference.folded_classes.valid_from is 'First effective date that this holds for.';
comment on column reference.folded_classes.valid_to is
    'First effective date that it no longer holds for; null while it holds.';
comment on column reference.folded_classes.source is 'Section of the methodology notes.';
