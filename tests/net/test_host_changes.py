"""Changes of a real interface, undone at the end and after a kill."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.namespaces import IP, ip
from tests.support.serve import environment

pytestmark = [pytest.mark.net, pytest.mark.netns]

CHANGE = b'{"interface":"eth1","address":"192.168.69.1/24"}\n'
PYTHON = (sys.executable, "-m")


@pytest.fixture
def namespace() -> Iterator[str]:
    """Yield a host with one end of a cable."""
    name = f"tftptui{os.getpid()}changes"
    try:
        ip("netns", "add", name)
        ip("-n", name, "link", "add", "eth1", "type", "veth", "peer", "name", "board")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces need root and iproute2: {error}")
    yield name
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        ip("netns", "del", name)


def has_changed(namespace: str) -> tuple[bool, bool]:
    """Return whether the address exists, and whether the link is up."""
    told = subprocess.check_output([IP, "-n", namespace, "-json", "addr", "show"])
    (link,) = [one for one in json.loads(told) if one["ifname"] == "eth1"]
    hosts = [one["local"] for one in link["addr_info"]]
    return "192.168.69.1" in hosts, "UP" in link["flags"]


@contextlib.contextmanager
def keeper(namespace: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the process that makes the changes; all are made on entry."""
    module = "tftptui.engine.holders.network_keeper"
    with subprocess.Popen(
        [IP, "netns", "exec", namespace, *PYTHON, module, "eth1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (b'{"interface":"eth1"}\n', CHANGE):
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["error"] == ""
        yield process


def undo(namespace: str) -> tuple[int, str]:
    """Run the doctor there; return its exit status and output."""
    command = [IP, "netns", "exec", namespace, *PYTHON, "tftptui", "doctor", "--undo"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), check=False
    )
    return done.returncode, done.stdout


def test_all_is_undone_when_the_server_is_gone(namespace: str) -> None:
    with keeper(namespace) as process:
        assert has_changed(namespace) == (True, True)
        refused = CHANGE.replace(b"eth1", b"lo")
        told, _ = process.communicate(refused)  # closes its input: the server died
    first, last = map(json.loads, told.splitlines())
    assert first["error"] == "only eth1 may be changed"
    assert last["undone"] == ["removed 192.168.69.1/24 from eth1", "set eth1 down"]
    assert has_changed(namespace) == (False, False)


def test_what_a_kill_9_leaves_the_doctor_undoes(namespace: str) -> None:
    with keeper(namespace) as process:
        process.kill()
    assert has_changed(namespace) == (True, True)
    status, told = undo(namespace)
    assert status == 0
    assert "removed 192.168.69.1/24 from eth1" in told
    assert has_changed(namespace) == (False, False)
    status, told = undo(namespace)
    assert (status, "nothing to undo" in told) == (0, True)
