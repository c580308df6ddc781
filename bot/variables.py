"""The ``FOOTNOTE_*`` variables: which are set, which there are, and what is wrong with one.

pydantic reads and checks the values; what it says of a wrong one is no help to whoever set it,
who knows a variable and not a field.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BaseModel

from retrieval.errors import ConfigurationError
from retrieval.provider_settings import INTERNAL

PREFIX: Final = "FOOTNOTE_"
_HIDDEN: Final = "****"
_LONGEST_SHOWN: Final = 60
_LIKE_A_SECRET: Final = re.compile(r"[\w.+/=-]{20,}|[@?#]")
"""A token that landed in the wrong variable, or an address with something to hide in it."""
_SET_BY_KUBERNETES: Final = re.compile(r"FOOTNOTE_(SERVICE_(HOST|PORT)|PORT)(_[A-Z0-9_]+)?")
"""It tells every container of a service called "footnote" about it, in variables like these."""
_KINDS: Final = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "path": "a path",
    "string": "text",
}
_JSON_EXAMPLES: Final = {"object": '{"name": "value"}', "array": '["one", "other"]'}
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting that there is."""

    name: str
    path: tuple[str, ...]
    """The fields that lead to it."""
    schema: Mapping[str, Any]
    """JSON Schema of its values."""

    @property
    def is_secret(self) -> bool:
        """Whether its value may be one, or hold one."""
        kinds = [self.schema, *self.schema.get("anyOf", ())]
        return any(kind.get("writeOnly") or kind.get("type") == "object" for kind in kinds)

    def shown(self, value: str) -> str:
        """Return a value as a message may have it."""
        is_path = self.schema.get("format") == "path"
        if self.is_secret or (not is_path and _LIKE_A_SECRET.search(value)):
            return _HIDDEN
        return value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"

    def wanted(self) -> str:
        """Say what its value should be."""
        return _wanted(self.schema)


def variables(model: type[BaseModel]) -> dict[str, Variable]:
    """Return all settings of a model and the groups in it, by their names."""
    return {variable.name: variable for variable in _variables(model, ())}


