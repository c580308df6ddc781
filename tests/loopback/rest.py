"""The REST side: every call is recorded, judged, counted against its bucket, then performed."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from tests.loopback.errors import ApiError, FieldProblem, invalid_form
from tests.loopback.limits import mention_problems, request_problems
from tests.loopback.openapi import OpenApiDocument
from tests.loopback.routes import Routes
from tests.loopback.traffic import (
    Fault,
    RateLimits,
    Reply,
    RestRequest,
    Violation,
    read_request,
)

# Interaction callbacks and webhooks prove themselves by the token in their path.
_TOKEN_IN_PATH = ("/interactions/", "/webhooks/")


class RestApi:
    """Answers the bot's REST calls and keeps the records that tests read.

    ``require_silent_mentions`` also records messages whose text could notify somebody; they
    are accepted all the same, as Discord accepts them.
    """

    def __init__(
        self,
        token: str,
        routes: Routes,
        document: OpenApiDocument | None,
        *,
        require_silent_mentions: bool = True,
    ) -> None:
        self.requests: list[RestRequest] = []
        self.violations: list[Violation] = []
        self.unknown_routes: list[RestRequest] = []
        self.faults: list[Fault] = []
        self.rate_limits = RateLimits()
        self.require_silent_mentions = require_silent_mentions
        self._token = token
        self._routes = routes
        self._document = document

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one call (the aiohttp handler of everything under the REST URL)."""
        record = await read_request(request)
        self.requests.append(record)
        fault = next((fault for fault in self.faults if fault.matches(record)), None)
        if fault is None:
            return self._finish(record, self._answer(record))
        fault.times -= 1
        await asyncio.sleep(fault.delay_seconds)
        if fault.status is None and not fault.abort:
            return self._finish(record, self._answer(record))
        if fault.commit:
            self._answer(record)
        if fault.abort and request.transport:
            request.transport.abort()
        return self._finish(record, fault.reply, check=False)

    def _finish(self, record: RestRequest, reply: Reply, *, check: bool = True) -> web.Response:
        record.status, record.reply = reply.status, reply.body
        # A route that is missing here is reported as such, not as a reply of a wrong shape.
        if check and self._document and reply.status != HTTPStatus.NOT_IMPLEMENTED:
            record.reply_problems = self._document.reply_problems(
                record.method, record.path, reply.status, reply.body
            )
        return reply.as_response()

    def _answer(self, record: RestRequest) -> Reply:
        work = self._routes.find(record)
        if work is None:
            self.unknown_routes.append(record)
            return Reply(HTTPStatus.NOT_IMPLEMENTED, {"message": f"no {record}", "code": 0})
        headers: Mapping[str, str] = {}
        try:
            self._authorize(record)
            self._judge(record)
            headers, limited = self.rate_limits.spend(record)
            if limited is not None:
                record.was_rate_limited = True
                return Reply(limited.status or 0, limited.body, headers)
            reply = work()
        except ApiError as error:
            return Reply(error.status, error.body, headers)
        return Reply(reply.status, reply.body, headers)

    def _authorize(self, record: RestRequest) -> None:
        if record.path.startswith(_TOKEN_IN_PATH):
            return
        if record.authorization != f"Bot {self._token}":
            raise ApiError(HTTPStatus.UNAUTHORIZED, 0, "401: Unauthorized")

    def _judge(self, record: RestRequest) -> None:
        problems = request_problems(record.method, record.path, record.body)
        if self._document:
            told = {problem.path for problem in problems}
            by_document = self._document.request_problems(
                record.method, record.path, record.query, record.content_type, record.body
            )
            problems += [problem for problem in by_document if problem.path not in told]
        if problems:
            self._record_violation(record, problems, rejected=True)
            raise invalid_form(problems)
        if self.require_silent_mentions:
            loud = mention_problems(record.method, record.path, record.body)
            if loud:
                self._record_violation(record, loud, rejected=False)

    def _record_violation(
        self, record: RestRequest, problems: list[FieldProblem], *, rejected: bool
    ) -> None:
        self.violations.append(
            Violation(record.method, record.path, tuple(problems), rejected=rejected)
        )
