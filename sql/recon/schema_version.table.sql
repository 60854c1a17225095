create table recon.schema_version (
    schema_version varchar not null,
    major smallint not null check (major >= 1),
    minor smallint not null check (minor >= 0),
    is_current boolean not null,
    changes varchar not null,
    primary key (schema_version),
    unique (major, minor)
);

comment on table recon.schema_version is
    'One row a version of the public contract, up to the one that this file keeps: ask for is_current. Code that reads a '
    'file of its own major version goes on working; a higher minor one has tables or columns more.';
comment on column recon.schema_version.schema_version is 'Version, as 1.0: major and minor number.';
comment on column recon.schema_version.major is
    'Rises when a table, column or macro goes, or its type or grain changes.';
comment on column recon.schema_version.minor is 'Rises when a table, column or macro comes.';
comment on column recon.schema_version.is_current is 'True for the version that this file keeps.';
comment on column recon.schema_version.changes is 'What a consumer must know of the version.';
