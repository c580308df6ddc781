"""The image, built for real and started as ``compose.yaml`` does: read-only, and not as root.

Where there is no Docker, buildah builds it without a daemon, on a base image that debootstrap
makes where none can be pulled; then the image's files are started with ``chroot``.  That needs
root, and a few minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import pytest

pytestmark = pytest.mark.soak

ROOT: Final = Path(__file__).parents[2]
BASE: Final = "docker.io/library/python:3.12-slim"
IMAGE: Final = "footnote-soak"
USER_ID: Final = 10001
THREAD: Final = "Which oil?\nOil of grade 32 will do, and warm it before use.\n"
ENVIRONMENT: Final = {
    "PATH": "/opt/footnote/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/home/footnote",
    "FOOTNOTE_DATA_DIR": "/data",
    "FOOTNOTE_CORPUS_DIR": "/corpus",
    "ON_FINAL_ERROR": "wait",
}
"""As the Dockerfile and compose.yaml have it; of the Dockerfile's the test looks that it is so."""
# Its arguments: the image's files, what to mount at /data, the corpus, and the command.
START: Final = f"""
set -e
root=$1 data=$2 corpus=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs tmpfs "$root/tmp"
case $data in
tmpfs) mount -t tmpfs -o size=256k,uid={USER_ID} tmpfs "$root/data" ;;
*) mount --bind "$data" "$root/data" ;;
esac
mount --bind "$corpus" "$root/corpus"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
exec chroot --userspec={USER_ID}:{USER_ID} "$root" /usr/bin/env -i \
    {" ".join(f"{name}={value}" for name, value in ENVIRONMENT.items())} container-start.sh "$@"
"""


class Image(Protocol):
    """The built image."""

    def command(self, data: str, corpus: Path, *arguments: str) -> Sequence[str]:
        """The command that starts it; ``data`` is a folder, or ``tmpfs`` for one that is full."""
        ...


class Docker:
    def __init__(self) -> None:
        run("docker", "build", "-t", IMAGE, str(ROOT))

    def command(self, data: str, corpus: Path, *arguments: str) -> Sequence[str]:
        start = ["docker", "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--network", "none"]
        start += ["-e", "ON_FINAL_ERROR=wait", "-v", f"{corpus}:/corpus:ro"]
        full = f"/data:size=256k,uid={USER_ID}"
        start += ["--tmpfs", full] if data == "tmpfs" else ["-v", f"{data}:/data"]
        return [*start, IMAGE, *arguments]


class Buildah:
    def __init__(self, folder: Path) -> None:
        stores = ("--root", str(folder / "root"), "--runroot", str(folder / "run"))
        self._buildah = ("buildah", *stores)
        if not self._pulls_base():
            self._make_base(folder)
        mounts = [option for path in pip_needs() for option in ("-v", f"{path}:{path}:ro")]
        self._do("bud", "--isolation", "chroot", "--pull-never", *mounts, "-t", IMAGE, str(ROOT))
        self._container = self._do("from", "--pull-never", f"localhost/{IMAGE}")
        self._files = self._do("mount", self._container)

    def close(self) -> None:
        self._do("rm", "--all")
        self._do("rmi", "--all", "--force")

    def environment(self) -> str:
        return self._do("inspect", "--format", "{{.OCIv1.Config.Env}}", self._container)

    def command(self, data: str, corpus: Path, *arguments: str) -> Sequence[str]:
        script = ["unshare", "--mount", "sh", "-c", START, "sh"]
        return [*script, self._files, data, str(corpus), *arguments]

    def _do(self, *arguments: str) -> str:
        return run(*self._buildah, *arguments)

    def _pulls_base(self) -> bool:
        pulled = subprocess.run(
            [*self._buildah, "pull", BASE], capture_output=True, check=False, timeout=600
        )
        return pulled.returncode == 0

    def _make_base(self, folder: Path) -> None:
        if shutil.which("debootstrap") is None:
            pytest.skip(f"{BASE} cannot be pulled, and debootstrap is not installed to make one")
        packages = "python3,python3-venv,ca-certificates"
        debian = folder / "debian"
        run("debootstrap", "--variant=minbase", f"--include={packages}", "trixie", str(debian))
        container = self._do("from", "scratch")
        run("tar", "-C", str(debian), "-cf", str(folder / "debian.tar"), ".")
        self._do("add", container, str(folder / "debian.tar"), "/")
        self._do("commit", container, BASE)
        self._do("rm", container)
        shutil.rmtree(debian)


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4_000:]
    return done.stdout.strip()


def pip_needs() -> list[str]:
    """The files and folders without which pip finds no packages here: its settings name them."""
    pip = (sys.executable, "-m", "pip", "config")
    files = re.findall(r"(/\S+), exists: True", run(*pip, "debug"))
    listed = run(*pip, "list")
    named = re.findall(r"(?<![\w:/])/[^\s']+", listed)
    # An index of files leads to others beside it.
    beside = [str(Path(path).parent) for path in re.findall(r"file://(/[^\s']+)", listed)]
    return sorted({path for path in [*files, *named, *beside] if Path(path).exists()})


def docker_runs() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    if docker_runs():
        yield Docker()
        return
    if shutil.which("buildah") is None:
        pytest.skip("neither Docker runs here nor is buildah installed: the image was not built")
    if os.geteuid() != 0:
        pytest.skip("only root can start what buildah has built: the image was not built")
    built = Buildah(tmp_path_factory.mktemp("image"))
    yield built
    built.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "oil.txt").write_text(THREAD, "utf-8")
    return tmp_path / "corpus"


def folder_of(tmp_path: Path, owner: int) -> str:
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, owner, owner)
    tmp_path.chmod(0o755)
    return str(folder)


def said_by_bot(image: Image, data: str, corpus: Path) -> list[str]:
    """What the container says until it waits for somebody, who then stops it."""
    with subprocess.Popen(
        image.command(data, corpus, "bot"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as container:
        assert container.stderr is not None
        lines = []
        for line in container.stderr:
            lines.append(line)
            if "cannot work as it is set up" in line:
                container.send_signal(signal.SIGTERM)
        container.wait(timeout=60)
    assert not [line for line in lines if "Traceback" in line or "unexpected error" in line]
    return lines


def test_it_starts_on_an_empty_volume_and_answers(
    image: Image, corpus: Path, tmp_path: Path
) -> None:
    data = folder_of(tmp_path, USER_ID)
    *before, final = said_by_bot(image, data, corpus)
    assert "The Discord bot needs a token" in "".join(before)
    assert "cannot work" in final
    assert "Oil of grade 32" in run(*image.command(data, corpus, "ask", "Which oil will do?"))


def test_a_volume_of_roots_is_told_in_one_line(image: Image, corpus: Path, tmp_path: Path) -> None:
    lines = said_by_bot(image, folder_of(tmp_path, 0), corpus)
    assert "The data folder /data cannot be used: Permission denied" in lines[0]


def test_a_full_volume_is_told_in_one_line(image: Image, corpus: Path) -> None:
    lines = said_by_bot(image, "tmpfs", corpus)
    assert re.search(r"(?i)disk|space|full", lines[0])


def test_the_environment_is_the_images(image: Image) -> None:
    if isinstance(image, Buildah):
        told = image.environment()
        assert all(f"{name}={ENVIRONMENT[name]}" in told for name in ENVIRONMENT if "DIR" in name)
