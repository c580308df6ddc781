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

from retrieval.language_model.chat import CITED, NEXT_BLOCK
from retrieval.writing.drafts import Cite, Draft, Item

MAX_CHARACTERS: Final = 50_000
"""Of a reply so much is read."""
MAX_ITEMS: Final = 20
MAX_CITES: Final = 6
MAX_TEXT: Final = 2_000
_MALFORMED: Final = Draft(answerable=True, well_formed=False)
_THOUGHT: Final = r"(?:think|thinking|thought|reasoning|reflection|analysis)"
# Templates that put the opening tag into the prompt leave only the closing one.
_REASONING: Final = re.compile(
    rf"<({_THOUGHT})\b[^>]*>.*?</\1\s*>|<\|channel\|>\s*analysis\b.*?(?:<\|end\|>|\Z)"
    rf"|\A(?:(?!<{_THOUGHT}\b).)*</{_THOUGHT}\s*>",
    re.DOTALL | re.IGNORECASE,
)
_OPEN_REASONING: Final = re.compile(rf"<{_THOUGHT}\b[^>]*>", re.IGNORECASE)
_NOT_ANSWERABLE: Final = re.compile(r"\A\W*NOT ANSWERABLE\W*\Z")
_BEGINS: Final = re.compile(r"""[{\[]\s*["'{]""")
_MOST_BRACES: Final = 300
"""Of more, no JSON is read: that takes long, and no answer has so many."""
_DEEPEST: Final = 6
_WHOLE_SENTENCES: Final = re.compile(r"\A.*[.!?…][\"”’')\]]*(?=\s|\Z)", re.DOTALL)
_REFERENCE: Final = r"\b(?:(?=[A-Z2-9]*[2-9])(?=[A-Z2-9]*[A-Z])[A-Z2-9]{6}|\d{1,2})\b"
_MARKS: Final = re.compile(rf"(?:\s*[\[(]{_REFERENCE}(?:[,; ]{{1,3}}{_REFERENCE})*[\])])+")
_LINE: Final = re.compile(
    r"^[\s>*_#-]*(?P<kind>ANSWERABLE|QUOTE|SENTENCE)\b[\s*_]*"
    r"(?:[\[(<«\"]*(?P<id>[A-Za-z0-9]{4,12})[\])>»\"]*)?[\s*_]*:[\s*_]*(?P<rest>.*)$",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"\A[\"“„«'‘](?P<inner>.*)[\"”“»'’]\Z", re.DOTALL)
_NO: Final = frozenset({"false", "no", "none", "null", "0", "nein", "non"})
_LIST_KEYS: Final = ("items", "sentences", "answer", "statements")
_TEXT_KEYS: Final = ("text", "sentence", "claim")
_CITE_KEYS: Final = ("cites", "citations", "quotes", "evidence", "sources")
_ID_KEYS: Final = ("id", "passage_id", "passage", "source")
_NATIVE: Final = re.compile(f"[{CITED[0]}{CITED[2]}{NEXT_BLOCK}]")
_Json = dict[str, Any]


def parse_reply(text: str) -> Draft:
    """Return what a reply says; one that says nothing in either form is not well formed."""
    reply = _REASONING.sub("", text[:MAX_CHARACTERS])
    if CITED[0] in reply:
        return _from_native(reply)
    reply = reply.replace(NEXT_BLOCK, "")
    is_open = _OPEN_REASONING.search(reply) is not None
    answers = [_from_json(found) for found in _strict_objects(reply) if _is_answer(found)]
    whole = [draft for draft in answers if draft.well_formed]
    if whole:  # what a model still weighs in its thoughts comes before what it settles on
        return whole[-1] if is_open else whole[0]
    if not is_open and _NOT_ANSWERABLE.search(reply):
        return Draft(answerable=False)
    for read in (_mended,) if is_open else (_mended, _from_lines, _from_prose):
        draft = read(reply)
        if draft.well_formed:
            return draft
    return _MALFORMED


def json_objects(text: str) -> Iterator[_Json]:
    """Yield the JSON objects of a reply, whatever they are in."""
    reply = _REASONING.sub("", text[:MAX_CHARACTERS])
    found = list(_strict_objects(reply))
    yield from found or _dicts(_loaded(reply))


def _strict_objects(text: str) -> Iterator[_Json]:
    """Yield the objects of well-formed JSON anywhere in a text, outermost first."""
    decoder = json.JSONDecoder(strict=False)
    at, tries = text.find("{"), 0
    while at >= 0 and tries < _MOST_BRACES:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield from _dicts(value)
        at = text.find("{", end)


def _loaded(text: str) -> object:
    """Return the JSON of a text that is broken or was cut off, None where there is none."""
    begun = _BEGINS.search(text)
    if begun is None or text.count("{") + text.count("[") > _MOST_BRACES:
        return None
    import json_repair

    try:
        return json_repair.loads(text[begun.start() :])
    except (ValueError, RecursionError):
        return None


