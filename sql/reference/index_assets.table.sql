create table reference.index_assets (
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO', 'FAMILY'
        )
    ),
    kind varchar not null check (kind in ('passive', 'benchmarked')),
    as_of date not null,
    assets_usd decimal(24, 2) not null check (assets_usd > 0),
    assets_high_usd decimal(24, 2),
    source varchar not null,
    note varchar,
    primary key (index_id, kind, as_of),
    check (assets_high_usd > assets_usd)
);

comment on table reference.index_assets is
    'One row an index, a kind of money and a day: the assets that a source says follow the index. An index without a '
    'row is unknown, not without money. Money that follows one index is stated for that index alone, never for one that '
    'holds it, so that sums over indexes count nothing twice.';
comment on column reference.index_assets.index_id is
    'Index, as in reference.indexes; FAMILY = all US indexes of the family together, which is never shared out to one.';
comment on column reference.index_assets.kind is
    'passive = money that holds the index, the only kind that demand is reckoned from; benchmarked = money that is '
    'measured by it, the passive included.';
comment on column reference.index_assets.as_of is
    'Day that the figure is of; it serves events that take effect on that day or later.';
comment on column reference.index_assets.assets_usd is 'Assets, USD; the low end where the source gives a range.';
comment on column reference.index_assets.assets_high_usd is 'High end of the range, USD; null where there is none.';
comment on column reference.index_assets.source is 'Who says so.';
comment on column reference.index_assets.note is 'What is uncertain.';
