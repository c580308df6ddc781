"""Limits on messages that Discord's OpenAPI document misses, or that must hold without it.

Numbers are from Discord's message and component reference.  Nothing here needs the document.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from tests.loopback.command_limits import autocomplete_problems, command_problems, modal_problems
from tests.loopback.components import LINK_STYLE, SELECTS, ComponentType, shown_text, walk
from tests.loopback.errors import FieldProblem, JsonObject
from tests.loopback.payloads import MessageFlag

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_FIELDS = 25
MAX_EMBED_TEXT_TOTAL = 6000
MAX_ACTION_ROWS = 5
MAX_V2_COMPONENTS = 40
MAX_V2_TEXT = 4000
MAX_BUTTONS_IN_ROW = 5
MAX_SELECT_OPTIONS = 25
MAX_LABEL = 80
MAX_CUSTOM_ID = 100
MAX_URL = 512
MAX_SECTION_TEXTS = 3
MAX_THREAD_NAME = 100

_EMBED_TEXT_LIMITS = {"title": 256, "description": 4096, "footer/text": 2048, "author/name": 256}
_FIELD_TEXT_LIMITS = {"name": 256, "value": 1024}

_IN_CONTAINER = frozenset({1, 9, 10, 12, 13, 14})
_ALLOWED_INSIDE: dict[int | None, frozenset[int]] = {
    None: _IN_CONTAINER | {ComponentType.CONTAINER},
    ComponentType.CONTAINER: _IN_CONTAINER,
    ComponentType.SECTION: frozenset({ComponentType.TEXT_DISPLAY}),
    ComponentType.ACTION_ROW: SELECTS | {ComponentType.BUTTON},
}
_MESSAGE_ROUTES = re.compile(r"/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/[^/]+)?")

Problems = Iterator[FieldProblem]


def request_problems(method: str, path: str, body: object) -> list[FieldProblem]:
    """What is wrong with a request body, by the hand-written rules."""
    if path.endswith("/commands") and isinstance(body, list):
        return list(command_problems(body))
    if not isinstance(body, dict):
        return []
    prefix, message = message_in(method, path, body)
    problems = [] if message is None else list(_message_problems(message))
    data = body.get("data") or {}
    if path.endswith("/callback") and body.get("type") == 8:
        problems += autocomplete_problems(data)
    if path.endswith("/callback") and body.get("type") == 9:
        problems += modal_problems(data)
    if path.endswith("/threads") and not 1 <= len(body.get("name") or "") <= MAX_THREAD_NAME:
        problems.append(FieldProblem("name", f"Must be between 1 and {MAX_THREAD_NAME} in length."))
    return [FieldProblem(f"{prefix}{p.path}", p.message) for p in problems] if prefix else problems


def message_in(method: str, path: str, body: JsonObject) -> tuple[str, JsonObject | None]:
    """The message that a request writes, with the path prefix at which it stands."""
    if path.endswith("/callback"):
        return ("data/", body.get("data") or {}) if body.get("type") in {4, 7} else ("", None)
    writes = method in {"POST", "PATCH"} and _MESSAGE_ROUTES.fullmatch(path)
    return "", body if writes else None


def mention_problems(method: str, path: str, body: object) -> list[FieldProblem]:
    """Complaints about a message whose text could notify somebody.

    Discord accepts such messages; a bot that repeats strangers' text must never send one.
    """
    if not isinstance(body, dict):
        return []
    prefix, message = message_in(method, path, body)
    if message is None or not _carries_text(message):
        return []
    allowed = message.get("allowed_mentions")
    if isinstance(allowed, dict) and allowed.get("parse") == []:
        named = [*(allowed.get("users") or []), *(allowed.get("roles") or [])]
        if not named:
            return []
    return [FieldProblem(f"{prefix}allowed_mentions", f"mentions possible: {allowed}")]


def _carries_text(message: JsonObject) -> bool:
    displayed = shown_text(message.get("components") or [])
    return bool(message.get("content") or message.get("embeds") or displayed)


def _message_problems(message: JsonObject) -> Problems:
    if len(message.get("content") or "") > MAX_CONTENT:
        yield FieldProblem("content", f"Must be {MAX_CONTENT} or fewer in length.")
    yield from _embed_problems(message.get("embeds") or [])
    components = message.get("components") or []
    if int(message.get("flags") or 0) & MessageFlag.COMPONENTS_V2:
        yield from _v2_problems(message, components)
    else:
        yield from _classic_problems(components)
    yield from _custom_id_problems(components)
    for path, component in walk(components):
        yield from _component_problems(path, component)


def _embed_problems(embeds: Sequence[JsonObject]) -> Problems:
    if len(embeds) > MAX_EMBEDS:
        yield FieldProblem("embeds", f"Must be {MAX_EMBEDS} or fewer in length.")
    total = 0
    for position, embed in enumerate(embeds):
        fields = embed.get("fields") or []
        if len(fields) > MAX_EMBED_FIELDS:
            yield FieldProblem(f"embeds/{position}/fields", f"Must be {MAX_EMBED_FIELDS} or fewer.")
        for path, text, limit in _embed_texts(embed):
            total += len(text)
            if len(text) > limit:
                yield FieldProblem(f"embeds/{position}/{path}", f"Must be {limit} or fewer.")
    if total > MAX_EMBED_TEXT_TOTAL:
        yield FieldProblem("embeds", f"Embed size exceeds maximum size of {MAX_EMBED_TEXT_TOTAL}")


def _embed_texts(embed: JsonObject) -> Iterator[tuple[str, str, int]]:
    """Every text of an embed with its path and its limit."""
    for path, limit in _EMBED_TEXT_LIMITS.items():
        outer, _, inner = path.partition("/")
        value = embed.get(outer) or ""
        text = value.get(inner) if isinstance(value, dict) else value
        yield path, text or "", limit
    for position, item in enumerate(embed.get("fields") or []):
        for key, limit in _FIELD_TEXT_LIMITS.items():
            yield f"fields/{position}/{key}", item[key], limit


def _classic_problems(components: Sequence[JsonObject]) -> Problems:
    if len(components) > MAX_ACTION_ROWS:
        yield FieldProblem("components", f"Must be {MAX_ACTION_ROWS} or fewer in length.")
    for position, component in enumerate(components):
        if component["type"] != ComponentType.ACTION_ROW:
            yield FieldProblem(
                f"components/{position}/type", "needs the IS_COMPONENTS_V2 flag (32768)"
            )


def _v2_problems(message: JsonObject, components: Sequence[JsonObject]) -> Problems:
    for key in ("content", "embeds"):
        if message.get(key):
            yield FieldProblem(key, "cannot be used together with the IS_COMPONENTS_V2 flag")
    everything = list(walk(components))
    if len(everything) > MAX_V2_COMPONENTS:
        yield FieldProblem(
            "components", f"{len(everything)} components, {MAX_V2_COMPONENTS} allowed"
        )
    displays = [c for _, c in everything if c["type"] == ComponentType.TEXT_DISPLAY]
    characters = sum(len(display.get("content") or "") for display in displays)
    if characters > MAX_V2_TEXT:
        yield FieldProblem("components", f"{characters} characters of text, {MAX_V2_TEXT} allowed")
    yield from _nesting_problems(components, None, "components")


def _nesting_problems(
    components: Sequence[JsonObject], parent_type: int | None, path: str
) -> Problems:
    allowed = _ALLOWED_INSIDE[parent_type]
    for position, component in enumerate(components):
        here, kind = f"{path}/{position}", component["type"]
        if kind not in allowed:
            yield FieldProblem(f"{here}/type", f"{kind} is not allowed here")
        elif kind in _ALLOWED_INSIDE:
            inside = component.get("components") or []
            yield from _nesting_problems(inside, kind, f"{here}/components")


def _custom_id_problems(components: Sequence[JsonObject]) -> Problems:
    counts = Counter(c["custom_id"] for _, c in walk(components) if c.get("custom_id"))
    for custom_id, count in counts.items():
        if count > 1:
            yield FieldProblem("components", f"custom_id {custom_id!r} is used {count} times")
        if len(custom_id) > MAX_CUSTOM_ID:
            yield FieldProblem("components", f"custom_id longer than {MAX_CUSTOM_ID}")


def _component_problems(path: str, component: JsonObject) -> Problems:
    check = _CHECKS.get(component["type"])
    if check:
        for message in check(component):
            yield FieldProblem(path, message)


def _button(button: JsonObject) -> Iterator[str]:
    if len(button.get("label") or "") > MAX_LABEL:
        yield f"label longer than {MAX_LABEL}"
    if not button.get("label") and not button.get("emoji"):
        yield "a button needs a label or an emoji"
    if button["style"] != LINK_STYLE:
        if not button.get("custom_id"):
            yield "a button that is not a link needs a custom_id"
        return
    url = button.get("url") or ""
    if len(url) > MAX_URL:
        yield f"url longer than {MAX_URL}"
    if not url.startswith(("http://", "https://", "discord://")):
        yield "a link button needs an http, https or discord url"
    if button.get("custom_id"):
        yield "a link button has no custom_id"


def _text_display(display: JsonObject) -> Iterator[str]:
    # Discord trims white space before it judges.
    if not (display.get("content") or "").strip():
        yield "a text display needs content"


def _section(section: JsonObject) -> Iterator[str]:
    if not 1 <= len(section.get("components") or []) <= MAX_SECTION_TEXTS:
        yield f"a section holds 1 to {MAX_SECTION_TEXTS} text displays"
    accessory = section.get("accessory") or {"type": None}
    if accessory["type"] not in {ComponentType.BUTTON, ComponentType.THUMBNAIL}:
        yield "a section needs a button or a thumbnail as its accessory"


def _action_row(row: JsonObject) -> Iterator[str]:
    kinds = [component["type"] for component in row.get("components") or []]
    one_select = len(kinds) == 1 and kinds[0] in SELECTS
    some_buttons = 1 <= len(kinds) <= MAX_BUTTONS_IN_ROW and set(kinds) == {ComponentType.BUTTON}
    if not one_select and not some_buttons:
        yield f"an action row holds 1 to {MAX_BUTTONS_IN_ROW} buttons, or one select"


def _string_select(select: JsonObject) -> Iterator[str]:
    options = select.get("options") or []
    if not 1 <= len(options) <= MAX_SELECT_OPTIONS:
        yield f"a select holds 1 to {MAX_SELECT_OPTIONS} options"
    for key in ("label", "value", "description"):
        if any(len(option.get(key) or "") > 100 for option in options):
            yield f"an option's {key} is longer than 100"


def _container(container: JsonObject) -> Iterator[str]:
    if not container.get("components"):
        yield "a container needs components"


_CHECKS: dict[int, Callable[[JsonObject], Iterator[str]]] = {
    ComponentType.BUTTON: _button,
    ComponentType.TEXT_DISPLAY: _text_display,
    ComponentType.SECTION: _section,
    ComponentType.ACTION_ROW: _action_row,
    ComponentType.STRING_SELECT: _string_select,
    ComponentType.CONTAINER: _container,
}
