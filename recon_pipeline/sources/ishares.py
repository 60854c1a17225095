"""iShares: the holdings of an index fund on a day, a list to open an event with or to score one against (1.14).

Belongs here: where the holdings CSV of a fund is, what makes one believable, its rows for `raw.fund_holdings`, and
fetching one for a user. It is never an input of ranking: no capture and no event asks for it by itself.

Does not belong here: the parts of the file (`recon_pipeline/holdings.py`), reading it as opening or as truth.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlsplit

import polars as pl

from recon_pipeline.errors import BadInput, BadPayload
from recon_pipeline.events import NEW_YORK, is_session
from recon_pipeline.holdings import Holdings, csv_lines, take_apart
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import LandedRow, Landing
from recon_pipeline.sources.rows import REJECTS, Rejects, asked_day, exact, figure

FEED: Final = "ishares/holdings"
HEADER_START: Final = ("Ticker", "Name", "Sector", "Asset Class")
WEIGHT, PRICE, EXCHANGE = "Weight (%)", "Price", "Exchange"
SHARES: Final = ("Quantity", "Shares", "Shares/Quantity")
"""What the column of the held shares has been called."""

# The Russell 1000 fund holds about 1,000 equities, the others more.
EQUITY_FLOOR: Final = 200
FIGURES: Final = {"weight_pct": (12, 6), "held_shares": (24, 4), "price_usd": (18, 4)}

HOLDINGS: Final = pl.Schema(
    {
        "source": pl.String(),
        "index_id": pl.String(),
        "as_of": pl.Date(),
        "symbol": pl.String(),
        "name": pl.String(),
        "sector": pl.String(),
        "asset_class": pl.String(),
        "weight_pct": pl.Decimal(12, 6),
        "held_shares": pl.Decimal(24, 4),
        "price_usd": pl.Decimal(18, 4),
        "exchange_name": pl.String(),
        "known_at": pl.Datetime("us"),
    }
)


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund: its product page, and the ticker that names its file."""

    page: str
    ticker: str


FUNDS: Final = {
    "R1000": Fund("239707/ishares-russell-1000-etf", "IWB"),
    "R2000": Fund("239710/ishares-russell-2000-etf", "IWM"),
    "R3000": Fund("239714/ishares-russell-3000-etf", "IWV"),
    "RMICRO": Fund("239716/ishares-microcap-etf", "IWC"),
}
"""The index of the family that a fund tracks, and the fund."""


