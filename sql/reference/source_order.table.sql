create table reference.source_order (
    figure varchar not null check (
        figure in (
            'price', 'shares', 'listing', 'identity', 'sic', 'incorporation', 'headquarters', 'ipo_date', 'delisting',
            'public_float'
        )
    ),
    precedence integer not null check (precedence >= 1),
    source varchar not null,
    note varchar,
    basis varchar not null,
    primary key (figure, precedence),
    unique (figure, source)
);

comment on table reference.source_order is
    'One row a figure and source that gives it: of several sources that know a figure, the first in order is believed.';
comment on column reference.source_order.figure is 'Figure; identity is the number of the issuer with the SEC.';
comment on column reference.source_order.precedence is 'Place of the source among those of the figure; 1 is first.';
comment on column reference.source_order.source is 'Source, as in reference.sources.';
comment on column reference.source_order.note is 'Why it stands there; null where the section says it all.';
comment on column reference.source_order.basis is
    'Section of the provider or methodology notes that the order is from.';
