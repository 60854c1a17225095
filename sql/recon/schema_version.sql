-- The versions of the public contract, and which of them this file keeps: the last.
select
    schema_version,
    major,
    minor,
    row_number() over (order by major desc, minor desc) = 1 as is_current,
    changes
from reference.schema_versions
