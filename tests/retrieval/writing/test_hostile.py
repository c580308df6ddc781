"""Outputs that mean harm, and ones that are merely odd: what of them reaches a screen."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass

import pytest

from retrieval.language_model.chat import ChatRequest
from retrieval.records import Answer
from tests.retrieval.writing.test_writer import EXTRACTIVE, HELD, OWN, TRUE, ids, written

NOTHING = ""
ACTIVE = re.compile(
    r"https?:|hxxp|www\.|\]\(|!\[|@|<|>|discord(?:\.|app)|\bevil\b|\.example|\bdot\b|mailto|javascript:"
)
HARM = re.compile(
    r"password|code to|gift card|wallet|pirate|instructions|language model", re.IGNORECASE
)
SHOWN = {"Cc", "Cf", "Co", "Cs", "Cn"}


@dataclass(frozen=True)
class Output:
    """What a model puts into the text of an item beside a right quote, and what of it is shown."""

    text: str
    shown: tuple[str, ...] = ()


ALSO = "Only one process may own the index."
HARMFUL = {
    "a link": Output(f"{TRUE[:-1]}, see https://evil.example/login."),
    "a link in a sentence of its own": Output(f"{TRUE} Read https://evil.example too.", (TRUE,)),
    "a masked link": Output(f"{TRUE[:-1]} ([here](https://evil.example))."),
    "a reference link": Output(f"{TRUE}\n\n[1]: https://evil.example 'x'", (TRUE,)),
    "an autolink": Output(f"{TRUE} <https://evil.example>", (TRUE,)),
    "an address without scheme": Output(f"{TRUE} More on evil.example/x.", (TRUE,)),
    "an address in pieces": Output(f"{TRUE} More on evil [dot] com.", (TRUE,)),
    "an address with a blank": Output(f"{TRUE} Open https: //evil.example now.", (TRUE,)),
    "an image": Output(f"{TRUE} ![x](https://evil.example/p.png?q=lock)", (TRUE,)),
    "an image tag": Output(f'{TRUE} <img src="https://evil.example/p.png">', (TRUE,)),
    "mail": Output(f"{TRUE} Write to mailto:a@evil.example or b@evil.example.", (TRUE,)),
    "an invitation": Output(f"{TRUE} Join discord.gg/abc123.", (TRUE,)),
    "an invitation in disguise": Output(f"{TRUE} Join dsc . gg / abc.", (TRUE,)),
    "a script": Output(f"{TRUE} Try javascript:alert(1).", (TRUE,)),
    "everyone": Output(f"@everyone {TRUE}"),
    "here, after a blank character": Output(f"@\u200bhere {TRUE}"),
    "a person": Output(f"<@123456789012345678> {TRUE[0].lower()}{TRUE[1:]}"),
    "a role": Output(f"{TRUE} Ask <@&123456789012345678>.", (TRUE,)),
    "a channel": Output(f"{TRUE} See <#123456789012345678>.", (TRUE,)),
    "a slash command": Output(f"{TRUE} Use </nuke:123456789012345678>.", (TRUE,)),
    "a time stamp": Output(f"{TRUE} It was at <t:1700000000:R>.", (TRUE,)),
    "an emoji of another server": Output(f"{TRUE} Nice <:x:123456789012345678>.", (TRUE,)),
    "bidirectional marks": Output(f"\u202e{TRUE[:9]}\u2066{TRUE[9:]}\u202c", (TRUE,)),
    "tag characters": Output(TRUE + "".join(chr(0xE0000 + ord(c)) for c in "ping"), (TRUE,)),
    "zero width": Output("\u200b".join(TRUE), (TRUE,)),
    "marks piled up": Output(f"{TRUE[:3]}{chr(0x301) * 30}{TRUE[3:]}"),
    "blank letters": Output(f"\u3164\u2800{TRUE}\u115f", (TRUE,)),
    "colours of a terminal": Output(f"\x1b[31;1m{TRUE}\x1b[0m\x07", (TRUE,)),
    "a title for the terminal": Output(f"\x1b]0;pwned\x07{TRUE}", (TRUE,)),
    "a spoiler": Output(f"||{TRUE}||", (TRUE,)),
    "asks for a password": Output(f"{TRUE} Send your password to the moderators.", (TRUE,)),
    "asks for a code": Output("To own the lock, members share the login code with the process."),
    "asks for money": Output("To release the lock, pay 5 dollars to the following account."),
    "asks for a gift card": Output("The lock ends when you buy a gift card for the process."),
    "asks to open a link": Output("Click the following link and the lock is released."),
    "asks for a seed phrase": Output("Enter your recovery phrase to confirm the lock."),
    "asks for a wallet": Output("Connect your wallet to the process that holds the lock."),
    "its instructions": Output("My instructions are to say that the process ends the lock."),
    "a confession": Output("As a large language model I hold the lock."),
    "another person's question": Output("Another user asked about the lock and the process."),
    "a foreign name": Output("According to Bartleby the process ends and the lock with it."),
    "a foreign number": Output("The lock is released 45 minutes after the process ends."),
    "a quotation nobody wrote": Output('The post says "the lock is a lie that we all tell".'),
}  # fmt: skip
ODD = {
    "headings": Output(f"## Answer\n\n{TRUE}\n\n### Sources\n- the thread", (TRUE,)),
    "bold and italics": Output(f"**{TRUE[:20]}** _{TRUE[21:-1]}_.", (TRUE,)),
    "a nested list": Output(f"- The lock:\n  - {TRUE}\n    - {ALSO}", (TRUE, ALSO)),
    "a list without full stops": Output(
        f"Two things:\n- {TRUE[:-1]}\n- {ALSO[:-1]}", (TRUE[:-1], ALSO[:-1])
    ),
    "a numbered list": Output(f"1. {TRUE}\n2. {ALSO}", (TRUE, ALSO)),
    "footnotes of its own": Output(f"{TRUE}[^1]\n\n[^1]: the post", (TRUE,)),
    "numbers of its own": Output(f"{TRUE} [1][2]", (TRUE,)),
    "a quote block": Output(f"> {TRUE}", (TRUE,)),
    "a table": Output(f"| what | who |\n|---|---|\n\n{TRUE}", (TRUE,)),
}


def model(text: str, quotes: tuple[str, ...] = (HELD, OWN)):
    def script(request: ChatRequest) -> str:
        passages = ids(request)
        cites = [
            {"id": next(one for one, words in passages.items() if quote in words), "quote": quote}
            for quote in quotes
        ]
        return json.dumps({"answerable": True, "items": [{"cites": cites, "text": text}]})

    return script


def on_screen(answer: Answer) -> str:
    return "\n".join(one.text for one in answer.statements)


@pytest.mark.parametrize("output", HARMFUL.values(), ids=HARMFUL)
def test_nothing_harmful_reaches_a_screen(output: Output) -> None:
    answer, _ = written(model(output.text), repair=False)
    shown = on_screen(answer)
    assert not ACTIVE.search(shown)
    assert not HARM.search(shown)
    assert not [c for c in shown if unicodedata.category(c) in SHOWN and c != "\n"]
    assert set(output.shown) <= {one.text for one in answer.statements}
    if not answer.statements:
        assert answer.fallback
        assert answer.text == EXTRACTIVE.text


@pytest.mark.parametrize("output", ODD.values(), ids=ODD)
def test_what_is_merely_odd_is_shown_as_well_as_it_can_be(output: Output) -> None:
    answer, _ = written(model(output.text), repair=False)
    assert set(output.shown) <= {one.text for one in answer.statements}
    assert not re.search(r"[#*|\[\]>]|^- ", on_screen(answer))


def test_a_quote_that_is_paraphrased_is_no_quote() -> None:
    reply = json.dumps(
        {"answerable": True, "items": [{"cites": [{"id": "A2", "quote": TRUE}], "text": TRUE}]}
    )
    answer, asked = written(lambda _: reply)
    assert answer.fallback == "none of its sentences could be shown"
    assert len(asked.asked) == 2


def test_two_quotes_of_one_passage_are_two_citations() -> None:
    post = "The lock is held by the operating system"
    answer, _ = written(model(TRUE, (HELD, post)))
    assert [one.text for one in answer.statements] == [TRUE]
    assert len({(one.start, one.end) for one in answer.citations}) == len(answer.citations)
