"""Share counts and public floats that filings state for the whole company (providers 1.4, 1.5).

Belongs here: the nightly zip of all facts by company, the same concept for one company, and frames. All of them lack
facts by class of stock. Facts by company are as filed, and known at the end of the day of filing; a frame keeps what
was filed last, so that it looks ahead and serves reconciliation only.

Does not belong here: counts by class (`notes.py`); whether a count is to be believed (`sql/core`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Final

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects, end_of_day, exact, iso_day
from recon_pipeline.sources.sec.chunks import Chunks
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.sec.times import quarter_start
from recon_pipeline.sources.zips import Limits, members

BULK: Final = "sec_companyfacts/bulk"
CONCEPT: Final = "sec_companyfacts/concept"
FRAME: Final = "sec_companyfacts/frame"
BULK_PATH: Final = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"
# In 2026 some 19,000 members of 1 to 10 MB, 20 GB together.
LIMITS: Final = Limits(most_members=500_000, most_member_bytes=500_000_000, most_total_bytes=10**11, most_ratio=400)
FEWEST_MEMBERS: Final = 1_000
# For so long after the rank day a frame is of the days that the event knows.
FRAME_DAYS: Final = timedelta(days=10)

SHARES: Final = "EntityCommonStockSharesOutstanding"
# The unit that each concept is read in.
CONCEPTS: Final = {
    ("dei", SHARES): "shares",
    ("dei", "EntityPublicFloat"): "USD",
    ("us-gaap", "CommonStockSharesOutstanding"): "shares",
}
# Facts of an 8-K, a proxy statement or a prospectus appear too (providers 1.4).
FORMS: Final = frozenset(f"{form}{end}" for form in ("10-K", "10-Q", "10-KT", "20-F", "40-F") for end in ("", "/A"))
_MEMBER: Final = re.compile(r"CIK(\d{10})\.json", re.ASCII)
_CONCEPT_PATH: Final = re.compile(r"/api/xbrl/companyconcept/CIK(\d{10})/([\w-]+)/(\w+)\.json", re.ASCII)
_FRAME_PATH: Final = re.compile(r"/api/xbrl/frames/([\w-]+)/(\w+)/(\w+)/(CY\d{4}Q[1-4]I)\.json", re.ASCII)
_ACCESSION: Final = re.compile(r"\d{10}-\d{2}-\d{6}", re.ASCII)

_TEXT, _DAY = pl.String(), pl.Date()
SCHEMA: Final[dict[str, pl.DataType]] = {
    **{"source": _TEXT, "cik": pl.Int64(), "taxonomy": _TEXT, "tag": _TEXT, "class_member": _TEXT, "unit": _TEXT},
    **{"end_date": _DAY, "value": pl.Decimal(28, 2), "form": _TEXT, "filed_date": _DAY, "accession": _TEXT},
    "known_at": pl.Datetime("us"),
}
# Millions of facts fall on some thousand days.
_known_from = lru_cache(100_000)(end_of_day)
_day = lru_cache(100_000)(iso_day)


class _Fact(msgspec.Struct):
    end: str | None
    val: Decimal | None
    accn: str | None
    form: str | None
    filed: str | None


class _Concept(msgspec.Struct):
    units: dict[str, list[_Fact]]


class _Dei(msgspec.Struct):
    shares: _Concept | None = msgspec.field(name=SHARES, default=None)
    public_float: _Concept | None = msgspec.field(name="EntityPublicFloat", default=None)


class _UsGaap(msgspec.Struct):
    shares: _Concept | None = msgspec.field(name="CommonStockSharesOutstanding", default=None)


class _Facts(msgspec.Struct):
    dei: _Dei = msgspec.field(default_factory=_Dei)
    us_gaap: _UsGaap = msgspec.field(name="us-gaap", default_factory=_UsGaap)


class _Company(msgspec.Struct):
    """The facts of one company; what else it states is skipped and never made into objects."""

    cik: int | str
    facts: _Facts

    def concepts(self) -> Iterable[tuple[str, str, _Concept | None]]:
        """Taxonomy, tag and facts of each concept that we read, in the order of CONCEPTS."""
        found = (self.facts.dei.shares, self.facts.dei.public_float, self.facts.us_gaap.shares)
        return ((*key, concept) for key, concept in zip(CONCEPTS, found, strict=True))


class _CompanyConcept(msgspec.Struct):
    cik: int | str
    taxonomy: str
    tag: str
    units: dict[str, list[_Fact]]


class _FrameRow(msgspec.Struct):
    accn: str | None
    cik: int
    end: str | None
    val: Decimal | None


class _Frame(msgspec.Struct):
    taxonomy: str
    tag: str
    ccp: str
    uom: str
    pts: int
    data: list[_FrameRow]


_COMPANY_DECODER: Final = msgspec.json.Decoder(_Company)
_CONCEPT_DECODER: Final = msgspec.json.Decoder(_CompanyConcept)
_FRAME_DECODER: Final = msgspec.json.Decoder(_Frame)


class CompanyFacts(SecProvider):
    """Cover facts of the companies that file with the SEC."""

    name: ClassVar[str] = "sec_companyfacts"

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The facts of all companies; for an event of these days also the frame of the last quarter, to hold against
        them: later it would tell what was filed since.
        """
        asks = [Ask(BULK, settings.sec_files_url, BULK_PATH, is_big=True)]
        if plan.now.date() - plan.rank_day <= FRAME_DAYS:
            last_quarter = quarter_start(plan.rank_day) - timedelta(days=1)
            asks.append(self.frame(settings, last_quarter))
        return asks

    def concept(self, settings: Settings, cik: int, taxonomy: str = "dei", tag: str = SHARES) -> Ask:
        """Ask for one of CONCEPTS of one company. KeyError for another: the SEC answers those 404 too."""
        if (taxonomy, tag) not in CONCEPTS:
            raise KeyError(f"{taxonomy}:{tag} is none of the concepts that are read")
        return Ask(CONCEPT, settings.sec_data_url, f"/api/xbrl/companyconcept/CIK{cik:010d}/{taxonomy}/{tag}.json")

    def frame(self, settings: Settings, quarter_end: date, taxonomy: str = "dei", tag: str = SHARES) -> Ask:
        """Ask for one of CONCEPTS of all companies in the calendar quarter that holds a day, for reconciliation."""
        unit = CONCEPTS[taxonomy, tag]
        period = f"CY{quarter_end.year}Q{(quarter_end.month + 2) // 3}I"
        return Ask(FRAME, settings.sec_data_url, f"/api/xbrl/frames/{taxonomy}/{tag}/{unit}/{period}.json")

    def validate(self, ask: Ask, body: bytes) -> None:
        if ask.feed == CONCEPT:
            _decode_concept(body, ask.path)
        elif ask.feed == FRAME:
            _decode_frame(body, ask.path)

    def read(self, landed: Landed) -> Frames:
        """Return raw.cover_facts. A company whose facts cannot be read is quarantined.

        Raises:
            BadPayload: the zip cannot be believed, more than one of a hundred companies cannot be read, or no company
                states a share count.
        """
        rows = _Rows(landed)
        if landed.feed == CONCEPT:
            one = _decode_concept(landed.body(), landed.row.key or "")
            rows.take("sec_companyconcept", int(one.cik), one.taxonomy, one.tag, one.units)
        elif landed.feed == FRAME:
            rows.take_frame(_decode_frame(landed.body(), landed.row.key or ""), landed.fetched_at)
        else:
            _read_bulk(landed, rows)
        return rows.frames()


