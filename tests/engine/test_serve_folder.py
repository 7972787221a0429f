"""Another root can be served while the server runs."""

from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.live_settings import settings_after
from tftptui.engine.messages import OpenFolder, ServeFolder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(name.encode() * 300)
        (tmp_path / name / name).touch()
    return tmp_path


def names(watcher: Watcher) -> list[bytes]:
    """Return the names last reported in the root."""
    listings = [one for frame in watcher.frames for one in frame.listings]
    return [entry.name for entry in listings[-1].entries] if listings else []


async def test_the_next_client_gets_the_other_file(place: Path) -> None:
    async with watching(InlineEngine(settings_for(place / "one"))) as watcher:
        await watcher.engine.ask(OpenFolder(b""))
        await watcher.until(lambda: names(watcher) == [b"file", b"one"])
        with UdpClient() as before, UdpClient() as after:
            before.ask(watcher.at, b"file")
            first = await before.data()
            await watcher.engine.ask(ServeFolder(str(place / "two")))
            after.ask(watcher.at, b"file")
            other = await after.data()
            before.ack(1)  # it continues with its open file
            second = await before.data()
            before.ack(second.block16)
            after.ack(1)
            await after.data()
            after.ack(2)
        assert bytes(first.payload) + bytes(second.payload) == b"one" * 300
        assert bytes(other.payload) == (b"two" * 300)[:512]
        await watcher.until(lambda: names(watcher) == [b"file", b"two"])
        assert watcher.status is not None
        assert watcher.status.root == str(place / "two")


@pytest.mark.parametrize("folder", ["three", "one/file", ""])
async def test_what_can_not_be_served_changes_nothing(place: Path, folder: str) -> None:
    async with watching(InlineEngine(settings_for(place / "one"))) as watcher:
        wish = ServeFolder(str(place / folder) if folder else "\0")
        with pytest.raises(CommandRefusedError, match="cannot serve"):
            await watcher.engine.ask(wish)
        with UdpClient() as client:
            client.ask(watcher.at, b"one")
            await client.data()
            client.ack(1)


def test_a_server_begun_anew_serves_it_still(place: Path) -> None:
    command = ServeFolder(str(place / "two"))
    settings = settings_after(settings_for(place / "one"), command)
    assert settings.root == place / "two"
