"""Questions asked of a real index."""

from retrieval.evaluation.asking import ask_all
from retrieval.evaluation.questions import Question
from retrieval.records import Outcome

CHAIN = Question(
    "chain",
    "When should I replace the chain, at which wear on the gauge?",
    gold=("Replace the chain at 0.75 % wear",),
)


def test_a_question_is_found_answered_and_timed(engine):
    steps = []
    (each,) = ask_all(engine, [CHAIN], lambda *step: steps.append(step))
    assert each.rank == 1
    assert (each.answer.outcome, each.shown) == (Outcome.ANSWERED, True)
    assert each.search_ms > 0
    assert each.answer.timings_ms.total > 0
    assert steps == [("Asking", 1, 1)]


def test_a_follow_up_is_searched_with_what_it_leans_on(engine):
    follow_up = Question("f", "and in winter?", gold=("In winter that is every 2,000 km",))
    with_history = Question("f", follow_up.text, ("How often replace the chain?",), gold=CHAIN.gold)
    alone, together = ask_all(engine, [follow_up, with_history], lambda *_: None)
    assert alone.rank == 1
    assert together.rank is not None
    assert together.found != alone.found
    assert any("chain" in step for step in together.answer.trace)
