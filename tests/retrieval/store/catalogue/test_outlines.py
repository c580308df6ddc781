from __future__ import annotations

import pytest

from retrieval.store.catalogue.outlines import Outline, outlines
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of, files_of


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path, client_at(tmp_path))


def test_threads_have_their_opening_post_and_the_number_of_their_posts(folder):
    file = files_of(
        "two.json",
        {
            "long": [Said("Ida", "> Quoted.\n\nA question?"), Said("Tom", "One.\n\nTwo.")],
            "short": [Said("Vera", "Alone.")],
        },
    )
    with folder.index() as index:
        index.write([file])
        found = outlines(index.catalogue, KB, [t.thread.id for t in file.threads])
    assert found == {t.thread.id: Outline(t.posts[0], len(t.posts)) for t in file.threads}


def test_what_is_not_there_is_left_out(folder):
    with folder.index() as index:
        index.write([file_of("a.json", Said("Ida", "Words."))])
        other = file_of("b.json", Said("Ida", "Others."))
        assert outlines(index.catalogue, KB, [other.threads[0].thread.id]) == {}
        mine = file_of("a.json", Said("Ida", "Words.")).threads[0].thread.id
        assert outlines(index.catalogue, "another", [mine]) == {}


def test_of_a_thread_in_two_files_the_first_by_name_speaks(folder):
    longer = file_of("a.json", Said("Ida", "One."), Said("Tom", "Two."), thread="same")
    shorter = file_of("b.json", Said("Ida", "One."), thread="same")
    id_ = longer.threads[0].thread.id
    assert id_ == shorter.threads[0].thread.id
    with folder.index() as index:
        index.write([shorter, longer])
        assert outlines(index.catalogue, KB, [id_])[id_].posts == 2
