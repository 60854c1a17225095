"""What if: one event derived again with other facts, beside what is published; nothing of a home is changed.

An override replaces a fact where it enters, in the table that settles it (OVERRIDES); every table that reads from there
is built again by its own query, in a database in memory over the working one, which is only read. So the SQL stays the
only program. The difference is told against the published file.

    price     the close of the line on the rank day, USD a share
    shares    the shares of the company, in units of the line
    country   the nationality that the rules assign to its company
    exclude   true: the line is traded over the counter, where nobody is eligible

Does not belong here: later events, which would open from another membership; probabilities; a rule (`sql/`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import polars as pl

from recon_pipeline.errors import BadInput
from recon_pipeline.events import event as event_of
from recon_pipeline.pipeline import warehouse_path
from recon_pipeline.publish import RUN_LOG, published_database
from recon_pipeline.story import require_event
from recon_pipeline.symbols import normal_ticker, spellings
from recon_pipeline.tables import Table, derived_tables, load_tables, tree_fingerprint
from recon_pipeline.warehouse import Parameters, Reader, Scratch

Value = Decimal | int | str | bool


@dataclass(frozen=True)
class Override:
    """A fact that is supposed: a field of the line with this ticker, in ROOT.CLASS form."""

    ticker: str
    field: str
    value: Value

    def __str__(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else f"{self.value}"
        return f"{self.ticker}.{self.field}={value}"


@dataclass(frozen=True)
class WhatIf:
    """What an event would be with other facts, against what is published: each frame holds only what differs.

    companies       one row an override: the company's verdict, cap (USD), rank and size index, before and after
    memberships     one row an index and line that would be in (`enters`) or out (`leaves`)
    eligibility     one row a line whose verdict or reason would be another
    changes         one row an index and line of the event's list that would be `added to the list` or `dropped from it`
    breakpoints     one row a cut: ticker, cap and ends of the band (USD) before and after
    ranks           one row a company whose rank or cap would be another, the farthest move first; most of them only
                    make room for one that is supposed of: `moved_aside` counts those
    """

    event_id: str
    overrides: tuple[Override, ...]
    companies: pl.DataFrame
    memberships: pl.DataFrame
    eligibility: pl.DataFrame
    changes: pl.DataFrame
    breakpoints: pl.DataFrame
    ranks: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by name, in the order in which they are told."""
        names = ("companies", "memberships", "eligibility", "changes", "breakpoints", "ranks")
        return {name: getattr(self, name) for name in names}

    @property
    def moves(self) -> pl.DataFrame:
        """The memberships as one row a line, with the indexes it `leaves` and `enters`; the supposed come first."""
        kept = ["ticker", "company_name", "security_id"]
        listed = [
            pl.col("index_id").filter(pl.col("what") == what).sort().str.join(" ").alias(what)
            for what in ("leaves", "enters")
        ]
        supposed = pl.col("ticker").is_in(self.companies["ticker"].implode())
        return self.memberships.group_by(kept).agg(listed).sort(~supposed, "ticker", "security_id")

    @property
    def moved_aside(self) -> tuple[int, int]:
        """How many companies that nothing is supposed of would have another rank, and by how many places at most.

        A company that would come in or fall out of the ranking is not counted: its verdict tells.
        """
        others = self.ranks.filter(
            ~pl.col("company_id").is_in(self.companies["company_id"].implode()),
            pl.col("rank").ne(pl.col("rank_then")),
        )
        places = (others["rank"].cast(pl.Int64) - others["rank_then"].cast(pl.Int64)).abs()
        return others.height, int(places.max() or 0)  # type: ignore[arg-type]


