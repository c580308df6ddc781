"""Validation against an OpenAPI document: a small one here, Discord's own where it is present."""

from typing import Any

import pytest

from tests.loopback.errors import JsonObject
from tests.loopback.openapi import OpenApiDocument, load_document

JSON = "application/json"


def schema(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def small_document() -> JsonObject:
    """A document with the features that Discord's uses."""
    content: JsonObject = {"application/json": {"schema": schema("Message")}}
    content["multipart/form-data"] = {"schema": {"type": "object"}}
    post = {
        "parameters": [{"in": "query", "name": "wait", "schema": {"type": "boolean"}}],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {"content": {"application/json": {"schema": schema("Message")}}},
            "204": {},
            "4XX": {"$ref": "#/components/responses/Refusal"},
        },
    }
    channel_id = {"in": "path", "name": "id", "required": True, "schema": schema("SnowflakeType")}
    error = {"content": {"application/json": {"schema": schema("ErrorDetails")}}}
    button = {
        "type": "object",
        "properties": {"type": {"enum": [2]}, "label": {"type": "string", "maxLength": 3}},
    }
    text = {
        "type": "object",
        "properties": {"type": {"enum": [10]}, "content": {"type": "string"}},
        "required": ["content"],
    }
    return {
        "openapi": "3.1.0",
        "paths": {
            "/channels/{id}": {"parameters": [channel_id], "post": post},
            "/channels/@me": {"get": {"responses": {"204": {}}}},
        },
        "components": {
            "responses": {"Refusal": error},
            "schemas": {
                "SnowflakeType": {"type": "string"},
                "InnerErrors": {
                    "type": "object",
                    "properties": {"_errors": {"type": "array", "items": {}}},
                    "required": ["_errors"],
                },
                "ErrorDetails": schema("InnerErrors"),
                "Message": {
                    "type": "object",
                    "properties": {
                        "reference": schema("SnowflakeType"),
                        "components": {"type": "array", "items": {"anyOf": [button, text]}},
                    },
                },
            },
        },
    }


@pytest.fixture(scope="module")
def small() -> OpenApiDocument:
    return OpenApiDocument(small_document())


def problems(document: OpenApiDocument, body: object, **changes: Any) -> list[str]:
    call = {"path": "/channels/1", "query": {}, "content_type": JSON} | changes
    return [str(p) for p in document.request_problems("POST", body=body, **call)]


def test_valid_request_passes(small: OpenApiDocument):
    assert problems(small, {"reference": "1"}, query={"wait": "1"}) == []
    assert problems(small, {"reference": "1"}, content_type="multipart/form-data; b=1") == []


def test_integers_are_accepted_as_snowflakes(small: OpenApiDocument):
    assert problems(small, {"reference": 1}) == []
    assert problems(small, {"reference": "one"})[0].startswith("reference: ")


def test_error_in_a_union_is_told_at_its_field(small: OpenApiDocument):
    [problem] = problems(small, {"components": [{"type": 2, "label": "long"}]})
    assert problem.startswith("components/0/label: ")
    [problem] = problems(small, {"components": [{"type": 10}]})
    assert "content" in problem


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"path": "/elsewhere"}, "not in the OpenAPI document"),
        ({"path": "/channels/abc"}, "path.id: bad value"),
        ({"query": {"wait": "maybe"}}, "query.wait: bad value"),
        ({"query": {"unheard": "1"}}, "query.unheard: unknown"),
        ({"body": None}, "needs a body"),
        ({"content_type": "text/plain"}, "takes no text/plain body"),
    ],
)
def test_wrong_request_is_told(small: OpenApiDocument, changes: dict[str, Any], complaint: str):
    call: dict[str, Any] = {"body": {"reference": "1"}} | changes
    told = problems(small, call.pop("body"), **call)
    assert any(complaint in problem for problem in told), told


def test_replies_are_judged_by_their_status(small: OpenApiDocument):
    def told(status: int, body: object) -> list[str]:
        return [str(p) for p in small.reply_problems("POST", "/channels/1", status, body)]

    assert told(200, {"reference": "1"}) == []
    assert told(200, {"reference": "one"})
    assert told(204, None) == []
    assert told(204, {"a": 1}) == ["(body): no body is documented"]
    assert told(404, {"_errors": [{"code": "SYMBOLIC", "message": "m"}]}) == []
    assert told(404, {})
    assert told(500, {})[0].startswith("status: 500")
    assert small.reply_problems("GET", "/channels/@me", 204, None) == []


def test_discords_own_document_finds_what_the_limits_leave_to_it():
    document = load_document()
    if document is None:
        pytest.skip(
            "no discord-openapi.json beside the checkout: what any test sends to the loopback"
            " Discord, and what that replies, was held to the hand-written limits alone"
        )

    def told(body: JsonObject) -> list[str]:
        return problems(document, body, path="/channels/1/messages")

    silent = {"parse": [], "replied_user": False}
    reply = {"message_id": 1, "channel_id": 2, "guild_id": 3}
    assert told({"content": "x", "allowed_mentions": silent, "message_reference": reply}) == []
    label = {"type": 2, "style": 1, "custom_id": "a", "label": "x" * 81}
    [problem] = told({"components": [{"type": 1, "components": [label]}]})
    assert problem.startswith("components/0/components/0/label: ")
    assert told({"content": 3})[0].startswith("content: ")
