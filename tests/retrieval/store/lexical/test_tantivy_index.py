from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import IndexDamagedError, StorageError
from retrieval.store.lexical.tantivy_index import LexicalIndex

TEXTS = {
    "a": "The bot stays offline after a restart.",
    "b": "Restarting the server mends the bot, and the bot alone.",
    "c": "Lentils need no soaking.",
}


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    opened = LexicalIndex(tmp_path / "passages")
    opened.write(TEXTS.items())
    return opened


def test_words_are_found_in_any_form(index: LexicalIndex) -> None:
    assert index.best("restarts", 5).keys() == {"a", "b"}
    assert list(index.best("soaked lentil", 5)) == ["c"]


def test_stop_words_alone_find_nothing(index: LexicalIndex) -> None:
    assert index.best("the and a", 5) == {}
    assert index.terms("the and a") == []


def test_scores_of_given_ids_are_those_of_the_ranking(index: LexicalIndex) -> None:
    best = index.best("bot restart", 5)
    assert index.scores("bot restart", ["a", "b", "c", "never"]) == pytest.approx(best)
    assert index.scores("bot restart", ["b"]) == pytest.approx({"b": best["b"]})


def test_only_texts_with_every_term_hold_a_quote(index: LexicalIndex) -> None:
    assert index.holding("the bot stays offline", 5) == ["a"]
    assert sorted(index.holding("bot", 5)) == ["a", "b"]
    assert index.holding("bot lentils", 5) == []
    assert index.holding("the", 5) == []


def test_an_unfinished_last_word_is_completed(index: LexicalIndex) -> None:
    assert index.typed("lenti", 5) == ["c"]
    assert index.typed("the bot stays offl", 5)[0] == "a"
    assert index.typed("", 5) == []


def test_a_term_is_counted_once_a_text(index: LexicalIndex) -> None:
    assert index.document_frequency("bot") == 2
    assert index.document_frequency("lentil") == 1
    assert index.document_frequency("lentils") == 0


def test_a_text_written_again_stands_once(index: LexicalIndex) -> None:
    index.write([("a", "Entirely new words.")])
    assert sorted(index.ids()) == ["a", "b", "c"]
    assert index.best("offline", 5) == {}
    assert list(index.best("entirely", 5)) == ["a"]


def test_what_is_gone_is_found_no_more(index: LexicalIndex) -> None:
    index.write((), ["c", "never"])
    assert index.best("lentils", 5) == {}
    assert index.count() == 2


def test_another_opening_sees_every_commit_once_it_looks(
    index: LexicalIndex, tmp_path: Path
) -> None:
    reader = LexicalIndex(tmp_path / "passages")
    index.write([("d", "Fresh basil.")])
    reader.refresh()
    assert list(reader.best("basil", 5)) == ["d"]


def test_a_closed_index_lets_another_write_and_can_still_be_read(
    index: LexicalIndex, tmp_path: Path
) -> None:
    other = LexicalIndex(tmp_path / "passages")
    with pytest.raises(StorageError, match="could not be written"):
        other.write([("d", "Fresh basil.")])
    index.close()
    other.write([("d", "Fresh basil.")])
    other.close()
    index.refresh()
    assert list(index.best("basil", 5)) == ["d"]
    index.write((), ["d"])
    assert index.best("basil", 5) == {}


def test_queries_of_any_characters_are_only_words(index: LexicalIndex) -> None:
    for query in ('bot AND "offline', "text:* OR (", "bot~9 ^", "\x00\u200b", "id:a"):
        index.best(query, 5)
        index.typed(query, 5)
        index.holding(query, 5)


def test_a_folder_that_was_only_begun_is_begun_again(tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    (half / ".tantivy-meta.lock").touch()
    (half / ".managed.json").write_text("[]")
    index = LexicalIndex(half)
    index.write([("a", "Words.")])
    assert index.count() == 1


@pytest.mark.parametrize("damage", ["", "{", '{"segments": 5}'])
def test_an_index_that_cannot_be_read_says_how_to_mend_it(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "passages"
    written = LexicalIndex(folder)
    written.write(TEXTS.items())
    written.close()
    (folder / "meta.json").write_text(damage)
    with pytest.raises(IndexDamagedError, match="footnote doctor"):
        LexicalIndex(folder)


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be opened"):
        LexicalIndex(tmp_path / "file")


def test_what_another_process_writes_is_seen_after_refresh(
    index: LexicalIndex, tmp_path: Path
) -> None:
    reading = LexicalIndex(tmp_path / "passages")
    assert reading.best("lentils", 5).keys() == {"c"}
    for _ in range(2):
        index.write([("d", "Lentils and salt.")], ["a"])
        index.write([("a", "Salt alone.")])
        reading.refresh()
        assert reading.best("lentils", 5).keys() == {"c", "d"}
        assert reading.best("salt", 5).keys() == {"a", "d"}
