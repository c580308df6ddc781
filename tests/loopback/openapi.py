"""Validation of requests, and of the fake's own replies, against Discord's OpenAPI document.

The document is not part of the project; without it the hand-written limits stand alone,
and a test is skipped that says so.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.loopback.errors import FieldProblem, JsonObject

DOCUMENT_PATH = (
    Path(__file__).resolve().parents[2].parent / "shared" / "discord" / "discord-openapi.json"
)
_URI = "urn:discord-openapi"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_MAX_MESSAGE = 160
# discord.py sends it with every forum post, and Discord takes it; the document knows nothing of it.
_UNDOCUMENTED = frozenset({("query", "use_nested_fields")})


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document."""

    method: str
    pattern: re.Pattern[str]
    pointer: str
    parameter_pointers: tuple[str, ...]
    literal_steps: int


class OpenApiDocument:
    """The parsed document, with one compiled validator per schema that was needed."""

    def __init__(self, document: JsonObject) -> None:
        self._document = _relaxed(document)
        self._registry = jsonschema_rs.Registry(
            [(_URI, self._document)], draft=jsonschema_rs.Draft202012
        )
        self._validators: dict[str, Any] = {}
        # Literal paths win over templates: /users/@me over /users/{user_id}.
        self._operations = sorted(_operations(self._document), key=lambda o: -o.literal_steps)

    def request_problems(
        self, method: str, path: str, query: Mapping[str, str], content_type: str, body: object
    ) -> list[FieldProblem]:
        """What the document refuses about a request; an unknown operation is a problem too.

        A multipart request is judged by its ``payload_json``, passed here as ``body``.
        """
        operation = self._operation(method, path)
        if operation is None:
            return [FieldProblem("", f"{method} {path} is not in the OpenAPI document")]
        problems = self._parameter_problems(operation, path, query)
        pointer = self._body_pointer(operation, content_type)
        if pointer and body is not None:
            problems += self._explain(pointer, body, "")
        elif body:
            problems.append(FieldProblem("", f"{method} {path} takes no {content_type} body"))
        elif self._required_body(operation):
            problems.append(FieldProblem("", f"{method} {path} needs a body"))
        return problems

    def reply_problems(
        self, method: str, path: str, status: int, body: object
    ) -> list[FieldProblem]:
        """What the document refuses about a reply to a known operation."""
        operation = self._operation(method, path)
        if operation is None:
            return []
        responses = f"{operation.pointer}/responses"
        documented = self._at(responses)
        key = next((k for k in (str(status), f"{status // 100}XX") if k in documented), None)
        if key is None:
            return [FieldProblem("status", f"{status} is none of {sorted(documented)}")]
        pointer, response = self._resolve(f"{responses}/{key}")
        if "application/json" in response.get("content", {}):
            return self._explain(f"{pointer}/content/application~1json/schema", body, "")
        return [] if body is None else [FieldProblem("", "no body is documented")]

    def _operation(self, method: str, path: str) -> Operation | None:
        candidates = (o for o in self._operations if o.method == method)
        return next((o for o in candidates if o.pattern.fullmatch(path)), None)

    def _parameter_problems(
        self, operation: Operation, path: str, query: Mapping[str, str]
    ) -> list[FieldProblem]:
        matched = operation.pattern.fullmatch(path)
        values = {"path": matched.groupdict() if matched else {}, "query": query}
        problems, known = [], set(_UNDOCUMENTED)
        for unresolved in operation.parameter_pointers:
            pointer, parameter = self._resolve(unresolved)
            place, name = parameter["in"], parameter["name"]
            known.add((place, name))
            value = values.get(place, {}).get(name)
            if value is not None and not self._accepts_text(f"{pointer}/schema", value):
                problems.append(FieldProblem(f"{place}.{name}", f"bad value {value!r}"))
            if value is None and parameter.get("required") and place in values:
                problems.append(FieldProblem(f"{place}.{name}", "missing"))
        unknown = [name for name in query if ("query", name) not in known]
        return problems + [FieldProblem(f"query.{name}", "unknown parameter") for name in unknown]

    def _accepts_text(self, pointer: str, text: str) -> bool:
        """Whether a query or path value fits, in any of the types its text may stand for."""
        readings: list[object] = [text]
        if re.fullmatch(r"-?\d+", text):
            readings.append(int(text))
        if text.lower() in {"true", "false", "1", "0"}:
            readings.append(text.lower() in {"true", "1"})
        return any(self._validator(pointer).is_valid(reading) for reading in readings)

    def _body_pointer(self, operation: Operation, content_type: str) -> str | None:
        contents = self._at(operation.pointer).get("requestBody", {}).get("content", {})
        media_type = content_type.partition(";")[0]
        if media_type not in contents:
            return None
        # payload_json of a multipart request follows the JSON schema.
        judged = "application/json" if "application/json" in contents else media_type
        escaped = judged.replace("/", "~1")
        return f"{operation.pointer}/requestBody/content/{escaped}/schema"

    def _required_body(self, operation: Operation) -> bool:
        return bool(self._at(operation.pointer).get("requestBody", {}).get("required"))

    def _explain(self, pointer: str, instance: object, path: str) -> list[FieldProblem]:
        """The errors of an instance, at the real field: unions are narrowed by ``type`` first."""
        if self._validator(pointer).is_valid(instance):
            return []
        pointer, schema = self._resolve(pointer)
        branches = self._branches(pointer, schema, instance)
        if branches:
            return min((self._explain(b, instance, path) for b in branches), key=_vagueness)
        inner = self._inner_problems(pointer, schema, instance, path)
        return inner or [
            FieldProblem("/".join(map(str, (path, *e.instance_path))).strip("/"), _shortened(e))
            for e in self._validator(pointer).iter_errors(instance)
        ]

    def _inner_problems(
        self, pointer: str, schema: JsonObject, instance: object, path: str
    ) -> list[FieldProblem]:
        problems: list[FieldProblem] = []
        if isinstance(instance, dict):
            for key in schema.get("properties", {}).keys() & instance.keys():
                inner = f"{pointer}/properties/{key}"
                problems += self._explain(inner, instance[key], f"{path}/{key}".strip("/"))
        if isinstance(instance, list) and "items" in schema:
            for position, item in enumerate(instance):
                inner_path = f"{path}/{position}".strip("/")
                problems += self._explain(f"{pointer}/items", item, inner_path)
        return problems

    def _branches(self, pointer: str, schema: JsonObject, instance: object) -> list[str]:
        keyword = next((k for k in ("oneOf", "anyOf") if k in schema), None)
        if keyword is None:
            return []
        branches = [f"{pointer}/{keyword}/{n}" for n in range(len(schema[keyword]))]
        kind = instance.get("type") if isinstance(instance, dict) else None
        fitting = [b for b in branches if kind is not None and kind in self._type_values(b)]
        return fitting or branches

    def _type_values(self, pointer: str) -> list[object]:
        """The values that a branch admits for its ``type`` property, if it names them."""
        _, schema = self._resolve(pointer)
        return list(schema.get("properties", {}).get("type", {}).get("enum", []))

    def _validator(self, pointer: str) -> Any:
        if pointer not in self._validators:
            # A reference into the registry compiles 20 times faster than an inlined document.
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_URI}#{pointer}"}, registry=self._registry, validate_formats=True
            )
        return self._validators[pointer]

    def _resolve(self, pointer: str) -> tuple[str, JsonObject]:
        """Follow references; the pointer that is reached, and what stands there."""
        found = self._at(pointer)
        while "$ref" in found:
            pointer = found["$ref"].removeprefix("#")
            found = self._at(pointer)
        return pointer, found

    def _at(self, pointer: str) -> JsonObject:
        found: Any = self._document
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            found = found[int(key)] if isinstance(found, list) else found[key]
        return dict(found)


