"""Alerts: to the log, and to a webhook where one is set (`RECON_ALERT_WEBHOOK`).

The address of a webhook is its password: whoever has it can post. So it is shown in no message, and nothing that is
logged of the exchange below leaves this machine's memory.

Does not belong here: what is worth an alert (`defs/`).
"""

from __future__ import annotations

import logging

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from recon_pipeline.settings import Settings
from recon_pipeline.sources.wire import Session, unlogged

log = logging.getLogger(__name__)

LONGEST_TEXT = 2000
"""Characters of an alert: what common webhooks take."""

ATTEMPTS = 3
"""An alert that comes late is worth little, and the log has it anyway."""


class _NotTakenError(Exception):
    """An attempt that failed, in words that hold no address; it may pass."""


def alert(settings: Settings, text: str) -> bool:
    """Log a text as a warning and post it as JSON (`{"text": ...}`) if a webhook is set; return whether it was posted.

    Never raises: what is alerted of is bad enough, and that the alert did not get out is logged too.
    """
    text = text[:LONGEST_TEXT]
    log.warning(text)
    if settings.alert_webhook is None or settings.offline:
        return False
    retrying = Retrying(
        retry=retry_if_exception_type(_NotTakenError),
        stop=stop_after_attempt(min(ATTEMPTS, settings.max_attempts)),
        wait=wait_random_exponential(multiplier=settings.backoff_base_s, max=settings.backoff_max_s),
        reraise=True,
    )
    try:
        retrying(_post, settings, text)
    except _NotTakenError as error:
        log.error("The alert was not taken by the webhook of RECON_ALERT_WEBHOOK: %s", error)
        return False
    return True


def _post(settings: Settings, text: str) -> None:
    assert settings.alert_webhook is not None
    url = settings.alert_webhook.get_secret_value()
    timeout = (settings.connect_timeout_s, settings.read_timeout_s)
    try:
        with Session() as session, unlogged():
            answer = session.post(url, json={"text": text}, timeout=timeout, allow_redirects=False)
    except (requests.RequestException, ValueError) as error:
        # `from None`: the text of these errors holds the address.
        raise _NotTakenError(f"the exchange broke ({type(error).__name__})") from None
    if not 200 <= answer.status_code < 300:
        raise _NotTakenError(f"HTTP {answer.status_code}")
