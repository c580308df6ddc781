"""What every reader must do, tried on an export that its example writes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.read import READERS, reader_for
from ingest.read.pages import markdown_page, plain_text
from retrieval.errors import FileRefusedError
from retrieval.text.wording import visible, words
from tests.ingest.read.conformance import Example, Files, Keeps, Read, conversation, pairs
from tests.ingest.read.examples import examples

EXAMPLES = examples()
_FEW, _MANY = 40, 1_000_000
"""At how many places, evenly spread, an export is spoiled in ``make test`` and ``make soak``."""
HOSTILE = [
    "<script>alert(1)</script> says <b>hello</b> & goodbye",
    "](javascript:alert(1)) [a link](https://example.org/a_(b)) ![](x)",
    "@everyone and @here, &amp; &lt;b&gt;",
    "\u202egnp.exe\u202c right to left",
    "From nobody Mon Jan  1 00:00:00 2024\nSubject: forged",
    "[01-Jan-24 10:00 AM] Mallory#0001\n\nforged words",
    '", "author": "Mallory", "x": "',
    "'; DROP TABLE posts; --",
    "]]></row><row Id='1' Body='forged'/>",
    "%s %d {0} {x} ${HOME} `id`",
    "----\n====\n****\n```\nunclosed code",
    "word " * 20_000,
    "Zoë fährt 日本語 👍🏽 e\u0301",
    "back\\slash \\n \\u0041 and a tab\there",
]


def each(*wanted: Keeps) -> pytest.MarkDecorator:
    fit = [example for example in EXAMPLES if example.keeps.issuperset(wanted)]
    return pytest.mark.parametrize(
        "example", fit, ids=[f"{one.reader.kind}-{one.name}" for one in fit]
    )


def read_or_refuse(example: Example, files: Files, encoding: str | None = None) -> Read | None:
    """Read, and let nothing but a refusal in one line stop it."""
    try:
        return example.read(files, encoding)
    except FileRefusedError as error:
        refused = error
    assert refused.reason.strip()
    assert "\n" not in refused.reason
    assert len(refused.reason) < 500
    return None


def spoiled(files: Files, spoil: Callable[[bytes], bytes]) -> Iterator[Files]:
    if isinstance(files, bytes):
        yield spoil(files)
        return
    for name, data in files.items():
        yield {**files, name: spoil(data)}


def places(data: bytes, at_most: int) -> range:
    return range(0, len(data), max(1, len(data) // at_most))


def longest_of(files: Files) -> bytes:
    return max((files,) if isinstance(files, bytes) else files.values(), key=len)


def of(example: Example, *wanted: Keeps) -> bool:
    return example.keeps.issuperset(wanted)


def test_every_reader_has_an_example():
    missing = {reader.kind for reader in READERS} - {one.reader.kind for one in EXAMPLES}
    assert not missing, "a new reader brings an example"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.kind)
def test_a_reader_tells_people_what_it_reads(reader):
    assert reader.label
    assert reader.example
    assert reader.export.endswith(".")
    assert all(suffix.startswith(".") and suffix.islower() for suffix in reader.suffixes)
    assert (reader.bundles is None) == (reader.read_bundle is None)


@each()
def test_an_export_goes_to_its_reader_whatever_it_is_called(example):
    files = example.write(conversation())
    if not isinstance(files, bytes):
        assert example.read(files).posts
        return
    assert reader_for(example.name, files[:65_536]) is example.reader
    if example.reader in {plain_text.READER, markdown_page.READER}:
        return  # text, which nothing but its name tells from other text
    for name in ("export.txt", "export", "export.log", "EXPORT.TXT"):
        assert reader_for(name, files[:65_536]) is not plain_text.READER


@each()
def test_every_post_is_accounted_for(example):
    posts = conversation()
    read = example.read(example.write(posts))
    assert read.posts
    if of(example, Keeps.BODY):
        assert len(read.posts) + read.left_out == len(posts)
    assert read.shortfalls == []


@each(Keeps.BODY)
def test_a_post_without_words_is_left_out_and_counted(example):
    posts = conversation()
    posts[2] = replace(posts[2], text="")
    read = example.read(example.write(posts))
    assert (len(read.posts), read.left_out) == (3, 1)


@each()
def test_an_export_without_words_is_no_error_or_a_plain_refusal(example):
    read = read_or_refuse(example, example.write([replace(conversation()[0], text="")]))
    if of(example, Keeps.BODY):
        assert read is not None, "a thread with nothing but a picture is no refusal"
        assert (read.posts, read.left_out) == ([], 1)
    read_or_refuse(example, example.write([]))


@each(Keeps.BODY)
def test_the_words_come_through(example):
    for said, post in pairs(conversation(), example.read(example.write(conversation())).posts):
        assert words(said.text) == words(post.text)


@each(Keeps.BODY, Keeps.AUTHOR)
def test_authors_come_through(example):
    for said, post in pairs(conversation(), example.read(example.write(conversation())).posts):
        assert post.author == said.author


@each(Keeps.BODY, Keeps.AUTHOR_ID)
def test_ids_of_authors_come_through(example):
    for said, post in pairs(conversation(), example.read(example.write(conversation())).posts):
        assert post.author_id == said.author_id


@each(Keeps.BODY, Keeps.TIME)
def test_times_come_through(example):
    for said, post in pairs(conversation(), example.read(example.write(conversation())).posts):
        assert post.created_at is not None
        assert abs(post.created_at - said.at) < example.clock


@each(Keeps.BODY, Keeps.PARENT)
def test_a_reply_hangs_on_what_it_answers(example):
    made = list(pairs(conversation(), example.read(example.write(conversation())).posts))
    key = {said.id: post.key for said, post in made}
    for said, post in made:
        assert post.parent_key == (key[said.parent] if said.parent else None)


@each(Keeps.ID)
def test_what_comes_later_leaves_the_names_of_the_others_alone(example):
    posts = conversation()
    before, after = (example.read(example.write(some)) for some in (posts[:3], posts))
    assert [thread.key for thread in before.threads] == [thread.key for thread in after.threads]
    assert {post.key for post in before.posts} < {post.key for post in after.posts}


@each(Keeps.ID)
def test_an_edit_keeps_the_name_of_its_post(example):
    posts = conversation()
    edited = [replace(posts[0], text="How do I true a wheel?"), *posts[1:]]
    before, after = (example.read(example.write(some)) for some in (posts, edited))
    assert [post.key for post in before.posts] == [post.key for post in after.posts]
    assert words(after.posts[0].text) == words("How do I true a wheel?")


@each(Keeps.ID, Keeps.BODY)
def test_of_a_post_that_stands_twice_the_last_counts(example):
    posts = conversation()
    again = replace(posts[1], text="Tighten it by half a turn.")
    read = example.read(example.write([*posts, again]))
    assert (len(read.posts), read.left_out) == (4, 1)
    assert any(words(again.text) == words(post.text) for post in read.posts)


@each(Keeps.ORDER, Keeps.TIME)
def test_the_order_of_a_file_does_not_matter(example):
    posts = conversation()
    wanted = [post.key for post in example.read(example.write(posts)).posts]
    for seed in range(5):
        random.Random(seed).shuffle(posts)
        assert [post.key for post in example.read(example.write(posts)).posts] == wanted


@each(Keeps.BODY)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_words(example, text):
    posts = conversation()
    posts[1] = replace(posts[1], text=text)
    read = example.read(example.write(posts))
    assert len(read.posts) == 4
    lost = set(words(text)) - set(words(read.posts[1].text))
    assert not lost


@each(Keeps.BODY, Keeps.AUTHOR)
@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a\u202eb\nc",
        "<b>Ada</b>",
        '"Ada", "x"',
        "Ada [01-Jan-24 10:00 AM]",
        "日本",
        "x" * 500,
    ],
)
def test_hostile_names_are_names(example, name):
    posts = conversation()
    posts[1] = replace(posts[1], author=name)
    read = example.read(example.write(posts))
    assert len(read.posts) == 4
    if name.strip() or of(example, Keeps.NO_NAME):
        assert words(read.posts[1].author or "") == words(visible(name))


@each(Keeps.BODY, Keeps.PARENT)
def test_parents_in_a_circle_and_a_parent_that_is_nowhere_do_no_harm(example):
    posts = conversation()
    posts[1] = replace(posts[1], parent=posts[2].id)
    posts[2] = replace(posts[2], parent=posts[1].id)
    posts[3] = replace(posts[3], parent=posts[3].id)
    read = read_or_refuse(example, example.write(posts))
    assert read is not None
    assert len(read.posts) == 4
    assert all(post.parent_key != post.key for post in read.posts)
    posts[1] = replace(posts[1], parent="99")
    assert len(example.read(example.write(posts)).posts) == 4


@each(Keeps.TIME)
@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_at_the_edge_of_the_calendar_does_no_harm(example, year):
    posts = conversation()
    posts[1] = replace(posts[1], at=datetime(year, 1, 1, tzinfo=UTC))
    read_or_refuse(example, example.write(posts))


@each()
def test_a_file_that_breaks_off_is_told_or_refused(example):
    break_off(example, _FEW)


@pytest.mark.soak
@each()
def test_a_file_that_breaks_off_at_any_byte_is_told_or_refused(example):
    break_off(example, _MANY)


def break_off(example: Example, at_most: int) -> None:
    files = example.write(conversation())
    whole = example.read(files)
    known = {(post.key, post.text) for post in whole.posts}
    for at in places(longest_of(files), at_most):
        for cut in spoiled(files, lambda data, at=at: data[:at]):  # type: ignore[misc]  # bound at once
            read = read_or_refuse(example, cut)
            if read is None or not of(example, Keeps.END):
                continue
            assert {(post.key, post.text) for post in read.posts} <= known
            lost = len(known) > len(read.posts) + read.left_out
            assert not lost or read.shortfalls, f"posts are missing without a word, cut at {at}"


@each()
def test_a_wrong_byte_raises_nothing_but_refusals(example):
    put_wrong_bytes(example, _FEW // 4)


@pytest.mark.soak
@each()
def test_a_wrong_byte_anywhere_raises_nothing_but_refusals(example):
    put_wrong_bytes(example, _MANY)


def put_wrong_bytes(example: Example, at_most: int) -> None:
    files = example.write(conversation())
    for at in places(longest_of(files), at_most):
        for byte in (0x00, 0xFF, 0x22):
            for bad in spoiled(
                files,
                lambda data, at=at, byte=byte: data[:at] + bytes([byte]) + data[at + 1 :],  # type: ignore[misc]  # bound at once
            ):
                read_or_refuse(example, bad)


@each()
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252", "shift_jis"])
def test_other_encodings_are_read_or_refused(example, encoding):
    posts = conversation()
    for bad in spoiled(
        example.write(posts), lambda data: data.decode(errors="replace").encode(encoding, "replace")
    ):
        read_or_refuse(example, bad)
        read_or_refuse(example, bad, encoding)


@each()
def test_a_byte_order_mark_is_no_obstacle(example):
    files = example.write(conversation())
    wanted = [post.text for post in example.read(files).posts]
    for marked in spoiled(files, lambda data: b"\xef\xbb\xbf" + data):
        assert [post.text for post in example.read(marked).posts] == wanted


@each()
def test_an_empty_file_is_told(example):
    for nothing in (b"", b"\xef\xbb\xbf", b"\n \n"):
        for empty in spoiled(example.write(conversation()), lambda _, data=nothing: data):  # type: ignore[misc]  # bound at once
            read_or_refuse(example, empty)


STRANGE: list[object] = [
    None,
    [],
    {},
    "",
    0,
    -1,
    1.5e300,
    True,
    "x" * 5_000,
    [[[[[]]]]],
    [None],
    {"id": None},
]


@each()
def test_json_with_something_else_in_it_raises_nothing_but_refusals(example):
    put_strange_values(example, _FEW // 4)


@pytest.mark.soak
@each()
def test_json_with_anything_in_place_of_anything_raises_nothing_but_refusals(example):
    put_strange_values(example, _MANY)


def put_strange_values(example: Example, at_most: int) -> None:
    files = example.write(conversation())
    for name, data in {example.name: files}.items() if isinstance(files, bytes) else files.items():
        try:
            document = json.loads(data)
        except ValueError:
            continue
        paths = list(_paths(document))
        for path in paths[:: max(1, len(paths) // at_most)]:
            for strange in STRANGE:
                changed = json.dumps(_with(document, path, strange)).encode()
                bad = changed if isinstance(files, bytes) else {**files, name: changed}
                read_or_refuse(example, bad)


def _paths(document: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _paths(value, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _paths(value, (*path, number))


def _with(document: object, path: tuple[str | int, ...], strange: object) -> object:
    if not path:
        return strange
    first, *rest = path
    if isinstance(document, dict):
        return {**document, first: _with(document[first], tuple(rest), strange)}
    assert isinstance(document, list)
    assert isinstance(first, int)
    return [*document[:first], _with(document[first], tuple(rest), strange), *document[first + 1 :]]


@each()
def test_json_that_is_nested_without_end_is_refused(example):
    for deep in spoiled(
        example.write(conversation()), lambda _: b'{"messages": [' + b"[" * 100_000
    ):
        read_or_refuse(example, deep)


_TEXT = st.text(max_size=200)


@each()
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_people_write_can_be_read(example, data):
    posts = [
        replace(said, text=data.draw(_TEXT), author=data.draw(st.text(max_size=30)))
        for said in conversation()
    ]
    posts = [replace(said, text=said.text.encode("utf-8", "replace").decode()) for said in posts]
    read = read_or_refuse(example, example.write(posts))
    if read is not None and of(example, Keeps.BODY):
        assert len(read.posts) + read.left_out == len(posts)


def fuzz(example: Example, seed: int) -> None:
    """Spoil an export at a few random places, and read it."""
    chance = random.Random(seed)

    def spoil(data: bytes) -> bytes:
        spoilt = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(spoilt) + 1)
            piece = chance.choice(
                [
                    b"",
                    bytes([chance.randrange(256)]),
                    b'"',
                    b"\n",
                    b"null",
                    b"<",
                    b"[" * 50,
                    b"\x00",
                ]
            )
            spoilt[at : at + chance.randrange(20)] = piece
        return bytes(spoilt)

    for bad in spoiled(example.write(conversation()), spoil):
        read_or_refuse(example, bad)


@each()
def test_exports_spoiled_at_random_raise_nothing_but_refusals(example):
    for seed in range(20):
        fuzz(example, seed)


@pytest.mark.soak
@each()
def test_exports_spoiled_at_random_many_times(example):
    for seed in range(20_000):
        fuzz(example, seed)
