"""The data dictionary that is committed is the one that the contracts make."""

from __future__ import annotations

from pathlib import Path

from recon_pipeline.dictionary import render

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"


def test_the_page_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "a contract changed: run `make docs`"
