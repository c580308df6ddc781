"""Recognising what in a post speaks to whoever sums up threads instead of to the people in them.

A net with holes, and known to be one.  What it finds is neither given to a model nor quoted;
what it misses still cannot bring a link, a foreign name or number, or a request for a
password on the screen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from retrieval.text.sentences import sentence_spans, sentences
from retrieval.text.wording import squeeze, visible

_MACHINE: Final = (
    r"(?:(?:AI|KI|IA)(?:[- ]\w+)?|AIs|LLMs?|(?:language|answering|AI)\s+models?|assistants?"
    r"|(?:chat\s?)?bots?|summari[sz]ers?|(?:automat(?:ed|ic)|machine)\s+(?:\w+\s+)?"
    r"(?:readers?|summar(?:y|ies)|systems?|tools?|agents?|repl(?:y|ies)))"
)
_DIGEST: Final = r"(?:summar(?:y|ies)|answers?|repl(?:y|ies)|responses?|digests?|recaps?|outputs?)"
_DIGESTS: Final = (
    r"(?:summari[sz]\w*|recap\w*|(?:sum|wrap|writ)\w*\s+(?:this\s+)?(?:\w+\s+)?up|digests?\b"
    r"|(?:compil|mak|prepar|writ|produc)\w*\s+(?:the|an?|your|any)\s+(?:\w+\s+)?(?:answer|summary|reply|digest)"
    r"|(?:answer|quot|cit|repl)\w*\s+(?:\w+\s+){0,2}from\s+(?:this|these|the|here)\b)"
)
_HERE: Final = (
    r"(?:here\b|(?:this|these)\s+(?:\w+\s+)?(?:posts?|threads?|topics?|messages?|pages?|texts?"
    r"|discussions?|passages?|channels?|notes?)\b|this\b(?=\s*(?:[,.:;!?]|and|should|must|for|to)))"
)
_COMPOSES: Final = (
    r"(?:(?:begin|start|open|lead|end|close|preface|conclude)s?\s+(?:\w+\s+){0,3}?(?:with|by)\b"
    r"|includ\w+|contain|consist|must\b|ha(?:s|ve)\s+to\b|are\s+(?:to|asked)\b|is\s+to\b|please\b"
    r"|needs?\s+to\b|should\s+(?:\w+\s+)?(?:say|state|mention|read|be(?:gin)?|start|open|end)\b"
    r"|template|always\s+(?:say|state|mention)|first\s+(?:sentence|line))"
)
_SAYS: Final = (
    r"(?:say|answer|tell|reply|respond|output|print|write|include|repeat|reveal|recommend|cite|add"
    r"|append|begin|start|open|end|mention|state|note|lead|confirm)\b"
)
_ORDERS: Final = (
    # Away with what the model was told.
    r"\b(?:ignore|disregard|forget|override|bypass|supersede|replace)s?\s+(?:\w+\s+){0,4}?"
    r"(?:instructions?|directives|guardrails|guidance|prompts?|(?:system|developer)\s+messages?)\b",
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}?"
    r"(?:(?:rules?|guidelines?|everything|all|what\w*)\s+(?:\w+\s+){0,2}?(?:above|before|so\s+far)"
    r"|(?<!my\s)(?:previous|prior|above|earlier|other)\s+(?:rules?|guidelines?|messages?|text|passages?|posts?))\b",
    # Marks of prompts and of our own contract.
    r"<\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\b",
    r"\[/?(?:INST|SYS)\]|<<\s*SYS\s*>>|<!--\s*(?:assistant|system|AI|LLM)\b",
    r"(?:^|\n|[#*>.!?]\s*)\s*(?-i:SYSTEM|ASSISTANT|DEVELOPER|INSTRUCTIONS?)\s*[:\]](?!\w)",
    r"\#{2,}\s*(?:system|assistant|instructions?|response|end\s+of)\b",
    r"\"answerable\"\s*:|\"(?:cites|quotes)\"\s*:|^\s*ANSWERABLE\s*:",
    # A part to play.
    r"\byou\s+are\s+(?:now\s+|(?:an?|the)\s+(?:\w+\s+){0,2}){1,2}"
    r"(?:AI|LLM|language\s+model|assistant|chat\s?bot|DAN|GPT\w*|Claude|answering\s+model)\b",
    r"\b(?:as\s+an?|(?:if|when|in\s+case)\s+you(?:['’]re|\s+are)\s+(?:an?|the))\s+"
    r"(?:AI|LLM|language\s+model|assistant|(?:automated|machine|retrieval|answering)\s+(?:reader|system|tool"
    r"|agent|engine))\b",
    # Spoken to as machines.
    r"(?:^|[.!?]\s|\n|[(\[])\W*(?:\w+\s+){0,3}?"
    r"(?:note|message|instructions?|attention|notice|reminder|dear|hey|hello|order|request|hint"
    r"|an\s+alle)s?\s*[,:]?\s*(?:to|for)?\s*(?:the|all|any|our|every)?\s*(?!(?:chat\s?)?bots?\b)"
    rf"{_MACHINE}\b\s*[:,.!–—-]",
    rf"\bcorrections?\s+for\s+(?:\w+\s+){{0,4}}?{_MACHINE}\s*:",
    rf"(?:^|[.!?]\s|\n)\W*(?:(?:all|dear|hey|hello|attention|could\s+the|would\s+the)\s+)?{_MACHINE}"
    rf"\s*(?:[,:]|\b(?:must|should|shall|please|kindly|are\s+asked)\b)[^.!?\n]{{0,40}}\b{_SAYS}",
    rf"\b(?:{_MACHINE}|models?|tools?)\s+(?:that\s+|which\s+|who\s+)?(?:is\s+|are\s+)?"
    rf"(?:read|answer|summari[sz]|quot|cit|pars|process)\w*\s+(?:\w+\s+){{0,2}}?{_HERE}",
    # Spoken of as what will be made of this.
    rf"\b(?:your|the|any|every|each|all)\s+(?:\w+\s+)?{_DIGEST}\s+(?:\w+\s+){{0,5}}?"
    r"(?:must|should|shall|has\s+to|needs?\s+to|(?:is|are)\s+to)\s+(?:\w+\s+){0,2}"
    r"(?:contain|include|begin|start|open|end|say|state|mention|consist|read)\b",
    rf"\b{_DIGEST}\s+(?:(?:based|built|drawn|made|taken)\s+)?(?:of|from|to|about|on|upon|quoting|citing"
    rf"|that\s+(?:use|draw|cite|quote)\w*)\s+(?:\w+\s+){{0,2}}?{_HERE}.{{0,40}}?\b{_COMPOSES}",
    rf"\b(?:from\s+now\s+on|(?:new|standing)\s+rule)\b[^.!?\n]{{0,40}}\b{_DIGEST}\b[^.!?\n]{{0,40}}\b{_SAYS}",
    rf"\b(?:request|ask)\w*\s+that\s+(?:\w+\s+){{0,2}}?{_DIGEST}\b",
    rf"\b(?:any|every|each|all)\s+generated\s+{_DIGEST}\b[^.!?\n]{{0,40}}\b{_SAYS}",
    rf"\b(?:begin|start|open|preface|end|close|conclude|lead)\s+"
    rf"(?:your|any|every|each|all|the|a)\s+(?:\w+\s+)?{_DIGEST}\b",
    rf"\b(?:when(?:ever)?|if|before|after|while|any(?:one|body)|who(?:ever)?|those|people|tools?"
    rf"|you)\b[^.!?\n]{{0,40}}\b{_DIGESTS}[^.!?\n]{{0,60}}(?:\b(?:please|kindly|must|should|tell)\b"
    rf"|\b{_SAYS})",
    rf"\b(?:please|kindly)\b[^.!?\n]{{0,60}}\b(?:when(?:ever)?|if|before)\b[^.!?\n]{{0,30}}"
    rf"\b{_DIGESTS}",
    # Words put into its mouth.
    r"\b(?:respond|reply|answer|output|print)\s+(?:only\s+|exactly\s+|always\s+|just\s+)+"
    r"(?:with|as|in)?\b",
    r"\b(?:reveal|print|repeat|output|leak|dump)\s+(?:\w+\s+){0,2}?(?:your|the\s+system|the\s+hidden)"
    r"\s+(?:\w+\s+)?(?:prompt|instructions|tokens?|keys?|secrets?|configuration|conversation)\b",
    r"\bwhen(?:ever)?\s+(?:anyone|anybody|someone|somebody|a\s+user|users?|people)\s+"
    r"(?:asks?|asked|wants?)\b[^.!?\n]{0,60}\b(?:say|answer|tell|reply|respond|send|recommend"
    r"|always)\b",
)
_ORDER: Final = re.compile("|".join(_ORDERS), re.IGNORECASE | re.MULTILINE)
_ANY_MACHINE: Final = (
    r"(?:AIs?|LLMs?|ChatGPT|GPT(?:-\w+)?|Claude|Gemini|Copilot|(?:\w+\s)?(?:assistants?|agents?|robots?)"
    r"|(?:\w+\s)?(?:chat)?bots?|machines|AI\s+\w+|summari[sz]ers?|(?:language|answering|AI|retrieval)\s+models?"
    r"|models?\s+(?:that|which|trained|reading|answering)"
    r"|(?:automated|automatic|machine|retrieval|answer(?:ing)?)\s+(?:\w+\s+)?(?:readers?|systems?|tools?"
    r"|engines?)|(?:any|whatever|whichever|the)\s+(?:software|tools?|systems?))"
)
_MACHINE_WORD: Final = re.compile(
    r"\b(?:AI|LLM|ChatGPT|GPT|Claude|Gemini|Copilot|assistant|agent|robot|bot|summari|model|automat"
    r"|machine|retriev|answer|software|tool|system|chatbot)", re.IGNORECASE
)  # fmt: skip
_GREETING: Final = (
    r"(?:for|to|ps|dear|hey|hello|note|attention|all|any|every|the|our|your|an?|friendly|kind|anyone['’]s"
    r"|reminder|hint|message|notice|instructions?|rules?|request|set|summary|could|would|v\d+)"
)
_SPOKEN_TO: Final = re.compile(
    rf"^\W*(?:{_GREETING},?\s+){{0,5}}{_ANY_MACHINE}(?:,\s*{_ANY_MACHINE})*(?:\s\w+){{0,2}}\s*(?:[:,.]|\b(?:please|kindly|should|must)\b)",
    re.IGNORECASE,
)
_MACHINE_READS: Final = re.compile(
    rf"\b(?:to|for)\s+(?:any|all|every)\s+{_ANY_MACHINE}\b.*:|\bby\s+(?:all\s+|any\s+)?{_ANY_MACHINE}\b.*:"
    rf"|\b{_ANY_MACHINE}\b.*?\b(?:(?:read|relay|pick|us(?=es?\b|ed\b|ing\b)|cit|quot|process|pars|retriev|ingest|scrap|index)\w*\s+"
    r"(?:me\b|along|(?:from\s+)?(?:this|these|here|my)\b)|(?:summari[sz]|condens|recap|digest|compil"
    r"|sum|wrap|writ|putting|put)\w*\s+(?:\w+\s+){0,4}?(?:this|together|thread|topic|discussion))"
    rf"|\b(?:fed|given|shown|pasted)\s+(?:in)?to\s+(?:an?\s+)?{_ANY_MACHINE}",
    re.IGNORECASE,
)
_DIRECTS: Final = re.compile(
    r"(?:\b(?:please|kindly|must|should|shall|always|only|favou?r|ha(?:s|ve)\s+(?:to|it)|lovely|quoted|repeated"
    r"|needs?\s+to|make\s+sure|(?:is|are)\s+(?:to|asked|requested|required|expected))\b[^.!?\n]{0,50}|"
    r"(?:^|[.!?:,;]\s+|\b(?:and|then)\s+))\b(?:say|state|tell|mention|report|open|start|begin|lead|put"
    r"|relay|disclose|output|include|respon[ds]e?|reply|repeat|announce|quote|add)\w{0,2}\b",
    re.IGNORECASE,
)
_NEXT: Final = 200
"""Characters of the sentence after."""


def addresses_the_model(text: str) -> bool:
    """Tell whether ``text`` reads like an order to whoever answers from it."""
    return order_at(text) is not None


@lru_cache(maxsize=512)
def order_at(text: str) -> int | None:
    """Return where the first sentence begins that orders its reader about, None without one.

    What follows it may be what it wants said, so nothing from there on is anybody's statement.
    """
    found = _ORDER.search(text)
    plain = visible(text)
    # Hidden characters within an order, or line ends: then the place is not known.
    if found is None and any(_ORDER.search(one) for one in {plain, squeeze(plain)} - {text}):
        return 0
    spans = sentence_spans(text)
    if found is None:
        return next((start for start, end in spans if _addresses(text, start, end)), None)
    at = found.start() + len(found[0]) - len(found[0].lstrip(" .!?\n([#*>"))
    return next((start for start, end in spans if at < end), 0)


def _addresses(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence speaks to machines that read it, and it or the next one directs."""
    first = text[start:end]
    if not _MACHINE_WORD.search(first):  # most sentences, and much faster
        return False
    if not _SPOKEN_TO.match(first) and not _MACHINE_READS.search(first):
        return False
    return _DIRECTS.search(" ".join(sentences(text[start : end + _NEXT])[:2])) is not None
