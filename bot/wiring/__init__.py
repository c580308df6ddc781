"""The composition root: the one place where settings become objects.

Heavy packages are imported inside the functions that need them.
"""

from bot.wiring.answering import open_librarian, open_librarians
from bot.wiring.evaluating import evaluate
from bot.wiring.examining import check_models, examine
from bot.wiring.forgetting import ForgettingPosts
from bot.wiring.formats import formats
from bot.wiring.ingesting import ingest
from bot.wiring.serving import run_bot

__all__ = [
    "ForgettingPosts",
    "check_models",
    "evaluate",
    "examine",
    "formats",
    "ingest",
    "open_librarian",
    "open_librarians",
    "run_bot",
]
