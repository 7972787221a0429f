"""Settings that change while the server runs; running transfers keep theirs."""

from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tftptui.settings import (
    LIVE,
    Settings,
    SettingsError,
    Value,
    changed_settings,
)
from tftptui.telemetry.events import SettingsChanged

pytestmark = pytest.mark.net


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(5_000))
    (tmp_path / "Other").write_bytes(b"other")
    return tmp_path


async def test_a_limit_holds_from_the_next_request_on(folder: Path) -> None:
    with running(folder) as server, UdpClient() as one, UdpClient() as two:
        one.ask(server.at, b"file")
        await one.data()
        one.ack(1)
        await one.data()
        server.service.change_settings({"max_transfers": 1}, by="test")
        two.ask(server.at, b"file")
        assert b"1 of 1 transfers" in (await two.error()).message
        one.ack(2)
        assert (await one.data()).block16 == 3


async def test_names_are_understood_anew(folder: Path) -> None:
    with running(folder) as server, UdpClient() as client:
        client.ask(server.at, b"OTHER")
        assert (await client.error()).code == 1
        server.service.change_settings({"ignore_case": True}, by="test")
        client.ask(server.at, b"OTHER")
        assert (await client.data()).payload == b"other"


async def test_networks_are_shut_out(folder: Path) -> None:
    with running(folder) as server, UdpClient() as client:
        server.service.change_settings({"deny": ["127.0.0.0/8"]}, by="test")
        client.ask(server.at, b"file")
        assert b"is not allowed by this server" in (await client.error()).message


async def test_only_what_differs_is_journalled(folder: Path) -> None:
    with running(folder) as server:
        server.service.change_settings({"retries": 3, "write": "off"}, by="test")
        told = server.event(SettingsChanged)
    assert (told.before, told.after, told.by) == (
        {"retries": 6},
        {"retries": 3},
        "test",
    )


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        (
            {"port": 70},
            "'port' cannot change while the server runs; these can: allow",
        ),
        ({"speed": 1}, "'speed' cannot change"),
        ({"retries": -1}, "retries -1: must be 0 to 100"),
        ({"retries": "many"}, "retries 'many' is invalid"),
        ({"write": "all"}, "write 'all' is invalid"),
        ({"deny": ["here"]}, "here"),
        ({"rewrite": ["("]}, "rewrite rule"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(
    folder: Path, changes: dict[str, Value], trouble: str
) -> None:
    with running(folder) as server:
        before = server.service.settings
        with pytest.raises(SettingsError) as refused:
            server.service.change_settings({"max_window": 2, **changes}, by="test")
        assert trouble in str(refused.value)
        assert server.service.settings == before


def test_every_live_setting_is_one() -> None:
    assert set(Settings.__struct_fields__) >= LIVE


def test_a_change_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, retries=2, ignore_case=True)
    changed = changed_settings(settings, {"retries": 4})
    assert (changed.retries, changed.ignore_case, changed.root) == (4, True, tmp_path)
