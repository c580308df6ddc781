"""How well it works, measured on anybody's own threads: ``footnote eval``.

::

    questions.py        a file of questions with the passages that answer them
    judging.py          one question's answer and search, judged against its gold quotes
    question_report.py  many judged questions as figures
    beir.py             a collection in BEIR layout: documents, queries, relevance
    collection.py       its ranking by the real search, and by simpler rankers beside it
    baselines.py        those rankers: BM25 alone, the model alone, reciprocal rank fusion
    cached_embedder.py  a model that remembers, so that a second run is quick
    self_test.py        questions made from the knowledge base's own quotes
    metrics.py          the measures, with their definitions
    html.py  plots.py   a report as a page of its own
"""

__all__ = [
    "asking",
    "html",
    "metrics",
    "own_questions",
    "own_report",
    "progress",
    "question_report",
    "questions",
    "request",
]
