"""What an ingest costs against the size of the knowledge base, beside plain llama-index.

``python -m benchmarks.ingest --sizes 1000,10000 --out FOLDER`` makes corpora, ingests them
in processes of their own, and writes ``RESULTS-ingest.md`` and ``ingest.svg``.  Embedding is
a stub, so that everything else can be seen; ``--model N`` adds N passages with the real one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.corpora import write_corpus
from benchmarks.plot import Line, log_log_plot

_LLAMA_INDEX_AT_MOST: Final = 10_000
WAYS: Final = ("footnote", "llama-index", "chroma")


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest in a fresh process."""

    way: str
    what: str
    """``all``, ``unchanged``, ``one file`` or ``model``."""
    size: int
    """Passages asked for."""
    added: int
    total: int
    seconds: float
    cpu_seconds: float
    embedding_seconds: float
    peak_mb: float
    server_cpu_seconds: float
    """Of the Chroma server, where it ran one; 0 where Chroma is in the process itself."""
    server_peak_mb: float
    disk_mb: float

    @property
    def per_second(self) -> float:
        """Passages added a second, the stub's time included."""
        return self.added / self.seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="passages, with commas")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="a folder")
    parser.add_argument("--model", type=int, default=0, metavar="N", help="with MiniLM: N passages")
    parser.add_argument("--models", type=Path, default=Path("data/models"), help="its files")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.sizes.split(",")]
    with TemporaryDirectory(prefix="footnote-bench-") as scratch:
        runs = list(measure(sizes, Path(scratch)))
        if options.model:
            runs.append(_with_model(options.model, Path(scratch), options.models.resolve()))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "RESULTS-ingest.md").write_text(report(runs), "utf-8")
    (options.out / "ingest.svg").write_text(_plot(runs), "utf-8")
    Console().print(_table(runs))


def measure(sizes: Sequence[int], scratch: Path) -> Iterator[Run]:
    """Yield the runs of all sizes and ways."""
    for size in sizes:
        corpus = scratch / f"corpus-{size}"
        write_corpus(corpus, size)
        for way in WAYS:
            if way == "llama-index" and size > _LLAMA_INDEX_AT_MOST:
                continue
            data = scratch / f"{way}-{size}"
            data.mkdir()
            yield _run(way, "all", size, corpus, data)
            if way != "chroma":
                yield _run(way, "unchanged", size, corpus, data)
                newcomer = _add_one_file(corpus)
                yield _run(way, "one file", size, corpus, data)
                newcomer.unlink()
            shutil.rmtree(data)


def report(runs: Sequence[Run]) -> str:
    """Return the results in Markdown."""
    head = (
        "# What an ingest costs\n\n"
        f"`python -m benchmarks.ingest`, {datetime.now(UTC):%Y-%m-%d}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the end (on a busy machine compare CPU seconds).\n"
        "Each line is a process of its own; a stub embeds; seconds without the imports;\n"
        "“a + b”: of the process and of the Chroma server that it ran.\n\n"
    )
    names = [name for name, _ in _COLUMNS]
    rows = [[show(run) for _, show in _COLUMNS] for run in runs]
    lines = [names, ["---"] * len(names), *rows]
    return head + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _with_server(own: float, server: float, form: str) -> str:
    return f"{own:{form}} + {server:{form}}" if server else f"{own:{form}}"


_COLUMNS: Final[tuple[tuple[str, Callable[[Run], str]], ...]] = (
    ("way", lambda run: run.way),
    ("what", lambda run: run.what),
    ("passages", lambda run: f"{run.total:,}"),
    ("added", lambda run: f"{run.added:,}"),
    ("s", lambda run: f"{run.seconds:.2f}"),
    ("CPU s", lambda run: _with_server(run.cpu_seconds, run.server_cpu_seconds, ".2f")),
    ("passages/s", lambda run: f"{run.per_second:,.0f}" if run.what in {"all", "model"} else ""),
    ("embedding", lambda run: f"{run.embedding_seconds / run.seconds:.0%}" if run.added else ""),
    ("peak MB", lambda run: _with_server(run.peak_mb, run.server_peak_mb, ",.0f")),
    ("disk MB", lambda run: f"{run.disk_mb:,.0f}"),
)


def _table(runs: Sequence[Run]) -> Table:
    table = Table(title="What an ingest costs")
    for name, _ in _COLUMNS:
        table.add_column(name, justify="left" if name in {"way", "what"} else "right")
    for run in runs:
        table.add_row(*(show(run) for _, show in _COLUMNS))
    return table


def _plot(runs: Sequence[Run]) -> str:
    lines = [
        Line(f"{way}, {what}", tuple((r.total, r.seconds) for r in found))
        for way in WAYS
        for what in ("all", "one file", "unchanged")
        if (found := [r for r in runs if (r.way, r.what) == (way, what)])
    ]
    return log_log_plot("Seconds against passages in the knowledge base", lines)


def _run(way: str, what: str, size: int, corpus: Path, data: Path, *model: str) -> Run:
    command = [sys.executable, "-m", "benchmarks.ingest_run", way, str(corpus), str(data), *model]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = json.loads(output.splitlines()[-1])
    return Run(
        way=way,
        what=what,
        size=size,
        added=int(figures["added"]),
        total=int(figures["total"]),
        seconds=figures["seconds"],
        cpu_seconds=figures["cpu_seconds"],
        embedding_seconds=figures["embedding_seconds"],
        peak_mb=figures["peak_mb"],
        server_cpu_seconds=figures["server_cpu_seconds"],
        server_peak_mb=figures["server_peak_mb"],
        disk_mb=sum(p.stat().st_size for p in data.rglob("*") if p.is_file()) / 2**20,
    )


def _with_model(passages: int, scratch: Path, models: Path) -> Run:
    corpus, data = scratch / "corpus-model", scratch / "model"
    write_corpus(corpus, passages, seed=8)
    data.mkdir()
    return _run("footnote", "model", passages, corpus, data, str(models))


def _add_one_file(corpus: Path) -> Path:
    with TemporaryDirectory() as other:
        write_corpus(Path(other), 20, seed=99)
        (made,) = Path(other).iterdir()
        return Path(shutil.copy(made, corpus / "zz-new.jsonl"))


if __name__ == "__main__":
    main()
