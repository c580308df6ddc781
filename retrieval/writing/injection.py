"""Recognising posts that speak to a language model instead of to people.

A net with holes, and known to be one: what it misses meets the citation check, which knows no
instructions at all.  It is there because words that do stand in a post would pass that check.
"""

from __future__ import annotations

import re
from typing import Final

from retrieval.wording import squeeze, visible

_ADDRESSES: Final = re.compile(
    r"""
      \b(?:ignore|disregard|forget|override|bypass|skip)\b [^.!?\n]{0,40}
      \b(?:instruct\w*|prompts?|rules?|guidelines?|guardrails?|above|previous|prior|earlier
        |(?:system|developer)\s+messages?)\b
    | \b(?:system|developer|hidden|initial|secret)\s*(?:prompt|message|instructions?)\b
    | <\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\b
    | \[/?(?:INST|SYS)\] | <<\s*SYS\s*>>
    | (?:^|\n|[#*>]\s*)\s*(?:system|assistant|developer|instructions?)\s*[:\]](?!\w)
    | \#{2,}\s*(?:system|assistant|instructions?|response|end\s+of)\b
    | \byou\s+are\s+(?:now\s+)?(?:an?\s+|the\s+)?(?:\w+\s+){0,2}
      (?:AI|LLM|language\s+model|assistant|chat\s?bot|DAN|GPT\w*|Claude|answering\s+model)\b
    | \b(?:note|message|instructions?|attention|notice|reminder|dear|hey|hello|order)s?\s*[,:]?\s*
      (?:to|for)?\s*(?:the|all|any)?\s*
      (?:AIs?|LLMs?|(?:language|answering)\s+models?|assistants?|chat\s?bots?|summari[sz]ers?)\b
    | \b(?:as|if\s+you\s+are|when\s+you\s+are)\s+(?:an?|the)\s+
      (?:AI|LLM|language\s+model|assistant)\b
    | \b(?:AI|LLM|(?:language|answering)\s+model|assistant)s?\b
      \s*(?:,|:|\bmust\b|\bshould\b|\bshall\b)[^.!?\n]{0,30}\b(?:say|answer|reply|respond|output|print|write|tell|include|repeat|reveal
        |recommend|cite|add|append)\b
    | \b(?:your|the)\s+(?:answer|reply|response|output)s?
      \s+(?:must|should|shall|has\s+to|needs\s+to)\s+(?:\w+\s+){0,2}(?:contain|include|be|begin|start|end|say|consist|read)\b
    | \b(?:respond|reply|answer|output|print)
      \s+(?:only\s+|exactly\s+|always\s+|just\s+)+(?:with|as|in)?\b
    | \b(?:reveal|print|repeat|output|leak|dump)\s+(?:\w+\s+){0,3}
      (?:prompt|instructions|token|api\s+key|secrets?|configuration|conversation)\b
    | \bwhen(?:ever)?\s+(?:anyone|anybody|someone|somebody|a\s+user|users?|people)\s+
      (?:asks?|asked|wants?)\b[^.!?\n]{0,60}
      \b(?:say|answer|tell|reply|respond|send|recommend|always)\b
    | "answerable"\s*: | "cites"\s*:
    | ^\s*ANSWERABLE\s*:
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)


def addresses_the_model(text: str) -> bool:
    """Tell whether ``text`` reads like an order to a language model."""
    plain = visible(text)
    return bool(_ADDRESSES.search(plain) or _ADDRESSES.search(squeeze(plain)))
