-- What the event adds to and deletes from each index whose opening is known. Lines that left the exchanges before the
-- effective date are no changes of a reconstitution (methodology 10.1, 10.5).
with known as (
    select distinct index_id
    from core.opening_members
    where event_id = $event_id
),

before as (
    select distinct
        members.index_id as index_id,
        universe.security_id as security_id
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    inner join core.departures as departures
        on
            departures.event_id = $event_id
            and universe.ticker = departures.rank_ticker
            and not departures.has_left
    -- Of two members that one line continues one has merged away (core.identities).
    left join core.member_fates as merged
        on
            merged.event_id = $event_id
            and merged.reason = 'merged'
            and members.index_id = merged.index_id
            and members.opening_ticker = merged.opening_ticker
            and members.as_of = merged.as_of
    where members.event_id = $event_id and merged.opening_ticker is null
),

after as (
    select index_id, security_id
    from recon.index_membership
    where event_id = $event_id
),

-- By the last rank of the largest index that holds a line, so that a move up or down can be told. Before the event only
-- the indexes of the opening are known. A Russell 2000 company that is in the Microcap as well is smaller than one that
-- is not.
size_before as (
    select
        before.security_id,
        2 * min(sizes.last_rank) + max(case when before.index_id = 'RMICRO' then 1 else 0 end) as size
    from before
    inner join reference.indexes as sizes on before.index_id = sizes.index_id
    group by before.security_id
),

-- Compared by the indexes that are known before too, so that a size that was not known is no move; a line that is in
-- none of those is told by the others.
size_after as (
    select
        after.security_id,
        coalesce(
            2 * min(case when known.index_id is not null then sizes.last_rank end),
            2 * min(sizes.last_rank)
        ) + max(case when after.index_id = 'RMICRO' then 1 else 0 end) as size
    from after
    inner join reference.indexes as sizes on after.index_id = sizes.index_id
    left join known on after.index_id = known.index_id
    group by after.security_id
),

moves as (
    select after.index_id, after.security_id, 'addition' as action
    from after
    inner join known on after.index_id = known.index_id
    left join before on after.index_id = before.index_id and after.security_id = before.security_id
    where before.security_id is null
    union all
    select before.index_id, before.security_id, 'deletion' as action
    from before
    left join after on before.index_id = after.index_id and before.security_id = after.security_id
    where after.security_id is null
),

described as (
    select
        moves.*,
        case
            when size_before.size is null then 'new'
            when size_after.size is null then 'out'
            when size_after.size < size_before.size then 'up'
            when size_after.size > size_before.size then 'down'
            -- Alike by the sizes that are known: into the lower part of an index, or out of the upper, is down.
            when (moves.action = 'addition') = (moves.index_id in ('MIDCAP', 'R2500', 'R2000', 'RMICRO')) then 'down'
            else 'up'
        end as movement
    from moves
    left join size_before on moves.security_id = size_before.security_id
    left join size_after on moves.security_id = size_after.security_id
)

select
    universe.event_id as event_id,
    vintages.vintage as vintage,
    described.index_id as index_id,
    described.security_id as security_id,
    universe.company_id as company_id,
    described.action as action,
    described.movement as movement,
    coalesce(departures.ticker, universe.ticker) as ticker,
    universe.ticker as rank_ticker,
    universe.company_name as company_name,
    universe.industry as industry,
    -- Why: the first rule that an excluded line failed, else that its rank put it there; of a quarterly event that it was
    -- an offering, or a merger whose time has come (methodology 9.2, 9.7, 9.8).
    case
        when candidates.listing_kind = 'business_combination' then 'business_combination'
        when candidates.fast_entry_on is not null then 'fast_entry'
        when candidates.security_id is not null then 'ipo'
        when described.action = 'deletion' and eligibility.status = 'ineligible' then eligibility.reason
        when described.action = 'deletion' and pricing.status = 'ineligible' then pricing.reason
        when described.action = 'deletion' and ranking.rank is null then 'no_figures'
        when not universe.is_pricing_vehicle and described.movement = 'new' then 'share_class'
        else 'rank'
    end as reason,
    ranking.rank as rank,
    coalesce(ranking.market_cap_usd, candidates.market_cap_usd) as market_cap_usd,
    ranking.percentile as percentile
from described
inner join recon.universe as universe
    on universe.event_id = $event_id and described.security_id = universe.security_id
inner join recon.eligibility as eligibility
    on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
inner join core.departures as departures
    on departures.event_id = $event_id and universe.ticker = departures.rank_ticker
inner join core.vintages as vintages on vintages.event_id = $event_id
left join recon.ipo_candidates as candidates
    on candidates.event_id = $event_id and described.security_id = candidates.security_id
left join recon.eligibility as pricing
    on pricing.event_id = $event_id and universe.pricing_ticker = pricing.ticker
left join recon.ranking as ranking
    on ranking.event_id = $event_id and universe.company_id = ranking.company_id