def _dicts(value: object, depth: int = 0) -> Iterator[_Json]:
    """Yield an object and those within it, in strings too: arguments of calls come so."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[{")):
        value = _loaded(value)
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list) and depth < _DEEPEST:
        for one in value:
            yield from _dicts(one, depth + 1)


def _is_answer(found: _Json) -> bool:
    listed = _first(found, _LIST_KEYS)
    return "answerable" in found or (isinstance(listed, list | dict | str) and bool(listed))


def _from_json(found: _Json) -> Draft:
    items = tuple(_items(found))[:MAX_ITEMS]
    answerable = _truth(found.get("answerable"), default=True)
    return Draft(answerable, items, well_formed=bool(items) or not answerable)


def _items(found: _Json) -> Iterator[Item]:
    """Yield what an answer says: its entries, one piece with marks, or itself as an entry."""
    listed = _first(found, _LIST_KEYS)
    if isinstance(listed, dict):
        within = _first(listed, _LIST_KEYS)
        listed = within if isinstance(within, list) else [listed]
    cites = tuple(_cites(_first(found, _CITE_KEYS)))
    if isinstance(listed, str):
        yield from _marked(listed, cites)
    elif isinstance(listed, list):
        for entry in listed[:MAX_ITEMS]:
            if isinstance(entry, dict):
                yield from _items(entry)
            elif isinstance(entry, str):
                yield from _marked(entry, cites)
    elif text := _text(_first(found, _TEXT_KEYS)):
        yield from [Item(text, cites[:MAX_CITES])] if cites else _marked(text) or [Item(text, ())]


def _marked(text: str, listed: Sequence[Cite] = ()) -> list[Item]:
    """Return the sentences of a text with what the marks after them stand for.

    Marks are places in a list of citations, counted from 1, or ids of passages.
    """
    items = []
    for line in text.splitlines():
        begin = 0
        for marks in _MARKS.finditer(line):
            said = line[begin : marks.start()].strip(" .")
            meant = [_meant(mark, listed) for mark in re.findall(_REFERENCE, marks[0])]
            cites = tuple(cite for cite in meant if cite)
            if cites:
                begin = marks.end()
                ended = said if said.endswith(("!", "?")) else f"{said}."
                items += [Item(ended, cites[:MAX_CITES])] if 0 < len(said) < MAX_TEXT else []
    return items


def _meant(mark: str, listed: Sequence[Cite]) -> Cite | None:
    if not mark.isdigit():
        return Cite(mark, "")
    return listed[int(mark) - 1] if 0 < int(mark) <= len(listed) else None


def _mended(text: str) -> Draft:
    """Return the answer in JSON that is broken, was cut off, or lacks what should be around it."""
    found = list(_dicts(_loaded(text)))
    answers = map(_from_json, filter(_is_answer, found))
    entries = _entries(_strict_objects(text)) or _entries(found)
    bare = Draft(answerable=True, items=entries, well_formed=bool(entries))
    draft = next((draft for draft in answers if draft.well_formed), bare)
    if text.rstrip(" `\n").endswith(("}", "]", ">")):
        return draft
    items = tuple(_before_the_cut(draft.items))
    return Draft(draft.answerable, items, bool(items) or not draft.answerable)


def _entries(found: Iterable[_Json]) -> tuple[Item, ...]:
    return tuple(item for one in found for item in _items(one) if item.cites)[:MAX_ITEMS]


def _before_the_cut(items: Sequence[Item]) -> Iterator[Item]:
    """Yield entries of which each may be cut off: whole sentences, and quotes of whole words."""
    for item in items:
        whole = _WHOLE_SENTENCES.match(item.text)
        *cites, last = item.cites or [Cite("", "")]
        if not last.quote.endswith((".", "!", "?")):
            last = Cite(last.id, last.quote.rpartition(" ")[0])
        if whole:
            yield Item(whole[0], (*cites, last))


def _from_native(text: str) -> Draft:
    """Return sentences with the citations that the provider itself put after them."""
    items: list[Item] = []
    for piece in _NATIVE.split(text):
        id_, between, quote = piece.partition(CITED[1])
        if between and items:
            last = items[-1]
            items[-1] = Item(last.text, (*last.cites, Cite(id_, quote.strip()[:MAX_TEXT])))
        elif piece.strip() and not between:
            items.append(Item(piece.strip()[:MAX_TEXT], ()))
    cited = tuple(Item(one.text, one.cites[:MAX_CITES]) for one in items if one.cites)[:MAX_ITEMS]
    return Draft(answerable=True, items=cited, well_formed=bool(cited))


def _from_prose(text: str) -> Draft:
    """Return sentences that are followed by a passage's id in brackets, as in an essay."""
    items = tuple(_marked(text))[:MAX_ITEMS]
    return Draft(answerable=True, items=items, well_formed=bool(items))


def _cites(listed: object) -> Iterator[Cite]:
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, dict):
            id_, quote = _text(_first(entry, _ID_KEYS)), _text(_first(entry, ("quote", "text")))
        else:
            id_, _, quote = _text(entry).partition(":")
            if " " in id_:  # no id: a quote, and perhaps with a colon in it
                id_, quote = "", _text(entry)
        id_ = id_.strip("[]()<>\"' ")
        if id_ or quote:
            yield Cite(id_, _unquoted(quote))


def _from_lines(text: str) -> Draft:
    answerable: bool | None = None
    cites: list[Cite] = []
    items: list[Item] = []
    for found in filter(None, map(_LINE.match, text.splitlines())):
        kind, rest = found["kind"].upper(), found["rest"].strip()[:MAX_TEXT]
        if kind == "ANSWERABLE":
            answerable = _truth(rest.strip(" .*_\"'"), default=True)
        elif kind == "QUOTE" and found["id"] and rest:
            cites.append(Cite(found["id"], _unquoted(rest)))
        elif kind == "SENTENCE" and rest:
            items.append(Item(rest, tuple(cites[:MAX_CITES])))
            cites = []
    said = bool(items) if answerable is None else answerable
    return Draft(said, tuple(items[:MAX_ITEMS]), bool(items) or answerable is False)


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
