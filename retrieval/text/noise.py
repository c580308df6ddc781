"""Texts that say nothing to who reads them alone: thanks, greetings, signatures, a bare name.

Such a passage is in no index: it is never found, and never shown for an answer.  It is told by
its form and by short closed lists of English and German words; of other languages only what has
no words at all, mentions and mail's own lines are known.
"""

from __future__ import annotations

import re
from typing import Final

from retrieval.text.mail_lines import SIGNATURE, attribution, forwarded, is_footer, is_header_block
from retrieval.text.wording import visible, words

_MOST_WORDS: Final = 14
_MOST_CHARACTERS: Final = 300
"""No courtesy is longer."""
# Each says by itself that the line is a courtesy, an agreement or a call for attention.
_COURTESIES: Final = frozenset(
    words(
        "thanks thank thx tnx ty tysm tyvm tx cheers appreciated hi hello hey hiya howdy greetings "
        "welcome yw np bye goodbye cya regards sincerely congrats congratulations sorry please "
        "resolved bump lol lmao rofl haha hehe wow yay ok okay k sure ditto same agreed exactly "
        "indeed nice great cool awesome perfect perfectly excellent brilliant amazing wonderful "
        "super sweet works worked fixed solved helped helps nvm nevermind edit update ps done "
        "anyone anybody ideas idea suggestions luck morning evening afternoon "
        "danke dank dankeschön dankesehr merci hallo moin servus tschüss grüße grüsse gruß "
        "grüßen mfg vg lg bitte gern gerne genau dito klasse prima toll perfekt spitze "
        "cool funktioniert geklappt läuft erledigt gelöst geholfen willkommen entschuldigung "
        "mahlzeit"
    )
)
# These may stand beside them and add nothing.
_FILLERS: Final = frozenset(
    words(
        "a again all already also am an and any anyway are as at best but both can could day dear "
        "did does dude everybody everyone fine folks for friend friends from give good guys had "
        "has hand have help helping helpful her here him hope hopes how-to i i'm if in is it its "
        "just kind kindly know lot lots love man mate me much my now of oh on one or out people "
        "pretty list problem problems quick quickly read reading really regarding reply replying "
        "response safe should so sir some somebody someone take that that's the their them there "
        "these they this those thread time to too took trick try ve very was we well what were "
        "will with would y'all you your yours yes yep yeah ya advance great looking forward "
        "post answer answers input worries in team friend everybody's s m d re ll t "
        "alle allem allen alles auch auf beste besten bin das dem den der dich die dir du "
        "einen ein es euch eure eurer für geht guten gute hat hilfe ich ihr im ist ja jetzt klar "
        "liebe lieben mal mich mir mit morgen nochmal nochmals schnelle schon schön schöne schönen "
        "sehr so tag abend und uns viel viele vielen von voraus wieder wir zusammen zu leute "
        "antwort antworten freundlichen freundliche danach nun super"
    )
)
_COMMANDS: Final = frozenset(
    {"help", "exit", "quit", "stop", "test", "start", "hilfe", "ende", "beenden", "how are you"}
    | {"who are you", "what is your name", "wie geht's", "wer bist du", "wie heißt du"}
    | {"what are you", "are you a bot", "are you there", "are you human", "who made you"}
    | {"what can you do", "what do you do", "what do you know", "how do you work", "good bot"}
    | {"bad bot", "tell me a joke", "can you help me", "i need help", "help me", "what's up"}
    | {"was kannst du", "bist du da", "bist du ein bot", "kannst du mir helfen"}
)
"""What people type to a bot to see whether it is there, or to leave it."""
_VOTE: Final = re.compile(r"\+\d{1,4}|-1|\^+|this\W*", re.IGNORECASE)
_MENTIONS: Final = re.compile(r"<[@#][!&]?\d+>|(?<![\w/@])@[\w.#-]+(?![\w/])")
_EMOJI_CODES: Final = re.compile(r"<a?:\w{1,40}:\d+>|(?<![\w:]):[\w+-]{1,40}:(?![\w:])")
_EMOTICONS: Final = re.compile(
    r"(?<!\w)(?:[:;=8x][-o'^]?[)(dp/|\\3>o*]+|<3+|[xo]d|\^_*\^|[-o>][._][-o<])(?!\w)", re.IGNORECASE
)
_HEADING: Final = re.compile(r"#{1,6}[ \t]+\S[^.!?:\d]{0,60}")
_QUOTE_OR_DASH: Final = re.compile(r"[>–—~* \t-]{1,40}(?=\w)")
_NAME: Final = re.compile(
    r"[A-ZÀ-Þ](?:[a-zß-ÿ][\w’'-]*|\.)(?:[ \t]+[A-ZÀ-Þ](?:[a-zß-ÿ][\w’'-]*|\.)){0,2}"
)
_ADDRESSED: Final = re.compile(
    r"(?P<said>[^\n]*?)[\s,]+(?:[A-ZÀ-Þ@][\w’'.-]*)(?:[ \t]+[A-ZÀ-Þ][\w’'.-]*)?[\s!.,:;]*"
)
_SIGNED: Final = frozenset(words("all best hth care kind love mit take yours besten freundlichen"))
"""What is said before a name at the end of a mail, and means nothing else only there."""


