"""Every setting of the pipeline, in one typed object.

A setting comes from an environment variable with the prefix `RECON_` or from its default here; nothing else in the
package reads the environment. Secrets are `SecretStr`: they never show in a log, an error or metadata.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the pipeline works and how it talks to providers.

    Units are in the names: `_s` is seconds. Paths may start with `~`. An empty variable counts as not set: a token that
    a machine leaves empty is no token.
    """

    model_config = SettingsConfigDict(env_prefix="RECON_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("~/.recon"), description="Folder for landings, the working database and what is published."
    )
    offline: bool = Field(default=False, description="Run from landed payloads alone; never open a connection.")

    archive_url: str = Field(default="https://raw.githubusercontent.com", description="Raw host of the dump archive.")
    archive_api_url: str = Field(default="https://api.github.com", description="Commit API of the dump archive.")
    archive_token: SecretStr | None = Field(
        default=None, description="Optional token for the commit API (60 requests an hour without)."
    )

    connect_timeout_s: float = Field(default=5.0, gt=0)
    read_timeout_s: float = Field(default=60.0, gt=0)
    answer_timeout_s: float = Field(default=300.0, gt=0, description="Longest time for one answer, to its last byte.")
    max_body_mb: int = Field(default=200, ge=1, description="Biggest body of an answer, unpacked; 1 MB is 10^6 bytes.")
    max_attempts: int = Field(default=6, ge=1, description="Attempts for one request, the first included.")
    backoff_base_s: float = Field(default=0.5, ge=0, description="Longest wait before the first retry; it doubles.")
    backoff_max_s: float = Field(default=60.0, ge=0, description="Longest wait before any retry, Retry-After included.")
    requests_per_second: float = Field(default=8.0, gt=0, description="Ceiling for each host.")
    fetch_workers: int = Field(default=8, ge=1, le=64, description="Payloads fetched at the same time.")

    @field_validator("archive_url", "archive_api_url")
    @classmethod
    def _is_a_base_url(cls, url: str) -> str:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError("a base URL begins with http:// or https:// and a host")
        return url.rstrip("/")

    @property
    def home_dir(self) -> Path:
        """`home` as an absolute path with `~` expanded."""
        return self.home.expanduser().absolute()
