"""``footnote discord``: the channels that the bot reads itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot.terminal.options import json_option, pass_session
from bot.terminal.output import print_json
from retrieval.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.community.learnt import LearntBook, LearntChannel
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote discord learn --guild 81384788765712384 381963689470984203
  footnote discord learn --guild 81384788765712384 381963689470984203 --days 365
  footnote discord pause 381963689470984203
  footnote discord unlearn 381963689470984203
  footnote discord status

Discord shows ids once its Developer Mode is on (Settings, Advanced): right-click a server
or a channel, and choose Copy ID.
"""
_ID = click.IntRange(min=1, max=2**63 - 1)


@click.group(
    name="discord",
    no_args_is_help=False,
    short_help="Control which channels the bot reads itself.",
    epilog=EPILOG,
)
def command() -> None:
    """Control which Discord channels the bot reads itself.

    The bot reads a channel's history, its threads and what is said from then on into the corpus
    folder, and shows words from it only where everybody who sees the answer may read that channel.
    A running bot follows within seconds; its first channel takes a restart, since the bot asks
    Discord for Message Content Intent only where it needs it. Administrators who may add to the
    threads (footnote kb grant --maintain) can do the same with /learn.
    """


@command.command(name="learn")
@click.argument("channel_ids", metavar="CHANNEL…", nargs=-1, required=True, type=_ID)
@click.option("--guild", required=True, type=_ID, metavar="ID", help="The server they are in.")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    metavar="N",
    help="Read nothing older, and take out what has become older.",
)
@click.option(
    "--only-role", type=_ID, metavar="ID", help="Read only members with this role: who agreed."
)
@pass_session
def learn(
    session: Session,
    channel_ids: tuple[int, ...],
    *,
    guild: int,
    days: int | None,
    only_role: int | None,
) -> int:
    """Read channels, forums or categories from now on, or change how they are read."""
    from dataclasses import replace

    from bot.community.community import open_community

    with open_community(session.data_dir) as community:
        added = community.learnt.add(guild, channel_ids)
        for id_ in channel_ids:
            one = _found(community.learnt, id_)
            community.learnt.save(replace(one, retention_days=days, consent_role=only_role))
    known = len(channel_ids) - len(added)
    click.echo(
        f"{len(added)} channel{'s' * (len(added) != 1)} will be read"
        f"{f'; {known} already were' if known else ''}. `footnote discord status` says how far."
    )
    return 0


@command.command(name="pause")
@click.argument("channel_ids", metavar="CHANNEL…", nargs=-1, required=True, type=_ID)
@pass_session
def pause(session: Session, channel_ids: tuple[int, ...]) -> int:
    """Read nothing new in channels for now; what was read stays."""
    return _set_paused(session, channel_ids, is_paused=True)


@command.command(name="resume")
@click.argument("channel_ids", metavar="CHANNEL…", nargs=-1, required=True, type=_ID)
@pass_session
def resume(session: Session, channel_ids: tuple[int, ...]) -> int:
    """Read paused channels on, from where they were left."""
    return _set_paused(session, channel_ids, is_paused=False)


def _set_paused(session: Session, channel_ids: Sequence[int], *, is_paused: bool) -> int:
    from dataclasses import replace

    from bot.community.community import open_community

    with open_community(session.data_dir) as community:
        for id_ in channel_ids:
            one = _found(community.learnt, id_)
            community.learnt.save(replace(one, is_paused=is_paused))
            click.echo(f"{id_} is {'paused' if is_paused else 'read on'}.")
    return 0


@command.command(name="unlearn")
@click.argument("channel_ids", metavar="CHANNEL…", nargs=-1, required=True, type=_ID)
@pass_session
def unlearn(session: Session, channel_ids: tuple[int, ...]) -> int:
    """Read channels no more, and remove what was read there.

    Of a category a running bot removes it; without one it goes when the bot is started.
    """
    from bot.community.community import open_community
    from ingest.journal.files import Journal, journal_paths

    with open_community(session.data_dir) as community:
        for id_ in channel_ids:
            one = _found(community.learnt, id_)
            community.learnt.remove(id_)
            paths = list(journal_paths(session.corpus_dir, one.guild_id, id_))
            for path in paths:
                Journal(path).remove()
            click.echo(f"{id_} is read no more; {len(paths)} journals removed.")
    click.echo("The next ingest takes it out of the answers; a bot with its watch on does so now.")
    return 0


@command.command(name="status")
@json_option
@pass_session
def status(session: Session, *, as_json: bool) -> int:
    """Say which channels are read, and how far."""
    from bot.community.community import COMMUNITY, open_community

    found: list[dict[str, Any]] = []
    if (session.data_dir / COMMUNITY).is_file():
        with open_community(session.data_dir) as community:
            learnt = community.learnt.all()
        found = [_shape(session, one) for one in learnt]
    if as_json:
        print_json({"channels": found})
        return 0
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("The bot reads no channel itself.")
    return 0


def _found(book: LearntBook, channel_id: int) -> LearntChannel:
    one = book.find(channel_id)
    if one is None:
        raise NotFoundError(
            f"Channel {channel_id} is not read; `footnote discord status` lists those that are."
        )
    return one


def _shape(session: Session, one: LearntChannel) -> dict[str, Any]:
    journals = list(_journals(session, one))
    return {
        "channel": str(one.channel_id),
        "guild": str(one.guild_id),
        "name": next((name for name, *_ in journals if name), None),
        "is_paused": one.is_paused,
        "days": one.retention_days,
        "only_role": str(one.consent_role) if one.consent_role else None,
        "journals": len(journals),
        "messages": sum(messages for _, messages, _ in journals),
        "unfinished": sum(not is_whole for *_, is_whole in journals),
    }


def _journals(session: Session, one: LearntChannel) -> Iterator[tuple[str | None, int, bool]]:
    """Yield of each journal the channel's name, its messages, and whether all of it was read."""
    from ingest.journal.files import journal_paths
    from ingest.journal.lines import add_up, decoded

    for path in journal_paths(session.corpus_dir, one.guild_id, one.channel_id):
        # Not opened as a journal, which would mend it under the bot's hands.
        state = add_up(decoded(path.read_bytes()))
        header = state.header
        name = header.name if header and header.channel_id == str(one.channel_id) else None
        parent = header.parent_name if header else None
        yield name or parent, len(state.messages), state.is_whole


def _line(one: dict[str, Any]) -> str:
    state = "paused" if one["is_paused"] else "read"
    if one["unfinished"] and not one["is_paused"]:
        state = f"{one['unfinished']} of {one['journals']} still being read"
    kept = f", {one['days']} days" if one["days"] else ""
    who = f", only role {one['only_role']}" if one["only_role"] else ""
    name = f"#{one['name']} ({one['channel']})" if one["name"] else one["channel"]
    return (
        f"{name} in server {one['guild']}: {one['messages']:,} messages in {one['journals']:,} "
        f"channels and threads; {state}{kept}{who}"
    )
