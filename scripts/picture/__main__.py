"""``python -m scripts.picture FILE.png``: ask the sample threads and photograph the answer."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from bot.discord_app.render import Showing, render_answer
from bot.discord_app.views import card_view
from bot.ports import IngestRequest
from bot.settings import BotSettings
from bot.wiring import ingest, open_librarian
from scripts.picture.page import page

QUESTION: Final = "Where do I switch on the message content intent?"
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH: Final = 760
_TALLEST: Final = 1_600
_TIMEOUT_SECONDS: Final = 60
_THREADS: Final = Path(__file__).parents[2] / "sample" / "threads"


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--question", default=QUESTION, show_default=True)
def picture(target: Path, question: str) -> None:
    """Write a picture of the answer to a question about the sample threads to TARGET."""
    with tempfile.TemporaryDirectory(prefix="footnote-picture-") as name:
        folder = Path(name)
        html = page(payload(folder / "data", question))
        (folder / "page.html").write_text(html, "utf-8")
        photograph(folder / "page.html", folder / "page.png")
        crop(folder / "page.png", target)
    click.echo(f"{target} shows the answer to “{question}”")


def payload(data_dir: Path, question: str) -> Sequence[Mapping[str, Any]]:
    """Return the components that the bot sends for a question about the sample threads."""
    settings = BotSettings(data_dir=data_dir, corpus_dir=_THREADS)
    request = IngestRequest(knowledge_base="default", paths=(_THREADS,))
    ingest(settings, request, lambda _: None)
    with open_librarian(settings, "default") as librarian:
        answer = librarian.answer(question)
    showing = Showing(answer_id="x" * 12, can_open_thread=True, searched=None)
    view = card_view(render_answer(answer, showing))
    return list(view.to_components())  # type: ignore[no-untyped-call]  # discord.py's gap


def photograph(source: Path, target: Path) -> None:
    """Let a headless Chromium draw a page, with room to spare below it.

    Raises:
        click.ClickException: where there is no Chromium.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise click.ClickException(f"This needs one of {', '.join(_BROWSERS)}.")
    with tempfile.TemporaryDirectory(prefix="footnote-browser-") as profile:
        command = [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--no-first-run", f"--user-data-dir={profile}"),
            *("--force-device-scale-factor=2", f"--window-size={_WIDTH},{_TALLEST}"),
            *(f"--screenshot={target}", source.as_uri()),
        ]
        subprocess.run(  # noqa: S603 - a browser found on the path, and our own page
            command, check=True, capture_output=True, timeout=_TIMEOUT_SECONDS
        )


def crop(source: Path, target: Path) -> None:
    """Save a picture without the even area below what it shows, in 256 colours."""
    from PIL import Image, ImageChops

    with Image.open(source) as image:
        picture = image.convert("RGB")
    ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, ground).getbbox()
    bottom = box[3] + 40 if box else picture.height
    picture = picture.crop((0, 0, picture.width, min(bottom, picture.height)))
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    picture()
