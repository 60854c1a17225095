"""What Nasdaq's web APIs have in common: how they want to be asked, and how they say that they failed (providers 1.9).

Belongs here: what screener and IPO calendar share. Does not belong here: what either of them tells.

They are unofficial. They leave a client that is not a browser without an answer and without an error, so they get
little time and two attempts.
"""

from __future__ import annotations

from typing import Final

import msgspec

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.http import HttpClient

HOUSE: Final = "nasdaq_api"

USER_AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
)
HEADERS: Final = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.9",
    "Origin": "https://www.nasdaq.com",
    "Referer": "https://www.nasdaq.com/",
}
MAX_ATTEMPTS: Final = 2
CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0

RCODE_OK: Final = 200


class Fault(msgspec.Struct):
    """One entry of `bCodeMessage`."""

    code: int | str | None = None


class Status(msgspec.Struct):
    """What the API says of its own answer: HTTP may be 200 where `rCode` is 400."""

    rCode: int  # noqa: N815 (the provider's key)
    bCodeMessage: list[Fault] | None = None  # noqa: N815


class _Answer(msgspec.Struct):
    status: Status


_STATUS: Final = msgspec.json.Decoder(_Answer)


def client(settings: Settings, per_second: float) -> HttpClient:
    """Return a client that looks like a browser and soon gives up."""
    hasty = settings.model_copy(
        update={
            "connect_timeout_s": min(settings.connect_timeout_s, CONNECT_TIMEOUT_S),
            "read_timeout_s": min(settings.read_timeout_s, READ_TIMEOUT_S),
        }
    )
    return HttpClient(hasty, per_second=per_second, user_agent=USER_AGENT, max_attempts=MAX_ATTEMPTS)


def refuse_fault(body: bytes, what: str) -> None:
    """Raise BadPayload on a page of markup, on what is no answer of the API, and on one that says that it failed.

    `what` names the payload in the message, which holds the codes of a fault and none of its words.
    """
    if body.lstrip()[:1] == b"<":
        raise BadPayload(f"a page of markup where the {what} should be")
    try:
        status = _STATUS.decode(body).status
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPayload(f"no {what}: {error}") from error
    if status.rCode != RCODE_OK:
        codes = ", ".join(str(fault.code) for fault in status.bCodeMessage or [] if _is_code(fault.code))
        raise BadPayload(f"no {what}: rCode {status.rCode}" + (f" with code {codes}" if codes else ""))


def _is_code(code: int | str | None) -> bool:
    return isinstance(code, int) or (code is not None and code.isdigit())
