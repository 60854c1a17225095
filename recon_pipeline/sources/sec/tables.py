"""Tables with tabs, as the SEC's data sets hold them: a header, one row a line, no quotes (providers 1.6).

Belongs here: reading such a table as a stream, and the table that all data sets share: `sub`, one row a filing, with
who filed it as it was filed. Does not belong here: which data sets there are, and their other tables
(`statements.py`, `notes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import IO, Final

import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.sources.rows import Rejects, end_of_day
from recon_pipeline.sources.sec.times import day_of, public_at

# A text block is the longest thing that a line holds. This is what keeps a stream without line ends out of memory.
MOST_LINE_BYTES: Final = 1 << 24
# Single lines go wrong; where many do the table is not what it was, and rejects would fill memory.
MOST_BROKEN_LINES: Final = 1_000
SUB_COLUMNS: Final = (
    *("adsh", "cik", "name", "sic", "countryba", "stprba", "cityba", "countryinc", "stprinc"),
    *("form", "period", "filed", "accepted", "instance"),
)
# A zip proves its members whole, so a floor only has to refuse a table that was published without its rows.
SUB_ROW_FLOOR: Final = 100

ACCESSION: Final = re.compile(r"\d{10}-\d\d-\d{6}")
_SIC: Final = re.compile(r"\d{3,4}")
_PLACE: Final = re.compile(r"[A-Z]{2}")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Filing:
    """A row of `sub`: a filing and what it says of its filer. `known_at` is naive UTC; `instance` a file name."""

    accession: str
    cik: int
    name: str
    sic: str | None
    incorporation_code: str | None
    headquarters_code: str | None
    headquarters_city: str | None
    form: str | None
    period_end: date | None
    filed: date
    known_at: datetime
    instance: str


_FILING_SCHEMA: Final = {
    **{field.name: pl.String() for field in fields(Filing)},
    "cik": pl.Int64(),
    "period_end": pl.Date(),
    "filed": pl.Date(),
    "known_at": pl.Datetime("us"),
}


def rows(
    stream: IO[bytes],
    table: str,
    columns: Sequence[str],
    rejects: Rejects,
    *,
    may_matter: Callable[[bytes], bool] = lambda line: True,
) -> Iterator[Row]:
    """Yield the rows of a table as they come by, without blanks around their texts and with `columns` only.

    `may_matter` is a cheap look at a line before it is split: one of the tables has tens of millions of lines. A line
    of another width than the header is rejected.

    Raises:
        BadPayload: the header lacks a column or has it twice, a line is too long to be one, or many do not fit.
    """
    header = [name.strip().lower() for name in _split(_line(stream, table).removeprefix(b"\xef\xbb\xbf"))]
    missing = [column for column in columns if header.count(column) != 1]
    if missing:
        raise BadPayload(f"a table {table} that does not have each of the columns {', '.join(missing)} once")
    places = [(column, header.index(column)) for column in columns]
    broken = 0
    while line := _line(stream, table):
        if not may_matter(line) or not line.strip(b"\r\n"):
            continue
        values = _split(line)
        if len(values) == len(header):
            yield {column: values[place].strip() for column, place in places}
            continue
        broken += 1
        if broken > MOST_BROKEN_LINES:
            raise BadPayload(f"a table {table} with more than {MOST_BROKEN_LINES} lines that do not fit its header")
        reason = f"a line of {table} with {len(values)} values, where {len(header)} are expected"
        rejects.add(values[0].strip(), table, "\t".join(values), reason)


def read_filings(stream: IO[bytes], table: str, rejects: Rejects) -> dict[str, Filing]:
    """Return the filings of `sub` by accession number. One that cannot be tied to a filer and a day is rejected.

    Raises:
        BadPayload: the table lacks a column, or has fewer rows than can be believed.
    """
    filings: dict[str, Filing] = {}
    count = 0
    for row in rows(stream, table, SUB_COLUMNS, rejects):
        count += 1
        filing = _filing(row, rejects)
        if filing is None:
            continue
        if filing.accession in filings:
            rejects.add(filing.accession, "adsh", filing.accession, "stands in the table before; the first row is kept")
        else:
            filings[filing.accession] = filing
    if count < SUB_ROW_FLOOR:
        raise BadPayload(f"a table {table} of {count} rows, where at least {SUB_ROW_FLOOR} are expected")
    return filings


def filer_frame(filings: Iterable[Filing], source: str) -> pl.DataFrame:
    """Return filings as rows of raw.filers."""
    return pl.DataFrame([astuple(filing) for filing in filings], schema=_FILING_SCHEMA, orient="row").select(
        pl.lit(source).alias("source"),
        *("cik", pl.col("filed").alias("as_of"), "known_at", "name", "sic", "incorporation_code", "headquarters_code"),
        *("headquarters_city", "form", "accession", "period_end"),
    )


def cik_of(text: str) -> int | None:
    """Return the number of a filer; None where it is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) > 0 else None


def _filing(row: Row, rejects: Rejects) -> Filing | None:
    key = row["adsh"]
    cik, filed = cik_of(row["cik"]), day_of(row["filed"])
    needed = {"adsh": ACCESSION.fullmatch(key), "cik": cik, "name": row["name"], "filed": filed}
    for field, value in needed.items():
        if not value:
            rejects.add(key, field, row[field], "not to be read; the filing is left out")
    if cik is None or filed is None or not all(needed.values()):
        return None

    def told(field: str, value: object) -> None:
        """Reject a text that is there and was not read."""
        if row[field] and value is None:
            rejects.add(key, field, row[field], "not to be read; the row is kept without it")

    sic = row["sic"].zfill(4) if _SIC.fullmatch(row["sic"]) else None
    period = day_of(row["period"])
    known_at = public_at(row["accepted"], filed)
    for field, value in {"sic": sic, "period": period, "accepted": known_at}.items():
        told(field, value)
    return Filing(
        accession=key,
        cik=cik,
        name=row["name"],
        sic=sic,
        incorporation_code=_place(row, "countryinc", "stprinc", told),
        headquarters_code=_place(row, "countryba", "stprba", told),
        headquarters_city=row["cityba"] or None,
        form=row["form"] or None,
        period_end=period,
        filed=filed,
        known_at=known_at or end_of_day(filed),
        instance=row["instance"],
    )


def _place(row: Row, country_field: str, state_field: str, told: Callable[[str, object], None]) -> str | None:
    """Return a code of ISO 3166, with the state where it is one of the US: `US-CA`, `KY`.

    The two columns hold `CA` for California and for Canada: only the prefix keeps them apart. Provinces are left out.
    """
    country = row[country_field] if _PLACE.fullmatch(row[country_field]) else None
    told(country_field, country)
    if country != "US":
        if country is None:
            told(state_field, None)
        return country
    state = row[state_field] if _PLACE.fullmatch(row[state_field]) else None
    told(state_field, state)
    return f"US-{state}" if state else country


def _line(stream: IO[bytes], table: str) -> bytes:
    line = stream.readline(MOST_LINE_BYTES + 1)
    if len(line) > MOST_LINE_BYTES:
        raise BadPayload(f"a table {table} with a line of more than {MOST_LINE_BYTES:,} bytes")
    return line


def _split(line: bytes) -> list[str]:
    """Return the values of a line. The tables are UTF-8; some names came in as Latin-1."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.rstrip("\r\n").split("\t")
