"""The hand-written limits, which must hold without the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.loopback.errors import FieldProblem, JsonObject, nested_errors
from tests.loopback.limits import mention_problems, request_problems

MESSAGES = "/channels/123456789012345678/messages"
FOLLOW_UP = "/webhooks/123456789012345678/token"
CALLBACK = "/interactions/123456789012345678/token/callback"
COMMANDS = "/applications/123456789012345678/commands"
V2 = 1 << 15


def text(content: str = "text") -> JsonObject:
    return {"type": 10, "content": content}


def button(**changes: Any) -> JsonObject:
    return {"type": 2, "style": 1, "label": "Show", "custom_id": "show", **changes}


def link(url: str) -> JsonObject:
    return {"type": 2, "style": 5, "label": "Thread", "url": url}


def row(*components: JsonObject) -> JsonObject:
    return {"type": 1, "components": list(components)}


def section(*components: JsonObject, accessory: JsonObject | None) -> JsonObject:
    return {"type": 9, "components": list(components), "accessory": accessory}


def container(*components: JsonObject) -> JsonObject:
    return {"type": 17, "components": list(components)}


def v2(*components: JsonObject, **changes: Any) -> JsonObject:
    return {"flags": V2, "components": list(components), **changes}


def buttons(count: int) -> list[JsonObject]:
    return [button(custom_id=str(number)) for number in range(count)]


def url_of(length: int) -> str:
    return "https://forum.example/".ljust(length, "x")


def embed_of(characters: int) -> JsonObject:
    return {"description": "x" * characters}


ACCEPTED: Sequence[JsonObject] = [
    {"content": "x" * 2000},
    {"embeds": [embed_of(4096), embed_of(1904)]},
    {"content": "x", "components": [row(*buttons(5))]},
    v2(text("x" * 4000)),
    v2(*[text()] * 40),
    v2(container(section(text(), text(), text(), accessory=button()))),
    v2(row(link(url_of(512)))),
    v2(row(button(custom_id="x" * 100))),
]
REFUSED: Sequence[tuple[JsonObject, str]] = [
    ({"content": "x" * 2001}, "2000"),
    ({"embeds": [embed_of(4097)]}, "4096"),
    ({"embeds": [embed_of(4096), embed_of(1905)]}, "6000"),
    ({"embeds": [embed_of(1)] * 11}, "10"),
    ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "25"),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "footer/text"),
    ({"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]}, "5"),
    ({"content": "x", "components": [row(*buttons(6))]}, "5 buttons"),
    ({"components": [text()]}, "needs the IS_COMPONENTS_V2 flag"),
    ({"content": "x", "components": [row(button(), button())]}, "used 2 times"),
    ({"content": "x", "components": [row(button(custom_id=None))]}, "needs a custom_id"),
    ({"content": "x", "components": [row(button(label="x" * 81))]}, "80"),
    (v2(text(), content="x"), "content: cannot be used"),
    (v2(text(), embeds=[embed_of(1)]), "embeds: cannot be used"),
    (v2(*[text()] * 41), "41 components"),
    (v2(container(*[section(text(), accessory=button(custom_id=str(n))) for n in range(13)],
                  text())), "41 components"),
    (v2(text("x" * 2000), container(text("x" * 2001))), "4001 characters"),
    (v2(text(" ")), "needs content"),
    (v2(section(accessory=button())), "1 to 3 text displays"),
    (v2(section(*[text()] * 4, accessory=button())), "1 to 3 text displays"),
    (v2(section(text(), accessory=None)), "accessory"),
    (v2(container(container(text()))), "17 is not allowed here"),
    (v2(button()), "2 is not allowed here"),
    (v2(container()), "needs components"),
    (v2(row(link(url_of(513)))), "512"),
    (v2(row(link("ftp://forum.example"))), "http"),
    (v2(row(button(custom_id="x" * 101))), "100"),
    (v2(row(button()), container(section(text(), accessory=button()))), "used 2 times"),
]  # fmt: skip


@pytest.mark.parametrize("message", ACCEPTED)
def test_message_at_the_limit_is_accepted(message: JsonObject):
    assert request_problems("POST", MESSAGES, message) == []


@pytest.mark.parametrize(("message", "complaint"), REFUSED)
def test_message_beyond_a_limit_is_refused(message: JsonObject, complaint: str):
    for method, path, body, prefix in [
        ("POST", MESSAGES, message, ""),
        ("PATCH", f"{FOLLOW_UP}/messages/@original", message, ""),
        ("POST", CALLBACK, {"type": 4, "data": message}, "data/"),
    ]:
        problems = request_problems(method, path, body)
        assert any(complaint in str(problem) for problem in problems), problems
        assert all(problem.path.startswith(prefix) for problem in problems)


def command(**changes: Any) -> JsonObject:
    return {"name": "ask", "description": "Asks", "type": 1, **changes}


def option(**changes: Any) -> JsonObject:
    return {"type": 3, "name": "question", "description": "What", "required": False, **changes}


def modal(**changes: Any) -> JsonObject:
    text_input = {"type": 4, "custom_id": "a", "label": "Question", "style": 1}
    return {"custom_id": "m", "title": "Ask", "components": [row(text_input)], **changes}


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("PUT", COMMANDS, [command(name="Ask me")], "0/name"),
        ("PUT", COMMANDS, [command(description="")], "0/description"),
        ("PUT", COMMANDS, [command(), command()], "unique"),
        ("PUT", COMMANDS, [command(name=f"c{n}") for n in range(101)], "100"),
        (
            "PUT",
            COMMANDS,
            [command(options=[option(), option(name="two", required=True)])],
            "Required options",
        ),
        (
            "PUT",
            COMMANDS,
            [command(options=[{**command(name="sub"), "options": [option(name="Q")]}])],
            "0/options/0/options/0/name",
        ),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}] * 26}},
         "data/choices"),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "", "value": "v"}]}},
         "data/choices/0/name"),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "n", "value": "v" * 101}]}},
         "data/choices/0/value"),
        ("POST", CALLBACK, {"type": 9, "data": modal(title="x" * 46)}, "data/title"),
        ("POST", CALLBACK, {"type": 9, "data": modal(components=modal()["components"] * 6)},
         "data/components"),
        ("POST", f"{MESSAGES}/1/threads", {"name": "x" * 101}, "name"),
    ],
)  # fmt: skip
def test_other_requests_beyond_a_limit_are_refused(
    method: str, path: str, body: object, complaint: str
):
    problems = request_problems(method, path, body)
    assert any(complaint in str(problem) for problem in problems), problems


def test_commands_autocomplete_and_modals_within_the_limits_are_accepted():
    required_first = [option(required=True), option(name="more")]
    choices = [{"name": "n" * 100, "value": "v" * 100}] * 25
    assert request_problems("PUT", COMMANDS, [command(options=required_first)]) == []
    assert request_problems("POST", CALLBACK, {"type": 8, "data": {"choices": choices}}) == []
    assert request_problems("POST", CALLBACK, {"type": 9, "data": modal()}) == []


@pytest.mark.parametrize(
    ("message", "is_loud"),
    [
        ({"content": "x"}, True),
        ({"content": "x", "allowed_mentions": {"parse": []}}, False),
        ({"content": "x", "allowed_mentions": {"parse": [], "replied_user": True}}, False),
        ({"content": "x", "allowed_mentions": {"parse": ["users"]}}, True),
        ({"content": "x", "allowed_mentions": {"parse": [], "users": ["1"]}}, True),
        ({"embeds": [embed_of(1)]}, True),
        (v2(container(text())), True),
        (v2(container(text()), allowed_mentions={"parse": []}), False),
        ({"components": []}, False),
    ],
)
def test_messages_with_text_must_not_be_able_to_notify(message: JsonObject, is_loud: bool):
    assert bool(mention_problems("POST", MESSAGES, message)) is is_loud
    assert bool(mention_problems("PATCH", f"{MESSAGES}/1", message)) is is_loud
    assert bool(mention_problems("POST", CALLBACK, {"type": 7, "data": message})) is is_loud
    assert mention_problems("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}) == []


def test_problems_are_nested_as_discord_nests_them():
    nested = nested_errors([FieldProblem("data/choices/0", "bad"), FieldProblem("data", "worse")])
    assert nested["data"]["choices"]["0"]["_errors"][0]["message"] == "bad"
    assert nested["data"]["_errors"][0]["message"] == "worse"
