from __future__ import annotations

import subprocess
import sys

from retrieval.embedding.minilm_files import ModelFiles


def test_naming_the_protocol_loads_no_heavy_package() -> None:
    script = (
        "import sys, retrieval.embedding\n"
        "heavy = {'numpy', 'onnx', 'onnxruntime', 'tokenizers', 'chromadb', 'llama_index'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"


def test_embedding_with_a_built_model_loads_only_what_runs_it(model_files: ModelFiles) -> None:
    script = (
        "import sys, pathlib\n"
        "from retrieval.embedding.minilm import load_minilm\n"
        "load_minilm(pathlib.Path(sys.argv[1])).embed_question('hi')\n"
        "heavy = {'onnx', 'safetensors', 'filelock', 'chromadb', 'llama_index', 'torch'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(model_files.model.parent.parent)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout.strip() == "[]"
