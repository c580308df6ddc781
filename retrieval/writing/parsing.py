"""Reading a model's reply, whatever it looks like; never raises, never trusts.

One reader for both forms of the contract: JSON, also in a code fence, among prose, after
reasoning, in the arguments of a call, with wrong types or quotation marks, or cut short; and
lines, for models that cannot keep to JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from retrieval.llm.chat import CITED, NEXT_BLOCK
from retrieval.writing.drafts import Cite, Draft, Item

MAX_CHARACTERS: Final = 50_000
"""Of a reply so much is read."""
MAX_ITEMS: Final = 20
MAX_CITES: Final = 6
MAX_TEXT: Final = 2_000
_MALFORMED: Final = Draft(answerable=True, well_formed=False)
_REASONING: Final = re.compile(
    r"<(think|thinking|thought|reasoning|reflection|analysis)\b[^>]*>.*?</\1\s*>"
    r"|<\|channel\|>\s*analysis\b.*?(?:<\|end\|>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# Templates that put the opening tag into the prompt leave only the closing one.
_REASONING_END: Final = re.compile(
    r"\A.*</(?:think|thinking|thought|reasoning|reflection|analysis)\s*>", re.DOTALL | re.IGNORECASE
)
_OPEN_REASONING: Final = re.compile(
    r"<(?:think|thinking|thought|reasoning|reflection|analysis)\b[^>]*>", re.IGNORECASE
)
_NOT_ANSWERABLE: Final = re.compile(r"\A\W*NOT ANSWERABLE\W*\Z")
_BEGINS: Final = re.compile(
    r"""\{\s*["'](?:answerable|items|sentences|answer|statements)["']\s*:"""
)
_MOST_BRACES: Final = 300
"""Of more, no broken JSON is mended: that takes long, and no answer has so many."""
_WHOLE_SENTENCES: Final = re.compile(r"\A.*[.!?…][\"”’')\]]*(?=\s|\Z)", re.DOTALL)
_MARK: Final = re.compile(r"\s*\[\s*(\d{1,2}(?:\s*,\s*\d{1,2})*|[A-Za-z0-9]{6})\s*\]")
_LINE: Final = re.compile(
    r"^[\s>*_#-]*(?P<kind>ANSWERABLE|QUOTE|SENTENCE)\b[\s*_]*"
    r"(?:[\[(<«\"]*(?P<id>[A-Za-z0-9]{4,12})[\])>»\"]*)?[\s*_]*:[\s*_]*(?P<rest>.*)$",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"\A[\"“„«'‘](?P<inner>.*)[\"”“»'’]\Z", re.DOTALL)
_NO: Final = frozenset({"false", "no", "none", "null", "0", "nein", "non"})
_LIST_KEYS: Final = ("items", "sentences", "answer", "statements")
_CALL_KEYS: Final = ("arguments", "parameters", "input", "args")
_ID: Final = re.compile(r"\b(?=[A-Z2-9]*[2-9])(?=[A-Z2-9]*[A-Z])[A-Z2-9]{6}\b")
_CITED: Final = re.compile(r"(?:[\[(][A-Z2-9]{6}(?:[,; ]{1,3}[A-Z2-9]{6}){0,5}[\])]\s?){1,6}")
_NATIVE: Final = re.compile(f"[{CITED[0]}{CITED[2]}{NEXT_BLOCK}]")
_AROUND_AN_ID: Final = "[]()<>\"' "
_TEXT_KEYS: Final = ("text", "sentence", "claim")
_CITE_KEYS: Final = ("cites", "citations", "quotes", "evidence", "sources")
_ID_KEYS: Final = ("id", "passage_id", "passage", "source")
_Json = dict[str, Any]


def parse_reply(text: str) -> Draft:
    """Return what a reply says; one that says nothing in either form is not well formed."""
    reply = _without_reasoning(text[:MAX_CHARACTERS])
    if CITED[0] in reply:
        return _from_native(reply)
    reply = reply.replace(NEXT_BLOCK, "")
    is_open = _OPEN_REASONING.search(reply) is not None
    objects = list(_unwrapped(_objects(reply)))
    answers = [_from_json(found) for found in objects if _is_answer(found)]
    whole = [draft for draft in answers if draft.well_formed]
    if whole:  # what a model still weighs in its thoughts comes before what it settles on
        return whole[-1] if is_open else whole[0]
    if is_open:
        return _mended(reply) or _MALFORMED
    if _NOT_ANSWERABLE.search(reply):
        return Draft(answerable=False)
    return (
        _mended(reply)
        or _from_bare_items(objects)
        or _from_lines(reply)
        or _from_prose(reply)
        or _MALFORMED
    )


def json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a reply, those in the arguments of calls included."""
    yield from _unwrapped(_objects(_without_reasoning(text[:MAX_CHARACTERS])))


def _without_reasoning(text: str) -> str:
    return _REASONING_END.sub("", _REASONING.sub("", text))


def _unwrapped(objects: Iterable[_Json]) -> Iterator[_Json]:
    """Yield objects, and after each what it holds as the arguments of a call."""
    for found in objects:
        yield found
        for holder in (found, found.get("function"), found.get("function_call")):
            held = _first(holder, _CALL_KEYS) if isinstance(holder, dict) else None
            if isinstance(held, str):
                yield from _objects(held)
            elif isinstance(held, dict):
                yield held


def _is_answer(found: _Json) -> bool:
    listed = _first(found, _LIST_KEYS)
    return "answerable" in found or (isinstance(listed, list | dict | str) and bool(listed))


def _objects(text: str, start: int = 0) -> Iterator[_Json]:
    """Yield the JSON objects that begin somewhere in ``text``, outermost first."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{", start)
    tries = 0
    while at >= 0 and tries < 200:  # noqa: PLR2004 - braces of code are no answers
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                yield value
        at = text.find("{", end)


