create table reference.schema_versions (
    schema_version varchar not null,
    major smallint not null check (major >= 1),
    minor smallint not null check (minor >= 0),
    changes varchar not null,
    source varchar not null,
    primary key (major, minor)
);

comment on table reference.schema_versions is
    'One row a version of the public contract. The major number rises when something that consumers rely on goes or '
    'changes (a table, a column, a type, a grain), the minor one when something comes.';
comment on column reference.schema_versions.schema_version is 'Version, as 1.0.';
comment on column reference.schema_versions.major is 'Its first number.';
comment on column reference.schema_versions.minor is 'Its second number.';
comment on column reference.schema_versions.changes is 'What a consumer must know of it.';
comment on column reference.schema_versions.source is 'Where more is said.';