def _variables(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[Variable]:
    schemas = model.model_json_schema()["properties"]
    for field, about in model.model_fields.items():
        path = (*above, field)
        if INTERNAL in about.metadata:
            continue
        if isinstance(about.annotation, type) and issubclass(about.annotation, BaseModel):
            yield from _variables(about.annotation, path)
        else:
            yield Variable(PREFIX + "__".join(path).upper(), path, schemas[field])


def _wanted(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = [kind for kind in schema["anyOf"] if kind.get("type") != "null"]
        return " or ".join(map(_wanted, kinds))
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema.get("type") in _JSON_EXAMPLES:
        example = schema.get("examples", [_JSON_EXAMPLES[schema["type"]]])[0]
        return f"JSON such as {example}"
    kind = str(schema.get("const") or schema.get("format") or schema.get("type"))
    return _KINDS.get(kind, kind) + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f" from {schema['minimum']:,.12g} to {schema['maximum']:,.12g}"
    words = {"minimum": "of at least", "exclusiveMinimum": "above", "maximum": "and at most"}
    return "".join(f" {said} {schema[key]:,.12g}" for key, said in words.items() if key in schema)


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody set."""

    value: str
    source: str
    """Where, in words."""


def given_variables(dotenv: Path) -> dict[str, Given]:
    """Return what is set by upper-case name, in the environment or else in a ``.env`` file.

    An empty value sets nothing.

    Raises:
        ConfigurationError: if the file cannot be read.
    """
    values = {
        name: Given(value, str(dotenv)) for name, value in _dotenv_values(dotenv).items() if value
    }
    values |= {name: Given(value, "the environment") for name, value in os.environ.items() if value}
    return {name.upper(): given for name, given in values.items() if _is_ours(name.upper())}


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and not _SET_BY_KUBERNETES.fullmatch(name)


def _dotenv_values(path: Path) -> dict[str, str | None]:
    text = _dotenv_text(path)
    for binding in parse_stream(StringIO(text)):
        if binding.error:  # its text stays out of the message: it may be a secret
            raise ConfigurationError(
                f"Line {binding.original.line} of {path} cannot be understood. "
                "Write NAME=value, or # before a comment."
            )
    return dotenv_values(stream=StringIO(text))


def _dotenv_text(path: Path) -> str:
    try:
        data = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}. Fix its permissions."
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kind = "UTF-16" if data.startswith(_UTF_16) else f"not UTF-8 (byte {error.start + 1})"
        raise ConfigurationError(f"{path} is {kind}. Save it as UTF-8 and start again.") from error


def check_names(given: Mapping[str, Given], known: Mapping[str, Variable]) -> None:
    """See that every variable that is set is one that there is.

    Raises:
        ConfigurationError: naming those that are not, and which were meant.
    """
    unknown = [name for name in given if name not in known and not _is_json_part(name, known)]
    if not unknown:
        return
    told = " ".join(
        f"There is no setting {name} (in {given[name].source}){_hint(name, known)}"
        for name in unknown
    )
    raise ConfigurationError(f"{told} Correct it or take it out; docs/settings.md has them all.")


def _is_json_part(name: str, known: Mapping[str, Variable]) -> bool:
    """Tell whether the name gives one member of an object: pydantic takes that, too."""
    whole = name.rpartition("__")[0]
    return whole in known and known[whole].schema.get("type") == "object"


def _hint(name: str, known: Mapping[str, Variable]) -> str:
    group = [each for each in known if each.startswith(f"{name}__")]
    if group:
        return f": {group[0]} and others begin so."
    meant = _meant(name, sorted(known))
    return f"; did you mean {' or '.join(meant)}?" if meant else "."


def _meant(name: str, known: Sequence[str]) -> list[str]:
    bare = _bare(name)
    same = [each for each in known if _bare(each) == bare]
    same = same or [each for each in known if _bare(each).endswith(bare)]
    return same[:2] or difflib.get_close_matches(name, known, n=1, cutoff=0.75)


def _bare(name: str) -> str:
    return name.removeprefix(PREFIX).replace("_", "")


def check_json(given: Mapping[str, Given], known: Mapping[str, Variable]) -> None:
    """See that the values that are to be JSON are.

    Raises:
        ConfigurationError: naming the first that is not.
    """
    for name, value in given.items():
        variable = known.get(name)
        kind = variable.schema.get("type") if variable else None
        if variable and kind in _JSON_EXAMPLES and not _is_json(value.value, kind):
            raise wrong_value(variable, value, f"it must be {variable.wanted()}")


def _is_json(text: str, kind: str) -> bool:
    try:
        return isinstance(json.loads(text), dict if kind == "object" else list)
    except ValueError:
        return False


def wrong_value(variable: Variable, given: Given, wanted: str) -> ConfigurationError:
    """Return the error that says what a variable is, and what it should be."""
    return ConfigurationError(
        f"{variable.name}={variable.shown(given.value)} (in {given.source}): {wanted}. "
        "Correct it and start again."
    )


def explained(
    error: Mapping[str, Any], given: Mapping[str, Given], known: Mapping[str, Variable]
) -> ConfigurationError:
    """Return what is wrong with a value, in our words; ``error`` is pydantic's account of it."""
    own_words = str(error["ctx"]["error"]) if error["type"] == "value_error" else None
    place = tuple(str(part) for part in error["loc"])
    variable = next((each for each in known.values() if each.path == place[: len(each.path)]), None)
    if variable is None:  # values that do not go together; the words name them
        return ConfigurationError(f"{own_words or error['msg']}. Correct it and start again.")
    wanted = own_words or f"it must be {variable.wanted()}"
    return wrong_value(variable, given.get(variable.name, Given("…", "the command line")), wanted)