OVERRIDES: Final[Mapping[str, tuple[str, str]]] = {
    "price": (
        "core.lines",
        """
        update core.lines
        set close_usd = cast($value as decimal(18, 4)), price_source = 'what_if'
        where event_id = $event_id and role = 'rank' and ticker = $ticker
        """,
    ),
    "shares": (
        "core.shares_reconciliation",
        """
        update core.shares_reconciliation
        set
            chosen_shares = cast($value as bigint),
            chosen_source = 'what_if',
            chosen_cover_date = null,
            chosen_accession = null,
            why = 'what_if'
        where event_id = $event_id and ticker = $ticker
        """,
    ),
    # Of all lines of its company: nationality is a matter of the company (methodology 1).
    "country": (
        "core.nationality",
        """
        update core.nationality
        set
            country = $value,
            verdict = case
                when $value in (
                    select country from reference.countries where country_group in ('us', 'us_territory')
                ) then 'passed'
                else 'failed'
            end,
            basis = case
                when $value in (
                    select country from reference.countries where country_group in ('us', 'us_territory')
                ) then 'one country'
                else 'headquarters'
            end,
            evidence_text = 'stated by a what-if',
            known_late = false
        where
            event_id = $event_id
            and (
                ticker = $ticker
                or ticker in (
                    select sisters.ticker
                    from core.companies as sisters
                    inner join core.companies as named
                        on
                            named.event_id = $event_id
                            and named.ticker = $ticker
                            and sisters.pricing_ticker = named.pricing_ticker
                    where sisters.event_id = $event_id
                )
            )
        """,
    ),
    "exclude": (
        "core.lines",
        """
        update core.lines
        set exchange = 'otc'
        where event_id = $event_id and role = 'rank' and ticker = $ticker and $value = 'true'
        """,
    ),
}
"""By field the table that settles it, and the statement that supposes another value there."""

TICK: Final = Decimal("0.0001")
"""Prices are kept to a hundredth of a cent."""

MAX_SHARES: Final = 10**13
MAX_PRICE: Final = Decimal(10**8)


# --- what is supposed -------------------------------------------------------------------------------------------------


def read_setting(text: str) -> Override:
    """Return the override of `TICKER.field=value`; the ticker may have a class (`BRK.B.price=500`).

    Raises:
        BadInput: it has another form, the field is unknown, or the value is none of the field.
    """
    name, equals, value = text.partition("=")
    ticker, dot, field = name.strip().rpartition(".")
    if not (equals and dot and ticker and field):
        raise BadInput(
            f"Reading the override {text!r}: write TICKER.field=value, as in ABC.price=12.34 or BRK.B.shares=9."
        )
    return override(ticker, field, value)


def override(ticker: str, field: str, value: object) -> Override:
    """Return a checked override of a field of a line.

    Raises:
        BadInput: the field is unknown, or the value is none of the field.
    """
    name, told = field.strip().lower(), str(value).strip()
    if name not in OVERRIDES:
        raise BadInput(f"Supposing {ticker}.{field}: the fields are {', '.join(OVERRIDES)}.")
    return Override(normal_ticker(ticker), name, _value(f"{ticker.strip()}.{name}={told}", name, told))


def _value(doing: str, field: str, told: str) -> Value:
    if field == "price":
        price = _number(doing, told)
        if not 0 < price < MAX_PRICE or price % TICK:
            raise BadInput(f"Supposing {doing}: a price is above 0, in USD a share, with no more than four decimals.")
        return price
    if field == "shares":
        shares = _number(doing, told)
        if not 0 < shares < MAX_SHARES or shares != int(shares):
            raise BadInput(f"Supposing {doing}: a share count is a whole number above 0.")
        return int(shares)
    if field == "exclude":
        if told.lower() not in ("true", "yes", "1", "false", "no", "0"):
            raise BadInput(f"Supposing {doing}: exclude is true or false.")
        return told.lower() in ("true", "yes", "1")
    return _country(doing, told)


def _number(doing: str, told: str) -> Decimal:
    try:
        number = Decimal(told.replace("_", "").removeprefix("$"))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise BadInput(f"Supposing {doing}: {told!r} is no number. Write it with a point and without separators.")
    return number


