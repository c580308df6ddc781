"""A Chroma server that is far away, and that takes and gives no more than 300 records at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval.settings import ChromaSettings
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess
from retrieval.store.examination import examine
from retrieval.store.rebuilding import Stores
from tests.retrieval.store.builders import KB, Folder, Said, agree, file_of
from tests.retrieval.store.fake_server import Reply, Request, forwarded, json_reply, serving

MOST = 300
AWAY_SECONDS = 0.06


class Far:
    """What stands before a Chroma server: a long way, and a limit."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._count = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self.most_under_way: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.refused: list[str] = []

    def answer(self, request: Request) -> Reply:
        what = request.path.rpartition("/")[2]
        with self._count:
            self.asked[what] += 1
            self._under_way[what] += 1
            self.most_under_way |= self._under_way
        try:
            time.sleep(AWAY_SECONDS)
            if self._asks_too_much(request):
                self.refused.append(request.path)
                return json_reply({"error": "Quota", "message": "300 at once"}, 400)
            return forwarded(request, self._url)
        finally:
            with self._count:
                self._under_way[what] -= 1

    @staticmethod
    def _asks_too_much(request: Request) -> bool:
        what = request.path.rpartition("/")[2]
        if request.method != "POST" or what not in {"upsert", "get", "query", "delete"}:
            return False
        body: dict[str, Any] = request.json()
        results = len(body.get("query_embeddings") or [1]) * (body.get("n_results") or 1)
        asked = [len(body.get("ids") or []), body.get("limit") or 0, results]
        if what == "get" and not body.get("ids") and body.get("limit") is None:
            return True
        return max(asked) > MOST


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[Far, str]]:
    (tmp_path / "server").mkdir()
    process = ChromaProcess(tmp_path / "server")
    process.start()
    way = Far(process.url)
    with serving(way.answer) as url:
        yield way, url
    process.stop()


def test_several_searches_and_one_write_are_under_way_and_none_asks_for_too_much(
    far: tuple[Far, str], tmp_path: Path
) -> None:
    way, url = far
    files = [
        file_of(
            f"{n}.txt", *(Said(f"p{m}", f"Number {n} says {m} of {n * m}.") for m in range(100))
        )
        for n in range(20)
    ]
    with open_chroma(tmp_path / "data", ChromaSettings(url=url), doing="testing") as client:
        folder = Folder(tmp_path / "data", client)
        with folder.index() as index:
            index.write(files)
            agree(index)
        assert way.asked["upsert"] == 7  # 2,000 by 300
        assert way.most_under_way["upsert"] == 1  # or Chroma does some of it again for each
        with folder.index() as index:
            index.write([], [file.stamp.path for file in files[:2]])
        with folder.catalogue() as catalogue:
            stores = Stores(catalogue, client, folder.path / "lexical", folder.embedder)
            for anew in (False, True):
                examined = examine(stores, KB, anew=anew, grace_seconds=0)
                assert examined.is_whole
                assert examined.searched == 1_800
        with folder.index() as index:
            agree(index)
            question = folder.embedder.embed_question("Number")
            assert len(index.vectors.nearest(question, 2_000)) == MOST
    assert way.most_under_way["query"] > 2
    assert way.most_under_way["upsert"] == way.most_under_way["delete"] == 1
    assert way.refused == []


def test_a_server_that_is_near_is_written_to_in_small_steps(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    process = ChromaProcess(tmp_path / "server")
    process.start()
    with open_chroma(tmp_path / "data", ChromaSettings(url=process.url), doing="x") as client:
        client.is_far = False  # type: ignore[attr-defined]  # whatever this machine is busy with
        folder = Folder(tmp_path / "data", client)
        with folder.index() as index:
            index.write([file_of("a.txt", *(Said(f"p{m}", f"It is {m}.") for m in range(60)))])
            agree(index)
    process.stop()
