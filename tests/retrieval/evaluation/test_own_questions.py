"""The questions that a community asked itself."""

from dataclasses import replace

import pytest

from ingest.drafts import PostDraft, ThreadDraft
from ingest.understand.contents import file_contents
from ingest.understand.paragraphs import split_paragraphs
from retrieval.errors import UsageError
from retrieval.evaluation.own_questions import Basis, own_questions
from retrieval.evaluation.own_report import ask_again, own_report
from retrieval.store.catalogue.contents import FileContents, FileStamp
from tests.retrieval.conftest import engine_on
from tests.retrieval.store.builders import Folder, client_at

ASKED = "My chain squeaks when it rains. Which oil do I need?"
OIL = "Sewing machine oil stops a chain from squeaking, two drops for each link."
WAX = "I would rather wax the chain; it lasts for a whole winter."


def post(key: str, author: str, text: str, **more: object) -> PostDraft:
    draft = PostDraft(key, text, tuple(split_paragraphs(text)), author)
    return replace(draft, **more)  # type: ignore[arg-type]  # fields of the draft


def file_of(*threads: ThreadDraft) -> FileContents:
    stamp = FileStamp("/threads/a", "a", 1, 2, "a", "1/")
    return file_contents(stamp, "test", threads, lambda text: range(1, len(text) + 1))


@pytest.fixture
def index(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        yield index


def topic(
    *posts: PostDraft, key: str = "chain", title: str | None = "Oil for a chain"
) -> ThreadDraft:
    return ThreadDraft(key, posts, title)


def test_a_topics_title_is_asked_and_what_others_replied_answers(index):
    thanks = post("3", "Ida", "That sewing machine oil really stopped all of the squeaking.")
    index.write([file_of(topic(post("1", "Ida", ASKED), post("2", "Tom", OIL), thanks))])
    (question,) = own_questions(index)
    assert question.text == "Oil for a chain"
    assert question.basis is Basis.REPLIES
    assert [each.text for each in question.answers] == [OIL]
    assert not question.left_out


def test_what_the_source_marks_answers_alone_even_if_it_is_the_askers(index):
    marked = post("3", "Ida", WAX, is_accepted=True)
    index.write([file_of(topic(post("1", "Ida", ASKED), post("2", "Tom", OIL), marked))])
    (question,) = own_questions(index)
    assert (question.basis, question.answered_by_asker) == (Basis.MARKED, True)
    assert [each.text for each in question.answers] == [WAX]


@pytest.mark.parametrize("title", [None, "Help!"])
def test_without_a_title_that_asks_it_is_asked_what_the_first_post_says(index, title):
    index.write([file_of(topic(post("1", "Ida", ASKED), post("2", "Tom", OIL), title=title))])
    (question,) = own_questions(index)
    assert question.text == ASKED


def test_in_a_channel_only_what_refers_to_a_question_is_known_to_answer_it(index):
    posts = (
        post("1", "Ida", ASKED),
        post("2", "Tom", "Does anybody know a good bakery in this town?"),
        post("3", "Mia", OIL, parent_key="1"),
        post("4", "Ben", WAX),
    )
    index.write([file_of(ThreadDraft("general", posts, "general", is_channel=True))])
    (question,) = own_questions(index)
    assert (question.text, question.basis) == (ASKED, Basis.REFERS)
    assert [each.text for each in question.answers] == [OIL]


def many(count: int) -> list[ThreadDraft]:
    things = ("chain", "brake", "saddle", "pedal", "wheel", "spoke", "lamp", "bell", "tyre", "fork")
    return [
        topic(
            post("1", "Ida", f"My {thing} squeaks in the rain. What does it need?"),
            post("2", "Tom", f"Every {thing} needs grease and a dry place to sleep in winter."),
            key=thing,
            title=f"A squeaking {thing} in the rain",
        )
        for thing in things[:count]
    ]


def test_each_fifth_is_asked_without_its_thread_and_the_same_ones_each_time(index):
    index.write([file_of(*many(10))])
    questions = own_questions(index)
    assert [bool(each.left_out) for each in questions] == [False, False, False, False, True] * 2
    assert own_questions(index) == questions
    assert own_questions(index, 3) == questions[:3]


def test_what_is_left_out_is_neither_found_nor_shown(index):
    index.write([file_of(*many(10))])
    asked = ask_again(engine_on(index), own_questions(index), lambda *_: None)
    for each in asked:
        quoted = [*each.answer.citations, *each.answer.closest]
        assert not {citation.passage.id for citation in quoted} & each.question.left_out
        assert (each.rank is None) is bool(each.question.left_out)
    assert own_report("default", asked).reply_at[-1] == 1.0


@pytest.mark.parametrize(
    "thread",
    [
        topic(post("1", "Ida", ASKED)),
        topic(post("1", "Ida", ASKED), post("2", "Ida", WAX)),
        topic(post("1", "Ida", "Today I oiled the chain."), post("2", "Tom", WAX), title="Diary"),
    ],
    ids=["nobody replied", "only the asker did", "nobody asked"],
)
def test_without_questions_there_is_nothing_to_test_with(index, thread):
    index.write([file_of(thread)])
    with pytest.raises(UsageError, match="nothing to test with"):
        own_questions(index)
