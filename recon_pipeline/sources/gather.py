"""Asking providers: what is landed already, what has to be asked, and what came of it.

Belongs here: the one way in which every provider but the archive is asked. Houses are asked side by side, the payloads
of one house one after the other at its own pace; whatever fails is an outcome and stops nobody else.

Does not belong here: what to ask (the providers), loading what came (`recon_pipeline/capture.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from recon_pipeline.errors import Absent, BadPayload, ContractBroken, NotLanded, Rejected, Unavailable
from recon_pipeline.settings import Settings, secret_settings
from recon_pipeline.sources.download import Downloaded, download
from recon_pipeline.sources.feeds import Ask, Outcome, Provider, Result
from recon_pipeline.sources.http import HttpClient, Request, Traffic
from recon_pipeline.sources.landing import LandedRow, Landing

log = logging.getLogger(__name__)

IsEnough = Callable[[Ask, LandedRow], bool]
"""Whether a landed payload will do, so that its provider is not asked again. It may be one of another day: the path of
what tells of today only is the same every day."""

LEAST_SECRET: Final = 8
"""Characters of a secret that is looked for in answers."""

MOST_ATTEMPTS: Final = 4
MOST_SILENCE_S: Final = 30.0
"""No event needs any of these sources, so that none may hold it up for long."""

MOST_PAGES: Final = 200
"""Pages of one paged answer: more come from a server that does not know of pages."""


@dataclass(slots=True)
class Gathered:
    """What came of asking: an outcome for each payload and for each provider that was skipped, and what it cost.

    `idle` are providers that tell of each day and had nothing to ask at that hour.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)
    idle: list[str] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome], traffic: Traffic) -> None:
        """Take in what came of one house."""
        self.outcomes += outcomes
        self.traffic += traffic


def gather(
    wanted: Mapping[Provider, Sequence[Ask]],
    settings: Settings,
    landing: Landing,
    is_enough: IsEnough,
    *,
    say: Callable[[str], None] = lambda text: None,
) -> Gathered:
    """Ask each provider for what it is wanted for; land what can be believed.

    A provider whose key or contact is not set is skipped with the outcome `not_configured`. Nothing that a provider
    does is an error here: the outcomes tell.
    """
    gathered = Gathered()
    ready: list[tuple[Provider, Sequence[Ask]]] = []
    for provider, asks in wanted.items():
        missing = provider.lacks(settings)
        if asks and missing:
            gathered.outcomes.append(_skipped(provider, missing))
        elif asks:
            ready.append((provider, asks))
    houses = [list(group) for _, group in groupby(sorted(ready, key=_house), key=_house)]
    if not houses:
        return gathered
    with ThreadPoolExecutor(len(houses), thread_name_prefix="gather") as pool:
        for outcomes, traffic in pool.map(lambda house: _ask_house(house, settings, landing, is_enough, say), houses):
            gathered.add(outcomes, traffic)
    return gathered


def _house(item: tuple[Provider, Sequence[Ask]]) -> str:
    return item[0].house


def _skipped(provider: Provider, missing: str) -> Outcome:
    told = f"{missing} is not set, so this source was not asked."
    return Outcome(Ask(feed=f"{provider.name}/", base_url="", path=""), "not_configured", told)


def _ask_house(
    house: Sequence[tuple[Provider, Sequence[Ask]]],
    settings: Settings,
    landing: Landing,
    is_enough: IsEnough,
    say: Callable[[str], None],
) -> tuple[list[Outcome], Traffic]:
    outcomes: list[Outcome] = []
    patient = settings.model_copy(
        update={
            "max_attempts": min(settings.max_attempts, MOST_ATTEMPTS),
            "read_timeout_s": min(settings.read_timeout_s, MOST_SILENCE_S),
        }
    )
    with house[0][0].client(patient) as http:
        is_down = False
        for provider, asks in house:
            for ask in asks:
                got = _ask_pages(provider, ask, http, landing, is_enough, say, is_down)
                is_down = is_down or any(outcome.result == "unavailable" for outcome in got)
                outcomes += got
        return outcomes, http.traffic


