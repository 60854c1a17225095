"""The commits of the archive repository, as GitHub's commit API lists them, a calendar month at a time.

Belongs here: asking for a month, reading its pages, and deciding whether a landed listing is good enough.

Does not belong here: what the commits hold (`dumps.py`), which session each describes (`dating.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from recon_pipeline import events
from recon_pipeline.errors import BadPayload, NotLanded
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import dating
from recon_pipeline.sources.archive.dating import Commit
from recon_pipeline.sources.archive.dumps import EXCHANGES
from recon_pipeline.sources.http import HttpClient, Payload, place
from recon_pipeline.sources.landing import LandedRow, Landing

REPOSITORY: Final = "rreichel3/US-Stock-Symbols"
SOURCE: Final = "archive-commits"
PER_PAGE: Final = 100
# A month has one to three commits a night. More pages than this come from a server that does not know of pages.
MAX_PAGES: Final = 50

# A month begins at noon UTC, so that the commit of its last session (00 to 03 UTC of the next day) still falls in it.
SHIFT: Final = timedelta(hours=12)

Month = tuple[int, int]


class _Committer(msgspec.Struct):
    date: datetime


class _CommitBody(msgspec.Struct):
    committer: _Committer


class _Listed(msgspec.Struct):
    sha: str
    commit: _CommitBody


_DECODER: Final = msgspec.json.Decoder(list[_Listed])


class Listings:
    """Finds the commits that may describe a session; asks the provider only for what landed listings do not tell."""

    def __init__(self, settings: Settings, http: HttpClient, landing: Landing) -> None:
        self.settings = settings
        self.http = http
        self.landing = landing
        self._known: dict[Month, list[Commit]] = {}
        self._asked: set[Month] = set()

    def commits(self, sessions: Collection[date], *, once: bool = False) -> list[Commit]:
        """Return the commits of all months that may hold the dumps of `sessions`, oldest first.

        A landed listing is used when every session has a commit in it, as far as rule and facts tell; otherwise its
        month is asked again, once, or with `once` not at all. A session that stays without a commit is no error here.

        Raises:
            NotLanded: offline, and the listing of a month was never landed.
            BadPayload: a listing does not come to an end.
        """
        months = {session: _months_of(session) for session in sessions}
        needed = set().union(*months.values())
        for month in needed - self._known.keys():
            if (landed := self._landed(month)) is not None:
                self._known[month] = landed
        stale = needed - self._known.keys()
        if self.settings.offline:
            if stale:
                raise NotLanded(_not_landed(session for session in sessions if months[session] & stale))
        else:
            if not once:
                stale |= {month for session in self._without_commit(sessions) for month in months[session]}
            for month in sorted(stale - self._asked):
                self._known[month] = self._ask(month)
                self._asked.add(month)
        unique = {commit.sha: commit for month in needed for commit in self._known.get(month, [])}
        return sorted(unique.values(), key=lambda commit: (commit.moment, commit.sha))

    def _without_commit(self, sessions: Collection[date]) -> set[date]:
        """Sessions that no known commit describes on some exchange, but for those that are known to have none."""
        dumps = [
            dating.believed(commit, exchange)
            for month in self._known.values()
            for commit in month
            for exchange in EXCHANGES
        ]
        found = {(dump.session, dump.exchange) for dump in dumps if dump.has_close}
        open_to_find = set(sessions) - dating.sessions_without_close()
        return {session for session in open_to_find if any((session, exchange) not in found for exchange in EXCHANGES)}

    def _landed(self, month: Month) -> list[Commit] | None:
        """Read a month from the landing, page by page; None unless it is whole."""
        commits: list[Commit] = []
        for page in range(1, MAX_PAGES + 1):
            row = self._landed_page(self._path(month, page))
            if row is None:
                return None
            listed = _decode(self.landing.read(row))
            commits += map(_commit, listed)
            if len(listed) < PER_PAGE:
                return commits
        return None

    def _landed_page(self, path: str) -> LandedRow | None:
        """The landed page of this host; offline also one of another host, as a test server moves from port to port."""
        row = self.landing.find(SOURCE, self.settings.archive_api_url.rstrip("/") + path)
        if row is None and self.settings.offline:
            rows = [
                row
                for row in self.landing.rows(SOURCE)
                if row.url.endswith(path) and self.landing.path_of(row).exists()
            ]
            row = rows[-1] if rows else None
        return row

    def _ask(self, month: Month) -> list[Commit]:
        """Ask for all pages of a month; they are landed once the last one is there, so that none mixes with older."""
        pages: list[Payload] = []
        commits: dict[str, Commit] = {}

        def validate(body: bytes) -> None:
            _must_go_on(body, commits)

        while len(pages) < MAX_PAGES:
            url = self.settings.archive_api_url.rstrip("/") + self._path(month, len(pages) + 1)
            pages.append(self.http.get(url, headers=self._headers(), validate=validate))
            listed = _decode(pages[-1].body)
            commits.update((item.sha, _commit(item)) for item in listed)
            if len(listed) < PER_PAGE:
                for page in pages:
                    self.landing.land(SOURCE, page.url, page.body, fetched_at=page.fetched_at, final=False)
                return list(commits.values())
        raise BadPayload(
            f"Asking {place(self.settings.archive_api_url)} for the commits of {month[0]}-{month[1]:02d}: {MAX_PAGES} "
            f"pages of {PER_PAGE} did not end the listing, and no month has so many. Check RECON_ARCHIVE_API_URL."
        )

    def _path(self, month: Month, page: int) -> str:
        since, until = _window(month)
        query = {"since": since, "until": until, "per_page": str(PER_PAGE), "page": str(page)}
        return f"/repos/{REPOSITORY}/commits?{urlencode(query)}"

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/vnd.github+json"}
        if self.settings.archive_token is not None:
            headers["Authorization"] = f"Bearer {self.settings.archive_token.get_secret_value()}"
        return headers


def fetch_command(sessions: Iterable[date]) -> str:
    """Return the command that lands some sessions."""
    days = sorted(sessions)
    return f"recon fetch --from {days[0]} --to {days[-1]}"


def _not_landed(sessions: Iterable[date]) -> str:
    days = sorted(sessions)
    return (
        f"Offline, and the commit listing of the archive that covers {', '.join(map(str, days))} was never landed. "
        f"Run `{fetch_command(days)}` with a network first."
    )


def _months_of(session: date) -> set[Month]:
    """Months in which a commit may describe a session: by the rule up to the next session, or by a known fact."""
    by_rule = (session, events.next_session(session) - timedelta(days=1))
    by_fact = (fact.moment - SHIFT for fact in dating.facts().values() if fact.session == session)
    return {(day.year, day.month) for day in (*by_rule, *by_fact)}


def _window(month: Month) -> tuple[str, str]:
    """First and last instant of a month, ISO 8601 as the API takes it."""
    first = datetime(*month, 1, tzinfo=UTC) + SHIFT
    after = datetime(month[0] + month[1] // 12, month[1] % 12 + 1, 1, tzinfo=UTC) + SHIFT
    return first.strftime("%Y-%m-%dT%H:%M:%SZ"), (after - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _decode(body: bytes) -> list[_Listed]:
    """Read one page of the commit API; an error object or a page of markup is no page."""
    try:
        listed = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPayload(f"no list of commits with sha and committer date: {error}") from error
    if any(item.commit.committer.date.tzinfo is None for item in listed):
        raise BadPayload("a commit date without a time zone")
    return listed


def _must_go_on(body: bytes, known: Collection[str]) -> None:
    """Refuse a full page that repeats what the pages before it told: such a listing has no end."""
    listed = _decode(body)
    if len(listed) >= PER_PAGE and all(item.sha in known for item in listed):
        raise BadPayload(f"a full page of commits, none of them new after {len(known)}")


def _commit(item: _Listed) -> Commit:
    moment = item.commit.committer.date.astimezone(UTC)
    return Commit(item.sha, moment, dating.rule_session(moment))
