"""``footnote kb``: who may see a knowledge base in Discord, and who may add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from bot.terminal.options import json_option, pass_session
from bot.terminal.output import print_json
from retrieval.errors import EmptyIndexError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from bot.access.rules import Grant
    from bot.terminal.app import Session

    F = TypeVar("F", bound=Callable[..., Any])

EPILOG = """
\b
Examples:
  footnote kb grant default --guild 81384788765712384
  footnote kb grant staff --guild 81384788765712384 --channel 381963689470984203
  footnote kb grant default --guild 81384788765712384 --maintain
  footnote kb grant default --user 80351110224678912 --maintain
  footnote kb grant handbook --everywhere
  footnote kb revoke staff --guild 81384788765712384 --channel 381963689470984203
  footnote kb grants --json

Discord shows ids once its Developer Mode is on (Settings, Advanced): right-click a server,
a channel or a person, and choose Copy ID.
"""


def _discord_id(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    if value.isdecimal() and 0 < int(value) < 2**63:
        return int(value)
    raise click.BadParameter(f"{value!r} is not a Discord id: those are numbers")


_NAME: Final = r"[a-z0-9][a-z0-9-]{0,39}"


@click.group(
    name="kb",
    no_args_is_help=False,
    short_help="Control who may see a knowledge base in Discord, and who may add to it.",
    epilog=EPILOG,
)
def command() -> None:
    """Control who may see a knowledge base in Discord, and who may add to it.

    Nothing is shown where it is not granted.  Only the bot's first start grants anything by
    itself: the default knowledge base, to the one server that the bot is in.  A server's
    administrators can grant nothing and, without --maintain, add nothing.  A running bot
    follows at once.
    """


def _whom(function: F) -> F:
    options = (
        click.argument("name"),
        click.option(
            "--guild",
            callback=_discord_id,
            metavar="ID",
            help="A server, and its members in direct messages.",
        ),
        click.option(
            "--channel",
            callback=_discord_id,
            metavar="ID",
            help="One channel of it only, with its threads.",
        ),
        click.option(
            "--user", callback=_discord_id, metavar="ID", help="One person, in direct messages."
        ),
        click.option(
            "--everywhere", is_flag=True, help="Every server, and everybody's direct messages."
        ),
        click.option(
            "--maintain",
            is_flag=True,
            help="Also adding to it, for that person or the server's administrators. What they "
            "send with /upload goes to the knowledge base of FOOTNOTE_KNOWLEDGE_BASE.",
        ),
    )
    for option in reversed(options):  # the first stands first in the help
        function = option(function)
    return function


@command.command(name="grant")
@_whom
@pass_session
def grant(session: Session, /, name: str, *, maintain: bool, **where: Any) -> int:  # noqa: ANN401 - click's options
    """Let the knowledge base NAME be seen, and with --maintain be added to."""
    from bot.community.community import open_community

    wanted = _grant(name, maintain=maintain, **where)
    is_first = not _has_grants(session)
    with open_community(session.data_dir) as community:
        is_new = community.grants.grant(wanted)
    click.echo(f"{name} {_may(wanted)}{'' if is_new else ' already'} {_where(wanted)}.")
    if is_first:
        click.echo(f"That counts for a bot with the data folder {session.data_dir}.")
    _mention_if_empty(session, name)
    return 0


@command.command(name="revoke")
@_whom
@pass_session
def revoke(session: Session, /, name: str, *, maintain: bool, **where: Any) -> int:  # noqa: ANN401 - click's options
    """Take a grant back; with --maintain, as far as it lets people add."""
    from bot.community.community import open_community

    wanted = _grant(name, maintain=maintain, **where)
    nothing = NotFoundError("There is no such grant; `footnote kb grants` lists those there are.")
    if not _has_grants(session):
        raise nothing
    with open_community(session.data_dir) as community:
        if not community.grants.revoke(wanted):
            raise nothing
    verb = "added to" if maintain else "seen"
    click.echo(f"{name} may no longer be {verb} {_where(wanted)}.")
    return 0


@command.command(name="grants")
@json_option
@pass_session
def grants(session: Session, *, as_json: bool) -> int:
    """List the grants."""
    from bot.community.community import open_community

    found: tuple[Grant, ...] = ()
    if _has_grants(session):
        with open_community(session.data_dir) as community:
            found = community.grants.grants()
    if as_json:
        print_json({"grants": [_shape(each) for each in found]})
        return 0
    for each in found:
        click.echo(f"{each.knowledge_base} {_may(each)} {_where(each)}")
    if not found:
        click.echo("Nothing is granted, so the bot shows nothing.")
    return 0


def _has_grants(session: Session) -> bool:
    """Tell whether there is a file for them: a mistyped data folder must not come to be."""
    from bot.community.community import COMMUNITY

    return (session.data_dir / COMMUNITY).is_file()


def _grant(
    name: str,
    *,
    guild: int | None,
    channel: int | None,
    user: int | None,
    everywhere: bool,
    maintain: bool,
) -> Grant:
    import re

    from bot.access.rules import Grant

    if not re.fullmatch(_NAME, name):
        raise click.UsageError("NAME must be lower-case letters, digits and -")
    if [guild is not None, user is not None, everywhere].count(True) != 1:
        raise click.UsageError("Give one of --guild ID, --user ID and --everywhere")
    if channel is not None and guild is None:
        raise click.UsageError("--channel needs the --guild that it is in")
    if maintain and (everywhere or channel is not None):
        raise click.UsageError("--maintain is for a whole server, or for a person")
    return Grant(name, guild, channel, user, maintain)


def _shape(grant: Grant) -> dict[str, object]:
    return {
        "kb": grant.knowledge_base,
        "guild": grant.guild_id,
        "channel": grant.channel_id,
        "user": grant.user_id,
        "maintain": grant.may_add,
    }


def _may(grant: Grant) -> str:
    return "may be seen and added to" if grant.may_add else "may be seen"


def _where(grant: Grant) -> str:
    if grant.user_id is not None:
        return f"by person {grant.user_id}"
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
