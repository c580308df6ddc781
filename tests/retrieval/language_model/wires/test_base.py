"""Each provider through its real client library, against a server on loopback."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from dataclasses import replace
from typing import Any

import pytest

from retrieval.errors import ModelCallError
from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.wires.receiving import MAX_CHARACTERS
from tests.llm_servers.script import (
    EMPTY,
    HTML,
    Body,
    Cuts,
    ErrorEvent,
    Fails,
    Line,
    Says,
    Stalls,
)
from tests.llm_servers.server import ModelServer
from tests.llm_servers.wires import INPUT_TOKENS
from tests.retrieval.language_model.conftest import KEY, OpenModel

SCHEMA = {
    "type": "object",
    "properties": {"answerable": {"type": "string"}},
    "required": ["answerable"],
    "additionalProperties": False,
}
REQUEST = ChatRequest(
    "Answer from the posts.", "Why is it so?", 200, 60.0, SCHEMA, asker="somebody"
)
REPLY = Says('{"answerable": "yes — of “course” 👍"}', size=3)


def sent(server: ModelServer) -> dict[str, Any]:
    body: dict[str, Any] = server.seen[-1].body
    return body


def test_a_reply_arrives_whole_with_its_token_counts(server, open_model: OpenModel) -> None:
    server.says(REPLY)
    reply = open_model().complete(REQUEST)
    assert reply.text == REPLY.text
    assert reply.finished
    assert reply.usage.calls == 1
    assert reply.usage.input_tokens == INPUT_TOKENS
    assert 0 < reply.usage.output_tokens < 50
    assert not reply.usage.is_estimated
    assert reply.usage.cost_usd is None


def test_the_request_carries_its_prompt_its_limit_and_its_schema(
    server, provider, open_model: OpenModel
) -> None:
    open_model(temperature=0.25, extra_body={"seed": 7}).complete(REQUEST)
    body = sent(server)
    told = body.get("system", body["messages"][0]["content"])
    assert told == REQUEST.system
    asked = body["messages"][-1]["content"]
    assert REQUEST.user in str(asked)
    more = body.get("options", body)
    assert more["temperature"] == 0.25
    assert more["seed"] == 7
    room = 200 if provider == "anthropic" else 2_200  # with that for thoughts
    assert more.get("max_tokens", more.get("num_predict")) == room
    schema = {
        "openai-like": lambda: body["response_format"]["json_schema"]["schema"],
        "ollama": lambda: body["format"],
        "anthropic": lambda: body["output_config"]["format"]["schema"],
    }[provider]()
    assert schema == SCHEMA
    assert body["stream"] is True


def test_nothing_of_the_asker_is_sent(server, open_model: OpenModel) -> None:
    open_model().complete(REQUEST)
    assert "somebody" not in str(server.seen)


def test_the_key_goes_to_the_server_and_no_key_of_the_environment_does(
    server, open_model: OpenModel, monkeypatch
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/from-the-environment")
    open_model().complete(REQUEST)
    server.key = None
    open_model(api_key=None).complete(REQUEST)
    with_key, without = (str(seen.headers) for seen in server.asked())
    assert KEY in with_key
    assert KEY not in without
    assert "from-the-environment" not in with_key + without


def test_tokens_that_nobody_counted_are_estimated_and_marked(
    server, provider, open_model: OpenModel
) -> None:
    thoughts = "Let me see what they say. " * 20
    server.says(Says("Some thirty characters of text.", counts=False, thoughts=thoughts))
    usage = (
        open_model(price_per_million_input=1, price_per_million_output=10).complete(REQUEST).usage
    )
    # Anthropic counts as it begins and as it ends; that cannot be left out.
    assert usage.is_estimated is (provider != "anthropic")
    assert usage.input_tokens > 0
    assert usage.output_tokens > (100 if usage.is_estimated else 0)  # thoughts are paid for, too
    assert usage.cost_usd == pytest.approx(
        (usage.input_tokens + 10 * usage.output_tokens) / 1_000_000
    )


def test_a_reply_that_was_cut_at_its_limit_says_so(server, open_model: OpenModel) -> None:
    server.says(Says("The first half", stop="length"))
    assert not open_model().complete(REQUEST).finished


def test_tags_of_reasoning_are_left_to_the_parser(server, open_model: OpenModel) -> None:
    server.says(Says("<think>Hm.</think>Yes.", thoughts="Let me see."))
    assert open_model().complete(REQUEST).text == "<think>Hm.</think>Yes."


def test_models_are_asked_to_think_little(server, provider, open_model: OpenModel) -> None:
    open_model().complete(REQUEST)
    body = sent(server)
    wished = {"openai-like": body.get("reasoning_effort"), "ollama": body.get("think")}
    assert wished.get(provider) == {"openai-like": "low", "ollama": False}.get(provider)


def test_who_wants_it_otherwise_is_asked_so(server, provider, open_model: OpenModel) -> None:
    wishes: dict[str, dict[str, Any]] = {
        "openai-like": {"reasoning_effort": "high"},
        "ollama": {"think": True},
    }
    wished = wishes.get(provider, {"top_k": 3})
    open_model(extra_body=wished).complete(REQUEST)
    assert sent(server).items() >= wished.items()


@pytest.mark.parametrize("provider", ["openai-like"])
@pytest.mark.parametrize("complaint", ["Unsupported parameter: 'reasoning_effort'", "Bad request"])
def test_an_endpoint_that_minds_that_wish_is_not_asked_again(
    server, open_model: OpenModel, complaint: str
) -> None:
    server.reply_to = lambda body: Fails(400, complaint) if "reasoning_effort" in body else REPLY
    assert open_model().complete(REQUEST).text == REPLY.text


@pytest.mark.parametrize("provider", ["openai-like"])
def test_a_server_that_fails_over_the_schema_is_asked_without(
    server, open_model: OpenModel
) -> None:
    said = "1 validation error: {'loc': ('body',), 'expected': \"'text' or 'json_object'\"}"
    server.reply_to = lambda body: Fails(500, said) if "response_format" in body else REPLY
    assert open_model().complete(REQUEST).text == REPLY.text


def test_a_call_under_way_ends_when_the_model_is_closed(server, open_model: OpenModel) -> None:
    server.otherwise = Says("Too late.", wait_seconds=50)
    model = open_model()
    raised: list[Exception] = []

    def call() -> None:
        try:
            model.complete(replace(REQUEST, deadline_seconds=50.0))
        except ModelCallError as error:
            raised.append(error)

    calling = threading.Thread(target=call)
    calling.start()
    while not server.seen:
        time.sleep(0.01)
    model.close()
    calling.join(30)
    assert not calling.is_alive()
    assert len(raised) == 1
    assert len(server.seen) == 1


def test_a_model_that_only_thinks_is_said_to(server, open_model: OpenModel) -> None:
    server.says(Says("", thoughts="Let me see.", stop="length"))
    with pytest.raises(ModelCallError, match="all of its reply on thoughts") as raised:
        open_model().complete(REQUEST)
    assert raised.value.usage is not None
    assert raised.value.usage.calls == 1
    assert raised.value.usage.output_tokens > 0


def test_fifty_thousand_characters_are_not_read_to_their_end(server, open_model: OpenModel) -> None:
    server.says(Says("x" * 50_000, size=500))
    reply = open_model().complete(REQUEST)
    assert len(reply.text) == MAX_CHARACTERS
    assert not reply.finished


FAULTS: dict[str, tuple[Line, str]] = {
    "wrong key": (Fails(401, f"Incorrect API key: {KEY}", "invalid_api_key"), "refuses the key"),
    "forbidden": (Fails(403, "no"), "refuses the key"),
    "unknown model": (Fails(404, "model 'x' not found"), "does not know this model"),
    "too long": (Fails(400, "maximum context length is 8192 tokens"), "too long for the model"),
    "bad request": (Fails(400, "no such thing"), r"refuses the request \(status 400\)"),
    "no credit": (Fails(402, "pay"), "credit"),
    "quota": (Fails(429, "insufficient_quota: see your billing"), "credit"),
    "too many requests": (Fails(429, "slow down"), "asked too often"),
    "server error": (Fails(500), "failure of its own"),
    "overloaded": (Fails(503), "failure of its own"),
    "HTML": (HTML, "does not speak the API"),
    "empty": (EMPTY, "does not speak the API"),
    "cut JSON": (Body(b'{"choices": [', "application/json"), "does not speak the API"),
    "bad events": (Body(b'data: {"choi\n\n{"mess', "text/event-stream"), "does not speak the API"),
    "no text": (Says(""), "replied with nothing"),
    "blanks": (Says(" \n "), "replied with nothing"),
    "stall": (Stalls(), "fell silent"),
    "cut": (Cuts(), "broke off"),
    "cut politely": (Cuts(politely=True), "broke off"),
    "error event": (ErrorEvent(f"overloaded: {KEY}"), "reports an error|failure of its own"),
    "silence": (Says("Yes.", wait_seconds=30), "has not replied in time"),
    "drip": (Says("Yes, " * 100, size=5, pause_seconds=0.1), "has not finished in time"),
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_fault_ends_in_a_plain_sentence_in_time_and_without_the_key(
    server, open_model: OpenModel, caplog, fault, reason
) -> None:
    caplog.set_level(logging.DEBUG)
    server.otherwise = fault
    # Short only where it is the time that is over: any other fault is to be told as what it is.
    is_late, is_silent = "in time" in reason, "fell silent" in reason
    model = open_model(stall_seconds=0.3 if is_silent or is_late else 600, retries=0)
    with pytest.raises(ModelCallError, match=reason) as caught:
        model.complete(ChatRequest("s", "u", 50, 1.0 if is_late else 600.0, SCHEMA))
    said = "".join(traceback.format_exception(caught.value))
    assert KEY not in said
    assert KEY not in caplog.text
    assert KEY not in repr(model)


def test_a_refusal_is_no_reply(server, provider, open_model: OpenModel) -> None:
    server.says(Says("I cannot", stop="refused"))
    if provider == "ollama":  # it knows no refusals; the text is judged by who reads it
        assert open_model().complete(REQUEST).text == "I cannot"
        return
    with pytest.raises(ModelCallError, match="refused to answer"):
        open_model().complete(REQUEST)


def test_a_call_that_is_given_up_hangs_up(server, open_model: OpenModel) -> None:
    server.says(Says("word " * 500, size=5, pause_seconds=0.05))
    with pytest.raises(ModelCallError, match="in time"):
        open_model().complete(ChatRequest("s", "u", 50, 1.0))
    deadline = time.monotonic() + 60
    while not server.hung_up and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.hung_up == 1


@pytest.mark.parametrize(
    "fault", [Fails(500), Fails(429), Cuts(), Stalls()], ids=["500", "429", "cut", "stall"]
)
def test_what_may_pass_is_tried_again(server, open_model: OpenModel, fault) -> None:
    server.says(fault, REPLY)
    reply = open_model(stall_seconds=1.0).complete(REQUEST)
    assert reply.text == REPLY.text
    assert len(server.seen) == 2


# Ollama's client does not show headers.
@pytest.mark.parametrize("provider", ["openai-like", "anthropic"])
def test_a_wait_that_the_server_asks_for_is_kept(server, open_model: OpenModel) -> None:
    server.says(Fails(429, headers={"Retry-After": "1"}), REPLY)
    started = time.monotonic()
    open_model().complete(REQUEST)
    assert time.monotonic() - started > 1.0


# Ollama's client does not show headers.
@pytest.mark.parametrize("provider", ["openai-like", "anthropic"])
def test_a_wait_beyond_the_deadline_is_not_begun(server, open_model: OpenModel) -> None:
    server.says(Fails(429, headers={"Retry-After": "86400"}), REPLY)
    with pytest.raises(ModelCallError, match="asked too often"):
        open_model().complete(ChatRequest("s", "u", 50, 3_600.0))
    assert len(server.seen) == 1


def test_a_field_that_the_endpoint_refuses_is_left_out_from_then_on(
    server, provider, open_model: OpenModel
) -> None:
    word = {"openai-like": "response_format", "ollama": "format", "anthropic": "output_config"}
    server.says(Fails(400, f"unknown field: {word[provider]}"), REPLY, REPLY)
    model = open_model()
    held = [model.follows_schemas]
    for _ in range(2):
        model.complete(REQUEST)
        held.append(model.follows_schemas)
    assert held == [True, False, False]
    assert [word[provider] in seen.body for seen in server.seen] == [True, False, False]


# Ollama takes any option.
@pytest.mark.parametrize("provider", ["openai-like", "anthropic"])
def test_a_temperature_that_the_model_refuses_is_left_out(server, open_model: OpenModel) -> None:
    server.says(Fails(400, "`temperature` is deprecated for this model."), REPLY)
    open_model().complete(REQUEST)
    assert ["temperature" in seen.body for seen in server.seen] == [True, False]


def test_several_calls_at_once_do_not_disturb_each_other(server, open_model: OpenModel) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def echo(body: Any) -> Line:
        return Says(str(body["messages"][-1]["content"]), size=2, pause_seconds=0.001)

    server.reply_to = echo
    model = open_model(max_concurrent_calls=4)
    with ThreadPoolExecutor(8) as pool:
        asked = [f"question {n}" for n in range(16)]
        replies = list(
            pool.map(lambda text: model.complete(ChatRequest("s", text, 50, 10)).text, asked)
        )
    for text, reply in zip(asked, replies, strict=True):
        assert text in reply