def _country(doing: str, told: str) -> str:
    """Return the name of a country as the reference tables have it, from a name or an ISO code of two letters."""
    from recon_pipeline.rules import reference_rows

    names = {row["country"].lower(): row["country"] for _, row in reference_rows("countries.csv")}
    codes = {row["code"]: row["country"] for _, row in reference_rows("places.csv") if row["scheme"] == "iso"}
    names |= {name.lower(): name for name in codes.values()} | {"usa": "United States"}
    found = names.get(told.lower()) or codes.get(told.upper())
    if found is None:
        raise BadInput(
            f"Supposing {doing}: {told!r} is no country that we know. Write its name in English, or its ISO code."
        )
    return found


def read_file(path: Path) -> list[Override]:
    """Return the overrides of a YAML or JSON file: a mapping of tickers to mappings of fields to values.

        ABC: {price: 12.34, country: Ireland}
        BRK.B: {shares: 1440000000}

    Raises:
        BadInput: there is no such file, or it is of another form.
    """
    import yaml  # type: ignore[import-untyped]

    try:
        # Every scalar as text: ON, NO and Y are tickers, and a price keeps its decimals.
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"Reading the overrides of {path}: {' '.join(str(error).split())}.") from error
    if not isinstance(told, dict) or not all(isinstance(fields, dict) for fields in told.values()):
        raise BadInput(
            f"Reading the overrides of {path}: write a mapping of tickers, each to a mapping of fields to values."
        )
    return from_mapping(told)


def from_mapping(told: Mapping[str, Mapping[str, object]]) -> list[Override]:
    """Return the overrides of tickers mapped to fields mapped to values."""
    return [
        override(str(ticker), str(field), value) for ticker, fields in told.items() for field, value in fields.items()
    ]


# --- deriving ---------------------------------------------------------------------------------------------------------


def what_if(home: Path, event_id: str, overrides: Sequence[Override]) -> WhatIf:
    """Derive an event of a home with these overrides and return what differs from what is published.

    Same overrides, same result; their order does not matter. The home is read, never written.

    Raises:
        BadInput: no overrides, two values for one field, an unknown ticker, or an event that the home has not
            published, or not with the SQL of this version.
        Busy: a run holds the home.
    """
    event_of(event_id)
    chosen = _distinct(overrides)
    published = Reader(published_database(home))
    require_event(published, event_id)
    tables = load_tables()
    changed = {OVERRIDES[one.field][0] for one in chosen}
    built = [table for table in derived_tables(tables) if table.is_by_event and _follows(table, changed, tables)]
    own = changed | {table.full_name for table in built}
    parameters = {"event_id": event_id}
    with Scratch(warehouse_path(home), tables.values(), own, event_id) as scratch:
        _require_same_making(scratch, event_id)
        chosen = _of_lines(scratch, event_id, chosen)
        for table in derived_tables(tables):
            if table in built:
                scratch.rebuild(table, parameters)
            for one in chosen:
                if OVERRIDES[one.field][0] == table.full_name:
                    _suppose(scratch, event_id, one)
        return _difference(published, scratch, event_id, chosen)


def _distinct(overrides: Iterable[Override]) -> tuple[Override, ...]:
    chosen: dict[tuple[str, str], Override] = {}
    for one in overrides:
        other = chosen.setdefault((one.ticker, one.field), one)
        if other.value != one.value:
            raise BadInput(f"Supposing {other} and {one}: a field has one value. Drop one of them.")
    if not chosen:
        raise BadInput(
            f"Supposing nothing: give --set TICKER.field=value or --file FILE; the fields are {', '.join(OVERRIDES)}."
        )
    return tuple(chosen[key] for key in sorted(chosen))


def _follows(table: Table, changed: Collection[str], tables: Mapping[str, Table]) -> bool:
    """Whether a table reads, at any remove, one that is changed."""
    reads = table.query.reads if table.query else frozenset[str]()
    return any(name in changed or _follows(tables[name], changed, tables) for name in reads)


