"""The fallback, on an archive of our own making: the same graph without its pooling."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
from onnx import TensorProto, helper

from retrieval.embedding.minilm import MiniLM
from retrieval.embedding.minilm_files import ModelFiles, prepare_model
from retrieval.embedding.minilm_sources import (
    CHROMA_ARCHIVE_SHA256,
    ChromaDownload,
    InstalledWeights,
    file_sha256,
)
from retrieval.errors import ModelUnavailableError


def without_pooling(model: onnx.ModelProto) -> onnx.ModelProto:
    """Ends the graph at the last hidden layer and asks for token types, as chromadb's does."""
    graph = model.graph
    last_norm = [node for node in graph.node if node.op_type == "LayerNormalization"][-1]
    shape = ["batch", "length"]
    types = helper.make_tensor_value_info("token_type_ids", TensorProto.INT64, shape)
    graph.input.append(types)
    # Adding 0 · types keeps the input alive, so that leaving it out would be an error.
    graph.node.extend(
        [
            helper.make_node("Cast", ["token_type_ids"], ["types_float"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["types_float", "axis_2"], ["types_column"]),
            helper.make_node("Add", [last_norm.output[0], "types_column"], ["last_hidden_state"]),
        ]
    )
    del graph.output[:]
    graph.output.append(
        helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, 384])
    )
    return model


@pytest.fixture(scope="module")
def archive(model_files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("download")
    onnx.save(without_pooling(onnx.load(model_files.model)), folder / "model.onnx")
    path = folder / "onnx.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=0) as tar:
        tar.add(folder / "model.onnx", "onnx/model.onnx")
        tar.add(model_files.tokenizer, "onnx/tokenizer.json")
    return path


def test_pools_and_scales_what_the_downloaded_graph_leaves_open(
    archive: Path, minilm: MiniLM, tmp_path: Path
) -> None:
    source = ChromaDownload(lambda: archive, file_sha256(archive))
    absent = InstalledWeights(locate=lambda: None)
    downloaded = MiniLM(prepare_model(tmp_path, [absent, source]))
    texts = ["hi", "a longer text about nothing in particular", "", "garden " * 400]
    np.testing.assert_allclose(
        downloaded.embed_passages(texts), minilm.embed_passages(texts), atol=1e-5
    )
    spans = [[(0, min(len(text), 12))] for text in texts]
    theirs, ours = (model.embed_in_context(texts, spans)[1] for model in (downloaded, minilm))
    np.testing.assert_allclose(np.concatenate(theirs), np.concatenate(ours), atol=1e-5)
    assert downloaded.fingerprint != minilm.fingerprint


def test_an_archive_of_another_hash_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"onnx\.tar\.gz is not the expected file"):
        prepare_model(tmp_path, [ChromaDownload(lambda: archive)])


def test_an_archive_without_the_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "onnx.tar.gz"
    with tarfile.open(path, "w:gz"):
        pass
    source = ChromaDownload(lambda: path, file_sha256(path))
    with pytest.raises(ModelUnavailableError, match="cannot be unpacked"):
        prepare_model(tmp_path / "cache", [source])


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    source = ChromaDownload(lambda: tmp_path / "onnx.tar.gz")
    with pytest.raises(ModelUnavailableError, match="is missing"):
        prepare_model(tmp_path / "cache", [source])


def test_expects_the_archive_that_chromadb_expects() -> None:
    assert ONNXMiniLM_L6_V2._MODEL_SHA256 == CHROMA_ARCHIVE_SHA256
