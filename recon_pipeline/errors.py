"""The taxonomy of what can go wrong, decided once.

Every error that this package raises on purpose is a `ReconError`. Its class says whether the same call may succeed
later (`retryable`) and which exit code the command line answers with (`exit_code`). The message is one paragraph: what
was attempted, on what, what came back and what to do next. It never holds a secret.

What does not belong here: errors of Python itself or of a library, unless we can say something better than they do.
"""

from __future__ import annotations


class ReconError(Exception):
    """Base of all errors that the pipeline raises on purpose."""

    retryable = False
    exit_code = 1


class BadInput(ReconError):
    """What the user gave cannot be used: an unknown event, a malformed file, an opening from after the rank day."""

    exit_code = 2


class Unavailable(ReconError):
    """A provider did not answer in time or answered with a passing failure (408, 429, 5xx, a broken body)."""

    retryable = True
    exit_code = 3


class NotLanded(Unavailable):
    """`--offline` was asked for and a payload that the run needs has not been landed."""

    retryable = False


class Rejected(ReconError):
    """A provider refused the request (401, 403, 404, another 4xx): asking again will not help."""

    exit_code = 4


class Absent(Rejected):
    """A provider says that it has no such thing (404): a true absence, never a figure of zero."""


class BadPayload(ReconError):
    """A provider answered with something that cannot be believed: HTML, truncated JSON, missing keys, too few rows."""

    retryable = True
    exit_code = 5


class ContractBroken(ReconError):
    """Our own tables broke their contract: a check found failing rows, so nothing was published."""

    exit_code = 6


class Busy(ReconError):
    """Another run holds the working database of this home."""

    retryable = True
    exit_code = 7
