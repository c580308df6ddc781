"""``footnote people``: whose posts stay out of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, pass_session
from bot.terminal.output import print_json
from retrieval.errors import NotFoundError

if TYPE_CHECKING:
    from bot.librarian import Removed
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote people forget 184405311681986560
  footnote people forget plain-text:Ada      where the source has no ids
  footnote people forget ada@example.org --name "Ada L."
  footnote people allow 184405311681986560
  footnote people list
"""


@click.group(
    name="people",
    no_args_is_help=False,
    short_help="Keep somebody's posts out of the answers.",
    epilog=EPILOG,
)
def command() -> None:
    """Keep somebody's posts, and quotes of them, out of the answers for good.

    ID is the source's own id of the author, such as a Discord user's; where a source has no ids,
    write KIND:NAME. It is kept as a keyed hash, which every later ingest respects.
    """


def _checked_id(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("the id is empty")
    return value.strip()


@command.command(name="forget")
@click.argument("author_id", metavar="ID", callback=_checked_id)
@click.option("--name", metavar="NAME", help="A name of theirs in sources that have no ids.")
@json_option
@pass_session
def forget(session: Session, author_id: str, name: str | None, *, as_json: bool) -> int:
    """Take the posts of ID out of all knowledge bases, and keep them out."""
    removed = session.people().forget(author_id, name)
    if as_json:
        by_source = dict(removed.by_source)
        print_json({"id": author_id, "posts": removed.posts, "by_source": by_source})
        return 0
    click.echo(_removed(author_id, removed))
    return 0


@command.command(name="allow")
@click.argument("author_id", metavar="ID", callback=_checked_id)
@pass_session
def allow(session: Session, author_id: str) -> int:
    """Let the next ingest read the posts of ID again."""
    if not session.people().allow(author_id):
        raise NotFoundError(f"{author_id} is not forgotten; give the id as it was given then.")
    click.echo(f"{author_id} is allowed again. The next `footnote ingest` reads every file anew.")
    return 0


@command.command(name="list")
@json_option
@pass_session
def count(session: Session, *, as_json: bool) -> int:
    """Show how many people are forgotten; the list does not tell who they are."""
    number = session.people().count()
    if as_json:
        print_json({"forgotten": number})
        return 0
    click.echo(f"{number} {'person is' if number == 1 else 'people are'} forgotten.")
    return 0


def _removed(author_id: str, removed: Removed) -> str:
    if not removed.posts:
        return f"{author_id} is forgotten. No post of theirs was in the index."
    of_each = ", ".join(f"{posts:,} from {kind}" for kind, posts in removed.by_source)
    several = (
        " The sources may mean different people by this id." if len(removed.by_source) > 1 else ""
    )
    posts = f"{removed.posts:,} post{'s' * (removed.posts != 1)}"
    return f"{author_id} is forgotten. {posts} taken out: {of_each}.{several}"
