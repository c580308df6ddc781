from __future__ import annotations

import pytest

from retrieval.question.speakers import addresses, perhaps_authors, speakers, speaks_of


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Mortimer Quill reply about wear?", ("Mortimer Quill",)),
        ("What did Ada and Hu say about how worn chains are?", ("Ada", "Hu")),
        ("What did Ada Lee, Hu and Tom say?", ("Ada Lee", "Hu", "Tom")),
        ("what did mortimer quill say about wear?", ("mortimer quill",)),
        ("Why does Vera think so", ("Vera",)),
        ("how did @tom.k answer that question", ("tom.k",)),
        ("Did Tom ever say that oil is bad?", ("Tom",)),
        ("According to Mira, which oil is best?", ("Mira",)),
        ("What is Mira's view on oil?", ("Mira",)),
        ("Is Mira Lee’s advice still good?", ("Mira Lee",)),
        ("What does Thomas think?", ("Thomas",)),
        ("Which gauges did Mira Lee try for the chain?", ("Mira Lee",)),
    ],
)
def test_whose_words_are_asked_for(question, names):
    assert speakers(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "what did the other person reply?",
        "what do people think about ammonia?",
        "what do researchers say about it",
        "What do LLMs think?",
        "what did they say",
        "What does everyone think of it?",
        "Did the author say why?",
        "How does the bot reply in threads?",
        "does anyone here recommend Shimano?",
        "What do you recommend?",
        "what does one say",
        "What does wear mean?",
        "Why did Mira's chain slip?",  # others may tell her
        "Why did it slip?",
        "???",
        "",
    ],
)
def test_nobody_in_particular_is_asked_for(question):
    assert speakers(question) == ()


def test_things_mean_and_are_written_too():
    assert perhaps_authors("What did Tom mean by wear?") == ("Tom",)
    assert perhaps_authors("what does nick chips think of it") == ("nick chips",)
    assert perhaps_authors("what did the others write") == ()
    assert perhaps_authors("what do people say") == ()


def test_who_is_addressed_takes_part():
    assert addresses("@Mortimer Quill what do you mean?", ("Mortimer Quill",))
    assert not addresses("As Quill says, mail me@quill.example", ("Mortimer",))


def test_who_is_only_addressed_is_not_spoken_of():
    assert speaks_of("As Mortimer Quill says, wear is fine.", ("Mortimer Quill",))
    assert speaks_of("Quill’s gauge is the best.", ("mortimer quill",))
    assert not speaks_of("@Quill what do you mean?", ("Mortimer Quill",))
    assert not speaks_of("Quilling is fun.", ("Mortimer Quill",))
