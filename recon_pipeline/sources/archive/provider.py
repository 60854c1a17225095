"""The fetch of a set of sessions from the archive: the right dump of every exchange, landed, read and dated.

Belongs here: choosing the commit for a session, fetching what is not landed, looking a few commits ahead where a dump
proves to be late, and the frames that the warehouse loads.

Does not belong here: how a dump is dated (`dating.py`) or read (`dumps.py`), where commits come from (`listings.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final, cast

import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import NotLanded
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import dating, dumps
from recon_pipeline.sources.archive.dating import Chain, Commit, Dated
from recon_pipeline.sources.archive.dumps import EXCHANGES, Dump
from recon_pipeline.sources.archive.listings import REPOSITORY, Listings, fetch_command
from recon_pipeline.sources.http import HttpClient, Payload, Request
from recon_pipeline.sources.landing import LandedRow, Landing

log = logging.getLogger(__name__)

SOURCE: Final = "archive"
LOOK_AHEAD_SESSIONS: Final = 3

Place = tuple[Commit, str]  # one exchange of one commit

DUMP_SCHEMA: Final = pl.Schema(
    {
        "commit": pl.String(),
        "exchange": pl.String(),
        "commit_utc": pl.Datetime("us", "UTC"),
        "expected_session": pl.Date(),
        "session": pl.Date(),
        "status": pl.String(),
        "basis": pl.String(),
        "previous_close_match": pl.Float64(),
        "lines": pl.Int64(),
        "sha256": pl.String(),
    }
)
LINE_COLUMNS: Final = (
    *("session", "exchange", "symbol", "name", "close", "net_change", "volume", "market_cap", "shares"),
    *("country", "ipo_year", "industry", "sector", "commit", "known_at"),
)
REJECT_COLUMNS: Final = ("session", "exchange", "symbol", "field", "text", "reason")
CHOSEN_SCHEMA: Final = pl.Schema({"session": pl.Date(), "exchange": pl.String(), "commit": pl.String()})


@dataclass(frozen=True, slots=True)
class ArchiveBatch:
    """What the archive holds of some sessions.

    `dumps`: every dump that was read, one row per commit and exchange: commit, exchange, commit_utc, expected_session
    (by the rule), session (None: no close), status (ok | lagged | intraday | duplicate | mixed | empty | unverified),
    basis (rule | fact | detected), previous_close_match (share, 0 to 1), lines, sha256. This is a record of evidence,
    not of what was delivered: it also has dumps that were read to date others (of context sessions, and of sessions up
    to LOOK_AHEAD_SESSIONS after a wanted one), duplicates, and dumps without a close. None of those has lines here,
    whatever `session` and `status` say; so a session is delivered for an exchange if and only if `lines` has it.

    `lines`: key (session, exchange, symbol), sorted; then name, close, net_change (USD, 4 decimals), volume (shares),
    market_cap (USD, 2 decimals), shares, country, ipo_year, industry, sector, commit, known_at (UTC). One dump per
    session and exchange.

    `rejects`: session, exchange, symbol, field, text, reason: what could not be read in the dumps of `lines`.

    `missing`: wanted sessions without any close; `partial`: (session, exchange) without one where others have theirs.
    A context session is in neither, and has no row in `lines` and `rejects`.
    """

    dumps: pl.DataFrame
    lines: pl.DataFrame
    rejects: pl.DataFrame
    missing: list[date]
    partial: list[tuple[date, str]]


@dataclass(slots=True)
class _Gathered:
    """What one fetch has found so far."""

    commits: list[Commit]
    chain: Chain = field(default_factory=Chain)
    dated: dict[tuple[str, str], Dated] = field(default_factory=dict)
    read: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # lines and sha256 of each dump
    parsed: list[dumps.Parsed] = field(default_factory=list)
    not_landed: set[tuple[str, str]] = field(default_factory=set)  # dumps of context that stay unread offline

    def chosen(self) -> dict[tuple[date, str], Commit]:
        """Return, by session and exchange, the earliest commit that holds the close, as far as is known by now."""
        best: dict[tuple[date, str], Dated] = {}
        for commit, exchange in product(self.commits, EXCHANGES):
            dump = self.dated.get((commit.sha, exchange)) or dating.believed(commit, exchange)
            if dump.session is None or not dump.has_close:
                continue
            rival = best.get((dump.session, exchange))
            # A commit that mixes sessions is used only where there is no other.
            if rival is None or (rival.status == "mixed" and dump.status != "mixed"):
                best[dump.session, exchange] = dump
        return {key: dump.commit for key, dump in best.items()}

    def may_come_late(self, session: date, exchange: str) -> bool:
        """Whether a later commit may yet prove to hold a session.

        Nobody can tell without a dump from before; and once a dump of a later session was read, no dump after it can
        hold this one.
        """
        days = [dump.day for (_, of), dump in self.dated.items() if of == exchange and dump.status != "empty"]
        return any(day <= session for day in days) and not any(day > session for day in days)

    def next_unread(self, sessions: Collection[date], exchange: str) -> Commit | None:
        """Return the first commit that the rule gives to one of `sessions`, unless read or dated by a fact."""
        for commit in self.commits:
            read = (commit.sha, exchange) in self.read
            if commit.session in sessions and not read and dating.fact_of(commit.sha, exchange) is None:
                return commit
        return None

    def take(self, fresh: Sequence[tuple[Commit, Dump]]) -> None:
        """Add dumps that were read, and date all anew."""
        parsed = dumps.parse(dump for _, dump in fresh)
        self.parsed.append(parsed)
        quotes = parsed.lines.select("commit", "exchange", "symbol", "close", "net_change")
        parts = quotes.partition_by("commit", "exchange", as_dict=True)
        for commit, dump in fresh:
            key = (commit.sha, dump.exchange)
            self.read[key] = (len(dump.lines), dump.sha256)
            self.chain.add(commit, dump.exchange, parts.get(key, quotes.clear()))
        self.dated = self.chain.dated()


class Archive:
    """The archive as a source: sessions in, typed and dated lines out."""

    def __init__(self, settings: Settings, http: HttpClient, landing: Landing) -> None:
        self.settings = settings
        self.http = http
        self.landing = landing
        self.listings = Listings(settings, http, landing)

    def fetch(
        self, sessions: Sequence[date], *, context: Collection[date] = (), once: bool = False, progress: bool = False
    ) -> ArchiveBatch:
        """Return what the archive holds of `sessions`; fetch what is not landed.

        `context` are sessions that are read only as evidence: a dump is dated against the dump before it, so the first
        session of a stretch needs the last one that was fetched earlier. A stretch that is fetched without it believes
        its first dump by the rule, even where that repeats the night before. Inside a late stretch that is no fact yet
        the dumps follow each other as regular ones do: there context must reach back to the last session whose status
        was `ok`. A context session gives no lines; one that the archive lacks, or offline one that was never landed,
        is passed over.

        With `once` a month that is landed is not asked again for a session that it lacks, nor is that looked for in
        later commits. `progress` shows a bar on stderr. A session that the archive does not hold is in `missing`:
        whether that is an error is for the caller to say.

        Raises:
            NotLanded: offline, and a payload that is needed was never landed; no connection was opened.
            Unavailable, Rejected, BadPayload: see HttpClient.get; what was fetched until then is landed.
        """
        wanted = sorted(set(sessions))
        listed = [*wanted, *self._listed(sorted(set(context) - set(wanted)))]
        found = _Gathered(self.listings.commits(listed, once=once))
        while places := self._unread(found, wanted, listed, once=once):
            found.take(self._read(places, progress=progress))
        return _batch(found, wanted)

    def _listed(self, context: Sequence[date]) -> list[date]:
        """Return the context sessions whose commits can be listed: online all of them."""
        if not self.settings.offline:
            return list(context)
        listed = []
        for session in context:
            try:
                self.listings.commits([session])
            except NotLanded:
                log.info("offline, and the listing for %s was never landed: what follows is dated without it", session)
            else:
                listed.append(session)
        return listed

    def _unread(self, found: _Gathered, wanted: Sequence[date], listed: Sequence[date], *, once: bool) -> list[Place]:
        """The dumps to read next: those chosen, and where a session has none, one that may turn out to hold it.

        `listed` are the wanted sessions and then those of context. For these nothing is looked for further on.
        """
        chosen = found.chosen()
        places: dict[tuple[str, str], Place] = {}
        for session, exchange in product(listed, EXCHANGES):
            commit = chosen.get((session, exchange))
            if commit is None and not once and session in wanted and session not in dating.sessions_without_close():
                commit = self._look_ahead(found, listed, session, exchange)
            if commit is None or (commit.sha, exchange) in found.read.keys() | found.not_landed:
                continue
            place = (commit, exchange)
            if session not in wanted and self.settings.offline and self._landed(place) is None:
                log.info("offline, and the %s dump for %s was never landed: it is no evidence", exchange, session)
                found.not_landed.add((commit.sha, exchange))
                continue
            places[commit.sha, exchange] = place
        return list(places.values())

    def _look_ahead(self, found: _Gathered, listed: Sequence[date], session: date, exchange: str) -> Commit | None:
        if not found.may_come_late(session, exchange):
            return None
        later = [session]
        for _ in range(LOOK_AHEAD_SESSIONS):
            later.append(events.next_session(later[-1]))
        found.commits = self.listings.commits([*listed, *later])
        return found.next_unread(later, exchange)

    def _read(self, places: Sequence[Place], *, progress: bool) -> list[tuple[Commit, Dump]]:
        """Read dumps from the landing, after fetching what is not there; what was fetched just now was read by that."""
        fetched = self._fetch([place for place in places if self._landed(place) is None], progress=progress)
        return [(place[0], fetched.get(place) or self._dump(*place)) for place in places]

    def _dump(self, commit: Commit, exchange: str) -> Dump:
        row = cast(LandedRow, self._landed((commit, exchange)))
        lines = dumps.decode(self.landing.read(row), exchange)
        return Dump(commit.sha, exchange, commit.moment, row.sha256, lines)

    def _landed(self, place: Place) -> LandedRow | None:
        return self.landing.find_commit(SOURCE, place[0].sha, place[1])

    def _fetch(self, places: Sequence[Place], *, progress: bool) -> dict[Place, Dump]:
        """Land dumps; return them as they were read to be believed."""
        if not places:
            return {}
        if self.settings.offline:
            days = sorted({commit.session for commit, _ in places})
            raise NotLanded(
                f"Offline, and {len(places)} dumps of the archive for {', '.join(map(str, days))} were never landed. "
                f"Run `{fetch_command(days)}` with a network first."
            )
        lines: dict[Place, list[dumps.Line]] = {}
        fetched: dict[Place, Dump] = {}
        with bar("archive dumps", len(places), shown=progress) as advance:

            def believe(request: Request, body: bytes) -> None:
                place = cast(Place, request.tag)
                lines[place] = dumps.decode(body, place[1])

            def keep(request: Request, payload: Payload) -> None:
                place = commit, exchange = cast(Place, request.tag)
                row = self.landing.land(
                    SOURCE,
                    payload.url,
                    payload.body,
                    commit=commit.sha,
                    exchange=exchange,
                    session=dating.believed(commit, exchange).session,
                    fetched_at=payload.fetched_at,
                )
                fetched[place] = Dump(commit.sha, exchange, commit.moment, row.sha256, lines.pop(place))
                advance()

            self.http.get_many([Request(self._url(*place), tag=place) for place in places], believe, keep)
        return fetched

    def _url(self, commit: Commit, exchange: str) -> str:
        base = self.settings.archive_url.rstrip("/")
        return f"{base}/{REPOSITORY}/{commit.sha}/{exchange}/{exchange}_full_tickers.json"


@contextmanager
def bar(what: str, total: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr; yields the function that advances it by one."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _batch(found: _Gathered, wanted: Sequence[date]) -> ArchiveBatch:
    chosen = {key: commit.sha for key, commit in found.chosen().items() if key[0] in set(wanted)}
    keys = pl.DataFrame([(*key, sha) for key, sha in chosen.items()], schema=CHOSEN_SCHEMA, orient="row")
    parsed = found.parsed or [dumps.parse([])]
    lines = pl.concat([part.lines for part in parsed]).join(keys, on=["exchange", "commit"])
    rejects = pl.concat([part.rejects for part in parsed]).join(keys, on=["exchange", "commit"])
    missing = [session for session in wanted if all((session, exchange) not in chosen for exchange in EXCHANGES)]
    return ArchiveBatch(
        dumps=_dump_frame(found),
        lines=lines.select(LINE_COLUMNS).sort("session", "exchange", "symbol"),
        rejects=rejects.select(REJECT_COLUMNS).sort(REJECT_COLUMNS),
        missing=missing,
        partial=[key for key in product(wanted, EXCHANGES) if key not in chosen and key[0] not in missing],
    )


def _dump_frame(found: _Gathered) -> pl.DataFrame:
    rows = [
        (
            dump.commit.sha,
            dump.exchange,
            dump.commit.moment,
            dump.commit.session,
            dump.session,
            dump.status,
            dump.basis,
            dump.previous_close_match,
            *found.read[key],
        )
        for key, dump in found.dated.items()
    ]
    return pl.DataFrame(rows, schema=DUMP_SCHEMA, orient="row").sort("commit_utc", "commit", "exchange")
