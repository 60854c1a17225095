-- severity: error
-- Every source that a figure is taken from is described in reference.sources: a misspelt name would be passed over
-- without a trace.
select
    source_order.figure as figure,
    source_order.precedence as precedence,
    source_order.source as source
from reference.source_order as source_order
left join reference.sources as sources on source_order.source = sources.source
where sources.source is null
