"""What went wrong with a call, in plain words.

The client libraries raise some thirty classes between them, with requests, headers and the
server's own words inside.  Nothing of that is shown: a reason is one of the sentences below,
and the server's words, freed of the key, go to ``complaint``, for the log and the doctor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from retrieval.text.wording import squeeze, visible

_COMPLAINT_CHARACTERS: Final = 300
_KEY: Final = re.compile(r"\b(?:sk|pk|rk|key|gsk|hf|xai)[-_][\w*.-]{6,}|(?i:\bbearer\s+\S+)")
"""What looks like a key, even where it is not ours."""


@dataclass
class CallFailedError(Exception):
    """One attempt that gave no reply."""

    reason: str
    """A clause with the model's server as its subject, fit for anybody."""
    advice: str = ""
    """What the person who runs Footnote can do."""
    may_pass: bool = False
    """Whether the same request may well succeed a moment later."""
    is_outage: bool = True
    """Whether other requests would fail alike."""
    is_refused_request: bool = False
    """Whether the server did not like a field of the request."""
    wait_seconds: float | None = None
    """What the server asked to wait."""
    complaint: str = ""
    """The server's words, cleaned and shortened; not for the public."""
    used: bool = False
    """Whether the model may have worked, and so be paid."""

    def __str__(self) -> str:
        return self.reason


_URL_ADVICE: Final = "See that {group}__URL is the address of the API itself, mostly ending in /v1."
_UNREADABLE: Final = CallFailedError(
    "the model's server does not speak the API that is set", _URL_ADVICE
)
_UNREACHABLE: Final = CallFailedError(
    "the model's server cannot be reached",
    "See that it runs, and that {group}__URL is its address.",
    may_pass=True,
)
_SLOW: Final = CallFailedError(
    "the model's server does not reply in time", may_pass=True, used=True
)
_CUT_OFF: Final = CallFailedError("the model's reply broke off", may_pass=True, used=True)
_REPORTED: Final = CallFailedError("the model's server reports an error", may_pass=True, used=True)
"""An error that came as an event of a stream, without a status of its own."""
_REFUSED_KEY: Final = CallFailedError(
    "the model's server refuses the key",
    "See that {group}__API_KEY is right and may use this model.",
)
_USED_UP: Final = CallFailedError(
    "the credit at the model's provider is used up", "See your account with the provider."
)
_TOO_OFTEN: Final = CallFailedError("the model's server is asked too often", may_pass=True)
_BROKEN: Final = CallFailedError("the model's server has a failure of its own", may_pass=True)
_TOO_LONG: Final = CallFailedError(
    "the question and its sources are too long for the model",
    "Set {group}__CONTEXT_TOKENS to what the model can read.",
    is_outage=False,
)
_REFUSED: Final = CallFailedError(
    "the model's server refuses the request",
    "{group}__STRUCTURED=off or another {group}__EXTRA_BODY may help.",
    is_outage=False,
    is_refused_request=True,
)
_BY_STATUS: Final[dict[int, CallFailedError]] = {
    HTTPStatus.UNAUTHORIZED: _REFUSED_KEY,
    HTTPStatus.FORBIDDEN: _REFUSED_KEY,
    HTTPStatus.PAYMENT_REQUIRED: _USED_UP,
    HTTPStatus.NOT_FOUND: CallFailedError(
        "the model's server does not know this model or address",
        f"See {{group}}__MODEL. {_URL_ADVICE}",
    ),
    HTTPStatus.REQUEST_TIMEOUT: _SLOW,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _TOO_LONG,
}
_BY_CLASS: Final = (
    ({"TimeoutException", "TimeoutError"}, _SLOW),
    ({"ConnectError", "ConnectionError", "gaierror"}, _UNREACHABLE),
    ({"TransportError", "IncompleteRead", "StreamError"}, _CUT_OFF),
    (
        {"ValueError", "TypeError", "AttributeError", "LookupError"},
        _UNREADABLE,
    ),
)
"""By name, and in this order: the libraries bring two HTTP clients, whose exceptions are alike
in their names alone."""


def unreadable() -> CallFailedError:
    """Return the failure of a server that answers, but not as this API would."""
    return replace(_UNREADABLE)


def explain(
    error: Exception, key: str | None = None, group: str = "FOOTNOTE_LLM"
) -> CallFailedError:
    """Return the failure that an exception of a client library stands for.

    Args:
        error: as raised.
        key: the API key, to be taken out of the server's words.
        group: what the names of the settings in question begin with.
    """
    failure = error if isinstance(error, CallFailedError) else _failure(error, key)
    return replace(failure, advice=failure.advice.replace("{group}", group))


def _failure(error: Exception, key: str | None) -> CallFailedError:
    complaint = clean_complaint(_words(error), key)
    status = _status(error)
    if status is not None and status >= HTTPStatus.BAD_REQUEST:
        return _of_status(status, error, complaint)
    names = {name for cause in _chain(error) for name in _class_names(cause)}
    found = next((failure for signs, failure in _BY_CLASS if names & signs), _REPORTED)
    return replace(found, complaint=complaint)


def cut_off() -> CallFailedError:
    """Return the failure of a stream that ended before the reply was whole."""
    return replace(_CUT_OFF)


def clean_complaint(words: str, key: str | None) -> str:
    """Return a server's words as one short line without invisible characters and keys."""
    text = squeeze(visible(words))
    if key:
        text = text.replace(key, "…")
    return _KEY.sub("…", text)[:_COMPLAINT_CHARACTERS]


def _status(error: Exception) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _of_status(status: int, error: Exception, complaint: str) -> CallFailedError:
    if status in _BY_STATUS:
        failure = _BY_STATUS[status]
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        failure = _USED_UP if _is_unpaid(complaint) else _TOO_OFTEN
    elif "validation error" in complaint.casefold():  # llama-cpp-python has a 500 for it
        failure = replace(_REFUSED, reason=f"{_REFUSED.reason} (status {status})")
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        failure = replace(_BROKEN, reason=f"{_BROKEN.reason} (status {status})")
    elif _is_too_long(complaint):
        failure = _TOO_LONG
    else:
        failure = replace(_REFUSED, reason=f"{_REFUSED.reason} (status {status})")
    wait_seconds = retry_after_seconds(_headers(error)) if failure.may_pass else None
    return replace(failure, complaint=complaint, wait_seconds=wait_seconds)


def _is_unpaid(complaint: str) -> bool:
    words = complaint.casefold()
    return any(sign in words for sign in ("insufficient_quota", "billing", "credit"))


def _is_too_long(complaint: str) -> bool:
    words = complaint.casefold()
    return any(
        sign in words
        for sign in ("context length", "context window", "context size", "too long", "too many tok")
    )


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return what ``Retry-After`` asks for, in seconds or as a date; None without one."""
    if milliseconds := headers.get("retry-after-ms", ""):
        return _seconds(milliseconds, 1000)
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if (seconds := _seconds(value)) is not None:
        return seconds
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _seconds(value: str, per: float = 1) -> float | None:
    return float(value) / per if re.fullmatch(r"\d{1,9}(\.\d+)?", value.strip()) else None


def _headers(error: Exception) -> Mapping[str, str]:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}


def _words(error: Exception) -> str:
    for name in ("body", "error", "message"):
        if said := getattr(error, name, None):
            return str(said)
    return str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _class_names(error: BaseException) -> Iterator[str]:
    return (cls.__name__ for cls in type(error).__mro__)
