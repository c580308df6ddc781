"""Words and white space: how texts are compared, searched and cleaned.

Stored text is never changed; what is here makes a second, comparable form of it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from retrieval.errors import QuestionError
from retrieval.records import ID_LENGTH

MAX_QUESTION_CHARACTERS: Final = 8_000
"""Longest question that is read: Discord's options end at 6,000 characters."""

# Scripts that put no blanks between words: each character is compared by itself.
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Signs count where they change what is said: C++ and C#, -5, a comparison.
_WORD: Final = re.compile(
    rf"[{_UNSPACED}]|(?:(?<!\w)-(?=\d))?[^\W_{_UNSPACED}]+(?:\+\+|#(?!\w))?"
    r"|(?<![=!<>])[=!<>]==?(?!=)|(?<=\S\x20)[<>](?=\x20)"
)
# For plain ASCII without any of those signs: everything but letters and digits is a blank.
_SIGN: Final = re.compile(r"[+#=<>]|-(?=\d)")
_TO_BLANKS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_WHITE_SPACE: Final = re.compile(r"\s+")
# C0 and C1 controls (but tab and newline), zero-width, bidirectional and other format
# characters: they carry no words, and they can forge log lines or disguise text.  Halves of
# surrogate pairs stand for nothing and cannot be stored.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# Not the beginning of ">.<", ">_>", ">:(" or ">= 5".
_MARKS: Final = re.compile(r"\A[^\S\n]{0,9}(?:[>|](?![.:;_=<])[^\S\n]?)+")
_TYPED_WORD: Final = re.compile(r"\w[\w’'-]*")
FUNCTION_WORDS: Final = frozenset(
    _TYPED_WORD.findall(
        "a about am an and any are as at be been but by can could did do does doing for from had "
        "has have he her him his how i if in is it its just may me might must my no not of on or "
        "our shall she should so some than that the their them then there these they this to too "
        "up us was we were what when where which who whom whose why will with would you your"
    )
)
"""English words that say nothing about what a question is about."""
_SOFT_BREAKS: Final = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")


def content_words(text: str) -> list[str]:
    """Return the words of an English text that are more than function words, in lower case."""
    return [word for word in _TYPED_WORD.findall(text.lower()) if word not in FUNCTION_WORDS]


def unquoted(text: str) -> str:
    """Return a quote without its marks: the words that were quoted."""
    if ">" not in text and "|" not in text:
        return text
    return "\n".join(_MARKS.sub("", line, count=1) for line in text.split("\n"))


def content_id(*parts: str) -> str:
    """Return an id made of ``parts`` alone: equal parts, equal id, on any machine."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:ID_LENGTH]


def text_key(text: str) -> str:
    """Return the name of a text in the embedding cache."""
    return content_id("text", text)


def visible(text: str) -> str:
    """Return ``text`` without control, zero-width and bidirectional characters."""
    return _INVISIBLE.sub("", _SOFT_BREAKS.sub(" ", text))


def squeeze(text: str) -> str:
    """Return ``text`` on one line, each run of white space as one blank."""
    return _WHITE_SPACE.sub(" ", text).strip()


def words(text: str) -> list[str]:
    """Return the words of ``text`` in a form that survives re-typing.

    NFKC folds ligatures and full-width forms, case folding the case; quotation marks,
    dashes, emphasis marks and white space fall between words.  In Chinese and Japanese each
    character counts as a word.
    """
    if text.isascii() and not _SIGN.search(text):
        return text.lower().translate(_TO_BLANKS).split()
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def fold(text: str) -> str:
    """Return the words of ``text``, each between blanks, for whole-word substring tests.

    A text without words (an emoji, a row of dashes) stays as it is.
    """
    return f" {' '.join(words(text)) or squeeze(text)} "


def clean_question(text: str) -> str:
    """Return a question as it will be searched: visible, on one line.

    Raises:
        QuestionError: if nothing is left, or if it is longer than is read.
    """
    question = squeeze(visible(_WHITE_SPACE.sub(" ", text)))
    if not question:
        raise QuestionError("The question is empty: write a few words to search for.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most "
            f"{MAX_QUESTION_CHARACTERS:,} are read. Shorten it to what you want to know."
        )
    return question
