from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrieval.ranking.hybrid import Ranking
from retrieval.ranking.scoring import Scored, in_place, rank
from retrieval.records import Standing, TextKind
from retrieval.settings import SearchSettings
from retrieval.store.memory.candidates import Candidates
from retrieval.store.memory.layout import read_layout
from tests.fakes import HashingEmbedder
from tests.retrieval.conftest import engine_on
from tests.retrieval.store.builders import Folder, Said, client_at, file_of


def texts(ranking: Ranking) -> list[str]:
    return [hit.passage.text for hit in ranking.hits]


def test_the_passage_that_answers_comes_first(engine):
    found = engine.search.search("At what wear on the gauge is it time to replace a chain?", 5)
    assert texts(found)[0].startswith("Replace the chain at 0.75 %")
    assert found.hits[0].thread.title == "Chain wear"
    assert found.hits[0].post.author == "Tom"


def test_hits_are_ordered_by_score_and_unique(engine):
    hits = engine.search.search("seatpost ammonia vice", 10).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_no_more_hits_than_asked_for(engine):
    assert len(engine.search.search("chain", 2).hits) == 2


def test_the_parts_add_up_to_the_score(engine):
    for hit in engine.search.search("seatpost stuck in the frame", 10).hits:
        parts = hit.parts
        assert hit.score == pytest.approx(parts.dense + parts.lexical + parts.thread)


def test_a_quote_gives_way_to_the_words_it_repeats(engine):
    hits = engine.search.search("pour ammonia around the seatpost and wait a night", 10).hits
    saying_so = [hit for hit in hits if "Pour ammonia" in hit.passage.text]
    assert [hit.post.author for hit in saying_so] == ["Tom"]
    assert all(hit.passage.kind is TextKind.OWN for hit in saying_so)


def test_a_question_that_was_asked_before_points_to_its_replies(engine):
    hits = engine.search.search("how often should I replace the chain", 3).hits
    assert [hit.standing for hit in hits[:2]] == [Standing.REPLY, Standing.REPLY]
    assert {hit.asked.text for hit in hits[:2]} == {"How often should I replace the chain?"}
    (asking,) = (
        hit
        for hit in engine.search.search("replace the chain", 10).hits
        if hit.post.author == "Olaf"
    )
    assert (asking.standing, asking.asked) == (Standing.QUESTION, None)


def test_every_candidate_has_both_scores(engine):
    hits = engine.search.search("ammonia corrosion", 10).hits
    assert any(hit.bm25 == 0 for hit in hits)
    assert all(-1.001 <= hit.cosine <= 1.001 and hit.cosine != 0 for hit in hits)


def test_the_thread_lifts_a_passage_that_shares_no_word_with_the_question(engine):
    hits = engine.search.search("chain wear in winter", 4).hits
    assert "In winter that is every 2,000 km" in " ".join(hit.passage.text for hit in hits)


def test_full_text_operators_are_words(engine):
    for query in ('chain" NEAR/0 col:x* ) AND (', "' OR 1=1; --", "text:chain^9", "*", "😀", "的"):
        hits = engine.search.search(query, 5).hits
        assert len(hits) == 5


def test_a_follow_up_is_searched_with_what_it_leans_on(engine):
    alone = texts(engine.search.search("and in winter, what about it?", 3))
    together = engine.search.search(
        "and how long must it wait?", 3, context="How do I free a stuck seatpost?"
    )
    assert any("ammonia" in text for text in texts(together))
    assert not any("ammonia" in text for text in alone[:1])
    assert "stuck seatpost" in together.searched


STIR = "Stir the glue slowly for ten minutes, let it rest in the shade, and stir it once more."
POINTLESS = STIR.replace("slowly", "never")


