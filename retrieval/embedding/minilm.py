"""all-MiniLM-L6-v2 in ONNX Runtime: 384 dimensions, English, one vector per text.

A text is cut into tokens, the tokens into windows that the model can read, and the windows
are sorted by length and run in batches.  Nearly every text is one window.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.embedding.minilm_files import ModelFiles, prepare_model
from retrieval.embedding.minilm_sources import short_digest
from retrieval.embedding.span_pooling import SpanPool
from retrieval.errors import ModelUnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from retrieval.embedding import Spans

Vectors = npt.NDArray[np.float32]
Tokens = list[int]
T = TypeVar("T")

DIMENSIONS: Final = 384
MAX_TOKENS: Final = 256
"""What sentence-transformers reads of a text; the positions would reach to 512."""
MAX_CHARACTERS: Final = 32_000
"""What is read of one text at most: 0.7 s of work in English, 3 s in an ideographic script."""

# Measured on two cores with forum comments: 300 texts/s and 217 MB resident at 1,024 tokens,
# 280 and 243 at 2,048, 220 and 320 at 4,096, 166 and 439 at 8,192 (caches overflow).
_BATCH_TOKENS: Final = 1024
# How much text is tokenized at once: bounds the memory that the token lists take.
_SLICE_TEXTS: Final = 1024
_SLICE_CHARACTERS: Final = 1_000_000
_SPECIAL_TOKENS: Final = 2


class MiniLM:
    """An ``Embedder`` on all-MiniLM-L6-v2; safe to use from several threads.

    A text longer than ``max_tokens`` is never cut silently: its tokens are spread evenly
    over as few consecutive windows as can hold them, and its vector is the mean of the
    windows' unit vectors, scaled to length 1 again.  Passages are split to stay below that.
    Of a text longer than ``MAX_CHARACTERS`` only that many are read.

    Args:
        files: the model, from ``prepare_model``.
        max_tokens: the longest window, [CLS] and [SEP] included; 3 to 512.
        threads: how many cores one call may use; by default all that the process may.
    """

    def __init__(
        self, files: ModelFiles, *, max_tokens: int = MAX_TOKENS, threads: int | None = None
    ) -> None:
        if not _SPECIAL_TOKENS < max_tokens <= 512:  # noqa: PLR2004 - named in the message
            raise ValueError(f"max_tokens must be from 3 to 512, not {max_tokens}")
        self._files = files
        self._threads = threads or _available_cores()
        self._window = max_tokens - _SPECIAL_TOKENS
        digest = short_digest(files.fingerprint, str(MAX_CHARACTERS))
        self._fingerprint = f"all-MiniLM-L6-v2-{max_tokens}-{digest}"
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def fingerprint(self) -> str:
        """See ``Embedder``."""
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        """See ``Embedder``: 384."""
        return DIMENSIONS

    @property
    def window_tokens(self) -> int:
        """How many tokens, as ``count_tokens`` counts, one window holds."""
        return self._window

    def count_tokens(self, text: str) -> int:
        """Returns the number of word pieces in the whole text, [CLS] and [SEP] not counted.

        A word that straddles a multiple of ``MAX_CHARACTERS`` is counted in two parts.
        """
        tokenizer = self._words()
        starts = range(0, len(text), MAX_CHARACTERS)
        parts = (text[start : start + MAX_CHARACTERS] for start in starts)
        return sum(len(tokenizer.encode(part, add_special_tokens=False).ids) for part in parts)

    def is_word(self, word: str) -> bool:
        """Tells whether a lower-case word is one whole piece of the model's vocabulary."""
        return self._words().token_to_id(word) is not None

    def token_ends(self, text: str) -> list[int]:
        """Returns where each word piece of a text ends, in characters, ascending."""
        encoding = self._words().encode(text, add_special_tokens=False)
        return [end for _, end in encoding.offsets]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``: ``len(texts)`` × 384.

        Raises:
            ModelUnavailableError: the model's files cannot be loaded.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        loaded = self._load()
        return np.concatenate([self._embed(loaded, part) for part in _slices(texts)])

    def embed_in_context(
        self, texts: Sequence[str], spans: Sequence[Spans]
    ) -> tuple[Vectors, list[Vectors]]:
        """See ``ReadsInContext``; costs no more than ``embed_passages``.

        Raises:
            ModelUnavailableError: the model's files cannot be loaded.
        """
        pool = SpanPool(spans, DIMENSIONS)
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32), []
        loaded, parts = self._load(), list(_slices(texts))
        starts = np.cumsum([0, *map(len, parts)]).tolist()
        vectors = np.concatenate(
            [
                self._embed(loaded, part, pool, start)
                for part, start in zip(parts, starts, strict=False)
            ]
        )
        return vectors, pool.vectors(vectors)

    def embed_question(self, text: str) -> Vectors:
        """See ``Embedder``: 384 numbers; questions and passages are read alike."""
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def _embed(
        self, loaded: _Loaded, texts: Sequence[str], pool: SpanPool | None = None, first: int = 0
    ) -> Vectors:
        """Returns the vectors of texts; ``pool`` hears of their tokens, from text ``first`` on."""
        tokenizer = loaded.tokenizer
        # The fast one does not tell where the tokens stand.
        encode = tokenizer.encode_batch_fast if pool is None else tokenizer.encode_batch
        encodings = encode([text[:MAX_CHARACTERS] for text in texts], add_special_tokens=False)
        windows: list[Tokens] = []
        owners: list[int] = []
        for owner, encoding in enumerate(encodings):
            for window in _windows(encoding.ids, self._window):
                windows.append(loaded.wrap(window))
                owners.append(owner)
        if pool is None:
            vectors = _run_in_batches(loaded, windows)
        else:
            begins = [
                [start for start, _ in window]
                for encoding in encodings
                for window in _windows(encoding.offsets, self._window)
            ]
            vectors = np.empty((len(windows), DIMENSIONS), np.float32)
            for batch in _batches(windows):
                vectors[batch], tokens = loaded.read([windows[index] for index in batch])
                for row, index in enumerate(batch):
                    pool.add(first + owners[index], begins[index], tokens[row, 1:])
        if len(windows) == len(texts):
            return vectors
        means = np.zeros((len(texts), DIMENSIONS), np.float32)
        np.add.at(means, owners, vectors)
        return _normalised(means)

    def _load(self) -> _Loaded:
        tokenizer = self._words()
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded(self._files, self._threads, tokenizer)
            return self._loaded

    def _words(self) -> Tokenizer:
        """Returns the tokenizer alone, all that is needed where another model embeds."""
        with self._lock:
            if self._tokenizer is None:
                with _loading(self._files):
                    self._tokenizer = _tokenizer(self._files.tokenizer)
            return self._tokenizer


