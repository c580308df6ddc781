"""What a language model is told: the task, the passages as data, the form of its answer.

The task comes before the material and the question after it, with one short example; quotes
are chosen before the sentence is written (Huang et al. 2024, arXiv 2408.04568); there is a
plain way out where the passages do not answer; untrusted text is fenced by delimiters of this
call (Hines et al. 2024, arXiv 2403.14720).  Every reason for which ``retrieval.writing.check``
drops a sentence stands here.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from importlib import resources
from typing import Any, Final

from retrieval.language_model.chat import Source
from retrieval.language_model.limits.budget import estimated_tokens
from retrieval.text.sentences import sentence_spans
from retrieval.writing.check import Dropped
from retrieval.writing.material import Material, random_name


def strict_object(**properties: object) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


_TEXT: Final = {"type": "string"}
_CITES: Final = {"type": "array", "items": strict_object(id=_TEXT, quote=_TEXT)}
SCHEMA: Final[Mapping[str, Any]] = {
    "title": "cited_answer",
    **strict_object(
        answerable={"type": "boolean"},
        # Quotes come first: a sentence is then written from them, not the other way round.
        items={"type": "array", "items": strict_object(cites=_CITES, text=_TEXT)},
    ),
}


class Form(Enum):
    """How a model puts its answer."""

    JSON = auto()
    LINES = auto()
    CITED = auto()
    """With citations that its provider makes."""


def prompt_text(name: str) -> str:
    """Return a text for a model, from the folder beside this module."""
    path = resources.files("retrieval.writing") / "prompts" / f"{name}.txt"
    return path.read_text("utf-8").rstrip("\n")


_TASK: Final = prompt_text("task")
_FORMS: Final = {form: prompt_text(form.name.lower()) for form in Form}
_MAX_QUESTION: Final = 1_500
"""Characters of a question that a model is told; the search reads all of it."""
_MAX_EARLIER: Final = 200
_EARLIER: Final = 3
_FRAME_TOKENS: Final = 90
"""What stands around passages and questions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is told of who asks: their questions, and nothing else."""

    question: str
    earlier: tuple[str, ...] = ()
    """Earlier questions of the same person, oldest first."""
    asker: str | None = None
    """Who is charged; no model is told."""

    @property
    def told(self) -> tuple[str, ...]:
        """The earlier questions and the question itself, as far as a model is told them."""
        earlier = [one[:_MAX_EARLIER] for one in self.earlier[-_EARLIER:]]
        return (*earlier, self.question[:_MAX_QUESTION])


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two messages of a call."""

    system: str
    user: str
    sources: tuple[Source, ...] = ()
    """The passages, where the provider takes them apart from the question."""
    schema: Mapping[str, Any] | None = None
    """Of the reply; no provider takes one beside citations of its own."""


def room_for_passages(asked: Asked, prompt_tokens: int) -> int:
    """Return how many tokens are left for passages, roughly."""
    around = estimated_tokens(_TASK + _FORMS[Form.JSON]) + _FRAME_TOKENS
    return max(prompt_tokens - around - sum(map(estimated_tokens, asked.told)), 0)


def write_prompt(
    asked: Asked, material: Sequence[Material], *, most_sentences: int, form: Form
) -> Prompt:
    """Return the messages that ask for an answer; each call has delimiters of its own."""
    fence = random_name([one.id for one in material])
    system = f"{_TASK.format(most=most_sentences)}\n\n{_FORMS[form]}"
    if form is Form.CITED:
        sources = (
            Source(one.id, ", ".join(filter(None, _facts(one).values())), _pieces(one))
            for one in material
        )
        return Prompt(system, _questions(asked, fence), tuple(sources))
    passages = "\n".join(_passage(one, fence) for one in material)
    user = (
        f"The passages, between <passages-{fence}> and </passages-{fence}>:\n"
        f"<passages-{fence}>\n{passages}\n</passages-{fence}>\n\n{_questions(asked, fence)}"
    )
    return Prompt(system, user, schema=SCHEMA if form is Form.JSON else None)


def repair_prompt(prompt: Prompt, dropped: Sequence[Dropped]) -> Prompt:
    """Return the messages that ask once more for what was thrown away, and for that alone.

    Without ``dropped`` nothing in the reply could be read.
    """
    note = (
        "An earlier answer could not be read: it did not have the form described. Answer again, in "
        "that form and with nothing around it."
    )
    if dropped:
        told = "\n".join(f"- {one.text}\n  Why: {one.reason}" for one in dropped)
        note = (
            f"Of an earlier answer these sentences were thrown away:\n{told}\n"
            "Write only these again, in the same form, each corrected and with its quotes copied "
            "exactly. Leave out what no passage says; if nothing is left, say that it is not "
            "answerable."
        )
    return replace(prompt, user=f"{prompt.user}\n\n{note}")


def _questions(asked: Asked, fence: str) -> str:
    *earlier, question = asked.told
    before = "".join(f"<earlier-{fence}>\n{one}\n</earlier-{fence}>\n" for one in earlier)
    note = "Earlier questions of the same person, then the one to answer" if before else "Asked"
    return f"{note}:\n{before}<question-{fence}>\n{question}\n</question-{fence}>"


def _facts(material: Material) -> dict[str, str]:
    return {
        "author": material.author,
        "date": material.date,
        "thread": material.title,
        "marked": "accepted answer" if material.is_accepted else "",
        "in-reply-to": material.reply,
    }


def _pieces(material: Material) -> tuple[str, ...]:
    """Return a passage's sentences, each with the white space after it."""
    text = material.passage.text[: material.statement_end]
    starts = [0, *(start for start, _ in sentence_spans(text)[1:]), len(text)]
    return tuple(text[a:b] for a, b in itertools.pairwise(starts) if text[a:b].strip())


def _passage(material: Material, fence: str) -> str:
    told = "".join(f' {name}="{value}"' for name, value in _facts(material).items() if value)
    return f'<passage-{fence} id="{material.id}"{told}>\n{material.text}\n</passage-{fence}>'