def _read_bulk(landed: Landed, rows: _Rows) -> None:
    """Read the companies of the zip one by one: memory is that of one company and of the rows."""
    count = broken = 0
    seen: set[int] = set()
    for member in members(landed.path(), wanted=lambda name: bool(_MEMBER.fullmatch(name)), limits=LIMITS):
        count += 1
        cik = int(member.name[3:13])
        try:
            company = _decode_company(member.read(), cik)
            if cik in seen:
                raise _BrokenCompany("a second member for the same company")
        except _BrokenCompany as error:
            broken += 1
            rows.rejects.add(str(cik), "facts", member.name, f"{error}; the company is left out")
            continue
        seen.add(cik)
        if company is not None:
            for taxonomy, tag, concept in company.concepts():
                rows.take("sec_companyfacts", cik, taxonomy, tag, concept.units if concept else {})
    if count < FEWEST_MEMBERS or broken * 100 > count or not rows.count:
        raise BadPayload(
            f"Reading {landed.feed}: {broken:,} of {count:,} companies cannot be read and {rows.count:,} facts were "
            f"found, where at least {FEWEST_MEMBERS:,} companies and at most one bad one in a hundred are expected."
        )


class _BrokenCompany(BadPayload):
    """The facts of one company that cannot be read."""


def _decode_company(body: bytes, cik: int) -> _Company | None:
    """Return the facts of a company, if they are those of `cik`; None for `{}`, a company without facts."""
    if body.strip() == b"{}":
        return None
    try:
        company = _COMPANY_DECODER.decode(body)
        told = int(company.cik)
    except (msgspec.DecodeError, ValueError) as error:
        raise _BrokenCompany(f"no facts of a company ({type(error).__name__})") from error
    if told != cik or cik < 1:
        raise _BrokenCompany(f"the facts of filer {told} where those of {cik} should be")
    return company


