-- Which contract does this file keep?
select schema_version
from recon.schema_version
where is_current