def _require_same_making(scratch: Scratch, event_id: str) -> None:
    made = scratch.frame(f"select sql_fingerprint from {RUN_LOG} where event_id = $event_id", {"event_id": event_id})
    if made["sql_fingerprint"].to_list() != [tree_fingerprint()]:
        raise BadInput(
            f"Supposing something of {event_id}: the home was built with other SQL or rules than this version "
            f"has, so that a difference would tell of those as well. Run it again: `recon run {event_id}`."
        )


def line_of(asked: str, held: Collection[str]) -> str | None:
    """Return which of the tickers that are held is meant, whichever way its class is written; None for none of them.

    BRKB is BRK.B where no other line is written like that; a class that is not there is nobody else's.
    """
    if found := next((name for name in spellings(asked) if name in held), None):
        return found
    classes = [name for name in held if "." in name and name.replace(".", "") == asked]
    return classes[0] if len(classes) == 1 else None


def _of_lines(scratch: Scratch, event_id: str, overrides: Sequence[Override]) -> tuple[Override, ...]:
    """The overrides under the tickers that the event has, whichever way they were written."""
    import difflib

    held = set(
        scratch.frame(
            "select ticker from core.lines where event_id = $event_id and role = 'rank'", {"event_id": event_id}
        )["ticker"]
    )
    found = []
    for one in overrides:
        ticker = line_of(one.ticker, held)
        if ticker is None:
            near = difflib.get_close_matches(one.ticker, sorted(held), n=5, cutoff=0.6)
            raise BadInput(
                f"Supposing {one}: {event_id} has no line {one.ticker} on its rank day."
                + (f" Nearest: {', '.join(near)}." if near else "")
            )
        found.append(Override(ticker, one.field, one.value))
    return _distinct(found)


def _suppose(scratch: Scratch, event_id: str, one: Override) -> None:
    _, statement = OVERRIDES[one.field]
    value = str(one.value).lower() if isinstance(one.value, bool) else str(one.value)
    rows = scratch.suppose(statement, {"event_id": event_id, "ticker": one.ticker, "value": value})
    if rows == 0 and one.value is not False:
        raise BadInput(f"Supposing {one}: {one.ticker} is no common line, so that nobody asks for its {one.field}.")


# --- the difference ---------------------------------------------------------------------------------------------------


def _difference(published: Reader, scratch: Scratch, event_id: str, overrides: tuple[Override, ...]) -> WhatIf:
    parameters = {"event_id": event_id}

    def both(sql: str, key: Sequence[str]) -> pl.DataFrame:
        """The rows of both that differ, with the columns of before and those of after (`_then`)."""
        was, then = published.frame(sql, parameters), scratch.frame(sql, parameters)
        joined = was.join(then, on=list(key), how="full", suffix="_then", coalesce=True, nulls_equal=True)
        others = [name for name in was.columns if name not in key]
        unlike = [pl.col(name).ne_missing(pl.col(f"{name}_then")) for name in others]
        return joined.filter(pl.any_horizontal(unlike)).sort(list(key))

    def lists(sql: str, came: str, went: str) -> pl.DataFrame:
        """The rows that one of both has alone."""
        was, then = published.frame(sql, parameters), scratch.frame(sql, parameters)
        key = ["index_id", "ticker"]
        gone, new = was.join(then, on=was.columns, how="anti"), then.join(was, on=was.columns, how="anti")
        return pl.concat(
            [
                new.select(pl.lit(came).alias("what"), pl.all()),
                gone.select(pl.lit(went).alias("what"), pl.all()),
            ]
        ).sort([*key, "what"])

    ranks = both(RANKS, ["company_id"])
    move = (pl.col("rank").cast(pl.Int64) - pl.col("rank_then").cast(pl.Int64)).abs()
    named = pl.coalesce("ticker", "ticker_then").alias("ticker")
    ranks = ranks.with_columns(named).sort(move.fill_null(10**9), "ticker", descending=[True, False])
    verdicts = both(VERDICTS, ["security_id"])
    return WhatIf(
        event_id=event_id,
        overrides=overrides,
        companies=_companies(published, scratch, parameters, overrides),
        memberships=lists(MEMBERS, "enters", "leaves"),
        eligibility=verdicts.with_columns(named).drop("ticker_then").sort("ticker"),
        changes=lists(CHANGES, "added to the list", "dropped from the list"),
        breakpoints=both(CUTS, ["breakpoint_id"]).sort("cut_rank", "breakpoint_id"),
        ranks=ranks.drop("ticker_then"),
        notes=_notes(scratch, parameters, overrides),
    )


