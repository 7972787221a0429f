"""Listings stay correct when the disk changes by the thousand, or is unmounted."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.watch.test_watch import Watching, watching
from tests.support.serve import environment

MANY = 3_000


def git(folder: Path, *words: str) -> None:
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
    identity |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    command = ["git", "-c", "init.defaultBranch=one", *words]
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        env={**environment(), **identity, "GIT_CONFIG_GLOBAL": os.devnull},
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository whose branches contain thousands of different files."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "root"
    folder.mkdir()
    git(folder, "init")
    for branch in ("one", "two"):
        if branch != "one":
            git(folder, "checkout", "--orphan", branch)
            git(folder, "rm", "-rfq", ".")
        (folder / "board").mkdir(exist_ok=True)
        for number in range(MANY):
            (folder / "board" / f"{branch}-{number:05}.bin").write_text(branch)
        (folder / branch).write_text(branch)
        git(folder, "add", ".")
        git(folder, "commit", "-qm", branch)
    return folder


def names(watched: Watching, folder: bytes) -> set[bytes]:
    return {entry.name for entry in watched.listings[folder].entries}


async def test_a_checkout_of_thousands_of_files_is_followed(checkout: Path) -> None:
    async with watching(checkout) as watched:
        watched.watch.open(b"board")
        await watched.until(b"board", lambda found: len(found.entries) == MANY)
        for branch in ("one", "two", "one", "two"):
            git(checkout, "checkout", "-q", branch)
        first = b"two-00000.bin"
        await watched.until(
            b"board",
            lambda found: len(found.entries) == MANY and found.entries[0].name == first,
        )
        on_disk = {os.fsencode(one.name) for one in (checkout / "board").iterdir()}
        assert names(watched, b"board") == on_disk


async def test_names_that_swap_places_are_told_apart(tmp_path: Path) -> None:
    old, new = tmp_path / "a.img", tmp_path / "b.img"
    old.write_bytes(b"1")
    new.write_bytes(b"22")
    async with watching(tmp_path) as watched:
        await watched.until_names(b"", b"a.img", b"b.img")
        for _ in range(25):
            old.rename(tmp_path / "swap")
            new.rename(old)
            (tmp_path / "swap").rename(new)
        await watched.until(
            b"",
            lambda found: (
                [(entry.name, entry.size) for entry in found.entries]
                == [(b"a.img", 2), (b"b.img", 1)]
            ),
        )


async def test_an_open_folder_deleted_and_made_again_is_listed(tmp_path: Path) -> None:
    (tmp_path / "pxe").mkdir()
    async with watching(tmp_path) as watched:
        watched.watch.open(b"pxe")
        await watched.until_names(b"pxe")
        shutil.rmtree(tmp_path / "pxe")
        await watched.until(b"pxe", lambda found: found.gone)
        (tmp_path / "pxe").mkdir()
        (tmp_path / "pxe" / "new").touch()
        await watched.until_names(b"pxe", b"new")


async def test_the_root_may_be_replaced(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    (tmp_path / "current").symlink_to("one")
    async with watching(tmp_path / "current") as watched:
        await watched.until_names(b"", b"one")
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(tmp_path / "current")
        await watched.until_names(b"", b"two")
        (tmp_path / "two" / "later").touch()
        await watched.until_names(b"", b"later", b"two")


async def test_the_root_may_go_and_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "old").touch()
    async with watching(folder) as watched:
        await watched.until_names(b"", b"old")
        shutil.rmtree(folder)
        while watched.watch.state != "gone":
            await watched.next_look()
        assert watched.watch.cure == f"{folder} no longer exists"
        folder.mkdir()
        (folder / "new").touch()
        await watched.until_names(b"", b"new")
        while watched.watch.state != "watching":
            await watched.next_look()
        (folder / "later").touch()
        await watched.until_names(b"", b"later", b"new")