class IShares(Provider):
    """One request a fund and day, without a key, and only when a user wants it."""

    name: ClassVar[str] = "ishares"
    house: ClassVar[str] = "ishares"

    def client(self, settings: Settings) -> HttpClient:
        """Return a client at the pace of the host."""
        return HttpClient(settings, per_second=settings.ishares_requests_per_second)

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """Nothing: holdings are no input."""
        return []

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload unless these are the holdings of the fund and the day that were asked for."""
        assert ask.day is not None
        found = _believed(body)
        place = "a holdings file"
        if found.stated_day.strip() in ("", "-") or not found.rows:
            raise BadPayload(f"no holdings of that date ({ask.day}): not a session, or a gap of the provider")
        try:
            index_id, day = found.index_id(place), found.day(place)
        except BadInput as error:
            raise BadPayload(str(error)) from error
        if index_id != _index_of(ask.path):
            raise BadPayload(f"the holdings of a fund on {index_id}, where {_index_of(ask.path)} was asked for")
        if day != ask.day:
            raise BadPayload(f"the holdings of {day}, where those of {ask.day} were asked for")
        if len(found.members) < EQUITY_FLOOR:
            raise BadPayload(f"{len(found.members)} equities, where a fund holds at least {EQUITY_FLOOR}")

    def read(self, landed: Landed) -> Frames:
        """Return `raw.fund_holdings`, one row a holding, cash among them, and `raw.source_rejects`.

        A dash is no figure. The file tells no time, so a row is known since it was fetched.
        """
        day = asked_day(landed)
        found = _believed(landed.body())
        rejects = Rejects(landed, day, landed.known_at)
        index_id = _index_of(landed.row.key or landed.row.url)
        columns = dict(zip(FIGURES, (WEIGHT, _shares_column(found), PRICE), strict=True))
        rows: list[dict[str, object]] = []
        for row in found.rows:
            symbol, kind = row["Ticker"], row["Asset Class"]
            if not kind:
                rejects.add(symbol, "Asset Class", row["Name"], "a row without its kind is left out")
                continue
            figures = {}
            for field, (digits, scale) in FIGURES.items():
                text = row[columns[field]]
                figures[field] = exact(figure(text), digits, scale)
                if figures[field] is None and text not in ("", "-"):
                    rejects.add(symbol, columns[field], text, f"not read as {field}; null instead")
            rows.append(
                {
                    "source": self.name,
                    "index_id": index_id,
                    "as_of": day,
                    "symbol": symbol,
                    "name": row["Name"] or None,
                    "sector": row["Sector"] or None,
                    "asset_class": kind,
                    "exchange_name": row[EXCHANGE] or None,
                    "known_at": landed.known_at,
                    **figures,
                }
            )
        return {"raw.fund_holdings": pl.DataFrame(rows, schema=HOLDINGS), REJECTS: rejects.frame()}


def ask_for(settings: Settings, index_id: str, as_of: date) -> Ask:
    """Return what to ask for the fund of an index on a day.

    Raises:
        BadInput: no fund of the index is known, or the day is no session that has passed.
    """
    fund = FUNDS.get(index_id.upper())
    if fund is None:
        raise BadInput(f"Asking for holdings on {index_id}: funds are known on {', '.join(FUNDS)}. Choose one of them.")
    today = settings.moment.astimezone(NEW_YORK).date()
    if as_of > today or not is_session(as_of):
        raise BadInput(f"Asking for holdings of {as_of}: that is no session up to {today}. Choose a day of trading.")
    return Ask(
        feed=FEED,
        base_url=settings.ishares_url,
        path=f"/us/products/{fund.page}/1467271812596.ajax?fileType=csv&fileName={fund.ticker}_holdings"
        f"&dataType=fund&asOfDate={as_of:%Y%m%d}",
        day=as_of,
        is_final=as_of < today,
    )


def fetch_holdings(settings: Settings, index_id: str, as_of: date, *, say: Callable[[str], None]) -> bytes:
    """Return the holdings CSV of the fund of an index as it came; landed, and asked for only once.

    Raises:
        BadInput: no such fund or day.
        Unavailable, Rejected, BadPayload: the provider did not answer, refused, or sent what cannot be believed.
        NotLanded: the settings are offline and it was never landed.
    """
    ask = ask_for(settings, index_id, as_of)
    landing = Landing(settings.landed_dir)
    known = landing.find_key(ask.feed, ask.path)
    if known is not None and (known.final or settings.offline):
        return landing.read(known)
    provider = IShares()
    say(f"asking {ask.feed} for {index_id.upper()} on {as_of}")
    with provider.client(settings) as http:
        return landing.read(_land(provider, ask, http, landing))


def _land(provider: IShares, ask: Ask, http: HttpClient, landing: Landing) -> LandedRow:
    payload = http.get(ask.base_url + ask.path, validate=lambda body: provider.validate(ask, body))
    return landing.land(
        ask.feed,
        payload.url,
        payload.body,
        session=ask.day,
        fetched_at=http.settings.now or payload.fetched_at,
        final=ask.is_final,
        key=ask.path,
        last_modified=payload.last_modified,
    )


def _believed(body: bytes) -> Holdings:
    """Take a file apart.

    Raises:
        BadPayload: markup, another form, other columns, or a file that is cut short.
    """
    if body.lstrip()[:1] == b"<":
        raise BadPayload("a page of markup where a holdings CSV should be")
    try:
        found = take_apart(csv_lines(body.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise BadPayload(f"no holdings CSV: it is not UTF-8 ({error.reason})") from error
    except csv.Error as error:
        raise BadPayload(f"no holdings CSV, or one that is cut short: {error}") from error
    if found is None:
        raise BadPayload("no holdings CSV: no line `Fund Holdings as of`, or no header that begins with Ticker")
    wanted = {WEIGHT, PRICE, EXCHANGE}
    if tuple(found.header[:4]) != HEADER_START or not wanted <= {*found.header} or not _shares_column(found):
        raise BadPayload(f"other columns than the expected ones: the header has {len(found.header)}")
    # Below the holdings stands a blank line or the legal text in one cell: several cells are half a holding.
    if found.rest and len(found.rest[0]) > 1:
        raise BadPayload(f"a file that is cut short: its last holding has {len(found.rest[0])} cells")
    return found


def _shares_column(found: Holdings) -> str:
    return next((name for name in SHARES if name in found.header), "")


def _index_of(path: str) -> str:
    """The index whose fund a path or URL asks for."""
    name = parse_qs(urlsplit(path).query).get("fileName", [""])[0]
    return next((index_id for index_id, fund in FUNDS.items() if name == f"{fund.ticker}_holdings"), "")