def _decode_concept(body: bytes, path: str) -> _CompanyConcept:
    asked = _CONCEPT_PATH.fullmatch(path)
    try:
        one = _CONCEPT_DECODER.decode(body)
        told = (int(one.cik), one.taxonomy, one.tag)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadPayload(f"no concept of a company ({type(error).__name__})") from error
    if asked is None or told != (int(asked[1]), asked[2], asked[3]):
        raise BadPayload(f"the concept {told[2]:.80} of filer {told[0]}, which was not asked for")
    return one


def _decode_frame(body: bytes, path: str) -> _Frame:
    asked = _FRAME_PATH.fullmatch(path)
    try:
        frame = _FRAME_DECODER.decode(body)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadPayload(f"no frame ({type(error).__name__})") from error
    if asked is None or (frame.taxonomy, frame.tag, frame.uom, frame.ccp) != asked.groups():
        raise BadPayload(f"the frame {frame.tag:.80} of {frame.ccp:.20}, which was not asked for")
    if not frame.data or frame.pts != len(frame.data):
        raise BadPayload(f"a frame of {len(frame.data):,} rows that tells of {frame.pts:,}")
    return frame


class _Rows:
    """Rows of raw.cover_facts and what could not be read of them."""

    def __init__(self, landed: Landed) -> None:
        self._rows = Chunks(SCHEMA)
        self.count = 0
        self.rejects = Rejects(landed, None, landed.known_at)

    def frames(self) -> Frames:
        return {"raw.cover_facts": self._rows.frame(), REJECTS: self.rejects.frame()}

    def take(self, source: str, cik: int, taxonomy: str, tag: str, units: dict[str, list[_Fact]]) -> None:
        """Add the facts of one concept of one company, each once: a file repeats them for later periods."""
        wanted = CONCEPTS[taxonomy, tag]
        for unit in sorted(units.keys() - {wanted}):
            self.rejects.add(str(cik), tag, unit, f"facts in a unit other than {wanted}; left out")
        seen: set[tuple[date, str, Decimal]] = set()
        for fact in units.get(wanted, ()):
            if fact.form not in FORMS:
                continue
            filed = _day(fact.filed)
            read = self._read(cik, tag, fact.end, fact.val, fact.accn)
            if read is None or read in seen:
                continue
            if filed is None:
                self.rejects.add(str(cik), "filed", fact.filed, f"a fact of {tag} without a day of filing; left out")
                continue
            seen.add(read)
            end, accession, value = read
            what = (source, cik, taxonomy, tag, "", wanted, end, value)
            self._rows.add(*what, fact.form, filed, accession, _known_from(filed))
            self.count += 1

    def take_frame(self, frame: _Frame, known_at: datetime) -> None:
        """Add the rows of a frame: without form and day of filing, known when it was fetched."""
        seen: set[tuple[int, date, str, Decimal]] = set()
        for row in frame.data:
            read = self._read(row.cik, frame.tag, row.end, row.val, row.accn)
            if read is None or (row.cik, *read) in seen:
                continue
            seen.add((row.cik, *read))
            end, accession, value = read
            what = ("sec_frames", row.cik, frame.taxonomy, frame.tag, "", frame.uom, end, value)
            self._rows.add(*what, None, None, accession, known_at)
            self.count += 1

    def _read(
        self, cik: int, tag: str, end: str | None, val: Decimal | None, accn: str | None
    ) -> tuple[date, str, Decimal] | None:
        """Day, accession number and exact figure of a fact; one that lacks any of them is quarantined."""
        day, value = _day(end), exact(val, 28, 2)
        if day is not None and value is not None and accn and _ACCESSION.fullmatch(accn) and 0 < cik < 10**10:
            return day, accn, value
        self.rejects.add(str(cik), tag, f"{end} {val} {accn}", "a fact without day, figure or number; left out")
        return None
