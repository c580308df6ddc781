"""``footnote kb``: in which Discord servers and channels a knowledge base may be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from bot.terminal.options import json_option, pass_session
from bot.terminal.output import print_json
from retrieval.errors import EmptyIndexError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from bot.community.access import Grant
    from bot.terminal.app import Session

    F = TypeVar("F", bound=Callable[..., Any])

EPILOG = """
\b
Examples:
  footnote kb grant archive --guild 81384788765712384
  footnote kb grant staff --guild 81384788765712384 --channel 381963689470984203
  footnote kb grant default --everywhere
  footnote kb revoke archive --guild 81384788765712384
  footnote kb grants --json
"""
_ID: Final = click.IntRange(min=1, max=2**63 - 1)
_NAME: Final = r"[a-z0-9][a-z0-9-]{0,39}"


@click.group(
    name="kb",
    no_args_is_help=False,
    short_help="Say which servers may see a knowledge base.",
    epilog=EPILOG,
)
def command() -> None:
    """Say in which Discord servers and channels a knowledge base may be seen.

    The default knowledge base may be seen wherever the bot is until it is granted for the
    first time; every other one only where it is granted.  A running bot follows at once.
    """


def _place(function: F) -> F:
    function = click.argument("name")(function)
    function = click.option("--guild", type=_ID, metavar="ID", help="A server.")(function)
    function = click.option(
        "--channel", type=_ID, metavar="ID", help="One channel of it, with its threads."
    )(function)
    return click.option("--everywhere", is_flag=True, help="Every server, and direct messages.")(
        function
    )


@command.command(name="grant")
@_place
@pass_session
def grant(
    session: Session, name: str, guild: int | None, channel: int | None, *, everywhere: bool
) -> int:
    """Let the knowledge base NAME be seen in a server, in one channel, or everywhere."""
    from bot.community.community import open_community

    wanted = _grant(name, guild, channel, everywhere=everywhere)
    with open_community(session.data_dir) as community:
        is_new = community.grants.grant(wanted)
    verb = "may be seen" if is_new else "may be seen already"
    click.echo(f"{wanted.knowledge_base} {verb} {_where(wanted)}.")
    _mention_if_empty(session, name)
    return 0


@command.command(name="revoke")
@_place
@pass_session
def revoke(
    session: Session, name: str, guild: int | None, channel: int | None, *, everywhere: bool
) -> int:
    """Take a grant back."""
    from bot.community.community import open_community

    wanted = _grant(name, guild, channel, everywhere=everywhere)
    with open_community(session.data_dir) as community:
        if not community.grants.revoke(wanted):
            raise NotFoundError(
                "There is no such grant; `footnote kb grants` lists those there are."
            )
    click.echo(f"{wanted.knowledge_base} may no longer be seen {_where(wanted)}.")
    return 0


@command.command(name="grants")
@json_option
@pass_session
def grants(session: Session, *, as_json: bool) -> int:
    """List the grants."""
    from bot.community.community import open_community

    with open_community(session.data_dir) as community:
        found = community.grants.grants()
    if as_json:
        print_json(
            {
                "grants": [
                    {"kb": g.knowledge_base, "guild": g.guild_id, "channel": g.channel_id}
                    for g in found
                ]
            }
        )
        return 0
    for each in found:
        click.echo(f"{each.knowledge_base} {_where(each)}")
    if not found:
        click.echo("Nothing is granted.")
    return 0


def _grant(name: str, guild: int | None, channel: int | None, *, everywhere: bool) -> Grant:
    import re

    from bot.community.access import Grant

    if not re.fullmatch(_NAME, name):
        raise click.UsageError("NAME is that of a knowledge base: small letters, digits and -")
    if everywhere == (guild is not None):
        raise click.UsageError("Give either --guild ID or --everywhere")
    if channel is not None and guild is None:
        raise click.UsageError("--channel needs the --guild that it is in")
    return Grant(name, guild, channel)


def _where(grant: Grant) -> str:
    if grant.guild_id is None:
        return "everywhere"
    channel = f"in channel {grant.channel_id} of " if grant.channel_id else "in "
    return f"{channel}server {grant.guild_id}"


def _mention_if_empty(session: Session, name: str) -> None:
    try:
        with session.open_librarian(name):
            pass
    except EmptyIndexError:
        click.echo(f"Nothing has been ingested into it yet: footnote ingest --kb {name} FOLDER")
