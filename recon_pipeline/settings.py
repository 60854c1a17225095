"""Every setting of the pipeline, in one typed object.

A setting comes from an environment variable with the prefix `RECON_` or from its default here; nothing else in the
package reads the environment. Secrets are `SecretStr`: they never show in a log, an error or metadata.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SIMULATED: Final = "simulated-"
"""What the name of a home of a simulated market begins with."""


def is_simulated(home: Path) -> bool:
    """Whether a home, or the place of projections in one, is that of a simulated market."""
    return any(part.startswith(SIMULATED) for part in home.parts[-2:])


class Settings(BaseSettings):
    """Where the pipeline works and how it talks to providers.

    Units are in the names: `_s` is seconds. Paths may start with `~`. An empty variable counts as not set: a token that
    a machine leaves empty is no token.
    """

    model_config = SettingsConfigDict(env_prefix="RECON_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("~/.recon"), description="Folder for landings, the working database and what is published."
    )
    landings: Path | None = Field(
        default=None, description="Folder of landed payloads; by default `landed` in the home. Homes may share one."
    )
    offline: bool = Field(default=False, description="Run from landed payloads alone; never open a connection.")

    archive_url: str = Field(default="https://raw.githubusercontent.com", description="Raw host of the dump archive.")
    archive_api_url: str = Field(default="https://api.github.com", description="Commit API of the dump archive.")
    archive_token: SecretStr | None = Field(
        default=None, description="Optional token for the commit API (60 requests an hour without)."
    )

    sources: str = Field(
        default="all", description="Which sources to ask besides the archive: all, none, or names with commas between."
    )
    now: datetime | None = Field(
        default=None, description="The moment to take for now, ISO 8601 with a zone: to replay a day of the past."
    )

    screener_url: str = Field(default="https://api.nasdaq.com", description="Host of the live screener.")
    screener_requests_per_second: float = Field(default=1.0, gt=0, description="Pace of the live screener.")
    symdir_url: str = Field(default="https://www.nasdaqtrader.com", description="Host of the symbol directory.")
    symdir_requests_per_second: float = Field(default=1.0, gt=0, description="Pace of the symbol directory.")
    ipo_calendar_url: str = Field(default="https://api.nasdaq.com", description="Host of the IPO calendar.")
    ipo_calendar_requests_per_second: float = Field(default=1.0, gt=0, description="Pace of the IPO calendar.")
    sec_files_url: str = Field(default="https://www.sec.gov", description="Host of the SEC's files.")
    sec_data_url: str = Field(default="https://data.sec.gov", description="Host of the SEC's JSON API.")
    sec_contact: SecretStr | None = Field(
        default=None, description="Who asks, as the SEC demands: a name and an e-mail address, sent as the user agent."
    )
    sec_requests_per_second: float = Field(
        default=5.0, gt=0, le=10, description="Over both hosts of the SEC together, which allows ten."
    )
    massive_url: str = Field(default="https://api.massive.com", description="Host of Massive (formerly Polygon).")
    massive_key: SecretStr | None = Field(default=None, description="Key for Massive.")
    massive_requests_per_second: float = Field(default=5 / 60, gt=0, description="The free plan allows five a minute.")
    massive_is_paid: bool | None = Field(
        default=None, description="Whether the plan is a paid one; by default one of more than a request a second is."
    )
    alphavantage_url: str = Field(default="https://www.alphavantage.co", description="Host of Alpha Vantage.")
    alphavantage_key: SecretStr | None = Field(default=None, description="Key for Alpha Vantage (25 requests a day).")
    alphavantage_requests_per_second: float = Field(default=1.0, gt=0, description="Pace of Alpha Vantage.")
    ishares_url: str = Field(default="https://www.ishares.com", description="Host of the fund holdings.")
    ishares_requests_per_second: float = Field(default=1.0, gt=0, description="Pace of the fund holdings.")

    postgres_dsn: SecretStr | None = Field(
        default=None, description="Where `recon export` copies to: a URL or key=value string of PostgreSQL."
    )
    report: Literal["concerned", "all", "none"] = Field(
        default="concerned",
        description="The report that a command writes once it has published: with a page for each company that an "
        "event is about, for all of them, or none.",
    )
    alert_webhook: SecretStr | None = Field(
        default=None, description="URL that alerts are posted to, as JSON with a text; by default they are logged."
    )

    connect_timeout_s: float = Field(default=5.0, gt=0, description="Longest wait for a connection.")
    read_timeout_s: float = Field(default=60.0, gt=0, description="Longest silence within an answer.")
    answer_timeout_s: float = Field(default=300.0, gt=0, description="Longest time for one answer, to its last byte.")
    max_body_mb: int = Field(default=200, ge=1, description="Biggest body of an answer, unpacked; 1 MB is 10^6 bytes.")
    max_file_mb: int = Field(default=8000, ge=1, description="Biggest file that is streamed to disk (SEC archives).")
    max_attempts: int = Field(default=6, ge=1, description="Attempts for one request, the first included.")
    backoff_base_s: float = Field(default=0.5, ge=0, description="Longest wait before the first retry; it doubles.")
    backoff_max_s: float = Field(default=60.0, ge=0, description="Longest wait before any retry, Retry-After included.")
    requests_per_second: float = Field(default=8.0, gt=0, description="Ceiling for each host.")
    fetch_workers: int = Field(default=8, ge=1, le=64, description="Payloads fetched at the same time.")

    @field_validator(
        *("archive_url", "archive_api_url", "screener_url", "symdir_url", "ipo_calendar_url", "sec_files_url"),
        *("sec_data_url", "massive_url", "alphavantage_url", "ishares_url"),
    )
    @classmethod
    def _is_a_base_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("a base URL begins with http:// or https:// and a host, and has no query")
        parts.port  # noqa: B018 (raises ValueError on a port that cannot be)
        return url.rstrip("/")

    @field_validator("archive_token", "sec_contact", "massive_key", "alphavantage_key", "alert_webhook", "postgres_dsn")
    @classmethod
    def _blank_is_none(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value().strip() if secret else ""
        return SecretStr(text) if text else None

    @field_validator("alert_webhook")
    @classmethod
    def _is_a_webhook(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value()) if url else None
        if parts and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("a webhook begins with http:// or https:// and a host")
        return url

    @field_validator("now", mode="before")
    @classmethod
    def _is_a_moment(cls, moment: object) -> object:
        # A bare number would be taken for seconds since 1970.
        if isinstance(moment, str) and not moment[4:5] == "-":
            raise ValueError("a moment is written as 2023-04-28T22:30:00Z")
        return moment

    @field_validator("now")
    @classmethod
    def _has_a_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment needs a time zone, as 2023-04-28T22:30:00Z")
        return moment

    @property
    def moment(self) -> datetime:
        """Now, UTC: the clock's, unless `now` is set."""
        return (self.now or datetime.now(UTC)).astimezone(UTC)

    @property
    def home_dir(self) -> Path:
        """`home` as an absolute path with `~` expanded."""
        return self.home.expanduser().absolute()

    @property
    def landed_dir(self) -> Path:
        """The folder of landings as an absolute path."""
        return self.landings.expanduser().absolute() if self.landings else self.home_dir / "landed"


def secret_settings() -> set[str]:
    """Return the names of the settings that hold a secret: they come from the environment, and are shown nowhere."""
    return {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
