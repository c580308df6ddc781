"""``python -m scripts.picture FOLDER``: use the bot on the sample threads, photograph it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import click

from scripts.picture.page import page
from scripts.picture.stage import shots

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH: Final = 760
_TALLEST: Final = 2_000
_TIMEOUT_SECONDS: Final = 60


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", multiple=True, help="Names of pictures, such as answer; else all.")
def picture(folder: Path, only: tuple[str, ...]) -> None:
    """Write pictures of what the bot sends about the sample threads to FOLDER."""
    with tempfile.TemporaryDirectory(prefix="footnote-picture-") as name:
        scratch = Path(name)
        for shot in shots(scratch / "data"):
            if only and shot.name not in only:
                continue
            html = page(shot.components, shot.command, names=shot.names, is_private=shot.is_private)
            (scratch / "page.html").write_text(html, "utf-8")
            photograph(scratch / "page.html", scratch / "page.png")
            crop(scratch / "page.png", folder / f"{shot.name}.png")
            click.echo(f"{folder / shot.name}.png")


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
