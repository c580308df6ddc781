from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.text.sentences import sentence_spans, sentences, wonders

# "|" stands where a sentence ends; the white space after it belongs to no sentence.
CASES = [
    # the ordinary end
    "It works.",
    "It works.| It is fast.",
    "Is it fast?| Yes!| Try it.",
    "No stop at the end",
    "First line\nof one sentence.| Second.",
    "What?!| Really?!| Yes.",
    "No way!!!| He said so.",
    "Wait…| It failed.",
    "Wait… it failed.",
    "I tried ... and gave up.",
    "I tried...| Then I gave up.",
    "Hm... ok.| Fine.",
    "Who said “why?” and left.",
    # numbers, versions, files, hosts
    "Pi is 3.14 or so.| Use it.",
    "Version 2.7.1 is out.| Get it.",
    "Python 3.11.| Not 3.10.",
    "It costs $5.| Pay now.",
    "Set it to 0.5.| Then restart.",
    "Open config.yaml first.| Then bot.py.| Done.",
    "Visit example.org for more.| Then write.",
    "See https://example.org/a.b?c=d.| Then go on.",
    "(See https://example.org/x.)| Then go on.",
    "看https://example.org/x。|然后走。",
    "Read https://example.org/What.Is.This before asking.",
    "At 10.30 a.m. we met.",
    "We met at 10 a.m.| It rained.",
    # abbreviations
    "Use a tool, e.g. a hammer.| It helps.",
    "Use a tool, e.g. Python.| It helps.",
    "That is, i.e. the first one.| Yes.",
    "Cats, dogs, etc. are fine.",
    "Bring cats, dogs, etc.| Then leave.",
    "Bring cats, dogs, etc.",
    "Smith et al. found it.| Others did not.",
    "See Fig. 3 and Eq. 4.| They agree.",
    "Dr. Who met Mr. Smith.| They talked.",
    "Logs vs. metrics is a question.",
    "It runs approx. 3 times.| Enough.",
    "Ask J. R. R. Tolkien.| He knows.",
    "G. K. Chesterton wrote it.",
    "The U.S. economy grew.| It did.",
    "He lives in the U.S.| It is large.",
    "He lives in the U.S. and works there.",
    "Is it ready?| No.| Wait a day.",
    "See No. 7 for more.| It is short.",
    "It was no. 7 on the list.",
    "We meet in Jan. 2026.| Be there.",
    "Wait a sec.| Then try again.",
    "The U.S. Army uses it.| Really.",
    "Thanks to E. Example and J. Doe.| They helped.",
    "Ask Plan B.| It worked.",
    "I took vitamin C.| It helped.",
    "So do I.| We agree.",
    # glued sentences
    "The loss per second.|Edit: it fell.",
    "It is done.|Now we wait.",
    "Is it done?|Yes it is.",
    "(as shown above).|This is new.",
    "He said “stop.”|Then he left.",
    "It costs 5.|Then more.",
    "Use `numpy.Array` here.| Or not.",
    "Node.js is fine.| So is Vue.",
    "Edit:I was wrong about it.| Sorry.",
    "Done.|“Now we wait,” he said.",
    # quotes, brackets, notes after the stop
    "He said “it works.”| She left.",
    'He said "it works."| She left.',
    "It works (mostly.)| Use it.",
    "**It works.**| Use it.",
    "_It works._| Use it.",
    "It works.[1]| It is fast.[2]",
    "It works.[12][13]| Use it.",
    "“Does it?” asked Ann.| “Yes.”",
    "It works (see below!) and is fast.",
    # code, LaTeX
    "Run `pip install x. Then y` now.| Done.",
    "Let $x = 1. Y = 2$ hold.| Then go.",
    r"Let \(x. Y\) hold.| Then go.",
    "$$a. B$$ holds.| Good.",
    "```\nA. B\n\nC. D\n```",
    "Try this:\n```\nfoo. Bar\n```|\nIt works.",
    "It costs $5.| He paid $6.| Fine.",
    "From $5.| To $10.",
    "So $a$.| Then $b$.",
    "cool~~~ yes.| It is.",
    # lists
    "Two things:|\n- one thing|\n- another thing",
    "Steps:|\n1. Install it.|\n2. Run it.",
    "1. Install it.| 2. Run it.",
    "A heading|\n\nA paragraph.",
    "a) first thing|\nb) second thing",
    # emoji
    "It works! 🎉| Thanks.",
    "It works. 🎉",
    "It works 🎉| It really does.",
    "Nice 👍",
    "I ❤ Python.| You?",
    "Thanks!🎉| It works.",
    "It works. :)| Thanks.",
    # other languages
    "これは本です。|それはペンです。",
    "「終わり。」|彼は言った。",
    "真的吗？|是的！|好。",
    "Das ist z. B. ein Satz.| Noch einer.",
    "Das ist z.B. ein Satz.| Noch einer.",
    "Am 3. Mai kam er.| Er blieb.",
    "Er kam bzw. Sie ging.",
    "„Es geht.“| Sie ging.",
    "Das heißt, d. h. Autos usw.| Mehr nicht.",
    "Il a dit : « Non ! »| Puis il est parti.",
    "C'est fini.| Où est-il ?| Là.",
    "« C'est fini. »| Il part.",
    "¿Qué es esto?| ¡Nada!| Vale.",
    "Fin.|¿Qué es esto?",
    "Это работает.| Хорошо.",
    "यह काम करता है।| ठीक है।",
    "هل يعمل؟| نعم.",
    "Yes!| And it is fast.",
]


@pytest.mark.parametrize("marked", CASES)
def test_a_text_is_cut_where_its_sentences_end(marked):
    wanted = [part.strip() for part in marked.split("|")]
    assert list(sentences(marked.replace("|", ""))) == wanted


TYPED = st.text(
    st.sampled_from("aB e.g!?…。\n\n$`\\()[]\"”'*_-1 23:;🎉é\u200b\t\u3000ÄÉ") | st.characters(),
    max_size=200,
)


@given(TYPED)
@example("")
@example(" \n\u3000")
@example("...")
@example("`")
@example("$$")
@example("a.\n\n\n- b")
def test_spans_are_in_order_and_leave_out_only_white_space(text):
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "piece",
    [
        "a. ",
        "A. ",
        "$",
        "`",
        "\\(",
        "```",
        "...",
        "[1]",
        "\n",
        " ",
        "\n ",
        "(",
        "“",
        "a",
        "$$",
        "🎉",
        "\\[",
        "~~~",
        ".'",
    ],
)
def test_no_text_takes_more_than_linear_time(piece):
    text = piece * (60_000 // len(piece)) + "x"
    started = time.process_time()
    sentence_spans(text)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("I just got a chain and am curious how long it lasts", True),
        ("I’m wondering whether oil is better.", True),
        ("does anyone have an old gauge", True),
        ("I'd like to know which oil it was.", True),
        ("No wonder it squeaks.", False),
        ("Anyone can do it.", False),
        ("I would like to thank you.", False),
    ],
)
def test_who_wonders_asks_without_a_question_mark(sentence, asks):
    assert wonders(sentence) is asks
