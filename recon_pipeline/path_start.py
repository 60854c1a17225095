"""What the paths of a projection are drawn from: its start as the SQL itself has it, and how its companies may move.

Belongs here: who may be ranked and as what each was judged, the closes that volatilities are estimated on, and the
moves that follow from both and from the parameters of the model.

Does not belong here: drawing and ranking (`monte_carlo.py`), volatilities (`volatility.py`), what becomes of the paths
(`probability.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadInput
from recon_pipeline.events import AS_OF, ReconEvent
from recon_pipeline.monte_carlo import ABOVE, BELOW, CUTS, Cut, Floats, Ints, Moves, Start
from recon_pipeline.projection_model import hidden_rules, parameters, weights
from recon_pipeline.tables import load_tables
from recon_pipeline.volatility import Estimate, Panel, estimate
from recon_pipeline.warehouse import Warehouse

JUDGED_BY_PATH: Final = ("min_price_usd", "min_total_cap_usd", "min_class_cap_usd")
"""Rules on size and price: set aside for the start, and judged on each path."""

REBUILT: Final = ("recon.eligibility", "recon.ranking", "recon.breakpoints", "recon.placements")
"""What the start is read from once these rules are set aside, in the order of building."""

OPENING_FLAGS: Final = ("opening_r1000", "opening_r2000", "opening_r3000", "opening_rmicro")
"""In the order in which a company without figures takes the middle of one (`ranking.sql`)."""


@dataclass(frozen=True)
class Prepared:
    """All that paths are drawn from."""

    rank_day: date
    start: Start
    moves: Moves
    estimate: Estimate
    panel_days: tuple[date, ...]


def prepare_paths(
    warehouse: Warehouse,
    event: ReconEvent,
    *,
    rank_day: date | None = None,
    daily: int = 0,
    with_model_error: bool = True,
) -> Prepared:
    """Read the start of the paths of a projection that was derived, and estimate how they move.

    They end on the rank day of the event, or on another one that is asked for.

    Raises:
        BadInput: nothing can be ranked, or the panel has no two sessions that follow on one another.
    """
    rank_day = rank_day_of(event) if rank_day is None else rank_day
    ahead = events.sessions(event.rank_day + timedelta(days=1), rank_day)
    model = parameters()
    start, verdicts = read_start(warehouse, event, rank_day)
    if not len(start.company_ids):
        raise BadInput(f"Projecting {event.event_id}: nobody can be ranked. Check its opening and its prices.")
    panel, days = read_panel(warehouse, event, start, daily)
    try:
        moving = estimate(panel, weights(model))
    except ValueError as error:
        raise BadInput(f"Projecting {event.event_id}: {error}. Land more sessions with --daily.") from error
    window = _window(warehouse, event)
    gone = model["gone_per_session"]
    after = len(events.sessions(rank_day + timedelta(days=1), event.effective_from))
    sure = start.is_eligible.astype(np.float64)
    chance = np.array([model[f"p_eligible_{verdict}"] for verdict in verdicts])
    moves = Moves(
        sessions=len(ahead),
        window_sessions=sum(rank_day - window <= day < rank_day for day in ahead),
        market_sigma=moving.market_sigma,
        beta=moving.beta,
        sigma=moving.sigma,
        tail_df=model["tail_df"],
        cap_noise=model["cap_noise_pct"] / 100 if with_model_error else 0.0,
        p_eligible=chance if with_model_error else sure,
        p_gone_before=1 - (1 - gone) ** len(ahead) if with_model_error else 0.0,
        p_gone_after=1 - (1 - gone) ** after if with_model_error else 0.0,
    )
    return Prepared(rank_day, start, moves, moving, days)


def rank_day_of(event: ReconEvent) -> date:
    """The rank day of the event that is projected."""
    return events.event(event.event_id.partition(AS_OF)[0]).rank_day


def _window(warehouse: Warehouse, event: ReconEvent) -> timedelta:
    days = warehouse.frame(
        "select max(value) as days from core.event_rules where event_id = $event_id and rule = 'price_average_days'",
        {"event_id": event.event_id},
    )["days"][0]
    return timedelta(days=int(days or 0))


# --- the start --------------------------------------------------------------------------------------------------------

COMPANIES = """
    select
        ranking.company_id,
        ranking.security_id,
        ranking.ticker,
        cast(ranking.market_cap_usd as double) as cap,
        cast(universe.close_usd as double) as close,
        universe.is_member,
        ranking.opening_r1000,
        ranking.opening_r2000,
        ranking.opening_r3000,
        ranking.opening_rmicro,
        eligibility.price_status,
        eligibility.market_cap_status,
        coalesce(presumptions.is_presumed_out_of_microcap, false) and used.value = 1 as is_out_of_microcap,
        coalesce(presumptions.why_not = 'not large enough then', false) as is_risen,
        coalesce(opening.opening_rank, 0) as kept_place
    from recon.ranking as ranking
    inner join recon.universe as universe
        on universe.event_id = $event_id and ranking.security_id = universe.security_id
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and ranking.security_id = eligibility.security_id
    left join core.presumptions as presumptions
        on presumptions.event_id = $event_id and ranking.ticker = presumptions.pricing_ticker
    left join core.event_rules as used on used.event_id = $event_id and used.rule = 'use_presumption'
    left join (
        select universe.company_id, min(members.opening_rank) as opening_rank
        from core.opening_members as members
        inner join recon.universe as universe
            on universe.event_id = $event_id and members.rank_ticker = universe.ticker
        where members.event_id = $event_id
        group by universe.company_id
    ) as opening on ranking.company_id = opening.company_id
    where ranking.event_id = $event_id
    order by ranking.ticker, ranking.company_id
