-- severity: error
-- A version is spelled by its two numbers. Not in the contract: a database with a function in a CHECK does not open again
-- after a killed run.
select schema_version, major, minor
from reference.schema_versions
where schema_version <> cast(major as varchar) || '.' || cast(minor as varchar)
