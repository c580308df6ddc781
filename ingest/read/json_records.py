"""JSON taken record by record, so that a large file or one that breaks off can be read."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import ijson

from ingest.drafts import Shortfall
from ingest.files.decoding import decode
from ingest.read.fields import Json, load_json
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError

_PIECE_BYTES: Final = 65_536
_DEEPEST: Final = 100_000
"""Containers within each other: long chains of replies nest, nothing else does."""


def document(source: SourceFile, lists: frozenset[str]) -> tuple[Any, Shortfall | None]:
    """Return a whole JSON document, or what there is of one that breaks off.

    Such a one ends with the last whole record of the innermost of ``lists`` (their names in
    the document) that was open.

    Raises:
        FileRefusedError: if it is not JSON, or not UTF-8 and no encoding was named.
    """
    try:
        return load_json(decode(source)), None
    except ValueError:  # broken off, or nested so deeply that only a parser with a stack reads it
        return _salvaged(source, lists)


def streamed(source: SourceFile, name: str) -> Iterator[tuple[dict[str, Any], Any] | Shortfall]:
    """Yield the records of every list of that name, each with what its object says before it.

    A file that breaks off gives all that is whole, then a ``Shortfall`` that says so.

    Raises:
        FileRefusedError: if it is not JSON, or not UTF-8 and no encoding was named.
    """
    building = _Building()
    number = 0
    with _utf8(source) as stream:
        try:
            for event, value in _events(stream):
                building.take(event, value)
                if event in _ENDS and building.is_in(name):
                    number += 1
                    yield building.last()
        except ijson.JSONError as error:
            yield _shortfall(source, error, number)


def json_lines(source: SourceFile, stream: BinaryIO) -> Iterator[Any]:
    """Yield the JSON value of each line; of a last line that breaks off, a ``Shortfall``.

    A line that is not JSON is given as None.
    """
    number = 0
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            yield load_json(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError:
            if line.endswith(b"\n"):
                yield None
            else:
                yield Shortfall(
                    f"{source.name} breaks off in line {number:,}; export it again.",
                    breaks_off=True,
                )


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    # Numbers as floats: of a whole one with thousands of digits the C library breaks down.
    return iter(ijson.basic_parse(stream, use_float=True))


def _utf8(source: SourceFile) -> BinaryIO:
    """Open a file, its byte order mark behind; what has another encoding is read whole."""
    if source.encoding is not None:
        return io.BytesIO(decode(source).encode("utf-8", "surrogatepass"))
    stream = source.opener()
    if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        stream.seek(0)
    return stream


def _shortfall(source: SourceFile, error: ijson.JSONError, number: int) -> Shortfall:
    """Tell a file that breaks off, and one with more behind its end, from one that is wrong.

    Raises:
        FileRefusedError: if it is wrong.
    """
    what = str(error)
    if "trailing garbage" in what:
        return Shortfall(f"What follows the JSON document in {source.name} was not read.")
    is_cut = "invalid bytes in UTF8" in what and _ends_in_a_character(source)
    if is_cut or "premature EOF" in what:
        return Shortfall(
            f"{source.name} breaks off after {number:,} whole records; export it again "
            "for the rest.",
            breaks_off=True,
        )
    if "invalid bytes in UTF8" in what:
        decode(source)  # says where
    reason = what.removeprefix("b'").partition("\n")[0].partition("\\n")[0].strip(" .")
    raise FileRefusedError(
        source.name, f"is not JSON after {number:,} records ({reason}); export it again"
    ) from error


def _ends_in_a_character(source: SourceFile) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with source.open() as stream:
        try:
            while piece := stream.read(_PIECE_BYTES):
                decoder.decode(piece)
        except UnicodeDecodeError:
            return False
    return True


def _salvaged(source: SourceFile, lists: frozenset[str]) -> tuple[Any, Shortfall | None]:
    building = _Building()
    with _utf8(source) as stream:
        try:
            for event, value in _events(stream):
                building.take(event, value)
        except ijson.JSONError as error:
            number = building.cut(lists)
            shortfall = _shortfall(source, error, number)
            if not building.has_root:
                raise FileRefusedError(source.name, "is empty: there is nothing in it") from error
            return building.root, shortfall
    return building.root, None


class _Building:
    """A document as far as it was heard of."""

    def __init__(self) -> None:
        self.root: Any = None
        self.has_root = False
        self._open: list[tuple[Any, str]] = []
        """Containers that are not closed yet, each with its name in the one around it."""
        self._key = ""

    def take(self, event: str, value: Json) -> None:
        """Take one event of ``ijson``'s parser."""
        if event == "map_key":
            self._key = value
        elif event in {"end_map", "end_array"}:
            self._open.pop()
        elif event in _NEW:
            if len(self._open) >= _DEEPEST:
                raise ijson.JSONError("it is nested too deeply")
            container = _NEW[event]()
            is_member = bool(self._open) and isinstance(self._open[-1][0], dict)
            name = self._key if is_member else ""
            self._attach(container)
            self._open.append((container, name))
        else:
            self._attach(value)

    def is_in(self, name: str) -> bool:
        """Tell whether what was just taken ended a record of a list of that name."""
        if len(self._open) < 2:  # noqa: PLR2004 - a list, and the object that it is named in
            return False
        container, its_name = self._open[-1]
        return its_name == name and isinstance(container, list) and bool(container)

    def last(self) -> tuple[dict[str, Any], Any]:
        """Return the record that was just taken, no longer kept, and the object around it."""
        around, records = self._open[-2][0], self._open[-1][0]
        return around, records.pop()

    def cut(self, lists: frozenset[str]) -> int:
        """Drop the record that is not whole; return how many its list has left."""
        depths = [
            depth for depth, (container, _) in enumerate(self._open) if isinstance(container, list)
        ]
        named = [depth for depth in depths if self._open[depth][1] in lists]
        if not depths:
            return 0
        depth = named[-1] if named else depths[0]
        container = self._open[depth][0]
        if depth + 1 < len(self._open):
            container.pop()
        return len(container)

    def _attach(self, value: Json) -> None:
        if not self._open:
            self.root, self.has_root = value, True
            return
        container, _ = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[self._key] = value


_ENDS: Final = frozenset({"end_map", "end_array", "null", "boolean", "integer", "double"}) | {
    "number",
    "string",
}
_NEW: Final[dict[str, Callable[[], Any]]] = {"start_map": dict, "start_array": list}