"""

LINES = """
    select
        universe.security_id,
        universe.company_id,
        cast(universe.close_usd as double) as close,
        cast(coalesce(shares.class_shares, universe.outstanding_shares) as double)
        * cast(universe.close_usd as double) as cap,
        eligibility.price_status
    from recon.universe as universe
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
    inner join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker and not departures.has_left
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and universe.ticker = shares.ticker
    where
        universe.event_id = $event_id
        and eligibility.reason is null
        and not universe.is_pricing_vehicle
        -- As recon.index_membership has it: shares that are not handed out yet are no line.
        and (universe.is_member or universe.close_usd is not null or eligibility.share_class_evidence = 'new class')
    order by universe.ticker, universe.security_id
"""


def read_start(warehouse: Warehouse, event: ReconEvent, rank_day: date) -> tuple[Start, list[str]]:
    """Read everybody whom a path may rank, and as what each was judged: member, risen, newcomer or the rule it fails.

    A risen company is in no list because it was too small for one at the reconstitution before, and for nothing else.
    The SQL itself tells it: eligibility, ranking and placements are derived once more with the rules on size and price
    set aside, and with the verdicts that rest on thin facts lifted; then all of that is rolled back.
    """
    by_event = {"event_id": event.event_id}
    hidden = hidden_rules()
    before = warehouse.frame("select security_id, reason from recon.eligibility where event_id = $event_id", by_event)
    rules = dict(
        warehouse.frame("select rule, value from core.event_rules where event_id = $event_id", by_event).iter_rows()
    )
    tables = load_tables()
    with warehouse.dry_run():
        for rule in JUDGED_BY_PATH:
            warehouse.set_rule(event.event_id, rule, 0)
        warehouse.rebuild(tables[REBUILT[0]], by_event)
        told = warehouse.frame("select security_id, reason from recon.eligibility where event_id = $event_id", by_event)
        warehouse.lift_reasons(event.event_id, hidden)
        for name in REBUILT[1:]:
            warehouse.rebuild(tables[name], by_event)
        companies = warehouse.frame(COMPANIES, by_event)
        lines = warehouse.frame(LINES, by_event)
        sides = warehouse.frame(
            "select company_id, breakpoint_id, side_before from recon.placements where event_id = $event_id", by_event
        )
    reason = dict(told.iter_rows())
    verdicts = [
        reason[line] or ("member" if in_r3000 or in_micro else "risen" if is_risen else "newcomer")
        for line, in_r3000, in_micro, is_risen in companies.select(
            "security_id", "opening_r3000", "opening_rmicro", "is_risen"
        ).iter_rows()
    ]
    place_of = {company: place for place, company in enumerate(companies["company_id"])}
    held = np.zeros((companies.height, len(CUTS)), np.uint8)
    for company, cut, side in sides.iter_rows():
        if cut in CUTS and side in ("above", "below"):
            held[place_of[company], CUTS.index(cut)] = ABOVE if side == "above" else BELOW
    lines = lines.filter(pl.col("company_id").is_in(companies["company_id"].to_list()))
    window_sum, window_days = _known_window(warehouse, event, rank_day, companies["ticker"].to_list())
    # A verdict of the day that is unknown (no trade, no figure) is unknown on every path.
    price_known = (companies["price_status"] != "unknown").to_numpy() & companies["close"].is_not_null().to_numpy()
    start = Start(
        company_ids=tuple(companies["company_id"]),
        security_ids=tuple(companies["security_id"]),
        cap=_floats(companies, "cap"),
        close=_floats(companies, "close"),
        is_eligible=np.array([reason[line] is None for line in companies["security_id"]], np.bool_),
        judges_price=price_known,
        judges_cap=(companies["market_cap_status"] != "unknown").to_numpy(),
        is_member=companies["is_member"].to_numpy(),
        is_out_of_microcap=companies["is_out_of_microcap"].fill_null(False).to_numpy(),
        sides=held,
        opening=companies.select(OPENING_FLAGS).to_numpy(),
        kept_place=companies["kept_place"].cast(pl.Int64).to_numpy(),
        window_sum=window_sum,
        window_days=window_days,
        cuts=_cuts(rules),
        min_price_usd=float(rules["min_price_usd"]),
        min_cap_usd=float(rules["min_total_cap_usd"]),
        min_class_cap_usd=float(rules.get("min_class_cap_usd", 0)),
        line_ids=tuple(lines["security_id"]),
        line_company=np.array([place_of[company] for company in lines["company_id"]], np.int64),
        line_close=_floats(lines, "close"),
        line_cap=_floats(lines, "cap"),
        line_judges_price=(lines["price_status"] != "unknown").to_numpy() & lines["close"].is_not_null().to_numpy(),
    )
    assert before.height == told.height
    return start, verdicts


def _cuts(rules: dict[str, Decimal]) -> tuple[Cut, ...]:
    """The cuts of the family, by the rules that `breakpoints.sql` reads them from."""
    return tuple(
        Cut(name, int(rules[f"cut_{name.lower()}"]), float(rules.get(f"band_{name.lower()}", 0)))
        for name in CUTS
        if f"cut_{name.lower()}" in rules
    )


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    found: Floats = frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
    return found


# --- closes -----------------------------------------------------------------------------------------------------------

CLOSES = """
    select prices.as_of, prices.ticker, prices.close, prices.shares
    from (
        select
            prices.as_of,
            prices.ticker,
            cast(prices.close_usd as double) as close,
            cast(shares.outstanding_shares as double) as shares,
            row_number() over (
                partition by prices.as_of, prices.ticker
                order by
                    coalesce(price_order.precedence, 99),
                    coalesce(prices.volume_shares, 0) desc,
                    prices.exchange,
                    prices.symbol
            ) as choice
        from raw.prices as prices
        left join reference.source_order as price_order
            on prices.source = price_order.source and price_order.figure = 'price'
        left join raw.shares_outstanding as shares
            on
                prices.source = shares.source
                and prices.as_of = shares.as_of
                and prices.exchange = shares.exchange
                and prices.symbol = shares.symbol
        where prices.as_of between $first and $last and not prices.is_adjusted and prices.close_usd > 0
    ) as prices
    where prices.choice = 1
    order by prices.as_of, prices.ticker
