from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.read import reader_for
from ingest.read.pages import plain_text
from retrieval.records import TextKind
from retrieval.text.wording import visible
from tests.ingest.sources import refusal, threads_in

READER = plain_text.READER


def lines_of(data: bytes | str, encoding: str | None = None) -> list[str]:
    [thread] = threads_in(READER, data, encoding=encoding)
    return [paragraph.text for post in thread.posts for paragraph in post.paragraphs]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"One.\nTwo.\n", ["One.", "Two."]),
        (b"One.\r\nTwo.\r\n", ["One.", "Two."]),
        (b"One.\rTwo.", ["One.", "Two."]),
        (b"\xef\xbb\xbfOne.\nTwo.", ["One.", "Two."]),
        (b"\n\n  One. \t\n \n\tTwo.\n\n\n", ["One.", "Two."]),
        ("One.\u2028Two.\u2029Three.".encode(), ["One.", "Two.", "Three."]),
        (b"One.\x0cTwo.\x0bThree.", ["One.", "Two.", "Three."]),
        ("One.\n\u200b\u202e\ufeff\nTwo.".encode(), ["One.", "Two."]),
        ("日本語。\n👍".encode(), ["日本語。", "👍"]),
    ],
)
def test_a_paragraph_is_a_line(data, wanted):
    assert lines_of(data) == wanted


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\r\n \r\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b" \t\n\x0c\n",
        "\u200b".encode(),
    ],
)
def test_a_file_without_words_is_refused(data):
    assert "is empty" in refusal(READER, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"caf\xe9\n", "byte 0xe9 at offset 3"),
        (b"\xef\xbb\xbfcaf\xe9\n", "byte 0xe9 at offset 6"),
        (b"caf\xe9\n", "--encoding windows-1252"),
        (b"One.\n\xff\xfe", "byte 0xff at offset 5"),
        (b"One.\x00Two.", "zero byte at offset 4"),
        ("é\x00".encode(), "zero byte at offset 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not text: zero byte at offset 8"),
        (b"\x01\x02\x03\x04" * 20, "control characters"),
    ],
)
def test_what_is_no_text_is_refused_with_the_place(data, words):
    assert words in refusal(READER, data)


def test_an_encoding_that_somebody_names_is_used_where_the_file_is_not_utf_8():
    assert lines_of("Der Café schließt – „bald“.".encode("cp1252"), "windows-1252") == [
        "Der Café schließt – „bald“."
    ]
    assert lines_of("Café.".encode(), "windows-1252") == ["Café."]
    assert lines_of("Café.".encode("utf-16"), "utf-16") == ["Café."]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "punycode", "idna", "no such", "base64"])
def test_an_encoding_that_does_not_fit_is_named(encoding):
    assert f"is neither UTF-8 nor {encoding}" in refusal(READER, b"caf\xe9 \xff", encoding)


def test_bytes_that_are_no_text_stay_refused_in_any_encoding():
    assert "zero byte" in refusal(READER, b"\x89PNG\x00\x01", "latin-1")


ASKED = "How do I keep the chain clean in winter, when there is salt on every road?"
ANSWERED = "Rinse it with warm water after each ride. Then dry it, and oil it again."
PART = "Rinse it with warm water after each ride."
REPLIED = "That is what I do, and it still rusts."


def test_a_double_export_becomes_posts_with_their_quotes():
    first = [ASKED, ANSWERED, PART, REPLIED]
    [thread] = threads_in(READER, "\n".join([*first, ASKED, ANSWERED, REPLIED]))
    assert [post.text for post in thread.posts] == [
        f"{ASKED}\n\n{ANSWERED}",
        f"{PART}\n\n{REPLIED}",
    ]
    assert thread.posts[1].parent_key == thread.posts[0].key
    assert thread.posts[1].paragraphs[0].kind is TextKind.QUOTE
    assert [p.repeats for post in thread.posts for p in post.paragraphs] == [1, 1, 0, 1]
    assert (thread.title, thread.url) == (None, None)


def test_the_thread_is_known_by_its_beginning_wherever_the_file_lies():
    text = f"{ASKED}\n{ANSWERED}\n{REPLIED}\n"
    [one] = threads_in(READER, text, "a.txt")
    [other] = threads_in(READER, text.replace("\n", "\r\n"), "folder/b.txt")
    assert one == other
    long = text + "And so on, until it is clear which thread this is.\n"
    [one], [edited] = threads_in(READER, long), threads_in(READER, long + "One more.\n")
    assert edited.key == one.key


TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@given(
    st.lists(TYPED.map(lambda text: f"w{text}".strip()), min_size=1, max_size=8, unique=True),
    st.booleans(),
)
def test_every_distinct_line_is_there_once(texts, twice):
    data = "\n".join([*texts, *texts] if twice else texts)
    found = lines_of(data)
    distinct = {line.strip() for line in data.splitlines()}
    assert set(found) == {line for line in distinct if visible(line).strip()}
    if twice:
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("name", "head", "is_read"),
    [
        ("a.txt", b"words", True),
        ("a.TXT", b"\x00", True),  # to be told what is wrong with it
        ("a", b"words", True),
        ("notes.md", b"words", False),
        ("a.bin", b"a\x00b", False),
        ("a.json", b"words", False),
        ("a.html", b"<p>", False),
        ("a.csv", b"a;b", False),
    ],
)
def test_the_reader_gets_text(name, head, is_read):
    assert (reader_for(name, head) is READER) == is_read
