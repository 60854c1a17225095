"""Massive, formerly Polygon: closes of the whole market, reference tickers, IPOs and splits (providers 1.10).

Belongs here: what is asked of it and what its refusals mean. It needs a key, which goes out as a header only; what it
says of the next page is taken for a path below our own base URL, so that no other host ever gets the key.

Does not belong here: which answers are believed (`answers.py`), their rows (`reading.py`).

The free plan allows five requests a minute and reaches two years back: the reference tickers of a day are twelve pages,
so they are asked for on a plan that allows more than one request a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from recon_pipeline.errors import Absent, BadPayload, ReconError, Rejected
from recon_pipeline.events import NEW_YORK, last_closed_session
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import SECRET_NAMES
from recon_pipeline.sources.massive import answers, reading

GROUPED: Final = "massive/grouped"
TICKERS: Final = "massive/tickers"
IPOS: Final = "massive/ipos"
SPLITS: Final = "massive/splits"

SPLIT_DAYS: Final = timedelta(days=400)
PAID_PACE: Final = 1.0
"""A plan with more requests a second than this is a paid one, unless the settings say which it is."""

_READ: Final[dict[str, Callable[[Landed], Frames]]] = {
    GROUPED: reading.closes,
    TICKERS: reading.directory,
    IPOS: reading.ipos,
    SPLITS: reading.splits,
}


class Massive(Provider):
    """Three requests an event, and twelve more on a paid plan."""

    name: ClassVar[str] = "massive"
    house: ClassVar[str] = "massive"

    def lacks(self, settings: Settings) -> str:
        """Return the variable of the key if it is not set."""
        return "" if settings.massive_key else "RECON_MASSIVE_KEY"

    def client(self, settings: Settings) -> HttpClient:
        """Return a client at the pace of the plan; after a 429 it waits and asks again."""
        return HttpClient(settings, per_second=settings.massive_requests_per_second, refusal=refusal)

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The closes of the rank day, the IPOs since the rank day before, the splits of the 400 days before.

        A rank day whose closes are not in yet is not asked for. A paid plan is also asked for the reference tickers.
        """
        day = plan.rank_day
        window = f"listing_date.gte={plan.previous_rank_day}&listing_date.lte={day}"
        wanted = {
            IPOS: f"/vX/reference/ipos?{window}&limit=1000&order=asc&sort=listing_date",
            SPLITS: (f"/v3/reference/splits?execution_date.gte={day - SPLIT_DAYS}&execution_date.lte={day}&limit=1000"),
        }
        if day <= last_closed_session(plan.now):
            wanted[GROUPED] = f"/v2/aggs/grouped/locale/us/market/stocks/{day}?adjusted=false&include_otc=false"
            if _is_paid(settings):
                wanted[TICKERS] = (
                    f"/v3/reference/tickers?market=stocks&active=true&date={day}&limit=1000&sort=ticker&order=asc"
                )
        return [
            Ask(
                feed=feed,
                base_url=settings.massive_url,
                path=wanted[feed],
                day=day,
                headers=_headers(settings),
                is_final=day < plan.now.astimezone(NEW_YORK).date(),
            )
            for feed in _READ
            if feed in wanted
        ]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on adjusted closes, another day, a list that is empty or too short, JSON of another form."""
        assert ask.day is not None
        if ask.feed == GROUPED:
            answers.believe_closes(body, ask.day)
            return
        is_last = _next_path(ask, body) is None
        is_whole = is_last and "cursor=" not in ask.path
        if ask.feed == TICKERS:
            answers.believe_tickers(body, is_whole=is_whole)
        elif ask.feed == IPOS:
            answers.believe_ipos(body, ask.day, is_whole=is_whole)
        else:
            answers.believe_splits(body, ask.day, is_whole=is_whole)

    def follow(self, settings: Settings, ask: Ask, body: bytes) -> Ask | None:
        """Return the next page, below our own base URL and with the same header."""
        onward = None if ask.feed == GROUPED else _next_path(ask, body)
        return replace(ask, path=onward) if onward else None

    def read(self, landed: Landed) -> Frames:
        """Turn a payload into rows of raw.prices, raw.directory, raw.ipos or raw.splits, and of raw.source_rejects."""
        return _READ[landed.feed](landed)


def refusal(status: int, body: bytes) -> ReconError | None:
    """Return what a refusal means; None where the status says it all. The provider's own words are not repeated."""
    if status == 401:
        return Rejected(
            "Massive answered HTTP 401: it does not know the key. Set RECON_MASSIVE_KEY to the key of your account, or "
            "unset it to go on without Massive."
        )
    if status == 403 and b"NOT_AUTHORIZED" in body:
        return Rejected(
            "Massive answered HTTP 403 NOT_AUTHORIZED: the plan does not reach back to this date (the free one reaches "
            "two years), or does not have these data. Another plan would; the run goes on with other sources."
        )
    if status == 404 and b"NOT_FOUND" in body:
        return Absent("Massive answered HTTP 404 NOT_FOUND: it has no such thing.")
    return None


def _headers(settings: Settings) -> dict[str, str]:
    key = settings.massive_key
    return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}


def _next_path(ask: Ask, body: bytes) -> str | None:
    """Return path and query of the next page; without a key, if the provider should ever put one in.

    Raises:
        BadPayload: it is not a page of the same list, or is this page again.
    """
    try:
        parts = urlsplit(answers.next_url(body) or "")
    except ValueError as error:
        raise BadPayload("an answer whose next page has a malformed address") from error
    path = urlsplit(ask.path).path
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not SECRET_NAMES.search(pair[0])]
    if not parts.path and not pairs:
        return None
    onward = f"{path}?{urlencode(pairs)}"
    if parts.path != path or onward == ask.path:
        raise BadPayload(f"an answer whose next page is not another one of {path}")
    return onward


def _is_paid(settings: Settings) -> bool:
    if settings.massive_is_paid is not None:
        return settings.massive_is_paid
    return settings.massive_requests_per_second > PAID_PACE
