"""How the SEC wants to be asked: who asks, how fast, and what its refusals mean (providers 1.1).

Belongs here: what all providers of the SEC share. Does not belong here: any one kind of payload.

The contact goes out as the user agent and stands in no message.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from recon_pipeline.errors import Absent, BadInput, ReconError, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Provider
from recon_pipeline.sources.http import USER_AGENT, HttpClient

HOUSE: Final = "sec"
CONTACT_VARIABLE: Final = "RECON_SEC_CONTACT"
# The SEC looks for an e-mail address in the user agent, and blocks who has none.
_EMAIL: Final = re.compile(r"[^\s@]@[^\s@]")


def lacks_contact(settings: Settings) -> str:
    """Return the name of the contact's variable if it is not set or holds no e-mail address, else nothing."""
    return "" if _EMAIL.search(_contact(settings)) else CONTACT_VARIABLE


def sec_client(settings: Settings) -> HttpClient:
    """Return a client that names the contact and keeps one pace over both hosts of the SEC.

    Raises:
        BadInput: there is no contact with an e-mail address; nothing may be asked without.
    """
    if lacks_contact(settings):
        raise BadInput(
            f"The SEC was not asked: {CONTACT_VARIABLE} is not set or holds no e-mail address. Set it to your name and "
            "e-mail address; the SEC blocks requests without them."
        )
    return HttpClient(
        settings,
        per_second=settings.sec_requests_per_second,
        per_host=False,
        user_agent=_as_header(f"{USER_AGENT} {_contact(settings)}"),
        refusal=refusal,
    )


class SecProvider(Provider):
    """What the providers of the SEC share: who asks, and one pace for all of them."""

    house: ClassVar[str] = HOUSE

    def lacks(self, settings: Settings) -> str:
        """Return the name of the contact's variable where there is none."""
        return lacks_contact(settings)

    def client(self, settings: Settings) -> HttpClient:
        """Return a client that names the contact."""
        return sec_client(settings)


def refusal(status: int, body: bytes) -> ReconError | None:
    """Return what a refusal of the SEC means by its status and body; None where the status says it all.

    None of them is worth another try in this run. A 403 of S3 (`AccessDenied`) is how its file host says that a path
    does not exist, as the index of a weekend.
    """
    if status != 403:
        return None
    if b"Undeclared Automated Tool" in body:
        return Rejected(
            "The SEC answered HTTP 403: it takes this for an undeclared automated tool. Set "
            f"{CONTACT_VARIABLE} to a real name and e-mail address, and run the same command again."
        )
    if b"Request Rate Threshold Exceeded" in body:
        return Unavailable(
            "The SEC answered HTTP 403: this address has asked more than ten times a second, all its programs "
            "together. Stop the others, wait ten minutes, and run the same command again; if it happens at once, check "
            f"that {CONTACT_VARIABLE} holds a real name and e-mail address."
        )
    if b"<Code>AccessDenied</Code>" in body:
        return Absent(
            "The SEC answered HTTP 403 AccessDenied: it has no such file (an index of a day without trading)."
        )
    return None


def _contact(settings: Settings) -> str:
    return settings.sec_contact.get_secret_value() if settings.sec_contact else ""


def _as_header(text: str) -> str:
    """One line; a name beyond Latin-1 goes out as UTF-8 (http.client encodes what it gets as Latin-1)."""
    return " ".join(text.split()).encode().decode("latin-1")
