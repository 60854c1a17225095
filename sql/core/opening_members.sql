-- Membership just before the event: which of the opening lists counts, what later lists add to it, and the indexes that
-- follow from their parts.
--
-- `family`: Russell 1000 and Russell 2000 share no company, so a line that one of them has is not added to the other
-- (methodology 7.2, 10.2).
with tied as (
    select
        index_id,
        case when index_id in ('R1000', 'R2000') then 'R1000 or R2000' else index_id end as family,
        opening_ticker as ticker,
        opening_name as name,
        as_of,
        first_as_of,
        opening_rank,
        opening_line,
        rank_ticker,
        basis
    from core.opening_lines
    where event_id = $event_id
),

first_lists as (
    select *
    from tied
    where as_of = first_as_of
),

-- Lines that an earlier line of the same issuer is tied to from the rank day of the reconstitution that the lists are
-- the outcome of: what was listed in time was judged then. A ticker that went over to another issuer was not.
judged_then as (
    select distinct continuity.to_ticker as rank_ticker
    from core.continuity as continuity
    left join core.securities as earlier
        on
            earlier.event_id = $event_id
            and earlier.role = 'last_recon'
            and earlier.anchor_date = continuity.from_date
            and earlier.ticker = continuity.from_ticker
    left join core.securities as later
        on
            later.event_id = $event_id
            and later.role = 'rank'
            and later.anchor_date = continuity.to_date
            and later.ticker = continuity.to_ticker
    where
        continuity.event_id = $event_id
        and continuity.from_role = 'last_recon'
        and continuity.to_role = 'rank'
        and (continuity.basis <> 'ticker' or earlier.issuer_key = later.issuer_key)
),

-- Methodology 10.1, 9.5: between reconstitutions an index gains newly listed companies and loses those that leave the
-- exchanges; nobody is replaced, nobody moves (10.2). So a later list of an index, which may be a fund's sample that
-- keeps leavers, only adds, and only what was not listed on the rank day of the reconstitution before.
additions as (
    select
        tied.*,
        row_number() over (
            partition by tied.family, tied.rank_ticker order by tied.as_of, tied.index_id, tied.ticker
        ) as choice
    from tied
    left join (select distinct family, rank_ticker from first_lists) as known
        on tied.family = known.family and tied.rank_ticker = known.rank_ticker
    left join judged_then on tied.rank_ticker = judged_then.rank_ticker
    where
        tied.as_of > tied.first_as_of
        and tied.rank_ticker is not null
        and known.rank_ticker is null
        and judged_then.rank_ticker is null
),

members as (
    select index_id, ticker, name, as_of, opening_rank, opening_line, rank_ticker, basis, false as is_added
    from first_lists
    union all
    select index_id, ticker, name, as_of, opening_rank, opening_line, rank_ticker, basis, true as is_added
    from additions
    where choice = 1
),

-- Russell 3000 is Russell 1000 and Russell 2000 together (methodology 7.2), where a list does not state it; where one
-- does, what was added to its parts was added to it.
russell_3000 as (
    select
        members.*,
        row_number() over (partition by members.ticker, members.as_of order by members.index_id) as choice
    from members
    left join (select distinct rank_ticker from members where index_id = 'R3000') as given
        on members.rank_ticker = given.rank_ticker
    where
        members.index_id in ('R1000', 'R2000')
        and (
            (
                not exists (select 1 from members as stated where stated.index_id = 'R3000')
                and exists (select 1 from members as stated where stated.index_id = 'R1000')
                and exists (select 1 from members as stated where stated.index_id = 'R2000')
            )
            or (
                members.is_added
                and given.rank_ticker is null
                and exists (select 1 from members as stated where stated.index_id = 'R3000')
            )
        )
),

with_r3000 as (
    select index_id, ticker, name, as_of, opening_rank, opening_line, rank_ticker, basis, is_added
    from members
    union all
    select 'R3000' as index_id, ticker, name, as_of, opening_rank, opening_line, rank_ticker, basis, is_added
    from russell_3000
    where choice = 1
),

-- Russell 3000E is Russell 3000 and Microcap together (methodology 7.1, 7.3), likewise.
russell_3000e as (
    select
        with_r3000.*,
        max(with_r3000.name) over (partition by with_r3000.ticker) as any_name,
        max(with_r3000.opening_rank) over (partition by with_r3000.ticker) as any_rank,
        row_number() over (
            partition by with_r3000.ticker order by with_r3000.as_of desc, with_r3000.index_id
        ) as choice
    from with_r3000
    left join (select distinct rank_ticker from with_r3000 where index_id = 'R3000E') as given
        on with_r3000.rank_ticker = given.rank_ticker
    where
        with_r3000.index_id in ('R3000', 'RMICRO')
        and (
            (
                not exists (select 1 from with_r3000 as stated where stated.index_id = 'R3000E')
                and exists (select 1 from with_r3000 as stated where stated.index_id = 'R3000')
                and exists (select 1 from with_r3000 as stated where stated.index_id = 'RMICRO')
            )
            or (
                with_r3000.is_added
                and given.rank_ticker is null
                and exists (select 1 from with_r3000 as stated where stated.index_id = 'R3000E')
            )
        )
)

select
    cast($event_id as varchar) as event_id,
    index_id,
    ticker as opening_ticker,
    name as opening_name,
    as_of,
    opening_rank,
    opening_line,
    rank_ticker,
    basis
from with_r3000
union all
select
    cast($event_id as varchar) as event_id,
    'R3000E' as index_id,
    ticker as opening_ticker,
    any_name as opening_name,
    as_of,
    any_rank as opening_rank,
    opening_line,
    rank_ticker,
    basis
from russell_3000e
where choice = 1
