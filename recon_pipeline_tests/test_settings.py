"""Settings: the environment, the defaults, and a token that is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from recon_pipeline.settings import Settings

SECRET = "s3cret-token"


def test_without_an_environment_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings()
    assert settings.home_dir == tmp_path / ".recon"
    assert settings.archive_token is None
    assert not settings.offline
    assert settings.archive_url == "https://raw.githubusercontent.com"
    assert settings.archive_api_url == "https://api.github.com"


def test_the_environment_wins_over_the_default_and_an_argument_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_HOME", "/from/environment")
    monkeypatch.setenv("RECON_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("RECON_OFFLINE", "true")
    settings = Settings()
    assert (settings.home_dir, settings.max_attempts, settings.offline) == (Path("/from/environment"), 2, True)
    assert Settings(home=Path("/given")).home_dir == Path("/given")


@pytest.mark.parametrize("name", [f"RECON_{field.upper()}" for field in Settings.model_fields])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("RECON_SOURCES")
    monkeypatch.delenv("RECON_REPORT")
    unset = Settings()
    monkeypatch.setenv(name, "")
    assert Settings() == unset


def test_the_home_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/me")
    assert Settings(home=Path("here")).home_dir == tmp_path / "here"
    assert Settings(home=Path("~/there")).home_dir == Path("/me/there")


def test_a_token_is_held_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_ARCHIVE_TOKEN", SECRET)
    settings = Settings()
    assert settings.archive_token is not None
    assert settings.archive_token.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert SECRET not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECON_MAX_ATTEMPTS", "0"),
        ("RECON_FETCH_WORKERS", "65"),
        ("RECON_READ_TIMEOUT_S", "0"),
        ("RECON_REQUESTS_PER_SECOND", "-1"),
        ("RECON_OFFLINE", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("RECON_").lower()):
        Settings()


def test_settings_do_not_change_under_a_run() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().offline = True  # type: ignore[misc]
