"""BM25 over passages and over threads, in tantivy.

Two indexes a generation: a passage is scored against the other passages, a thread against
the other threads.  Words are lower-cased, stripped of English stop words and stemmed;
without stemming forum collections lose .04 to .06 nDCG@10.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import tantivy

from retrieval.errors import IndexDamagedError, StorageError
from retrieval.text.wording import visible

_ANALYZER: Final = "footnote"
_HEAP_BYTES: Final = 32 * 2**20
_MAX_QUERY_WORDS: Final = 200
_LONGEST_TERM: Final = 100
_MAX_SHARED_TERMS: Final = 12
_REMEMBERED: Final = 100_000
"""Ids of texts that were found before, 20 MB of them."""


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
        self._analyzer = _analyzer()
        self._writer: tantivy.IndexWriter | None = None
        self._index: tantivy.Index
        self._folder: Path
        self._seen: _Seen
        self.reopen(folder)

    def reopen(self, folder: Path) -> None:
        """Turn to the index in another folder, making it where there is none.

        Raises:
            StorageError: if the folder cannot be used.
        """
        self.close()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(self._schema, path=str(folder))
        except OSError as error:
            raise StorageError(
                f"The lexical index {folder} cannot be opened: {error}. "
                "Check that the data folder may be written."
            ) from error
        except ValueError as error:
            raise _unreadable(error) from error
        index.register_tokenizer(_ANALYZER, self._analyzer)
        self._index, self._folder = index, folder
        self._seen = _Seen(index.searcher(), None)

    def start_anew(self) -> None:
        """Throw everything away, readable or not."""
        self.close()
        self.remove(self._folder)
        self.reopen(self._folder)

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove an index that nobody has open, readable or not."""
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Let another process write; this object opens a writer again when it needs one."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def write(self, texts: Iterable[tuple[str, str]], gone: Iterable[str] = ()) -> None:
        """Add ``(id, text)`` pairs, in the place of equal ids, and remove ``gone``.

        The index stays locked for other processes' writing until ``close``.

        Raises:
            StorageError: if tantivy cannot write; what it held before stays.
        """
        with self._writing() as writer:
            for passage_id in gone:
                writer.delete_documents_by_term("id", passage_id)
            for passage_id, text in texts:
                writer.delete_documents_by_term("id", passage_id)
                writer.add_document(tantivy.Document(id=passage_id, text=visible(text)))

    def write_anew(self, texts: Iterable[tuple[str, str]]) -> None:
        """Put ``(id, text)`` pairs in the place of everything, of which nothing stays on disk.

        Raises:
            StorageError: if tantivy cannot write; what it held before stays.
        """
        with self._writing() as writer:
            writer.delete_all_documents()
            for passage_id, text in texts:
                writer.add_document(tantivy.Document(id=passage_id, text=visible(text)))
        if self._writer is not None:
            self._writer.garbage_collect_files()

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        try:
            if self._writer is None:
                self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
                # A commit that a crash interrupted leaves files that the next would stumble
                # over: it counts on from the last whole commit and so gives them equal names.
                self._writer.garbage_collect_files()
            yield self._writer
            self._writer.commit()
            self._index.reload()
            self._seen = _Seen(self._index.searcher(), None)
        except (OSError, ValueError) as error:
            # A writer that failed once fails for ever; what it had not committed goes with it.
            self._writer = None
            raise StorageError(
                f"The lexical index could not be written: {error}. Nothing that was committed "
                "is lost; check the disk and run `footnote ingest` again."
            ) from error

    def terms(self, text: str) -> list[str]:
        """Return the distinct index terms of a text, in order, stop words left out."""
        return list(dict.fromkeys(self.analyzed(text)))[:_MAX_QUERY_WORDS]

    def analyzed(self, text: str) -> list[str]:
        """Return the index terms of a text in their order, each as often as it stands."""
        return list(self._analyzer.analyze(visible(text)))

    def counted(self, text: str) -> dict[str, int]:
        """Return the terms by which a text is searched, and how often each counts.

        A long question repeats what it is about: on forum questions that is worth .02 nDCG@10.
        """
        return dict(list(Counter(self.analyzed(text)).items())[:_MAX_QUERY_WORDS])

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

    def holding(self, text: str, limit: int) -> list[str]:
        """Return some ids of texts that hold every term of a text, or its longest terms."""
        terms = sorted(self.terms(text), key=len, reverse=True)[:_MAX_SHARED_TERMS]
        if not terms:
            return []
        every = [
            (tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "text", term))
            for term in terms
        ]
        return list(self._run(tantivy.Query.boolean_query(every), limit))

    def typed(self, text: str, limit: int) -> list[str]:
        """Return the ids that match a text whose last word may be unfinished, best first."""
        query = self._query(text)
        last = re.findall(r"\w+", visible(text).lower())[-1:]
        queries = [(tantivy.Occur.Should, query)] if query is not None else []
        if last and len(last[0]) <= _LONGEST_TERM:  # the regex of a longer one would be refused
            prefix = tantivy.Query.regex_query(self._schema, "text", f"{last[0]}.*")
            queries.append((tantivy.Occur.Should, prefix))
        return list(self._run(tantivy.Query.boolean_query(queries), limit)) if queries else []

    def with_term(self, term: str, limit: int) -> list[str]:
        """Return ids of texts that hold an index term, best first."""
        return list(self._run(tantivy.Query.term_query(self._schema, "text", term), limit))

    def terms_beginning(self, prefix: str) -> list[tuple[str, int]]:
        """Return the index terms that begin like this with their document frequencies."""
        return self._searcher().terms_with_prefix("text", prefix)

    def document_frequency(self, term: str) -> int:
        """Return how many texts hold an index term."""
        return self._searcher().doc_freq("text", term)

    def count(self) -> int:
        """Return how many texts the index holds."""
        return self._searcher().num_docs

    def ids(self) -> list[str]:
        """Return the ids of all texts, one as often as it stands in the index.

        Raises:
            IndexDamagedError: if they cannot be read.
        """
        searcher = self._searcher()
        try:
            everything = tantivy.Query.all_query()
            hits = searcher.search(everything, max(searcher.num_docs, 1), count=False).hits
            return [str(searcher.doc(address)["id"][0]) for _, address in hits]
        except (OSError, ValueError) as error:
            raise _unreadable(error) from error

    def refresh(self) -> None:
        """See what other processes have written since; a question does so once.

        Raises:
            IndexDamagedError: if the index cannot be read.
        """
        try:
            commit = (self._folder / "meta.json").stat()
            version = (commit.st_ino, commit.st_mtime_ns, commit.st_size)
            if version != self._seen.version:
                self._index.reload()
                self._seen = _Seen(self._index.searcher(), version)
        except (OSError, ValueError) as error:
            raise _unreadable(error) from error

    def _searcher(self) -> tantivy.Searcher:
        return self._seen.searcher

    def _query(self, text: str) -> tantivy.Query | None:
        """Return a query for any of the text's terms, each counting as often as it stands."""
        counts = self.counted(text)
        term_query, boost = tantivy.Query.term_query, tantivy.Query.boost_query
        return (
            tantivy.Query.boolean_query(
                [
                    (
                        tantivy.Occur.Should,
                        boost(term_query(self._schema, "text", term), float(count)),
                    )
                    for term, count in counts.items()
                ]
            )
            if counts
            else None
        )

    def _run(self, query: tantivy.Query | None, limit: int) -> dict[str, float]:
        if query is None or limit < 1:
            return {}
        seen = self._seen
        try:
            hits = seen.searcher.search(query, limit, count=False).hits
            return {seen.id_at(address): score for score, address in hits}
        except (OSError, ValueError) as error:
            raise _unreadable(error) from error


class _Seen:
    """The index as it was at one commit; any thread may read it."""

    def __init__(self, searcher: tantivy.Searcher, version: object) -> None:
        self.searcher = searcher
        self.version = version
        """Tells commits apart; None where it is not known."""
        self._ids: dict[int, str] = {}

    def id_at(self, address: tantivy.DocAddress) -> str:
        """Return the id of a text; reading it takes 3 µs, remembering it .3."""
        place = address.segment_ord << 32 | address.doc
        known = self._ids.get(place)
        if known is None:
            known = str(self.searcher.doc(address)["id"][0])
            if len(self._ids) < _REMEMBERED:
                self._ids[place] = known
        return known


def _unreadable(error: Exception) -> IndexDamagedError:
    return IndexDamagedError(
        f"The lexical index cannot be read ({error}). Run `footnote doctor`, which makes it anew."
    )


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