def _from_json(found: _Json, *, is_cut: bool = False) -> Draft:
    listed = _first(found, _LIST_KEYS)
    if isinstance(listed, dict):
        within = _first(listed, _LIST_KEYS)
        listed = within if isinstance(within, list) else [listed]
    if isinstance(listed, str):
        items = tuple(_marked_items(listed[:MAX_CHARACTERS], found))
    else:
        items = tuple(_items(listed if isinstance(listed, list) else [found], is_cut=is_cut))
    answerable = _truth(found.get("answerable"), default=True)
    return Draft(answerable, items, well_formed=bool(items) or not answerable)


def _marked_items(text: str, found: _Json) -> Iterator[Item]:
    """Yield the sentences of an answer in one piece, with what their marks stand for.

    Marks are places in a list of citations, counted from 1, or ids of passages.
    """
    listed = tuple(_cites(_first(found, _CITE_KEYS)))
    begin = 0
    for match in re.finditer(rf"(?:{_MARK.pattern})+", text):
        said, begin = text[begin : match.start()].strip(" .\n"), match.end()
        cites = tuple(cite for mark in _MARK.findall(match[0]) for cite in _meant(mark, listed))
        if said and cites:
            yield Item(f"{said}."[:MAX_TEXT], cites[:MAX_CITES])


def _meant(mark: str, listed: Sequence[Cite]) -> Iterator[Cite]:
    if _ID.fullmatch(mark):
        yield Cite(mark, "")
        return
    for number in re.findall(r"\b\d{1,2}\b", mark):
        if 0 < int(number) <= len(listed):
            yield listed[int(number) - 1]


def _mended(text: str) -> Draft | None:
    """Return the answer in JSON that is broken or was cut off, None where there is none."""
    begun = _BEGINS.search(text)
    if begun is None or text.count("{") + text.count("[") > _MOST_BRACES:
        return None
    import json_repair

    try:
        found = json_repair.loads(text[begun.start() :])
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list):  # with what follows it
        found = next((one for one in found if isinstance(one, dict)), None)
    if not isinstance(found, dict):
        return None
    is_cut = not text.rstrip(" `\n").endswith(("}", "]", ">"))
    draft = _from_json(found, is_cut=is_cut)
    return draft if draft.items or not draft.answerable else None


def _from_bare_items(objects: list[_Json]) -> Draft | None:
    """Return the answer of a model that leaves out what should be around its items."""
    items = tuple(item for item in _items(objects) if item.cites)
    return Draft(answerable=True, items=items) if items else None


