"""What people see: complete, readable at any width, harmless."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from bot.terminal.output import READABLE_COLUMNS, make_console
from bot.terminal.printing.answers import (
    answer_view,
    ingest_view,
    readable_bytes,
    search_view,
    status_view,
    trace_view,
)
from bot.terminal.printing.threads import source_view, thread_search_view, threads_view
from retrieval.records import (
    Note,
    NoteKind,
    OfficialAnswer,
    RulingKind,
    StaffNote,
    Statement,
    Support,
    TextKind,
    ThreadHit,
    Timings,
    Verification,
)
from tests.bot.terminal.fakes import (
    AMMONIA,
    ANSWERED,
    CLOSEST,
    COMPLAINT,
    FIRST,
    HITS,
    HOSTILE,
    NOT_FOUND,
    OIL,
    REPORT,
    SECOND,
    SOURCE,
    STATUS,
    THREAD,
    THREAD_HITS,
    WHOLE_NOTES,
    WHOLE_THREAD,
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def text_of(view: RenderableType, columns: int = 80) -> str:
    console = Console(width=columns, file=io.StringIO(), force_terminal=False)
    console.print(view)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def shown_on(stream: io.StringIO, view: RenderableType) -> str:
    make_console(stream).print(view)
    return stream.getvalue()


EVIL_THREAD = replace(THREAD, file=HOSTILE, title=HOSTILE, url="https://a.example/\x1b[2J")
EVIL_POST = replace(SECOND, text=HOSTILE, author=HOSTILE, url=f"javascript:{HOSTILE}")
EVIL_PASSAGE = replace(OIL, text=HOSTILE)
EVIL_CITATION = replace(
    ANSWERED.citations[0],
    quote=HOSTILE,
    passage=EVIL_PASSAGE,
    post=EVIL_POST,
    thread=EVIL_THREAD,
)
EVIL_OFFICIAL = OfficialAnswer("1a2b", HOSTILE, HOSTILE, datetime(2026, 5, 4, tzinfo=UTC), HOSTILE)
EVIL_NOTE = StaffNote(RulingKind.OUTDATED, datetime(2026, 5, 4, tzinfo=UTC), HOSTILE, HOSTILE)
EVIL_PARAGRAPHS = tuple(
    replace(WHOLE_THREAD.posts[1].paragraphs[0], text=HOSTILE, kind=kind) for kind in TextKind
)
EVIL_VIEWS = {
    "answer": answer_view(
        replace(
            ANSWERED,
            statements=(Statement(HOSTILE, (1,)),),
            citations=(EVIL_CITATION,),
            trace=(HOSTILE,),
            mode=HOSTILE,
        ),
        with_trace=True,
    ),
    "official": answer_view(
        replace(
            ANSWERED, official=EVIL_OFFICIAL, citations=(replace(EVIL_CITATION, staff=EVIL_NOTE),)
        )
    ),
    "closest": answer_view(replace(CLOSEST, text=HOSTILE, closest=(EVIL_CITATION,))),
    "search": search_view(
        HOSTILE,
        (replace(HITS[0], passage=EVIL_PASSAGE, post=EVIL_POST, thread=EVIL_THREAD),),
        Timings(),
    ),
    "empty search": search_view(HOSTILE, (), Timings()),
    "threads found": thread_search_view(
        HOSTILE,
        (
            ThreadHit(
                EVIL_THREAD,
                EVIL_POST,
                2,
                (replace(HITS[0], passage=EVIL_PASSAGE, post=EVIL_POST, thread=EVIL_THREAD),),
            ),
        ),
        Timings(),
    ),
    "no threads found": thread_search_view(HOSTILE, (), Timings()),
    "source": source_view(
        replace(
            SOURCE,
            passage=EVIL_PASSAGE,
            post=EVIL_POST,
            thread=EVIL_THREAD,
            before=(EVIL_PASSAGE,),
            in_reply_to=EVIL_POST,
            replies=(EVIL_POST,),
            also_in=(replace(SOURCE.also_in[0], post=EVIL_POST, thread=EVIL_THREAD),),
        )
    ),
    "thread": threads_view(
        (
            replace(
                WHOLE_THREAD,
                thread=EVIL_THREAD,
                posts=(replace(WHOLE_THREAD.posts[1], post=EVIL_POST, paragraphs=EVIL_PARAGRAPHS),),
            ),
        )
    ),
    "status": status_view(replace(STATUS, knowledge_base=HOSTILE, embedding=HOSTILE)),
    "ingest": ingest_view(REPORT, HOSTILE),
}


@pytest.mark.parametrize("name", EVIL_VIEWS)
def test_hostile_text_is_printed_as_plain_letters(name):
    text = text_of(EVIL_VIEWS[name], columns=500)
    assert "red x [bold]not bold[/bold] gnp" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "javascript:" not in text
    assert "evil" not in text


@pytest.mark.parametrize("name", EVIL_VIEWS)
def test_on_a_terminal_hostile_text_opens_no_link_and_moves_no_cursor(name):
    text = shown_on(Terminal(), EVIL_VIEWS[name])
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text
    assert "\x07" not in text


VIEWS = {
    "answer": answer_view(ANSWERED, with_trace=True),
    "closest": answer_view(CLOSEST),
    "not found": answer_view(NOT_FOUND),
    "search": search_view("post", HITS, Timings(total=3.0)),
    "threads found": thread_search_view("post", THREAD_HITS, Timings(total=3.0)),
    "source": source_view(SOURCE),
    "thread": threads_view((WHOLE_THREAD, WHOLE_NOTES)),
    "ingest": ingest_view(REPORT, "default"),
    "status": status_view(STATUS),
}


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_fits_its_width_and_leaves_no_trailing_blanks(name, columns):
    lines = text_of(VIEWS[name], columns).splitlines()
    assert max(map(len, lines)) <= columns
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_that_is_not_on_a_terminal_is_plain(name, monkeypatch):
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.setenv(variable, "1")
    assert "\x1b" not in shown_on(io.StringIO(), VIEWS[name])


def test_a_terminal_gets_colour_unless_it_asks_for_none(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;36m[1]" in shown_on(Terminal(), VIEWS["answer"])
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown_on(Terminal(), VIEWS["answer"]))


def test_a_wide_terminal_is_not_filled(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")  # on a dumb one rich asks for no width
    monkeypatch.setenv("COLUMNS", "200")
    assert make_console(Terminal()).width == READABLE_COLUMNS


def test_each_excerpt_is_led_by_its_author_and_shown_once():
    text = text_of(answer_view(ANSWERED), columns=500)
    credit = f"[1] Mira T. · 2024-05-03 · {THREAD.title} · {THREAD.file}\n"
    assert text.startswith(f"{credit}    {OIL.text}\n    {SECOND.url}\n")
    assert f"    {SECOND.url}\n    footnote source {OIL.id}\n" in text
    assert f"[2] notes.txt\n    {AMMONIA.text}\n    footnote source {AMMONIA.id}\n" in text
    assert text.count(OIL.text) == 1
    assert text.endswith("quoted word for word · 18 ms\n")
    assert "%" not in text


def test_the_words_of_others_are_not_credited_to_who_quotes_them():
    (first, _) = ANSWERED.citations
    passage = replace(first.passage, kind=TextKind.QUOTE, quoted_author="Ada L.")
    quoted = replace(ANSWERED, citations=(replace(first, passage=passage),))
    assert text_of(answer_view(quoted), columns=500).startswith("[1] Ada L., quoted by Mira T. · ")


def test_in_a_channel_the_question_that_an_excerpt_answers_is_told():
    (first, _) = ANSWERED.citations
    channel = replace(first.thread, is_channel=True)
    asked = replace(first, asked=replace(SECOND, author="Jo", text="Hm. Why?"), thread=channel)
    text = text_of(answer_view(replace(ANSWERED, citations=(asked,))), columns=500)
    assert f"\n    asked by Jo: Why?\n    {OIL.text}\n" in text


def test_what_no_excerpt_answers_is_named():
    text = text_of(answer_view(replace(ANSWERED, unanswered=("Which oil?",))), columns=500)
    assert "Nothing was found for: Which oil?\n" in text


def test_what_only_a_model_says_is_marked_and_what_it_found_wanting_is_told():
    first, second = ANSWERED.statements
    written = replace(
        ANSWERED,
        mode="some-model",
        statements=(
            replace(first, support=Support.PARTLY, missing="overnight"),
            replace(second, support=Support.UNCONFIRMED),
        ),
        verification=Verification(partly=1, unconfirmed=1, dropped=1),
    )
    text = text_of(answer_view(written), columns=500)
    assert "[1] ◇ (“overnight” is not in its quotes)" in text
    assert "[2] ◇\n" in text
    assert "◇ the model's wording, not confirmed: read the quote" in text
    assert "2 sentences: 1 partly confirmed, 1 not confirmed; 1 dropped" in text
    assert "◇" not in text_of(answer_view(ANSWERED))
    closest = text_of(answer_view(replace(CLOSEST, mode="some-model")), columns=500)
    assert "some-model read the passages and found no answer" in closest


def test_what_comes_closest_does_not_look_like_an_answer():
    text = text_of(answer_view(CLOSEST), columns=500)
    assert text.startswith(f"{CLOSEST.text}\n\nClosest to it, with no claim that they answer:\n")
    assert AMMONIA.text in text
    assert "[1]" not in text


def test_nothing_found_shows_no_sources():
    text = text_of(answer_view(NOT_FOUND))
    assert text.startswith(NOT_FOUND.text)
    assert "footnote source" not in text


def test_a_thread_marks_quotes_with_whose_words_they_are():
    text = text_of(threads_view((WHOLE_THREAD,)))
    assert "#2 Mira T. · 2024-05-03 10:12 UTC · in reply to #1 (jonas)" in text
    assert "   │ My aluminium seat post has not moved in six years\n" in text
    assert "   │ — words of #1 (jonas)\n" in text
    assert "(these words stand in 2 more places of the file)" in text


@pytest.mark.parametrize(
    ("origin_id", "note"),
    [(None, "from outside the knowledge base"), ("feedfeedfeedfeed", "footnote source feedfeed")],
)
def test_a_quote_from_elsewhere_says_so(origin_id, note):
    second = WHOLE_THREAD.posts[1]
    quote = replace(second.paragraphs[0], origin_id=origin_id)
    view = replace(WHOLE_THREAD, posts=(replace(second, paragraphs=(quote,)),))
    assert note in text_of(threads_view((view,)))


def test_a_thread_without_names_puts_the_number_before_the_words():
    assert f"#1 {AMMONIA.text}" in text_of(threads_view((WHOLE_NOTES,)), columns=500)


def test_an_unnamed_post_that_begins_with_a_quote_still_has_its_number():
    post = replace(SECOND, author=None, created_at=None, parent_id=None)
    view = replace(WHOLE_THREAD, posts=(replace(WHOLE_THREAD.posts[1], post=post),))
    assert "#2 unnamed\n" in text_of(threads_view((view,)))


def test_a_source_stands_between_its_neighbours():
    text = text_of(source_view(SOURCE), columns=500)
    order = [
        "In reply to jonas",
        COMPLAINT.text,
        f"  │ {SOURCE.before[0].text}",
        f"▌ {OIL.text}",
        SOURCE.after[0].text,
        "Answered by jonas",
        "notes.txt · as a quote",
    ]
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)


def test_a_source_that_is_a_quote_names_its_origin():
    quote = replace(SOURCE, passage=SOURCE.before[0])
    assert f"their origin: footnote source {COMPLAINT.id}" in text_of(source_view(quote))
    lost = replace(SOURCE, passage=replace(SOURCE.before[0], origin_id=None))
    assert "not in the knowledge base" in text_of(source_view(lost))


def test_a_long_post_around_a_source_is_cut():
    long = replace(FIRST, text="word " * 500)
    text = text_of(source_view(replace(SOURCE, in_reply_to=long)), columns=100_000)
    assert text.count("word") < 100
    assert "…" in text


def test_an_empty_knowledge_base_says_how_to_fill_it():
    status = replace(STATUS, generation=None, embedding=None, updated_at=None)
    assert "footnote ingest PATH" in text_of(status_view(status))


def test_an_answer_without_steps_says_so():
    assert text_of(trace_view(NOT_FOUND)) == "No steps were recorded.\n"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (3 * 1024**3, "3.0 GiB"),
        (1024**2, "1.0 MiB"),
    ],
)
def test_sizes_are_readable(count, text):
    assert readable_bytes(count) == text


def test_what_became_of_a_condition_is_said_under_the_answer():
    note = Note(NoteKind.NOBODY, "Tim\x1b[2J")
    shown = text_of(answer_view(replace(ANSWERED, notes=(note,))), columns=500)
    assert "Nobody here is called “Tim" in shown
    assert "\x1b[2J" not in shown


def test_what_staff_said_stands_with_what_it_is_about() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    marked = StaffNote(RulingKind.ANSWER, at, "Mo")
    official = OfficialAnswer("1a2b", "How do I free it?", "Bring it to us.", at, "Mo", at)
    cited = (replace(ANSWERED.citations[0], staff=marked), *ANSWERED.citations[1:])
    shown = text_of(answer_view(replace(ANSWERED, citations=cited, official=official)))
    assert shown.index("Official answer") < shown.index("Bring it to us.") < shown.index("[1]")
    assert "Mo · 2026-05-04 · until 2026-05-04 · to “How do I free it?”" in shown
    assert "marked as the answer by Mo, 2026-05-04" in shown
