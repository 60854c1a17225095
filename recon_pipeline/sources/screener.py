"""The live screener of Nasdaq: tonight's close, market cap and listing of every line (providers 1.9).

Belongs here: asking for the three exchanges once the closes are in, and what makes an answer believable. The lines are
those of the archive's dumps, which are nightly copies of this API: their figures are read by `archive/dumps.py`.

Does not belong here: the past (`archive/`), which holes the screener has (`sql/core/listing_gaps.sql`).

The API tells neither day nor time of its prices: they are of the last session that had closed when it was asked, which
is the day of the ask.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources import nasdaq_api
from recon_pipeline.sources.archive import dumps
from recon_pipeline.sources.archive.dumps import EXCHANGES, ROW_FLOORS, Dump, Line
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.rows import MOST_TEXT, REJECT_SCHEMA, REJECTS
from recon_pipeline.symbols import normal_ticker_expr

FEED: Final = "screener/stocks"
PATH: Final = "/api/screener/stocks"
QUERY: Final = {"tableonly": "true", "limit": "25", "offset": "0", "download": "true"}


class _Rows(msgspec.Struct):
    rows: list[Line] | None = None


class _Data(msgspec.Struct):
    rows: list[Line] | None = None
    table: _Rows | None = None


class _Answer(msgspec.Struct):
    data: _Data | None = None


_DECODER: Final = msgspec.json.Decoder(_Answer)


class Screener(Provider):
    """Three answers a night, without a key."""

    name: ClassVar[str] = "screener"
    house: ClassVar[str] = nasdaq_api.HOUSE

    def client(self, settings: Settings) -> HttpClient:
        """Return a client that looks like a browser, at the pace of the screener, and soon gives up."""
        return nasdaq_api.client(settings, settings.screener_requests_per_second)

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        """All exchanges; nothing from the open of a session until its closes are in, for prices are moving."""
        if events.is_market_open(now) or events.is_market_open(now - events.SETTLING):
            return []
        day = events.last_closed_session(now)
        return [
            Ask(
                feed=FEED,
                base_url=settings.screener_url,
                path=f"{PATH}?{urlencode({**QUERY, 'exchange': exchange})}",
                day=day,
                headers=nasdaq_api.HEADERS,
            )
            for exchange in EXCHANGES
        ]

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """All exchanges if the rank day is the last session that closed; the screener has no past."""
        return self.daily(settings, plan.now) if events.last_closed_session(plan.now) == plan.rank_day else []

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on an error in an answer of HTTP 200, a page of markup, other keys, or too few lines."""
        _lines(body, _exchange(ask.path))

    def read(self, landed: Landed) -> Frames:
        """Return `raw.listings`, `raw.prices`, `raw.shares_outstanding` and `raw.source_rejects`.

        Rows describe the day of the ask, and are known since they were fetched. The share count is market cap by
        close. A line without a close or a count has no row in that table.
        """
        exchange = _exchange(landed.row.key or landed.row.url)
        as_of = landed.row.session or events.last_closed_session(landed.row.fetched_at)
        parsed = dumps.parse(
            [
                Dump(
                    commit="",
                    exchange=exchange,
                    commit_utc=landed.row.fetched_at.astimezone(UTC),
                    sha256=landed.row.sha256,
                    lines=_lines(landed.body(), exchange),
                )
            ]
        )
        about = {
            "as_of": pl.lit(as_of, dtype=pl.Date()),
            "source": pl.lit(self.name),
            "known_at": pl.lit(landed.fetched_at, dtype=pl.Datetime("us")),
        }
        lines = parsed.lines.with_columns(
            ticker=normal_ticker_expr(pl.col("symbol")), commit_id=pl.lit(None, dtype=pl.String()), **about
        )
        key = ["as_of", "exchange", "symbol", "ticker", "known_at", "source", "commit_id"]
        prices = lines.select(*key, close_usd="close", volume_shares="volume", is_adjusted=pl.lit(False))
        counts = lines.select(*key, outstanding_shares="shares")
        return {
            "raw.listings": lines.select(*key, "name", "country", "ipo_year", "industry", "sector"),
            "raw.prices": prices.drop_nulls("close_usd"),
            "raw.shares_outstanding": counts.drop_nulls("outstanding_shares"),
            REJECTS: parsed.rejects.with_columns(
                feed=pl.lit(landed.feed), row_key=pl.col("symbol"), text=pl.col("text").str.slice(0, MOST_TEXT), **about
            ).select(REJECT_SCHEMA.names()),
        }


def _exchange(path: str) -> str:
    exchange = parse_qs(urlsplit(path).query).get("exchange", [""])[0]
    if exchange not in EXCHANGES:
        raise BadPayload(f"no screener payload: it was not asked for one of {', '.join(EXCHANGES)}")
    return exchange


def _lines(body: bytes, exchange: str) -> list[Line]:
    """The lines of an answer that can be believed: under `data.rows`, or `data.table.rows` if it was paged."""
    nasdaq_api.refuse_fault(body, f"{exchange} screener")
    try:
        answer = _DECODER.decode(body)
    except msgspec.DecodeError as error:
        raise BadPayload(f"no {exchange} screener: {error}") from error
    table = answer.data.table if answer.data else None
    lines = (answer.data.rows if answer.data else None) or (table.rows if table else None) or []
    if len(lines) < ROW_FLOORS[exchange]:
        raise BadPayload(
            f"a {exchange} screener of {len(lines)} lines, where at least {ROW_FLOORS[exchange]} are expected"
        )
    return lines
