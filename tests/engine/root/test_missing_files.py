"""A missing file is reported as existing once it exists, without a request."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.facts import CLIENT, refused
from tests.support.running import settings_for
from tests.support.seen import Seen
from tests.support.udp_client import UdpClient
from tests.support.unprivileged import unprivileged
from tests.support.watcher import PATIENCE, Watcher, watching
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import ChangeSettings
from tftptui.engine.root.missing_files import MOST_LOOKED_AT, MissingFiles
from tftptui.server.root.names import Names
from tftptui.server.root.root import Root
from tftptui.telemetry.findings import Finding

NEXT = "the next request gets it"


class Scene:
    """A root, findings, and the check for files that exist now."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen, self.mended = folder, Seen(), MissingFiles()
        self.root = Root(folder)
        self.mended.begin(self.root)

    def miss(self, name: str, reason: str = "not-found", client: str = CLIENT) -> None:
        event = refused(reason, file=name, message=reason, client=client)
        now = self.seen.clock.wall()
        self.seen.findings.take(msgspec.structs.replace(event, time=now))
        self.seen.look(0.1)

    def make(self, name: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        self.mended.changed()

    async def look(self) -> None:
        """Run the check, wait for its results, and report them."""
        self.mended.look(self.seen.findings)
        if self.mended._task is not None:
            await self.mended._task
        self.seen.look(0.1)

    def told(self) -> list[tuple[str, str]]:
        """Return the reported codes, and why they were withdrawn."""
        self.seen.standing()
        return [(one.code, one.withdrawn) for one in self.seen._told.values()]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    (tmp_path / "root").mkdir()
    scene = Scene(tmp_path / "root")
    yield scene
    scene.root.close()


async def test_a_file_that_has_come_is_told(scene: Scene) -> None:
    scene.miss("fw.img")
    await scene.look()
    assert scene.told() == [("file-missing", "")]
    scene.make("fw.img")
    await scene.look()
    assert scene.told() == [("file-missing", f"the file exists now: {NEXT}")]
    scene.seen.look(30.0)
    assert len(scene.told()) == 1


async def test_another_file_mends_nothing(scene: Scene) -> None:
    scene.miss("fw.img")
    scene.make("fw.img.new")
    await scene.look()
    assert scene.told() == [("file-missing", "")]


async def test_nothing_is_looked_at_while_nothing_changes(scene: Scene) -> None:
    scene.miss("fw.img")
    await scene.look()
    (scene.folder / "fw.img").write_bytes(b"x")
    await scene.look()
    assert scene.told() == [("file-missing", "")]


async def test_who_asks_again_meanwhile_is_believed_more(scene: Scene) -> None:
    scene.miss("fw.img")
    scene.make("fw.img")
    scene.mended.look(scene.seen.findings)
    scene.miss("fw.img")  # refused once more, while the thread checks
    await scene.look()
    assert scene.told() == [("file-missing", "")]


async def test_a_file_that_goes_again_is_missed_at_the_next_request(
    scene: Scene,
) -> None:
    scene.miss("fw.img")
    scene.make("fw.img")
    await scene.look()
    (scene.folder / "fw.img").unlink()
    scene.miss("fw.img")
    assert [code for code, why in scene.told() if not why] == ["file-missing"]


async def test_a_name_of_a_search_will_do(scene: Scene) -> None:
    names = ("01-02-00-00-00-00-25", "0A000425", "0A00042", "default")
    for name in names:
        scene.miss(f"pxelinux.cfg/{name}")
    for _ in range(8):
        scene.seen.look(1.0)
    assert [code for code, why in scene.told() if not why] == ["file-missing"]
    scene.make("pxelinux.cfg/0A000425")
    await scene.look()
    last = scene.told()[-1]
    assert last[1] == f"pxelinux.cfg/0A000425 exists now: {NEXT}"


async def test_names_are_understood_as_the_server_does(scene: Scene) -> None:
    scene.miss("FW.IMG")
    scene.make("fw.img")
    await scene.look()
    assert scene.told() == [("file-missing", "")]
    scene.root.names = Names(ignore_case=True)
    scene.mended.changed()
    await scene.look()
    assert scene.told() == [("file-missing", f"fw.img exists now: {NEXT}")]


async def test_what_may_be_read_now_is_told(scene: Scene) -> None:
    scene.make("fw.img")
    (scene.folder / "fw.img").chmod(0)
    scene.miss("fw.img", "access")
    with unprivileged():
        await scene.look()
        assert scene.told() == [("file-permission", "")]
    (scene.folder / "fw.img").chmod(0o644)
    scene.mended.changed()
    with unprivileged():
        await scene.look()
    assert scene.told() == [("file-permission", f"it can be read now: {NEXT}")]


async def test_names_that_had_to_be_made_visible_are_left_alone(scene: Scene) -> None:
    scene.miss("\\xff.img")  # requested as the raw byte, not as these four letters
    scene.make("xff.img")
    await scene.look()
    assert scene.told() == [("file-missing", "")]


async def test_many_names_are_looked_at_some_at_a_time(scene: Scene) -> None:
    for number in range(MOST_LOOKED_AT + 10):
        scene.miss(f"{number}.img", client=f"10.{number}.0.1")
        scene.make(f"{number}.img")
        scene.seen.look(2.0)
    counts = []
    for _ in range(3):
        await scene.look()
        for _ in range(9):  # news is reported in limited batches, too
            scene.seen.look(0.2)
        counts.append(sum(bool(why) for _, why in scene.told()))
    assert counts == [MOST_LOOKED_AT, MOST_LOOKED_AT + 10, MOST_LOOKED_AT + 10]


async def test_what_is_found_after_the_end_is_not_told(scene: Scene) -> None:
    scene.miss("fw.img")
    scene.make("fw.img")
    scene.mended.look(scene.seen.findings)
    await scene.mended.stop()
    scene.seen.look(0.1)
    assert scene.told() == [("file-missing", "")]


def last(watcher: Watcher) -> Finding | None:
    told = [one for frame in watcher.frames for one in frame.findings]
    return told[-1] if told else None


def is_mended(watcher: Watcher) -> bool:
    found = last(watcher)
    return found is not None and bool(found.withdrawn)


async def ask_in_vain(watcher: Watcher, name: bytes) -> None:
    """Request a file, and wait until it is reported as missing."""
    with UdpClient() as client:
        client.ask(watcher.at, name)
        await client.error()
    await watcher.until(lambda: last(watcher) is not None)


@pytest.mark.net
async def test_a_setting_that_finds_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "fw.img").write_bytes(b"x")
    engine = InlineEngine(settings_for(tmp_path))
    async with watching(engine) as watcher:
        assert engine._engine is not None
        engine._engine._nearby._mended._has_changed = False  # as after its first check
        await ask_in_vain(watcher, b"FW.IMG")
        await watcher.engine.ask(ChangeSettings({"ignore_case": True}))
        await watcher.until(lambda: is_mended(watcher))
        found = last(watcher)
    assert found is not None
    assert found.withdrawn == f"fw.img exists now: {NEXT}"


@pytest.mark.net
async def test_an_operator_sees_that_the_file_has_come(tmp_path: Path) -> None:
    async with watching(InlineEngine(settings_for(tmp_path))) as watcher:
        await ask_in_vain(watcher, b"fw.img")
        async with asyncio.timeout(PATIENCE):
            while not is_mended(
                watcher
            ):  # there is no signal when the watcher has started
                (tmp_path / "new").write_bytes(os.urandom(8))
                (tmp_path / "new").rename(tmp_path / "fw.img")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await watcher.until(lambda: is_mended(watcher))
        found = last(watcher)
    assert found is not None
    assert found.withdrawn == f"the file exists now: {NEXT}"
