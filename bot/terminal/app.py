"""What the commands work on, opened no earlier than a command asks for it.

``AppContext`` is the seam between the terminal and the rest: ``bot.wiring`` fills it for
real, tests fill it with fakes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bot.librarian import ForgettingPeople, Format, IngestRequest, Librarian
    from ingest.report import IngestReport, Progress
    from retrieval.evaluation.progress import OnProgress
    from retrieval.evaluation.request import EvalRequest, Report
    from retrieval.probing import ModelCheck
    from retrieval.store.examination import Examination


class TerminalSettings(Protocol):
    """What the terminal reads of the settings; the rest it only passes on."""

    @property
    def data_dir(self) -> Path:
        """Where everything is kept that is not the corpus."""
        ...

    @property
    def corpus_dir(self) -> Path:
        """The folder that an ingest reads when it is told of no other."""
        ...


@dataclass(frozen=True, slots=True)
class AppContext:
    """The doors into the rest of Footnote.

    The settings' type is the business of whoever fills these, hence ``Any``.
    """

    load_settings: Callable[..., Any]
    """Takes overrides by keyword; raises ConfigurationError."""
    open_librarian: Callable[..., AbstractContextManager[Librarian]]
    """Takes the settings, a knowledge base's name, and ``serve`` by keyword."""
    ingest: Callable[[Any, IngestRequest, Callable[[Progress], None]], IngestReport]
    run_bot: Callable[[Any], None]
    examine: Callable[..., Examination]
    """Takes the settings, a knowledge base's name, a listener, and ``anew`` by keyword."""
    evaluate: Callable[[Any, EvalRequest, OnProgress], Report]
    check_models: Callable[[Any], tuple[ModelCheck, ...]]
    formats: Callable[[], tuple[Format, ...]]
    people: Callable[[Any], ForgettingPeople]


@dataclass
class Session:
    """One run of the command line: its global flags, and what they open."""

    overrides: Mapping[str, Path] = field(default_factory=dict)
    verbosity: int = 0
    """How often ``-v`` was given."""
    app: AppContext | None = None
    """None stands for the real thing."""

    @cached_property
    def _context(self) -> AppContext:
        return self.app or real_context()

    _missing: Path | None = None
    """The data folder, where there was none."""

    @cached_property
    def _settings(self) -> Any:  # noqa: ANN401  # the type belongs to whoever fills AppContext
        settings = self._context.load_settings(**self.overrides)
        if not settings.data_dir.exists():
            self._missing = settings.data_dir
        return settings

    def new_folder(self) -> Path | None:
        """Return the data folder if it was made since the settings were read, but only once."""
        missing, self._missing = self._missing, None
        return missing if missing is not None and missing.exists() else None

    @property
    def corpus_dir(self) -> Path:
        """The folder that an ingest reads when it is told of no other."""
        settings: TerminalSettings = self._settings
        return settings.corpus_dir

    @property
    def data_dir(self) -> Path:
        """Where everything is kept that is not the corpus."""
        settings: TerminalSettings = self._settings
        return settings.data_dir

    def open_librarian(
        self, knowledge_base: str, *, serve: bool = False
    ) -> AbstractContextManager[Librarian]:
        """Open one knowledge base for questions; close it by leaving the context.

        ``serve`` lets other commands use the index beside this one, which stays for long.
        """
        return self._context.open_librarian(self._settings, knowledge_base, serve=serve)

    def ingest(self, request: IngestRequest, listener: Callable[[Progress], None]) -> IngestReport:
        """Carry out an ingest, telling ``listener`` of each step."""
        return self._context.ingest(self._settings, request, listener)

    def evaluate(self, request: EvalRequest, on_progress: OnProgress) -> Report:
        """Carry out an evaluation, telling ``on_progress`` of each step."""
        return self._context.evaluate(self._settings, request, on_progress)

    def examine(
        self, knowledge_base: str, on_step: Callable[[str, int, int], None], *, anew: bool
    ) -> Examination:
        """Check and mend a knowledge base's index, or make it anew."""
        return self._context.examine(self._settings, knowledge_base, on_step, anew=anew)

    def check_models(self) -> tuple[ModelCheck, ...]:
        """Try the models that are set, if any are."""
        return self._context.check_models(self._settings)

    def formats(self) -> tuple[Format, ...]:
        """Return the formats that can be read."""
        return self._context.formats()

    def people(self) -> ForgettingPeople:
        """Return who keeps posts out of the answers."""
        return self._context.people(self._settings)

    def run_bot(self) -> None:
        """Run the Discord bot until it is stopped."""
        self._context.run_bot(self._settings)


def real_context() -> AppContext:
    """Return the doors that ``bot.wiring`` opens; imports it, so call it late."""
    from bot import wiring
    from bot.settings import load_settings

    return AppContext(
        load_settings=load_settings,
        open_librarian=wiring.open_librarian,
        ingest=wiring.ingest,
        run_bot=wiring.run_bot,
        examine=wiring.examine,
        evaluate=wiring.evaluate,
        check_models=wiring.check_models,
        formats=wiring.formats,
        people=wiring.ForgettingPosts,
    )
