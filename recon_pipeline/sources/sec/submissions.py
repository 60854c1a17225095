"""Who files with the SEC now: headers, tickers, former names and telling filings (providers 1.3).

Belongs here: the nightly zip of all filers (one JSON a CIK) and the same JSON for one CIK. A header is current, and so
known when the file was made; a filing in it is dated, and known at the end of its day.

Does not belong here: what a filing said of its filer at the time (`statements.py`); the index of all filings
(`index.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from functools import lru_cache
from typing import ClassVar, Final

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects, end_of_day, iso_day
from recon_pipeline.sources.sec.chunks import Chunks
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.zips import Limits, members
from recon_pipeline.symbols import sec_ticker

BULK: Final = "sec_submissions/bulk"
ONE: Final = "sec_submissions/one"
BULK_PATH: Final = "/Archives/edgar/daily-index/bulkdata/submissions.zip"
# In 2026 some 950,000 members, the biggest of 10 MB. Fewer than the floor is no list of the filers of a country.
LIMITS: Final = Limits(most_members=4_000_000, most_member_bytes=200_000_000, most_total_bytes=10**11, most_ratio=400)
FEWEST_MEMBERS: Final = 1_000
FORMS: Final = frozenset(
    {
        *("8-A12B", "8-A12B/A", "10-12B", "424B1", "424B4", "25", "25-NSE", "15-12B", "15-12G"),
        *("10-K", "10-KT", "20-F", "40-F", "N-CSR", "N-CSRS", "N-2"),
    }
)
# Millions of filings fall on some thousand days.
_known_from = lru_cache(100_000)(end_of_day)
_MEMBER: Final = re.compile(r"CIK(\d{10})\.json", re.ASCII)
_SIC: Final = re.compile(r"\d{4}", re.ASCII)

_TEXT, _DAY, _MOMENT = pl.String(), pl.Date(), pl.Datetime("us")
_KEY: Final = {"source": _TEXT, "cik": pl.Int64(), "as_of": _DAY, "known_at": _MOMENT}
SCHEMAS: Final[dict[str, dict[str, pl.DataType]]] = {
    "raw.filers": {
        **_KEY,
        **dict.fromkeys(("name", "sic", "entity_type", "filer_category", "incorporation_code"), _TEXT),
        **dict.fromkeys(("headquarters_code", "headquarters_city", "form", "accession"), _TEXT),
        "period_end": _DAY,
    },
    "raw.filer_tickers": {**_KEY, **dict.fromkeys(("symbol", "ticker", "exchange", "class_member"), _TEXT)},
    "raw.filer_names": {
        **{"cik": pl.Int64(), "name": _TEXT, "valid_from": _DAY, "valid_to": _DAY, "known_at": _MOMENT},
    },
    "raw.filings": {
        **{"source": _TEXT, "cik": pl.Int64(), "company_name": _TEXT, "form": _TEXT, "filed_date": _DAY},
        **{"known_at": _MOMENT, "accession": _TEXT, "file_number": _TEXT},
    },
}


class _Business(msgspec.Struct, rename="camel"):
    city: str | None = None
    state_or_country: str | None = None


class _Addresses(msgspec.Struct):
    business: _Business | None = None


class _FormerName(msgspec.Struct):
    name: str | None
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = msgspec.field(name="to", default=None)


class _Recent(msgspec.Struct, rename="camel"):
    accession_number: list[str]
    filing_date: list[str]
    form: list[str]
    file_number: list[str | None] | None = None  # a copy of a header may leave it out

    @property
    def numbers(self) -> list[str | None]:
        """File numbers, of every filing null where the column is missing."""
        return [None] * len(self.form) if self.file_number is None else self.file_number

    def rows(self) -> Iterator[tuple[str, str, str, str | None]]:
        """Accession number, day of filing, form and file number of each filing."""
        return zip(self.accession_number, self.filing_date, self.form, self.numbers, strict=True)


class _Filings(msgspec.Struct):
    recent: _Recent


class _Header(msgspec.Struct, rename="camel"):
    """The keys that we read; a header without them is none."""

    cik: str | int
    name: str | None
    entity_type: str | None
    sic: str | None
    tickers: list[str | None]
    exchanges: list[str | None]
    state_of_incorporation: str | None
    former_names: list[_FormerName]
    addresses: _Addresses
    filings: _Filings
    category: str | None = None

    @property
    def is_of_use(self) -> bool:
        """A filer that trades, or a company that may have: people and funds by the hundred thousand are left out."""
        return bool(self.tickers) or (self.entity_type == "operating" and bool(self.sic))


_DECODER: Final = msgspec.json.Decoder(_Header)


class Submissions(SecProvider):
    """The filers of the SEC as they are now."""

    name: ClassVar[str] = "sec_submissions"

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        return [Ask(BULK, settings.sec_files_url, BULK_PATH, is_big=True)]

    def one(self, settings: Settings, cik: int) -> Ask:
        """Ask for a single filer."""
        return Ask(ONE, settings.sec_data_url, f"/submissions/CIK{cik:010d}.json")

    def validate(self, ask: Ask, body: bytes) -> None:
        _decode(body, _cik_of(ask.path))

    def read(self, landed: Landed) -> Frames:
        """Return filers, their tickers, former names and telling filings; filers that are of no use are left out.

        A header that cannot be read is quarantined.

        Raises:
            BadPayload: the zip cannot be believed, or more than one of a hundred headers cannot be read.
        """
        tables = _Tables(landed)
        if landed.feed == ONE:
            tables.take(_decode(landed.body(), _cik_of(landed.row.key or landed.row.url)))
            return tables.frames()
        count = broken = 0
        for member in members(landed.path(), wanted=lambda name: bool(_MEMBER.fullmatch(name)), limits=LIMITS):
            count += 1
            try:
                header = _decode(member.read(), _cik_of(member.name))
            except _BrokenHeader as error:
                broken += 1
                tables.rejects.add(member.name[3:13], "header", member.name, f"{error}; the filer is left out")
            else:
                tables.take(header)
        if count < FEWEST_MEMBERS or broken * 100 > count:
            raise BadPayload(
                f"Reading {landed.feed}: {broken:,} of {count:,} headers cannot be read, where at least "
                f"{FEWEST_MEMBERS:,} headers and at most one bad one in a hundred are expected."
            )
        return tables.frames()


class _BrokenHeader(BadPayload):
    """One header that cannot be read."""


def _cik_of(path: str) -> int:
    found = _MEMBER.search(path)
    return int(found[1]) if found else 0


def _decode(body: bytes, cik: int) -> _Header:
    """Return the header of a filer, if it is that of `cik`."""
    if body.lstrip()[:1] == b"<":
        raise _BrokenHeader("a page of markup where the header of a filer should be")
    try:
        header = _DECODER.decode(body)
        told = int(header.cik)
    except (msgspec.DecodeError, ValueError) as error:
        raise _BrokenHeader(f"no header of a filer ({type(error).__name__})") from error
    if told != cik or cik < 1:
        raise _BrokenHeader(f"the header of filer {told} where that of {cik} should be")
    recent = header.filings.recent
    if len({len(recent.accession_number), len(recent.filing_date), len(recent.form), len(recent.numbers)}) != 1:
        raise _BrokenHeader("a header whose columns of filings have different lengths")
    return header


class _Tables:
    """The rows that come of headers."""

    def __init__(self, landed: Landed) -> None:
        self._known_at = landed.known_at
        self._as_of = landed.known_at.replace(tzinfo=UTC).astimezone(NEW_YORK).date()
        self._tables = {table: Chunks(schema) for table, schema in SCHEMAS.items()}
        self.rejects = Rejects(landed, self._as_of, self._known_at)

    def frames(self) -> Frames:
        return {**{table: rows.frame() for table, rows in self._tables.items()}, REJECTS: self.rejects.frame()}

    def take(self, header: _Header) -> None:
        if not header.is_of_use:
            return
        cik = int(header.cik)
        key = (Submissions.name, cik, self._as_of, self._known_at)
        self._filer(header, key)
        self._tickers(header, key)
        for former in header.former_names:
            span = (iso_day(former.since), iso_day(former.until))
            if name := _text(former.name):
                self._tables["raw.filer_names"].add(cik, name, *span, self._known_at)
        self._filings(header.filings.recent, cik)

    def _filer(self, header: _Header, key: tuple[object, ...]) -> None:
        cik, name, sic = str(key[1]), _text(header.name), _text(header.sic)
        if sic and not _SIC.fullmatch(sic):
            self.rejects.add(cik, "sic", sic, "not four digits; null instead")
            sic = None
        if name is None:
            self.rejects.add(cik, "name", header.name, "a header without a name; the filer is left out")
            return
        business = header.addresses.business or _Business()
        what = (name, sic, _text(header.entity_type), _text(header.category), _text(header.state_of_incorporation))
        where = (_text(business.state_or_country), _text(business.city))
        self._tables["raw.filers"].add(*key, *what, *where, None, None, None)

    def _tickers(self, header: _Header, key: tuple[object, ...]) -> None:
        exchanges: list[str | None] = header.exchanges
        if not exchanges:  # the SEC leaves them out for many a filer (providers 1.3): that is an absence, no defect
            exchanges = [None] * len(header.tickers)
        elif len(exchanges) != len(header.tickers):
            text = f"{len(exchanges)} for {len(header.tickers)} tickers"
            self.rejects.add(str(key[1]), "exchanges", text, "none can be told whose it is; null instead")
            exchanges = [None] * len(header.tickers)
        # The first of a repeated ticker counts.
        found = dict(reversed(list(zip(map(_text, header.tickers), exchanges, strict=True))))
        for symbol in dict.fromkeys(map(_text, header.tickers)):
            if symbol is None:
                self.rejects.add(str(key[1]), "tickers", symbol, "a blank; left out")
            else:
                self._tables["raw.filer_tickers"].add(*key, symbol, sec_ticker(symbol), _text(found[symbol]), None)

    def _filings(self, recent: _Recent, cik: int) -> None:
        for accession, day, form, file_number in recent.rows():
            if form not in FORMS and not form.startswith("CERT"):
                continue
            filed = iso_day(day)
            if filed is None or not accession:
                self.rejects.add(accession or str(cik), "filingDate", day, "a filing without day or number; left out")
                continue
            about = (form, filed, _known_from(filed), accession, _text(file_number))
            self._tables["raw.filings"].add(Submissions.name, cik, None, *about)


def _text(text: str | None) -> str | None:
    """The text without blanks around it; a blank is null."""
    return (text or "").strip() or None