"""


def read_panel(warehouse: Warehouse, event: ReconEvent, start: Start, daily: int) -> tuple[Panel, tuple[date, ...]]:
    """Read the closes of the sessions that the event reads, and of the `daily` ones before its day; no others.

    So that what is estimated follows from what was asked for, whatever else the home has landed.
    """
    planned = warehouse.frame(
        "select distinct session_date from core.event_sessions "
        "where event_id = $event_id and session_date <= $last order by 1",
        {"event_id": event.event_id, "last": event.rank_day},
    )["session_date"].to_list()
    wanted = sorted({*planned, *(events.sessions(events.FIRST_DAY, event.rank_day)[-daily:] if daily else ())})
    tickers = pricing_tickers(warehouse, event, start)
    closes = warehouse.frame(CLOSES, {"first": wanted[0], "last": event.rank_day}).filter(
        pl.col("as_of").is_in(wanted), pl.col("ticker").is_in(tickers)
    )
    days = sorted(closes["as_of"].unique().to_list())
    row = {day: place for place, day in enumerate(days)}
    column = {ticker: place for place, ticker in enumerate(tickers)}
    close, shares = (np.full((len(days), len(tickers)), np.nan) for _ in range(2))
    at = (
        closes["as_of"].replace_strict(row, return_dtype=pl.Int64).to_numpy(),
        closes["ticker"].replace_strict(column, return_dtype=pl.Int64).to_numpy(),
    )
    close[at], shares[at] = _floats(closes, "close"), _floats(closes, "shares")
    calendar = {day: number for number, day in enumerate(events.sessions(days[0], event.rank_day))}
    return Panel(np.array([calendar[day] for day in days]), close, shares, start.cap), tuple(days)


def pricing_tickers(warehouse: Warehouse, event: ReconEvent, start: Start) -> list[str]:
    """Tickers of the lines that price the companies, in the order of the start."""
    ticker_of = dict(
        warehouse.frame(
            "select security_id, ticker from recon.universe where event_id = $event_id", {"event_id": event.event_id}
        ).iter_rows()
    )
    return [ticker_of[line] for line in start.security_ids]


def _known_window(warehouse: Warehouse, event: ReconEvent, rank_day: date, tickers: list[str]) -> tuple[Floats, Ints]:
    """Sum and number of the closes that are over and will count in the mean of the days before the rank day (3.2)."""
    last = event.rank_day if event.rank_day < rank_day else events.previous_session(rank_day)
    found = (
        warehouse.frame(CLOSES, {"first": rank_day - _window(warehouse, event), "last": last})
        .group_by("ticker")
        .agg(pl.col("close").sum().round(4), days=pl.len())
    )
    known = pl.DataFrame({"ticker": tickers}).join(found, on="ticker", how="left", maintain_order="left")
    return _floats(known.with_columns(pl.col("close").fill_null(0)), "close"), (
        known["days"].fill_null(0).cast(pl.Int64).to_numpy()
    )