def test_copies_give_way_to_what_they_copy_and_opposites_do_not(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        copies = [file_of(f"{n}.json", Said(f"Bob {n}", STIR.upper())) for n in range(40)]
        index.write([file_of("a.json", Said("Ann", STIR)), *copies])
        index.write(
            [file_of("z.json", Said("Zoe", POINTLESS)), file_of("y.json", Said("Al", "No glue."))]
        )
        index.link_copies()
        search = engine_on(index).search
        found = search.search("stir the glue in the shade", 5)
        assert sorted(texts(found)) == sorted([STIR, POINTLESS, "No glue."])
        assert {hit.post.author for hit in found.hits} == {"Ann", "Zoe", "Al"}
        # What fulfils a condition is shown even if what it copies does not.
        (hit,) = search.search("stir the glue from:“Bob 7”", 5).hits
        assert (hit.post.author, hit.passage.text) == ("Bob 7", STIR.upper())


def test_copies_that_were_never_linked_are_told_by_their_words(tmp_path):
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", Said("Ann", STIR)), file_of("b.json", Said("Bob", STIR))])
        assert len(engine_on(index).search.search("stir the glue", 5).hits) == 1


def test_an_index_that_changes_is_searched_as_it_is_now(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index() as index:
        index.write([file_of("one.json", Said("Ann", "The kettle whistles at noon."))])
        engine = engine_on(index)
        assert texts(engine.search.search("kettle", 3)) == ["The kettle whistles at noon."]
        index.write([file_of("two.json", Said("Bob", "My kettle leaks on Sundays."))])
        assert len(engine.search.search("kettle", 3).hits) == 2
        index.write((), ["/threads/one.json"])
        assert texts(engine.search.search("kettle", 3)) == ["My kettle leaks on Sundays."]


def test_an_empty_index_has_no_hits(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index() as index:
        assert engine_on(index).search.search("anything", 5).hits == ()


def test_neighbours_are_the_paragraphs_beside_it_in_its_own_post(workshop):
    model = HashingEmbedder()
    wanted = [
        id_
        for id_, located in workshop.library.located(
            workshop.catalogue.indexed_ids("default")
        ).items()
        if located.passage.text.startswith("Then clamp")
    ]
    layout = read_layout(workshop.catalogue, "default", model.fingerprint, model.dimensions)
    found = layout.candidates(workshop.catalogue, wanted, model.dimensions)
    assert len(found.ids) == 2  # itself and the paragraph before; the next post is another's
    (at,) = [n for n, is_wanted in enumerate(found.wanted) if is_wanted]
    assert found.before[at] == at - 1
    assert found.after[at] == at


def test_the_weights_can_be_set(workshop):
    engine = engine_on(workshop)
    lexical_only = SearchSettings(dense_weight=0, exchange_weight=0, neighbour_weight=0)
    search = type(engine.search)(workshop, HashingEmbedder(), lexical_only, engine.search._speller)
    hit = search.search("sealant", 1).hits[0]
    assert hit.parts.dense == 0
    assert "Sealant dries out" in hit.passage.text


def test_each_of_two_questions_in_one_has_its_share(engine):
    found = engine.search.search(
        "At what wear should I replace a chain and how do I free a stuck seatpost?", 4
    )
    assert len(found.parts) == 2
    joined = " ".join(texts(found))
    assert "0.75 %" in joined
    assert "ammonia" in joined.lower()
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in found.hits:
        parts = hit.parts
        assert hit.score == pytest.approx(parts.dense + parts.lexical + parts.thread)


def test_a_follow_up_is_not_taken_apart(engine):
    question = "At what wear should I replace a chain and how do I free a stuck seatpost?"
    assert engine.search.search(question, 4, context="Which oil for a chain?").parts == ()


def test_threads_come_in_the_order_of_their_best_passage(engine):
    threads, _ = engine.search.search_threads("When is it time to replace a chain?", 3)
    assert threads[0].thread.title == "Chain wear"
    assert len({found.thread.id for found in threads}) == len(threads)
    scores = [found.score for found in threads]
    assert scores == sorted(scores, reverse=True)
    for found in threads:
        assert found.score == found.hits[0].score
        assert {hit.thread.id for hit in found.hits} == {found.thread.id}


def test_a_thread_says_who_opened_it_and_how_many_posts_it_has(engine):
    (found,), _ = engine.search.search_threads("Replace the chain at 0.75 % wear", 1)
    assert (found.opening.author, found.posts) == ("Olaf", 3)
    assert found.opening.created_at is not None
    assert found.hits[0].post.author == "Tom"


def test_threads_are_of_whom_and_when_the_question_says(engine):
    by_mia, _ = engine.search.search_threads("chain from:mia", 5)
    assert [found.thread.title for found in by_mia] == ["Chain wear"]
    assert {hit.post.author for found in by_mia for hit in found.hits} == {"Mia"}
    assert engine.search.search_threads("chain after:2030", 5)[0] == ()


def test_one_long_thread_does_not_hide_the_others(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    sayings = ("oil", "wax", "grease", "soap", "rust", "mud", "salt", "rain", "frost", "sand")
    everywhere = [
        Said("Ida", f"A chain with {a} and {b}, number {n}.", key=f"{a}-{b}")
        for n, (a, b) in enumerate((a, b) for a in sayings for b in sayings if a < b)
    ]
    with folder.index() as index:
        index.write(
            [
                file_of("long.json", *everywhere, title="All about chains"),
                file_of("short.json", Said("Tom", "A link of a chain."), title="A link"),
            ]
        )
        threads, _ = engine_on(index).search.search_threads("A chain with oil and wax", 2)
    assert [found.thread.title for found in threads] == ["All about chains", "A link"]
    assert threads[0].posts == 45


@pytest.mark.parametrize("question", ["chain after:2030 before:2020", "chain from:nobody"])
def test_what_nothing_fulfils_finds_nothing_where_that_cannot_be_said(engine, question):
    assert engine.search.search(question, 5, strict=True).hits == ()
    assert engine.search.search_threads(question, 5)[0] == ()
    forgiving = engine.search.search(question, 5)
    assert texts(forgiving) == texts(engine.search.search("chain", 5))
    assert len(forgiving.filters.notes) == 1


def candidates(before: list[int], after: list[int], lengths: list[float]) -> Candidates:
    count = len(lengths)
    return Candidates(
        ids=tuple(map(str, range(count))),
        places=np.arange(count),
        wanted=np.ones(count, bool),
        before=np.array(before),
        after=np.array(after),
        exchanges=np.full(count, -1),
        posts=np.arange(count),
        askers=np.zeros(count, bool),
        worths=np.zeros(count),
        lengths=np.array(lengths),
        vectors=np.zeros((count, 1), np.float32),
    )


def test_a_short_passage_leans_more_on_its_neighbours_than_a_long_one():
    found = candidates([0, 0, 2, 2], [1, 1, 3, 3], [50.0, 500.0, 2_000.0, 500.0])
    own = np.array([0.0, 1.0, 0.0, 1.0])
    placed = in_place(own, np.zeros(4), found, SearchSettings())
    assert 0 < placed[2] < placed[0] < placed[1]


def test_thanks_beside_an_answer_tell_little_against_it():
    """The cosines of a question about a lift table: its thread of three, and a lathe's of one."""
    found = candidates([0, 0, 1, 3], [1, 2, 2, 3], [74.0, 85.0, 52.0, 68.0])
    cosines = np.array([0.06, 0.41, -0.06, 0.31])
    settings = SearchSettings()
    placed = in_place(cosines, np.zeros(4), found, settings)
    mean_of_both = (0.41 + settings.neighbour_weight * 0.06) / (1 + settings.neighbour_weight)
    assert placed[1] > 0.9 * placed[3] > mean_of_both
    assert placed[3] == pytest.approx(0.31)


def test_hits_tell_how_near_their_exchange_is(tmp_path):
    talk = (Said("Ann", "Which oil for a sewing machine?"), Said("Bob", "Only the white one."))
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.json", *talk)])
        hits = engine_on(index).search.search("which oil for my sewing machine", 5).hits
        assert {hit.post.author for hit in hits} == {"Ann", "Bob"}
        assert len({hit.exchange_cosine for hit in hits}) == 1
        assert hits[0].exchange_cosine > 0.3


def test_in_a_knowledge_base_of_four_lines_the_line_that_answers_comes_first(tmp_path):
    lift = (
        "The lift table stops halfway and the display says E42. What does E42 mean?\n\n"
        "E42 means that the oil is too cold. Let the pump run for five minutes without a load."
        "\n\nThat helped, thank you! I would not have guessed it."
    )
    lathe = "Grease the spindle of the lathe with lithium grease every 400 hours."
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        lines = {"lift.json": lift, "lathe.json": lathe}
        index.write([file_of(name, Said(name, text), title=None) for name, text in lines.items()])
        search = engine_on(index).search
        found = texts(search.search("How long should the pump run without a load?", 4))
        assert found[0].startswith("E42 means")
        assert texts(search.search("How often to grease the spindle?", 4))[0] == lathe


def beside_one_another() -> Scored:
    """Three passages: the first near the question, the others as far to its left and right."""
    found = replace(
        candidates([0, 1, 2], [0, 1, 2], [400.0] * 3),
        vectors=np.array([[0.96, 0.28], [0.6, 0.8], [0.6, -0.8]], np.float32),
    )
    return Scored(
        found=found,
        exchange_vectors=np.zeros((3, 2), np.float32),
        lexical=np.zeros(3),
        exchange_lexical=np.zeros(3),
        total=10_000,
    )


def test_the_best_passages_draw_the_question_to_their_side():
    question = np.array([1.0, 0.0], np.float32)
    plain = rank(beside_one_another(), question, SearchSettings(feedback_weight=0))
    assert plain.score[1] == pytest.approx(plain.score[2])
    drawn = rank(beside_one_another(), question, SearchSettings())
    assert drawn.score[1] > drawn.score[2]
