"""A process that forks others, which a test then kills: all that is slow is imported once.

Reads one task a line from standard input: ``{"do": name, "answer": path, ...}``.  Writes the
process id of the fork that does it, then, when that has ended, its wait status.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import traceback
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import chromadb
import chromadb.api.rust

from ingest.pipeline import Ingest
from ingest.read import jsonl
from ingest.request import Request
from ingest.sources import SourceFile
from ingest.understand.contents import file_contents
from retrieval.errors import IndexDamagedError, StorageError
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.contents import FileStamp
from retrieval.store.chroma.graph_copy import put_back_copies
from retrieval.store.chroma.threads import insert_in_order
from retrieval.store.doctor import Doctor
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import Stores, open_recovered, rebuild
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, agree

_DIMENSIONS = 64
_OWN_IDS = "SELECT DISTINCT id FROM passages WHERE indexed AND kind = 'own'"


def do_ingest(task: dict[str, Any], stack: ExitStack) -> str:
    """Bring the index in line with the corpus."""
    catalogue = _catalogue(task, stack)
    embedder = HashingEmbedder(_DIMENSIONS)

    def open_index() -> PassageIndex:
        if catalogue.generation(KB) is None:
            catalogue.begin_generation(KB, embedder.fingerprint)
        return open_recovered(_stores(task, catalogue), live_generation(catalogue, KB, embedder))

    corpus = Path(task["corpus"])
    request = Request(KB, (corpus,), corpus, passages_at_once=task["passages_at_once"])
    Ingest(request, catalogue, open_index, _token_ends, lambda _: None).run()
    return ""


def do_rebuild(task: dict[str, Any], stack: ExitStack) -> str:
    """Make a new generation and turn to it."""
    catalogue = _catalogue(task, stack)
    live = catalogue.generation(KB)
    if live is not None:
        rebuild(_stores(task, catalogue), live, grace_seconds=0)
    return ""


def do_check(task: dict[str, Any], stack: ExitStack) -> str:
    """Open the index as the next command would, and say what is wrong with it."""
    catalogue = _catalogue(task, stack)
    live = catalogue.generation(KB)
    if live is None:
        return ""
    stores = _stores(task, catalogue)
    try:
        with closing(stores.open(live)) as reader:
            # Somebody asks before anybody writes.
            vector = HashingEmbedder(_DIMENSIONS).embed_question("anything")
            found = [*reader.vectors.nearest(vector, 300), *reader.passages.best("ba", 300)]
            reader.library.located(found)
    except IndexDamagedError:
        if not task.get("may_need_rebuild"):
            raise
    index = stack.enter_context(closing(open_recovered(stores, live)))
    if index.generation != live and not task.get("may_need_rebuild"):
        return "the index had to be made anew"
    complaints = [complaint for complaint in _states(catalogue, task["allowed"]) if complaint]
    agree(index)
    complaints += _copies(index)
    complaints += [finding.what for finding in Doctor(index).examine()]
    return "\n".join(complaints)


def _copies(index: PassageIndex) -> list[str]:
    """Return a complaint where near-copies are not linked to originals that are there."""
    connection = index.catalogue.connection
    index.link_copies()
    dangling = """
        SELECT count(*) FROM sketches c
          LEFT JOIN sketches o ON o.kb = c.kb AND o.passage = c.original
         WHERE c.original IS NOT NULL AND (o.id IS NULL OR o.original IS NOT NULL)
    """
    orphans = """
        SELECT count(*) FROM fingerprints f LEFT JOIN sketches s ON s.id = f.sketch
         WHERE s.fingerprints IS NULL OR s.original IS NOT NULL
    """
    own = {row[0] for row in connection.execute(_OWN_IDS)}
    sketched = {row[0] for row in connection.execute("SELECT passage FROM sketches")}
    complaints = [] if own == sketched else [f"{len(own ^ sketched)} passages or sketches alone"]
    for what, statement in (("copies", dangling), ("fingerprints", orphans)):
        if count := connection.execute(statement).fetchone()[0]:
            complaints.append(f"{count} {what} lead nowhere")
    return complaints


def _states(catalogue: Catalogue, allowed: dict[str, list[str | None]]) -> list[str]:
    """Return a complaint about each file that is not whole in one of its allowed states."""
    stamps = catalogue.stamps(KB)
    complaints = [f"{path} came from nowhere" for path in stamps.keys() - allowed.keys()]
    for path, texts in allowed.items():
        if path not in stamps:
            complaints += [] if None in texts else [f"{path} is lost"]
            continue
        by_digest = {hashlib.sha256(t.encode()).hexdigest(): t for t in texts if t is not None}
        text = by_digest.get(stamps[path].sha256)
        if text is None:
            complaints.append(f"{path} is in no state that it ever was in")
        elif _expected(stamps[path], text) != _stored(catalogue, path):
            complaints.append(f"{path} is not whole")
    return complaints


def _expected(stamp: FileStamp, text: str) -> list[tuple[str, str]]:
    drafts = jsonl.READER.read(SourceFile.of(stamp.name, text.encode()))
    contents = file_contents(stamp, jsonl.KIND, drafts, _token_ends)
    return sorted((p.id, p.text) for thread in contents.threads for p in thread.passages)


def _stored(catalogue: Catalogue, path: str) -> list[tuple[str, str]]:
    rows = catalogue.connection.execute(
        "SELECT p.id, substr(o.text, p.start + 1, p.end - p.start)"
        " FROM files f JOIN passages p ON p.file_id = f.id"
        " JOIN posts o ON o.file_id = f.id AND o.id = p.post_id WHERE f.path = ?",
        (path,),
    )
    return sorted((row[0], row[1]) for row in rows)


def _catalogue(task: dict[str, Any], stack: ExitStack) -> Catalogue:
    catalogue = Catalogue(Path(task["data"]) / "catalogue.sqlite3")
    stack.callback(catalogue.close)
    return catalogue


def _stores(task: dict[str, Any], catalogue: Catalogue) -> Stores:
    data = Path(task["data"])
    put_back_copies(data / "chroma")  # as open_chroma does
    client = chromadb.PersistentClient(path=str(data / "chroma"))
    embedder = HashingEmbedder(_DIMENSIONS)
    return Stores(catalogue, client, data / "lexical", embedder, data / "chroma")


def _token_ends(text: str) -> list[int]:
    return list(range(1, len(text) + 1))


def _carry_out(task: dict[str, Any]) -> None:
    answer = "never came to an end"
    limit = task.get("largest_file_bytes", resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        with ExitStack() as stack:
            answer = globals()[f"do_{task['do']}"](task, stack)
    except StorageError as error:
        answer = f"StorageError: {error}"
    except BaseException:  # noqa: BLE001 - whatever it is, the test wants to read it
        answer = traceback.format_exc()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    Path(task["answer"]).write_text(answer, "utf-8")


def main() -> None:
    """Carry out tasks until standard input ends."""
    insert_in_order()  # as open_chroma does
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