def says_nothing(text: str) -> bool:
    """Tell whether a passage says nothing that anybody could ask for.

    So it is if each of its lines is a thanks, a greeting, an agreement, emoji, a mention, a
    heading or a name alone, or one of the lines that mail programs write; what stands under a
    signature's dashes is not looked at.
    """
    shown = visible(text)
    if "`" in shown:
        return not shown.replace("`", "").strip()  # code may be all signs
    signature = SIGNATURE.search(shown)
    lines = (shown[: signature.start()] if signature else shown).split("\n")
    lines = [line.strip() for line in lines if line.strip()]
    if not lines or is_header_block(lines) or _is_attribution("\n".join(lines)):
        return True
    return all(map(_line_says_nothing, lines))


def asks_nothing(question: str) -> bool:
    """Tell whether what somebody typed for a question is a courtesy or a command, and asks nothing.

    A name alone is a search for it.
    """
    said = _without_signs(visible(question)).strip("/!.? ")
    return said.casefold() in _COMMANDS or _VOTE.fullmatch(said) is not None or _is_courtesy(said)


def _is_attribution(text: str) -> bool:
    found = attribution(text)
    return (found is not None and found.end() == len(text)) or forwarded(text) is not None


def _line_says_nothing(line: str) -> bool:
    if len(line) > _MOST_CHARACTERS:
        return False
    opening = _QUOTE_OR_DASH.match(line)
    line = line[opening.end() :] if opening and not _VOTE.fullmatch(line) else line
    if _HEADING.fullmatch(line) or _NAME.fullmatch(line) or is_footer(line):
        return True
    if _is_attribution(line) or is_header_block([line]):
        return True
    rest = _without_signs(line)
    return _VOTE.fullmatch(rest) is not None or _is_courtesy(rest) or _is_to_somebody(rest)


def _without_signs(line: str) -> str:
    """Return a line without emoji and mentions."""
    for pattern in (_EMOJI_CODES, _EMOTICONS, _MENTIONS):
        line = pattern.sub(" ", line)
    return line.strip()


def _is_courtesy(line: str) -> bool:
    said = words(line)
    if not said:
        return True
    if len(said) > _MOST_WORDS:
        return False
    if _SIGNED.issuperset(said):
        return line.endswith(",")
    return not _COURTESIES.isdisjoint(said) and _COURTESIES.union(_FILLERS).issuperset(said)


def _is_to_somebody(line: str) -> bool:
    """Recognise a courtesy with a name after it: "Hi Tom,", "Thanks, Ann!", "Best, Tom"."""
    found = _ADDRESSED.fullmatch(line)
    if found is None:
        return False
    said = words(found["said"])
    is_signed = bool(said) and _SIGNED.issuperset(said)
    return bool(said) and (is_signed or _is_courtesy(found["said"]))