def load_minilm(cache_dir: Path, *, threads: int | None = None) -> MiniLM:
    """Returns the model from the cache, which is filled first if it is empty or damaged.

    Args:
        cache_dir: where the ONNX files are kept; made if missing.
        threads: see ``MiniLM``.

    Raises:
        ModelUnavailableError: the model is not installed, or not the right one.
        StorageError: the cache cannot be written.
    """
    return MiniLM(prepare_model(cache_dir), threads=threads)


class _Loaded:
    """The session and the tokenizer, which belong together."""

    def __init__(self, files: ModelFiles, threads: int, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        with _loading(files):
            self._session = _session(files.model, threads)
        self._pad = self._token_id("[PAD]")
        self._start = self._token_id("[CLS]")
        self._end = self._token_id("[SEP]")

    def _token_id(self, token: str) -> int:
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise ModelUnavailableError(f"the embedding model's tokenizer has no {token}")
        return found

    def wrap(self, tokens: Tokens) -> Tokens:
        """Returns the tokens between [CLS] and [SEP]."""
        return [self._start, *tokens, self._end]

    def run(self, batch: Sequence[Tokens]) -> Vectors:
        """Returns the unit vectors of token lists, padded to the longest of them."""
        output: Vectors = self._session.run(["embedding"], self._feeds(batch))[0]
        return output

    def read(self, batch: Sequence[Tokens]) -> tuple[Vectors, Vectors]:
        """Returns the unit vectors of token lists, and batch × length × 384 of their tokens."""
        pooled: Vectors
        tokens: Vectors
        pooled, tokens = self._session.run(["embedding", "tokens"], self._feeds(batch))
        return pooled, tokens

    def _feeds(self, batch: Sequence[Tokens]) -> dict[str, npt.NDArray[np.int64]]:
        ids = np.full((len(batch), max(map(len, batch))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return {"input_ids": ids, "attention_mask": mask}


@contextmanager
def _loading(files: ModelFiles) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # both libraries raise bare exceptions
        raise ModelUnavailableError(
            f"the embedding model cannot be loaded ({error}); delete {files.model.parent}"
        ) from error


def _session(model: Path, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # A number set here also keeps ONNX Runtime from pinning threads to cores, which fails,
    # loudly, in containers that may use only some of them.
    options.intra_op_num_threads = threads
    # Threads that wait for the next question burn what those who search could use.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # Fused GELU and scaled products; further levels change nothing in this graph.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    # The file asks for cutting and padding to 128; windows and batches see to both here.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _slices(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yields consecutive runs of the texts that are small enough to tokenize at once."""
    start, characters = 0, 0
    for index, text in enumerate(texts):
        size = min(len(text), MAX_CHARACTERS)
        full = index - start == _SLICE_TEXTS or characters + size > _SLICE_CHARACTERS
        if full and index > start:
            yield texts[start:index]
            start, characters = index, 0
        characters += size
    yield texts[start:]


def _windows(tokens: list[T], size: int) -> Iterator[list[T]]:
    """Yields the tokens in windows whose lengths, at most ``size``, differ by one at most.

    Filling window after window instead would give a tail of a few tokens the weight of a
    full window in the mean.
    """
    count = max(1, -(-len(tokens) // size))
    for number in range(count):
        yield tokens[len(tokens) * number // count : len(tokens) * (number + 1) // count]


def _run_in_batches(loaded: _Loaded, windows: Sequence[Tokens]) -> Vectors:
    vectors = np.empty((len(windows), DIMENSIONS), np.float32)
    for batch in _batches(windows):
        vectors[batch] = loaded.run([windows[index] for index in batch])
    return vectors


def _batches(windows: Sequence[Tokens]) -> Iterator[list[int]]:
    """Yields indexes of windows of like length, so that little is padding.

    Longest first: the first batch then sets the size of ONNX Runtime's memory arena.
    """
    batch: list[int] = []
    for index in sorted(range(len(windows)), key=lambda i: (-len(windows[i]), i)):
        if batch and (len(batch) + 1) * len(windows[batch[0]]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    yield batch


def _normalised(rows: Vectors) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = (rows / np.maximum(norms, np.finfo(np.float32).tiny)).astype(np.float32)
    return unit


def _available_cores() -> int:
    """Returns how many cores this process may run on, which in a container may be few."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
