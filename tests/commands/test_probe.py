"""The command ``probe``, as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.plain_server import PlainServer
from tests.support.serve import Serve, environment
from tftptui.commands.probe import parse_ports
from tftptui.commands.usage_error import UsageError
from tftptui.protocol.packets import encode_error
from tftptui.settings import SettingsError

pytestmark = pytest.mark.net


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tftptui", "probe", *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("2070-2072", (2_070, 2_071, 2_072)),
        ("1024, 2070-2071,1024", (1_024, 2_070, 2_071)),
        ("69", (69,)),
    ],
)
def test_ports_are_read_in_their_order(text: str, ports: tuple[int, ...]) -> None:
    assert parse_ports(text) == ports


@pytest.mark.parametrize(
    "text", ["", "x", "2072-2070", "1-65535", "0", "1-400,500-900"]
)
def test_ports_that_make_no_sense(text: str) -> None:
    with pytest.raises((UsageError, SettingsError)):
        parse_ports(text)


def test_a_way_that_is_free(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    ports = free_range(2)
    with Serve(tmp_path) as server:
        found = run(str(server.at), "file", "--from-ports", str(ports), "--json")
    told = json.loads(found.stdout)
    assert found.returncode == 0
    assert [trial["octets"] for trial in told["ports"]] == [2_000, 2_000]
    assert [trial["outcome"] for trial in told["ports"]] == ["ok", "ok"]
    assert {trial["outcome"] for trial in told["sizes"]} == {"ok"}
    assert told["findings"] == []


def test_nobody_listens() -> None:
    closed = free_range(1).first
    found = run(f"127.0.0.1:{closed}", "file", "--from-ports", str(free_range(1)))
    assert found.returncode == 1
    assert "no program listens" in found.stdout
    assert "tftptui doctor" in found.stdout


def test_a_file_that_is_missing_is_something_found(tmp_path: Path) -> None:
    with Serve(tmp_path) as server:
        found = run(str(server.at), "nosuch", "--from-ports", str(free_range(1)))
    assert "file-missing" in found.stdout
    assert found.returncode == 1


def test_the_script_for_others_asks_nobody() -> None:
    found = run("192.0.2.1", "file", "--commands", "--from-ports", "2070-2071")
    assert found.returncode == 0
    assert "curl -s -m 10 --local-port $p tftp://192.0.2.1/file" in found.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("127.0.0.1",), "FILE is missing"),
        (
            ("127.0.0.1", "x", "--from-ports", "9-1"),
            "9-1: the first port is above the last",
        ),
        (("127.0.0.1", "x", "--sizes", "4"), "--sizes 4: must be 8 to 65464"),
        (("127.0.0.1:0", "x"), "ports are 1–65535"),
        (("127.0.0.1", "x", "--options", "blk=5"), "there are tsize"),
        (("127.0.0.1", "x", "--options", "blksize=4"), "with N from 8 to 65464"),
        (("127.0.0.1", "x", "--options", "tsize=0,tsize=0"), "tsize twice"),
    ],
)
def test_what_makes_no_sense_is_said(words: tuple[str, ...], said: str) -> None:
    found = run(*words)
    assert found.returncode == 2
    assert said in found.stderr


def test_sets_of_options_are_tried_and_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    ports = ("--from-ports", str(free_range(1)), "--sizes", "")
    sets = ("--options", "none", "--options", "blksize=1468,tsize=0")
    with Serve(tmp_path) as server:
        found = run(str(server.at), "file", *ports, *sets, "--json")
        shown = run(str(server.at), "file", *ports, *sets)
    told = json.loads(found.stdout)["options"]
    assert [trial["options"] for trial in told] == ["", "tsize=0 blksize=1468"]
    assert {trial["outcome"] for trial in told} == {"ok"}
    assert told[1]["agreed"] == "tsize=2000 blksize=1468"
    assert "  none  ● reply" in shown.stdout
    assert "tsize=0,blksize=1468  ● reply" in shown.stdout


def test_a_server_that_drops_options_is_found_out() -> None:
    with PlainServer() as at:
        ports = ("--from-ports", str(free_range(1)), "--timeout", "1")
        found = run(str(at), "file", *ports, "--retries", "0", "--json")
    told = json.loads(found.stdout)
    assert found.returncode == 1
    assert [one["outcome"] for one in told["ports"]] == ["silent"]
    assert [one["code"] for one in told["findings"]] == ["options-not-understood"]


def test_a_server_that_refuses_options_is_found_out() -> None:
    with PlainServer(refusal=encode_error(8, "no options here")) as at:
        ports = ("--from-ports", str(free_range(1)), "--sizes", "")
        found = run(str(at), "file", *ports, "--options", "windowsize=8")
    assert found.returncode == 1
    assert "options-refused" in found.stdout
    assert "works without options" in " ".join(found.stdout.split())
