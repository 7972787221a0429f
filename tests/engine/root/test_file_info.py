"""Commands about single files, as sent by the screen."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import (
    CancelHash,
    ExamineFiles,
    FileKinds,
    FilePiece,
    FindFiles,
    FoundFiles,
    HashFile,
    HashView,
    LookAtFile,
)
from tftptui.engine.root.file_info import MOST_FOUND
from tftptui.engine.root.hashing import MOST_WAITING, PIECE
from tftptui.files.versions import version_of
from tftptui.protocol.packets import Mode

TEXT = b"DEFAULT linux\n"
LARGE = bytes(range(256)) * 4_000


@pytest.fixture
async def watcher(tmp_path: Path) -> AsyncIterator[Watcher]:
    folder = tmp_path / "root"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "menu").write_bytes(TEXT)
    (folder / "large").write_bytes(LARGE)
    (folder / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_bytes(b"not yours")
    async with watching(InlineEngine(settings_for(folder))) as watcher:
        yield watcher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "root"


async def piece(watcher: Watcher, name: bytes, *place: int) -> FilePiece:
    answer = await watcher.engine.ask(LookAtFile(name, *place))
    assert isinstance(answer, FilePiece)
    return answer


def hashes(watcher: Watcher, name: bytes) -> list[HashView]:
    views = [view for frame in watcher.frames for view in frame.hashes]
    return [view for view in views if view.name == name]


async def hashed(watcher: Watcher, name: bytes) -> HashView:
    """Hash a file; return the result."""
    await watcher.engine.ask(HashFile(name))
    await watcher.until(
        lambda: bool(found := hashes(watcher, name)) and not found[-1].running
    )
    return hashes(watcher, name)[-1]


async def test_a_piece_of_a_file_and_what_it_is(watcher: Watcher) -> None:
    found = await piece(watcher, b"a/menu", 8, 100)
    assert (found.data, found.offset, found.size) == (TEXT[8:], 8, len(TEXT))
    assert found.kind.words == "PXELINUX menu"


async def test_pieces_have_a_longest(watcher: Watcher) -> None:
    found = await piece(watcher, b"large", 100, 10**9)
    assert 0 < len(found.data) < 10**6
    assert LARGE[100:].startswith(found.data)


async def test_behind_the_end_there_is_nothing(watcher: Watcher) -> None:
    assert (await piece(watcher, b"a/menu", 10**6, 10)).data == b""


@pytest.mark.parametrize("name", [b"out", b"../secret", b"a", b"missing", b"pipe"])
@pytest.mark.parametrize("kind", [LookAtFile, HashFile])
async def test_what_is_not_served_is_not_read(
    watcher: Watcher, folder: Path, name: bytes, kind: type[LookAtFile | HashFile]
) -> None:
    os.mkfifo(folder / "pipe")
    if kind is HashFile:
        view = await hashed(watcher, name)
        assert view.error
        assert view.done == 0
        return
    with pytest.raises(CommandRefusedError):
        await watcher.engine.ask(kind(name))


async def test_nobody_reads_before_the_first_byte(watcher: Watcher) -> None:
    with pytest.raises(CommandRefusedError):
        await watcher.engine.ask(LookAtFile(b"large", -1, 10))


async def test_many_files_are_told_apart_at_once(watcher: Watcher) -> None:
    answer = await watcher.engine.ask(ExamineFiles([b"a/menu", b"out", b"large"]))
    assert isinstance(answer, FileKinds)
    assert [kind and kind.key for kind in answer.kinds] == ["config", None, "data"]


async def test_files_are_found_by_words_in_all_folders(watcher: Watcher) -> None:
    answer = await watcher.engine.ask(FindFiles(["A/", "ENU"]))
    assert isinstance(answer, FoundFiles)
    assert [(one.name, one.size) for one in answer.files] == [(b"a/menu", len(TEXT))]
    nothing = await watcher.engine.ask(FindFiles(["secret"]))
    assert nothing == FoundFiles(files=[])


async def test_no_more_than_enough_is_told_of_what_is_found(
    watcher: Watcher, folder: Path
) -> None:
    for number in range(MOST_FOUND + 7):
        (folder / f"many-{number}").touch()
    answer = await watcher.engine.ask(FindFiles(["many"]))
    assert isinstance(answer, FoundFiles)
    assert (len(answer.files), answer.more) == (MOST_FOUND, 7)


async def test_what_is_found_stands_in_order(watcher: Watcher, folder: Path) -> None:
    (folder / "a").mkdir(exist_ok=True)
    for name in ("a/fw-1.bin", "fw-10.bin", "FW-9.bin", "fw-2.bin"):
        (folder / name).touch()
    answer = await watcher.engine.ask(FindFiles(["fw-"]))
    assert isinstance(answer, FoundFiles)
    told = [one.name for one in answer.files]
    assert told == [b"fw-2.bin", b"FW-9.bin", b"fw-10.bin", b"a/fw-1.bin"]


async def test_a_file_is_hashed(watcher: Watcher) -> None:
    view = await hashed(watcher, b"large")
    assert view.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert view.md5 == hashlib.md5(LARGE, usedforsecurity=False).hexdigest()
    assert (view.done, view.size) == (len(LARGE), len(LARGE))
    assert (view.verdict, view.place) == ("", "")


@pytest.mark.parametrize(
    ("place", "line", "verdict"),
    [
        ("SHA256SUMS", f"{hashlib.sha256(TEXT).hexdigest()}  a/menu\n", "matches"),
        ("a/SHA256SUMS", f"{hashlib.sha256(TEXT).hexdigest()}  menu\n", "matches"),
        ("a/menu.sha256", f"{hashlib.sha256(TEXT).hexdigest()}\n", "matches"),
        ("a/menu.md5", f"{'0' * 32}  menu\n", "differs"),
        ("a/SHA256SUMS", f"{'0' * 64}  other\n", ""),
    ],
)
async def test_a_hash_is_checked_against_what_lies_beside(
    watcher: Watcher, folder: Path, place: str, line: str, verdict: str
) -> None:
    (folder / place).write_text(line)
    view = await hashed(watcher, b"a/menu")
    assert view.verdict == verdict
    assert view.place == (place if verdict else "")


async def test_checksums_outside_the_root_are_not_read(
    watcher: Watcher, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "sums").write_text(f"{'0' * 64}  a/menu\n")
    (folder / "SHA256SUMS").symlink_to(tmp_path / "sums")
    assert (await hashed(watcher, b"a/menu")).verdict == ""


async def test_hashing_can_be_given_up(watcher: Watcher, folder: Path) -> None:
    with (folder / "huge").open("wb") as huge:
        huge.truncate(1 << 40)  # a sparse file: hashing takes hours
    await watcher.engine.ask(HashFile(b"huge"))
    await watcher.until(lambda: any(one.done for one in hashes(watcher, b"huge")))
    await watcher.engine.ask(CancelHash(b"huge"))
    await watcher.until(lambda: not hashes(watcher, b"huge")[-1].running)
    view = hashes(watcher, b"huge")[-1]
    assert view.error == "given up"
    assert PIECE <= view.done < view.size


async def test_a_server_that_ends_hashes_no_further(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    async with watching(InlineEngine(settings_for(tmp_path))) as watcher:
        await watcher.engine.ask(HashFile(b"huge"))
        await watcher.until(lambda: any(one.done for one in hashes(watcher, b"huge")))
    assert watcher.over


async def test_a_file_that_changes_meanwhile_has_no_hash(
    watcher: Watcher, folder: Path
) -> None:
    with (folder / "huge").open("wb") as huge:
        huge.truncate(1 << 32)
        await watcher.engine.ask(HashFile(b"huge"))
        await watcher.until(lambda: any(one.done for one in hashes(watcher, b"huge")))
        huge.truncate(PIECE)
        await watcher.until(lambda: not hashes(watcher, b"huge")[-1].running)
    assert hashes(watcher, b"huge")[-1].error.startswith("it changed")


async def test_too_many_wishes_are_refused(watcher: Watcher, folder: Path) -> None:
    with (folder / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    await watcher.engine.ask(HashFile(b"huge"))
    await watcher.until(lambda: any(one.done for one in hashes(watcher, b"huge")))
    for number in range(MOST_WAITING):
        await watcher.engine.ask(HashFile(b"%d" % number))
    with pytest.raises(CommandRefusedError):
        await watcher.engine.ask(HashFile(b"one more"))


async def test_a_transfer_tells_which_version_it_reads(
    watcher: Watcher, folder: Path
) -> None:
    os.utime(folder / "a" / "menu", ns=(1, 1_700_000_000_123_456_789))
    whole = await hashed(watcher, b"a/menu")
    for mode in (Mode.OCTET, Mode.NETASCII):
        with UdpClient() as client:
            client.ask(watcher.at, b"/a/menu", mode=mode)
            await client.data()
            client.ack(1)
    await watcher.until(lambda: len(watcher.transfers) == 2)
    octet, converted = watcher.transfers.values()
    assert octet.modified == pytest.approx(whole.modified, abs=1e-6)
    assert octet.version == whole.version == version_of((folder / "a" / "menu").stat())
    assert converted.modified is None