def _ask_pages(
    provider: Provider,
    first: Ask,
    http: HttpClient,
    landing: Landing,
    is_enough: IsEnough,
    say: Callable[[str], None],
    is_down: bool,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    ask: Ask | None = first
    while ask is not None:
        page = ask
        if len(outcomes) == MOST_PAGES:
            told = f"More than {MOST_PAGES} pages of one answer. The pages from here on are missing."
            outcomes.append(Outcome(page, "bad_payload", told))
            break
        outcome = _ask_one(provider, page, http, landing, is_enough, say, is_down)
        outcomes.append(outcome)
        if outcome.row is None or page.is_big:
            break
        try:
            ask = provider.follow(http.settings, page, landing.read(outcome.row))
        except (BadPayload, ContractBroken) as error:  # a bad next page; a landed object that is broken
            outcomes.append(Outcome(page, "bad_payload", f"{error} The pages after it are missing."))
            break
    return outcomes


def _ask_one(
    provider: Provider,
    ask: Ask,
    http: HttpClient,
    landing: Landing,
    is_enough: IsEnough,
    say: Callable[[str], None],
    is_down: bool,
) -> Outcome:
    newest = _sound(landing, landing.find_key(ask.feed, ask.path), offline=http.settings.offline)
    # The same words may have been asked on another day.
    known = newest if newest is not None and newest.session == ask.day else None
    offline = http.settings.offline
    if known is not None and (offline or (ask.is_final and known.final)):
        return Outcome(ask, "known", row=known)
    if newest is not None and is_enough(ask, newest):
        return Outcome(ask, "known", row=newest)
    if offline:
        return Outcome(ask, "not_landed", "The run is offline, and this was never landed.")
    if is_down:
        # One that did not answer to the last attempt would hold the run for as long again with each payload.
        return Outcome(ask, "unavailable", "It was not asked, for the provider did not answer for another payload.")
    say(f"asking {ask.feed}" + (f" of {ask.day}" if ask.is_final and ask.day else ""))
    try:
        fetch = _download if ask.is_big else _get
        return fetch(provider, ask, http, landing, known)
    except (Rejected, BadPayload, Unavailable) as error:
        return failed(ask, error)


def _sound(landing: Landing, row: LandedRow | None, *, offline: bool) -> LandedRow | None:
    """Return a landed row whose payload can still be read; a damaged one is set aside, to be fetched anew."""
    if row is None or offline or landing.is_sound(row):
        return row
    log.warning("%s is damaged: it is set aside, and asked for again", landing.path_of(row))
    landing.set_aside(row)
    return None


# The finer kind before the one that it is a kind of.
_RESULTS: Final[tuple[tuple[type[Exception], Result], ...]] = (
    (Absent, "absent"),
    (NotLanded, "not_landed"),
    (Rejected, "refused"),
    (BadPayload, "bad_payload"),
    (Unavailable, "unavailable"),
)


def failed(ask: Ask, error: Rejected | BadPayload | Unavailable) -> Outcome:
    """Return the outcome of an ask that an error ended."""
    return Outcome(ask, next(result for kind, result in _RESULTS if isinstance(error, kind)), str(error))


def _request(ask: Ask) -> Request:
    url = ask.base_url + ask.path
    if ask.secrets:
        url += ("&" if urlsplit(url).query else "?") + urlencode(ask.secrets)
    return Request(url, ask.headers)


def _get(provider: Provider, ask: Ask, http: HttpClient, landing: Landing, known: LandedRow | None) -> Outcome:
    request = _request(ask)

    def validate(body: bytes) -> None:
        provider.validate(ask, body)
        _must_hold_no_secret(http.settings, body)

    payload = http.get(request.url, headers=request.headers, validate=validate)
    row = landing.land(
        ask.feed,
        ask.base_url + ask.path,  # not the URL that was sent: that one has the secrets in it
        payload.body,
        session=ask.day,
        fetched_at=http.settings.now or payload.fetched_at,
        final=ask.is_final,
        key=ask.path,
        last_modified=payload.last_modified,
    )
    return Outcome(ask, "known" if known is not None and known.sha256 == row.sha256 else "value", row=row)


def _must_hold_no_secret(settings: Settings, body: bytes) -> None:
    """Refuse a body that repeats a key or contact of ours, as in the address of a next page: it would be landed.

    A short one may stand in a body by chance (`demo` is a key of Alpha Vantage).
    """
    for name in sorted(secret_settings()):
        secret = getattr(settings, name)
        text = secret.get_secret_value() if secret is not None else ""
        if len(text) >= LEAST_SECRET and any(form.encode() in body for form in (text, quote_plus(text), quote(text))):
            raise BadPayload(f"an answer that repeats RECON_{name.upper()}, which must not be written anywhere")


def _download(provider: Provider, ask: Ask, http: HttpClient, landing: Landing, known: LandedRow | None) -> Outcome:
    got = download(
        http,
        _request(ask),
        landing.root / "partial",
        known=known,
        most_bytes=http.settings.max_file_mb * 1_000_000,
    )
    if not isinstance(got, Downloaded):
        return Outcome(ask, "known", row=known)
    row = landing.land_file(
        ask.feed,
        ask.base_url + ask.path,
        got.path,
        sha256=got.sha256,
        session=ask.day,
        fetched_at=http.settings.now or got.fetched_at,
        final=ask.is_final,
        key=ask.path,
        last_modified=got.last_modified,
    )
    return Outcome(ask, "value", row=row)
