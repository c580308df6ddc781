"""BM25 over passages and over threads, in tantivy.

Two indexes a generation: a passage is scored against the other passages, a thread against
the other threads.  Words are lower-cased, stripped of English stop words and stemmed;
without stemming forum collections lose .04 to .06 nDCG@10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import tantivy

from retrieval.errors import StorageError
from retrieval.wording import visible

_ANALYZER: Final = "footnote"
_HEAP_BYTES: Final = 64 * 2**20
_MAX_QUERY_WORDS: Final = 200


class LexicalIndex:
    """One tantivy index of texts by id."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``, making it where there is none.

        Raises:
            StorageError: if the folder cannot be used.
        """
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("text", tokenizer_name=_ANALYZER)
        self._schema = schema.build()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
        except (OSError, ValueError) as error:
            raise StorageError(
                f"The lexical index {folder} cannot be opened: {error}. "
                "Check that the data folder may be written."
            ) from error
        self._analyzer = _analyzer()
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def write(self, texts: Iterable[tuple[str, str]], gone: Iterable[str] = ()) -> None:
        """Add ``(id, text)`` pairs, in the place of equal ids, and remove ``gone``.

        Raises:
            StorageError: if tantivy cannot write.
        """
        try:
            writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            for passage_id in gone:
                writer.delete_documents("id", passage_id)
            for passage_id, text in texts:
                writer.delete_documents("id", passage_id)
                writer.add_document(tantivy.Document(id=passage_id, text=visible(text)))
            writer.commit()
            writer.wait_merging_threads()
        except (OSError, ValueError) as error:
            raise StorageError(
                f"The lexical index could not be written: {error}. Nothing that was committed "
                "is lost; check the disk and run `footnote ingest` again."
            ) from error
        self._index.reload()

    def terms(self, text: str) -> list[str]:
        """Return the distinct index terms of a text, in order, stop words left out."""
        return list(dict.fromkeys(self._analyzer.analyze(visible(text))))[:_MAX_QUERY_WORDS]

    def best(self, text: str, limit: int) -> dict[str, float]:
        """Return the ids that match a text best with their BM25 scores, best first."""
        return self._run(self._query(text), limit)

    def scores(self, text: str, ids: Sequence[str]) -> dict[str, float]:
        """Return the BM25 scores of given ids; ids that share no term are left out."""
        query = self._query(text)
        if query is None or not ids:
            return {}
        among = tantivy.Query.term_set_query(self._schema, "id", list(ids))
        narrowed = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, query),
                (tantivy.Occur.Must, tantivy.Query.const_score_query(among, 0.0)),
            ]
        )
        return self._run(narrowed, len(ids))

    def typed(self, text: str, limit: int) -> list[str]:
        """Return the ids that match a text whose last word may be unfinished, best first."""
        query = self._query(text)
        last = re.findall(r"\w+", visible(text).lower())[-1:]
        queries = [(tantivy.Occur.Should, query)] if query is not None else []
        if last:
            prefix = tantivy.Query.regex_query(self._schema, "text", f"{last[0]}.*")
            queries.append((tantivy.Occur.Should, prefix))
        return list(self._run(tantivy.Query.boolean_query(queries), limit)) if queries else []

    def document_frequency(self, term: str) -> int:
        """Return how many texts hold an index term."""
        return self._searcher().doc_freq("text", term)

    def count(self) -> int:
        """Return how many texts the index holds."""
        return self._searcher().num_docs

    def _searcher(self) -> tantivy.Searcher:
        self._index.reload()
        return self._index.searcher()

    def _query(self, text: str) -> tantivy.Query | None:
        terms = self.terms(text)
        if not terms:
            return None
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term))
                for term in terms
            ]
        )

    def _run(self, query: tantivy.Query | None, limit: int) -> dict[str, float]:
        if query is None or limit < 1:
            return {}
        searcher = self._searcher()
        hits = searcher.search(query, limit, count=False).hits
        return {searcher.doc(address)["id"][0]: score for score, address in hits}


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(100))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
