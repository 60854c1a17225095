"""Opening membership: who was in which index before the event, read from files that the user gives.

Two forms are read: our CSV (`index,ticker,name,asof`; one file may hold several indexes and dates) and the holdings CSV
of an iShares index fund as downloaded (a preamble, then holdings with cash rows among them).

Of one index several lists may be given: the first after the latest reconstitution is its membership, and those after it
add what was listed since (quarterly IPO additions, spin-offs). They never remove anybody: a fund is a sample.

Does not belong here: the parts of a fund's file (`holdings.py`), opening an event from the one before (`pipeline.py`),
tying a ticker to a line (`sql/core`).
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent, events
from recon_pipeline.holdings import csv_lines, take_apart
from recon_pipeline.rules import reference_rows
from recon_pipeline.symbols import normal_ticker

OUR_HEADER = ("index", "ticker", "name", "asof")

OPENING_SCHEMA = pl.Schema(
    {
        "index_id": pl.String(),
        "ticker": pl.String(),
        "name": pl.String(),
        "as_of": pl.Date(),
        "source": pl.String(),
        "source_sha256": pl.String(),
    }
)


@dataclass(frozen=True)
class Opening:
    """Opening rows (index_id, ticker as ROOT.CLASS, name or null, as_of, source, source_sha256), and notes on them."""

    rows: pl.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    index_id: str
    ticker: str
    name: str | None
    as_of: date


def read_openings(paths: Sequence[Path], event: ReconEvent, *, allow_late: bool = False) -> Opening:
    """Read opening files for an event.

    Of several lists of one index those from before the latest reconstitution that one of them is from after are set
    aside (methodology 10.2: only a reconstitution moves anybody). The first of the others is the membership, the later
    ones add to it: what of them counts is told by the SQL (`core.opening_members`).

    Raises:
        BadInput: a file is missing or is of neither form, a row cannot be read, an index is not of the family, or a
            list is dated after the rank day and `allow_late` is not set (it would look ahead).
    """
    frames: list[pl.DataFrame] = []
    notes: list[str] = []
    for path in paths:
        body = _read(path)
        rows = _parse(path, body)
        late = sorted({row.as_of for row in rows if row.as_of > event.rank_day})
        if late and not allow_late:
            raise BadInput(
                f"Opening {event.event_id} from {path.name}: its list of {late[0]} is from after the rank day "
                f"{event.rank_day}, so it would look ahead. Give a list from before, or pass --allow-late-opening."
            )
        twice = [key for key, count in Counter((r.index_id, r.ticker, r.as_of) for r in rows).items() if count > 1]
        if twice:
            notes.append(
                f"{path.name}: {len(twice)} tickers stand in it twice and count once: {_few(t for _, t, _ in twice)}"
            )
        sha256 = hashlib.sha256(body).hexdigest()
        frames.append(
            pl.DataFrame(
                [(r.index_id, r.ticker, r.name, r.as_of, path.name, sha256) for r in dict.fromkeys(rows)],
                schema=OPENING_SCHEMA,
                orient="row",
            )
        )
    if not frames:
        return Opening(OPENING_SCHEMA.to_frame(), ())
    every = pl.concat(frames).unique(["index_id", "ticker", "as_of"], keep="first", maintain_order=True)
    since = {day: _latest_recon(day) for day in every["as_of"].unique()}
    every = every.with_columns(since=pl.col("as_of").replace_strict(since, return_dtype=pl.Date()))
    counted = every.filter(pl.col("since") == pl.col("since").max().over("index_id")).drop("since")
    for (index_id,), given in every.group_by("index_id", maintain_order=True):
        kept = counted.filter(pl.col("index_id") == index_id)
        if older := given.height - kept.height:
            notes.append(f"{index_id}: {older} rows of before the last reconstitution are not used")
        first, *later = kept["as_of"].unique().sort()
        if later:
            notes.append(
                f"{index_id}: the list of {first}; {', '.join(map(str, later))} adds what was listed since, no more"
            )
    return Opening(counted, tuple(notes))


def _latest_recon(day: date) -> date:
    """The effective date of the latest reconstitution on or before a day; that day's own list shows it already."""
    effective = (event.effective_date for event in events().values() if event.kind == "recon")
    return max((other for other in effective if other <= day), default=date.min)


def _few(texts: Iterable[str], most: int = 5) -> str:
    listed = list(texts)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"Reading the opening file {path} failed: {error.strerror}. Check the path.") from error


def _parse(path: Path, body: bytes) -> list[_Row]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"Reading the opening file {path}: it is not UTF-8 text ({error.reason}).") from error
    try:
        lines = csv_lines(text)
    except csv.Error as error:
        raise BadInput(f"Reading the opening file {path}: it is not a CSV ({error}).") from error
    header = tuple(cell.strip().lower() for cell in lines[0]) if lines else ()
    if "action" in header:
        raise BadInput(
            f"Reading the opening file {path}: it has a column `action`, so it is a list of changes, not of members. "
            "Give the membership before the event."
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadInput(f"Reading the opening file {path}: its header has {', '.join(twice)} more than once.")
    rows = _our_rows(path, header, lines) if set(OUR_HEADER) - {"name"} <= set(header) else _fund_rows(path, lines)
    if not rows:
        raise BadInput(f"Reading the opening file {path}: it holds no member. An empty list is never read as empty.")
    return rows


def index_ids() -> tuple[str, ...]:
    """Return the ids of the index family (sql/reference/indexes.csv)."""
    return tuple(row["index_id"] for _, row in reference_rows("indexes.csv"))


def _our_rows(path: Path, header: tuple[str, ...], lines: list[list[str]]) -> list[_Row]:
    at = {name: header.index(name) for name in OUR_HEADER if name in header}
    known = index_ids()
    rows: list[_Row] = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        place = f"Reading the opening file {path}, line {number}"
        if len(cells) < len(header):
            raise BadInput(f"{place}: {len(cells)} cells where the header has {len(header)}.")
        index_id, ticker = cells[at["index"]].strip().upper(), normal_ticker(cells[at["ticker"]])
        if index_id not in known:
            raise BadInput(f"{place}: the index {index_id!r} is not one of {', '.join(known)}.")
        if not ticker:
            raise BadInput(f"{place}: the ticker is empty. Every member needs one.")
        name = cells[at["name"]].strip() if "name" in at else ""
        rows.append(_Row(index_id, ticker, name or None, _iso_day(place, cells[at["asof"]])))
    return rows


def _iso_day(place: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"{place}: asof is {text!r}; write it as YYYY-MM-DD.") from error


def _fund_rows(path: Path, lines: list[list[str]]) -> list[_Row]:
    place = f"Reading the opening file {path}"
    fund = take_apart(lines)
    if fund is None:
        raise BadInput(
            f"{place}: it is neither our CSV (header {','.join(OUR_HEADER)}) nor the holdings "
            "CSV of an iShares fund (a line `Fund Holdings as of` and a header that begins with Ticker)."
        )
    index_id, day = fund.index_id(place), fund.day(place)
    return [_Row(index_id, normal_ticker(row["Ticker"]), row.get("Name") or None, day) for row in fund.members]
