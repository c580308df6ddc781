"""Words in a form that survives inflection; English, and lenient with what is not.

A light stemmer after Porter (1980): it joins "installs", "installed" and "installing", and
"installation" with them.  Both sides of a comparison go through it, so that the stems
themselves need not be words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_MIN_STEM: Final = 3
_VOWEL: Final = re.compile(r"[aeiouyà-ÿ]")
_ENDINGS: Final = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ise"), ("fulness", "ful"),
    ("ousness", "ous"), ("iveness", "ive"), ("ability", "able"), ("ibility", "ible"),
    ("lessly", "less"), ("fully", "ful"), ("ically", "ic"), ("ously", "ous"),
    ("ations", "ate"), ("ation", "ate"), ("ingly", ""), ("edly", ""),
    ("ically", "ic"), ("ments", ""), ("ment", ""), ("ness", ""), ("ably", "able"),
    ("ibly", "ible"), ("ily", "y"), ("ally", "al"), ("ly", ""),
)  # fmt: skip
_IRREGULAR: Final = """
    be am is are was were been being
    have has had having
    do does did done doing
    go goes went gone
    get got gotten getting
    give gave given
    take took taken
    make made
    keep kept
    leave left
    lose lost loss
    find found
    hold held
    stand stood
    understand understood
    tell told
    say said
    think thought
    bring brought
    buy bought
    catch caught
    teach taught
    send sent
    spend spent
    build built
    rebuild rebuilt
    mean meant
    meet met
    read reads reading
    run ran runs running
    begin began begun beginning
    write wrote written writing
    rewrite rewrote rewritten
    break broke broken
    speak spoke spoken
    choose chose chosen choice
    freeze froze frozen
    steal stole stolen
    wear wore worn
    tear tore torn
    show showed shown
    know knew known
    grow grew grown
    throw threw thrown
    draw drew drawn
    see saw seen
    come came
    become became
    put puts putting
    set sets setting
    cut cuts cutting
    shut shuts
    let lets letting
    hit hits
    cost costs
    split splits splitting
    quit quits
    sit sat
    win won
    feel felt
    sell sold
    pay paid
    lay laid
    lie lay lain lying
    die died dying dies
    rise rose risen
    fall fell fallen
    drive drove driven
    forget forgot forgotten
    forbid forbade forbidden
    hide hid hidden
    bind bound
    wind wound
    fit fits
    child children
    person people persons
    man men
    woman women
    index indexes indices
    datum data
    medium media
    datum data
    good better best
    bad worse worst
    many more most
    little less least
    few fewer fewest
    far further farther
    old older oldest
    new newer newest
    young younger youngest
    dark darker darkest
    warm warmer warmest
    hard harder hardest
    heavy heavier heaviest
    light lighter lightest
    thick thicker thickest
    thin thinner thinnest
    tight tighter tightest
    loose looser loosest
    wide wider widest
    deep deeper deepest
    great greater greatest
    fast faster fastest
    slow slower slowest
    big bigger biggest
    large larger largest
    small smaller smallest
    long longer longest
    short shorter shortest
    high higher highest
    low lower lowest
    near nearer nearest
    close closer closest
    cheap cheaper cheapest
    safe safer safest
    easy easier easiest easily
    simple simpler simplest simply
    weak weaker weakest
    strong stronger strongest
    late later latest
    early earlier earliest
    quick quicker quickest
    kind kinder kindest
    permit permission permits permitted
    decide decision
    recognise recognize recognised recognized recognition
    authorise authorize authorised authorized authorization authorisation
    administrator admin administrators admins
    moderator moderators mod mods
    documentation docs documents document
    backup backups
    reply replies replied
    fail failure failures failed fails
    remove removal
    refuse refusal
    approve approval
    arrive arrival
    compare comparison
    receive receipt
    explain explanation
    speed speeds
    connect connection connections connected
    select selection
    collect collection
    describe description
    include inclusion
    expand expansion
    vary variety various
    analyse analyze analysis
    able ability
    high height
    long length
    strong strength
    wide width
    weigh weight
    choose choice
    lock locks locked locking
    create created creates creating creation
"""
_FORMS: Final = {
    form: group.split()[0] for group in _IRREGULAR.strip().splitlines() for form in group.split()
}
# "more" and "most" differ in what they say, and so do "better" and "good".
_KEPT: Final = frozenset({"more", "most", "less", "least", "fewer", "better", "best", "worse"})


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Return the stem of a word in lower case."""
    if word in _KEPT:
        return word
    word = word.removesuffix("'s").removesuffix("s'")
    if word in _FORMS:
        return _FORMS[word]
    if not word.isalpha() or len(word) <= _MIN_STEM:
        return word
    singular = _without_plural(word)
    if singular in _FORMS:
        return _FORMS[singular]
    return _ending(_without_tense(singular))


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - "ties"
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_tense(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= _MIN_STEM and _VOWEL.search(base):
            doubled = base[-1] == base[-2] and base[-1] not in "lsz"
            if base.endswith("at") and len(base) > _MIN_STEM + 1 and not _VOWEL.match(base[-3]):
                return base + "e"  # "updated" as "update"
            return base[:-1] if doubled else base
    return word


def _ending(word: str) -> str:
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > _MIN_STEM:
            word = word[: -len(ending)] + replacement
            break
    for ending in ("ate", "ion", "ize", "ise", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            word = word[: -len(ending)]
            break
    doubled = len(word) > _MIN_STEM and word[-1] == word[-2] and word[-1] in "lsz"
    word = word[:-1] if doubled else word
    return word[:-1] + "i" if word.endswith("y") else word