MEMBERS: Final = """
    select index_id, ticker, company_name, security_id
    from recon.index_membership
    where event_id = $event_id
    """

CHANGES: Final = """
    select index_id, action, movement, ticker, company_name, reason
    from recon.index_changes
    where event_id = $event_id
    """

CUTS: Final = """
    select breakpoint_id, cut_rank, ticker, market_cap_usd, band_low_usd, band_high_usd
    from recon.breakpoints
    where event_id = $event_id
    union all
    select breakpoint_id, cut_rank, '' as ticker, market_cap_usd, null as band_low_usd, null as band_high_usd
    from recon.ipo_breakpoints
    where event_id = $event_id
    """

VERDICTS: Final = """
    select security_id, ticker, status, reason
    from recon.eligibility
    where event_id = $event_id
    """

RANKS: Final = """
    select company_id, ticker, rank, placing_cap_usd as market_cap_usd
    from recon.ranking
    where event_id = $event_id
    """

COMPANIES: Final = """
    select
        universe.ticker as ticker,
        universe.company_id as company_id,
        universe.pricing_ticker as pricing_ticker,
        eligibility.status as status,
        eligibility.reason as reason,
        universe.company_market_cap_usd as market_cap_usd,
        ranking.rank as rank,
        coalesce(
            max(case when members.index_id = 'R1000' then 'R1000' end),
            max(case when members.index_id = 'R2000' then 'R2000' end),
            max(case when members.index_id = 'RMICRO' then 'RMICRO' end),
            'none'
        ) as size_index
    from recon.universe as universe
    inner join recon.eligibility as eligibility
        on universe.event_id = eligibility.event_id and universe.security_id = eligibility.security_id
    left join recon.ranking as ranking
        on universe.event_id = ranking.event_id and universe.company_id = ranking.company_id
    left join recon.index_membership as members
        on universe.event_id = members.event_id and universe.security_id = members.security_id
    where universe.event_id = $event_id and list_contains(string_split($tickers, ' '), universe.ticker)
    group by all
    order by universe.ticker
    """


def _companies(
    published: Reader, scratch: Scratch, parameters: Parameters, overrides: tuple[Override, ...]
) -> pl.DataFrame:
    asked = {**parameters, "tickers": " ".join(sorted({one.ticker for one in overrides}))}
    was, then = published.frame(COMPANIES, asked), scratch.frame(COMPANIES, asked)
    supposed = pl.DataFrame({"ticker": [one.ticker for one in overrides], "supposed": [str(one) for one in overrides]})
    keep = ["ticker", "company_id", "status", "reason", "market_cap_usd", "rank", "size_index"]
    return supposed.join(was.select(keep), on="ticker", how="left").join(
        then.select(keep).drop("company_id"), on="ticker", how="left", suffix="_then"
    )


def _notes(scratch: Scratch, parameters: Parameters, overrides: tuple[Override, ...]) -> tuple[str, ...]:
    asked = {**parameters, "tickers": " ".join(sorted({one.ticker for one in overrides}))}
    priced_by = {row["ticker"]: row["pricing_ticker"] for row in scratch.frame(COMPANIES, asked).to_dicts()}
    notes = [
        f"{one.ticker} does not price its company, {priced_by[one.ticker]} does: its {one.field} moves no cap."
        for one in overrides
        if one.field in ("price", "shares") and priced_by.get(one.ticker) not in (None, one.ticker)
    ]
    return (*notes, "Later events, which would open from another membership, are not derived again.")
