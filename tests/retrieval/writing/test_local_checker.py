"""A checker on this machine: any ONNX encoder of pairs, here one that the test makes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from retrieval.errors import ConfigurationError
from retrieval.records import Support
from retrieval.settings import WritingSettings
from retrieval.writing.local_checker import LocalChecker
from retrieval.writing.prompt import Asked
from retrieval.writing.writer import CallLimits, Writer
from tests.retrieval.writing.test_writer import (
    BUSY,
    CARELESS,
    EXTRACTIVE,
    HELD,
    LOCK,
    QUESTION,
    TRUE,
    ScriptedModel,
    saying,
)

WORDS = {"[UNK]": 0, "[SEP]": 1, "not": 2, "lock": 3}


def encoder(folder: Path, *, logits: int) -> Path:
    """An encoder that finds a sentence supported unless it says "not"."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    table = np.zeros((len(WORDS), logits), dtype=np.float32)
    table[WORDS["not"], -1] = -12.0
    bias = np.zeros(logits, dtype=np.float32)
    bias[-1] = 5.0
    names = ["input_ids", "attention_mask", "token_type_ids"]
    given = [helper.make_tensor_value_info(n, kind.INT64, [1, "length"]) for n in names]
    out = helper.make_tensor_value_info("logits", kind.FLOAT, [1, logits])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["each"]),
        helper.make_node("Cast", ["token_type_ids"], ["second"], to=kind.FLOAT),
        helper.make_node("Unsqueeze", ["second", "last"], ["weights"]),
        helper.make_node("Mul", ["each", "weights"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed", "length_axis"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "bias"], ["logits"]),
    ]
    constants = [
        onnx.numpy_helper.from_array(table, "table"),
        onnx.numpy_helper.from_array(bias, "bias"),
        onnx.numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
        onnx.numpy_helper.from_array(np.array([1], dtype=np.int64), "length_axis"),
    ]
    graph = helper.make_graph(nodes, "checker", given, [out], constants)
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.checker.check_model(model)
    path = folder / "checker.onnx"
    path.write_bytes(model.SerializeToString())
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="$A [SEP]", pair="$A [SEP] $B:1 [SEP]:1", special_tokens=[("[SEP]", 1)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("logits", [1, 2])
def test_it_confirms_what_scores_high_and_takes_nothing_away(tmp_path: Path, logits: int) -> None:
    path = encoder(tmp_path, logits=logits)
    checker = LocalChecker(path, digest(path), 0.9)
    model = ScriptedModel([saying((TRUE, HELD), (CARELESS, HELD))])
    writer = Writer(model, WritingSettings(), CallLimits(15, 800), checker)
    answer = writer.write(Asked(QUESTION), (LOCK, BUSY), EXTRACTIVE)
    assert [one.text for one in answer.statements] == [TRUE, CARELESS]
    assert [one.support for one in answer.statements] == [Support.CONFIRMED, Support.UNCONFIRMED]
    assert answer.usage is not None
    assert answer.usage.calls == 1


def test_a_long_quote_is_cut_and_the_sentence_is_not(tmp_path: Path) -> None:
    path = encoder(tmp_path, logits=1)
    checker = LocalChecker(path, digest(path), 0.9)
    assert checker.score("lock " * 5_000, "lock not") < 0.01
    assert checker.score("not " * 5_000, "lock") > 0.9


def test_another_file_than_the_one_that_was_named_confirms_nothing(tmp_path: Path) -> None:
    checker = LocalChecker(encoder(tmp_path, logits=1), "0" * 64, 0.9)
    with pytest.raises(ConfigurationError, match="SHA-256 is"):
        checker.score("a", "b")
    model = ScriptedModel([saying((TRUE, HELD))])
    writer = Writer(model, WritingSettings(), CallLimits(15, 800), checker)
    answer = writer.write(Asked(QUESTION), (LOCK, BUSY), EXTRACTIVE)
    assert [one.support for one in answer.statements] == [Support.UNCONFIRMED]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    checker = LocalChecker(tmp_path / "none.onnx", "0" * 64, 0.9)
    with pytest.raises(ConfigurationError, match="FOOTNOTE_WRITING__CHECKER"):
        checker.score("a", "b")
