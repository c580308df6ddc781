from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from ingest.read.discord import html as discord_html
from retrieval.text.wording import squeeze, visible
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said

_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)


def snowflake(said: Said) -> str:
    """Discord's own kind of id: the time, and a little number."""
    milliseconds = max(0, int((said.at - _BEGAN).total_seconds() * 1_000))
    return str((milliseconds << 22) + int(said.id) % 1_000)


def page(posts: Sequence[Said]) -> bytes:
    ids = {said.id: snowflake(said) for said in posts}
    body = "".join(_group(said, ids) for said in posts)
    return (
        "<!DOCTYPE html><html><head><style>.chatlog__message{}</style></head><body>"
        '<div class="preamble"><img class="preamble__guild-icon" '
        'src="https://cdn.example/icons/111111111111111111/a.png">'
        '<div class="preamble__entry">Kitchen</div>'
        '<div class="preamble__entry">Help / support</div></div>'
        f'<div class="chatlog">{body}</div><div class="postamble">'
        f'<div class="postamble__entry">Exported {len(posts):,} message(s)</div></div>'
        "</body></html>"
    ).encode()


def _group(said: Said, ids: dict[str, str]) -> str:
    answered = ids.get(said.parent or "", "100000000000000099")
    jump = f"scrollToMessage(event, '{answered}')"
    link = f'<span class="chatlog__reply-link" onclick="{jump}">…</span>'
    reply = f'<div class="chatlog__reply">{link}</div>' if said.parent else ""
    content = (
        '<div class="chatlog__content chatlog__markdown"><span class="chatlog__markdown-preserve">'
        f"{escape(said.text)}</span></div>"
        if said.text
        else ""
    )
    name = escape(squeeze(visible(said.author)))
    return (
        '<div class="chatlog__message-group"><div class="chatlog__message-container" '
        f'data-message-id="{ids[said.id]}">{reply}<div class="chatlog__header">'
        f'<span class="chatlog__author" data-user-id="{said.author_id}">{name}</span>'
        f'<span class="chatlog__timestamp">{said.at:%d-%b-%y %H:%M}</span></div>'
        f"{content}</div></div>"
    )


# The end of a page may be cut without a sign that its last words are whole.
KEEPS = EVERYTHING - {Keeps.END}
EXAMPLE = Example(
    discord_html.READER, "Kitchen - Help - support [222222222222222222].html", page, KEEPS
)