def _from_native(text: str) -> Draft:
    """Return sentences with the citations that the provider itself put after them."""
    items: list[Item] = []
    said, cites = "", []  # type: str, list[Cite]
    for piece in _NATIVE.split(text):
        id_, between, quote = piece.partition(CITED[1])
        if between:
            cites.append(Cite(id_, quote.strip()[:MAX_TEXT]))
        elif piece.strip():
            if cites:
                items.append(Item(said, tuple(cites[:MAX_CITES])))
                cites = []
            said = piece.strip()[:MAX_TEXT]
    if cites:
        items.append(Item(said, tuple(cites[:MAX_CITES])))
    return Draft(answerable=True, items=tuple(items[:MAX_ITEMS]), well_formed=bool(items))


def _from_prose(text: str) -> Draft | None:
    """Return sentences that are followed by a passage's id in brackets, as in an essay."""
    items = []
    for line in text.splitlines():
        begin = 0
        for found in _CITED.finditer(line):
            said, begin = line[begin : found.start()].strip(), found.end()
            cites = tuple(Cite(id_, "") for id_ in _ID.findall(found.group()))
            if cites and said and len(said) <= MAX_TEXT:
                items.append(Item(said, cites))
    return Draft(answerable=True, items=tuple(items[:MAX_ITEMS])) if items else None


def _items(listed: Sequence[Any], *, is_cut: bool = False) -> Iterator[Item]:
    """Yield what entries say; of those that may be cut off, their whole sentences."""
    for entry in listed[:MAX_ITEMS]:
        if isinstance(entry, dict):
            text = _text(_first(entry, _TEXT_KEYS))
            if is_cut:
                whole = _WHOLE_SENTENCES.match(text)
                text = whole[0] if whole else ""
            cites = tuple(_cites(_first(entry, _CITE_KEYS)))[:MAX_CITES]
            if is_cut and cites and not cites[-1].quote.endswith((".", "!", "?")):
                # perhaps within a word
                *whole_cites, last = cites
                cites = (*whole_cites, Cite(last.id, last.quote.rpartition(" ")[0]))
            if text:
                yield Item(text, cites)


def _cites(listed: object) -> Iterator[Cite]:
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, dict):
            id_, quote = _text(_first(entry, _ID_KEYS)), _text(_first(entry, ("quote", "text")))
        else:
            id_, _, quote = _text(entry).partition(":")
            if " " in id_:  # no id: a quote, and perhaps with a colon in it
                id_, quote = "", _text(entry)
        id_ = id_.strip(_AROUND_AN_ID)
        if id_ or quote:
            yield Cite(id_, _unquoted(quote))


def _from_lines(text: str) -> Draft | None:
    answerable: bool | None = None
    cites: list[Cite] = []
    items: list[Item] = []
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        kind, rest = found["kind"].upper(), found["rest"].strip()[:MAX_TEXT]
        if kind == "ANSWERABLE":
            answerable = _truth(rest.strip(" .*_\"'"), default=True)
        elif kind == "QUOTE" and found["id"] and rest:
            cites.append(Cite(found["id"], _unquoted(rest)))
        elif kind == "SENTENCE" and rest and len(items) < MAX_ITEMS:
            items.append(Item(rest, tuple(cites[:MAX_CITES])))
            cites = []
    if answerable is None and not items:
        return None
    said = bool(items) if answerable is None else answerable
    return Draft(said, tuple(items), well_formed=bool(items) or not said)


def _first(found: _Json, keys: tuple[str, ...]) -> object:
    return next((found[key] for key in keys if key in found), None)


def _text(value: object) -> str:
    return value.strip()[:MAX_TEXT] if isinstance(value, str) else ""


def _truth(value: object, *, default: bool) -> bool:
    if isinstance(value, str):
        return value.strip().lower().split(" ")[0].strip(".,;") not in _NO
    return default if value is None else bool(value)


def _unquoted(quote: str) -> str:
    found = _QUOTED.match(quote.strip())
    return found["inner"].strip() if found else quote.strip()