@cache
def load_document(path: Path = DOCUMENT_PATH) -> OpenApiDocument | None:
    """The document, parsed once per process; None where it is not present."""
    if not path.is_file():
        return None
    return OpenApiDocument(json.loads(path.read_text(encoding="utf-8")))


def _relaxed(document: JsonObject) -> JsonObject:
    """The document, less strict where Discord itself is known to be."""
    schemas = document["components"]["schemas"]
    # discord.py sends ids as integers in message references and attachments.
    schemas["SnowflakeType"] = {
        "anyOf": [
            {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"},
            {"type": "integer", "minimum": 0},
        ]
    }
    # Discord's details by field carry symbolic codes, such as BASE_TYPE_MAX_LENGTH.
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = {
        "type": "object",
        "properties": {"code": {"type": ["string", "integer"]}, "message": {"type": "string"}},
        "required": ["code", "message"],
    }
    return document


def _operations(document: JsonObject) -> Iterable[Operation]:
    for template, item in document["paths"].items():
        base = "/paths/" + _escaped(template)
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        shared = [f"{base}/parameters/{n}" for n in range(len(item.get("parameters", [])))]
        for method in _METHODS & item.keys():
            own = item[method].get("parameters", [])
            yield Operation(
                method=method.upper(),
                pattern=re.compile(pattern),
                pointer=f"{base}/{method}",
                parameter_pointers=(
                    *shared,
                    *(f"{base}/{method}/parameters/{n}" for n in range(len(own))),
                ),
                literal_steps=sum(not step.startswith("{") for step in template.split("/")),
            )


def _escaped(key: str) -> str:
    """A key as a JSON pointer step that may also stand in a URI fragment."""
    pointer = key.replace("~", "~0").replace("/", "~1")
    return pointer.replace("{", "%7B").replace("}", "%7D")


def _vagueness(problems: list[FieldProblem]) -> tuple[int, int]:
    """Orders explanations: few problems, deep inside, tell the most."""
    return len(problems), -max((problem.path.count("/") for problem in problems), default=0)


def _shortened(error: Any) -> str:
    return str(error.message)[-_MAX_MESSAGE:]
