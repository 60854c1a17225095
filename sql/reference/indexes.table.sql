create table reference.indexes (
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    name varchar not null,
    definition varchar not null,
    floor_cut varchar not null check (floor_cut in ('TOP50', 'TOP200', 'TOP500', 'R1000', 'R3000', 'R3000E')),
    ceiling_cut varchar check (ceiling_cut in ('TOP200', 'TOP500', 'R1000', 'MICRO')),
    last_rank bigint not null check (last_rank >= 1),
    source varchar not null,
    primary key (index_id)
);

comment on table reference.indexes is 'One row an index of the family that is rebuilt here.';
comment on column reference.indexes.index_id is 'Key of the index.';
comment on column reference.indexes.name is 'Name of the index.';
comment on column reference.indexes.definition is 'Ranks that it holds, in words.';
comment on column reference.indexes.floor_cut is
    'Cut, as a breakpoint_id of recon.breakpoints, that its members are above.';
comment on column reference.indexes.ceiling_cut is
    'Cut that its members are below; null = none. Of the Microcap it holds within the Russell 3000.';
comment on column reference.indexes.last_rank is
    'Last rank that it holds by its definition, before bands: the size of an index, by which a move within the family is '
    'told to be up or down.';
comment on column reference.indexes.source is 'Section of the methodology notes.';
