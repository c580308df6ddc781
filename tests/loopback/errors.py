"""What the loopback Discord refuses, and how it says so."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

INVALID_FORM_BODY = 50035


class FieldProblem(NamedTuple):
    """One thing wrong with a request: a slash-separated path into it, and the complaint."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or '(body)'}: {self.message}"


class ApiError(Exception):
    """A REST refusal: HTTP status, Discord's own error code, and details by field."""

    def __init__(
        self, status: int, code: int, message: str, problems: Sequence[FieldProblem] = ()
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.body: JsonObject = {"message": message, "code": code}
        if problems:
            self.body["errors"] = nested_errors(problems)


class CommandHidden(AssertionError):  # noqa: N818 - it is a state of the user's screen
    """The user cannot run this command: Discord would not even show it to them."""


def invalid_form(problems: Sequence[FieldProblem]) -> ApiError:
    """The 400 with which Discord answers a malformed body."""
    return ApiError(HTTPStatus.BAD_REQUEST, INVALID_FORM_BODY, "Invalid Form Body", problems)


def nested_errors(problems: Sequence[FieldProblem]) -> JsonObject:
    """Problems in Discord's shape: one object per path step, ``_errors`` at the leaf."""
    root: JsonObject = {}
    for problem in problems:
        node = root
        for step in filter(None, problem.path.split("/")):
            node = node.setdefault(step, {})
        details = {"code": "BASE_TYPE_BAD_VALUE", "message": problem.message}
        node.setdefault("_errors", []).append(details)
    return root
