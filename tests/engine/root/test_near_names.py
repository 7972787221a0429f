"""Similar names for a missing file, found in the background."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.unprivileged import unprivileged
from tftptui.engine.root.near_names import MOST_WAITING, OLDEST, PAUSE, NearNames
from tftptui.server.root.root import Root
from tftptui.telemetry.views import NearName

PATIENCE = 20.0


class Scene:
    """A root and a Nearby that searches it for names."""

    def __init__(self, above: Path) -> None:
        self.folder = above / "root"
        self.folder.mkdir()
        self.clock = FakeClock(100.0)
        self.root = Root(self.folder)
        self.nearby = NearNames(self.clock.now)
        self.nearby.begin(self.root)

    def make(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        return path

    async def near(self, asked: bytes) -> list[NearName]:
        """Return the similar names reported for a name."""
        told: asyncio.Future[list[NearName]] = asyncio.Future()
        self.nearby.seek(asked, told.set_result)
        async with asyncio.timeout(PATIENCE):
            return await told

    async def names(self, asked: bytes) -> list[bytes]:
        return [near.name for near in await self.near(asked)]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    await scene.nearby.stop()
    scene.root.close()


async def test_a_name_in_another_case_is_told_as_a_fact(scene: Scene) -> None:
    scene.make("boot/BCD")
    scene.make("old/BCD")
    (near,) = await scene.near(b"\\Boot\\bcd")
    assert (near.text, near.rule, near.sure) == ("boot/BCD", "case", True)


async def test_a_name_elsewhere_is_told_as_a_guess(scene: Scene) -> None:
    scene.make("EFI/BOOT/grubx64.efi")
    (near,) = await scene.near(b"grubx64.efi")
    assert (near.name, near.sure) == (b"EFI/BOOT/grubx64.efi", False)


async def test_nothing_is_told_where_nothing_is_near(scene: Scene) -> None:
    scene.make("a")
    assert await scene.near(b"pxelinux.0") == []


async def test_what_a_link_reaches_outside_is_never_named(
    scene: Scene, tmp_path: Path
) -> None:
    (tmp_path / "secret.cfg").write_bytes(b"not yours")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "boot.cfg").write_bytes(b"not yours")
    (scene.folder / "SECRET.cfg").symlink_to(tmp_path / "secret.cfg")
    (scene.folder / "link").symlink_to(tmp_path / "outside")
    (scene.folder / "loop").symlink_to("loop")
    scene.make("real.cfg")
    (scene.folder / "Alias.cfg").symlink_to("real.cfg")
    assert await scene.names(b"secret.cfg") == []
    assert await scene.names(b"boot.cfg") == []
    assert await scene.names(b"alias.cfg") == [b"Alias.cfg"]


async def test_what_may_not_be_read_is_not_named(scene: Scene) -> None:
    scene.make("Hidden.cfg").chmod(0)
    scene.make("shut/Hidden.img").parent.chmod(0)
    with unprivileged():
        assert await scene.names(b"hidden.cfg") == []
        assert await scene.names(b"hidden.img") == []


async def test_a_pipe_is_not_named(scene: Scene) -> None:
    os.mkfifo(scene.folder / "Pipe.cfg")
    assert await scene.names(b"pipe.cfg") == []


async def test_a_file_that_is_gone_since_is_not_named(scene: Scene) -> None:
    gone = scene.make("Gone.cfg")
    assert await scene.names(b"gone.cfg") == [b"Gone.cfg"]
    gone.unlink()
    assert await scene.names(b"GONE.cfg") == []


async def test_a_change_is_seen_after_a_pause(scene: Scene) -> None:
    scene.make("Old.cfg")
    assert await scene.names(b"new.cfg") == []
    scene.make("New.cfg")
    scene.nearby.changed()
    assert await scene.names(b"new.cfg") == []
    scene.clock.advance(PAUSE + 0.1)
    assert await scene.names(b"new.cfg") == [b"New.cfg"]


async def test_a_change_that_nobody_told_is_seen_in_the_end(scene: Scene) -> None:
    assert await scene.names(b"new.cfg") == []
    scene.make("New.cfg")
    scene.clock.advance(OLDEST - 1)
    assert await scene.names(b"new.cfg") == []
    scene.clock.advance(2)
    assert await scene.names(b"new.cfg") == [b"New.cfg"]


async def test_a_flood_of_names_is_answered_without_a_look(scene: Scene) -> None:
    scene.make("File.cfg")
    told: list[list[NearName]] = []
    for number in range(3 * MOST_WAITING):
        scene.nearby.seek(b"file%d.cfg" % number, told.append)
    assert told == [[]] * (2 * MOST_WAITING)
    await scene.nearby.stop()
    assert len(told) == 3 * MOST_WAITING


async def test_who_waits_at_the_end_is_told(scene: Scene) -> None:
    told: list[list[NearName]] = []
    scene.nearby.seek(b"a", told.append)
    await scene.nearby.stop()
    scene.nearby.seek(b"b", told.append)
    assert len(told) == 2
