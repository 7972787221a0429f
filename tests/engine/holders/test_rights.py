"""Privileges are dropped once the sockets are open, except for binding."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve, environment
from tests.support.udp_client import UdpClient
from tftptui.engine.client import EngineError
from tftptui.engine.holders.rights import drop_rights, invoking_user

NOBODY = pwd.getpwnam("nobody")
DAC_OVERRIDE, NET_BIND_SERVICE = 1 << 1, 1 << 10

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")


def _is_shared_python() -> bool:
    """Return whether an ordinary user can run this Python, outside root's home."""
    command = [sys.executable, "-c", "import tftptui"]
    if os.geteuid() != 0:
        return False
    try:
        run = subprocess.run(
            command, user=NOBODY.pw_uid, env=environment(), check=False, timeout=60
        )
    except PermissionError:
        return False
    return run.returncode == 0


shared_python = pytest.mark.skipif(
    not _is_shared_python(), reason="needs root, and a Python that nobody can run"
)


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {
        key: value.strip() for key, _, value in (line.partition(":") for line in lines)
    }


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, None),
        ({"SUDO_UID": "0"}, None),
        ({"SUDO_UID": str(NOBODY.pw_uid)}, "nobody"),
        ({"PKEXEC_UID": str(NOBODY.pw_uid)}, "nobody"),
        ({"DOAS_USER": "nobody"}, "nobody"),
        ({"DOAS_USER": "root"}, None),
        ({"SUDO_UID": "rm -rf"}, None),
        ({"SUDO_UID": "4000000000"}, None),
    ],
)
def test_who_became_root(environment: dict[str, str], name: str | None) -> None:
    assert invoking_user(environment) == name


def test_an_unknown_user_is_named() -> None:
    with pytest.raises(EngineError, match="no user 'nobody-at-all'"):
        drop_rights("nobody-at-all")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every user can reach; pytest's own are private to root.

    Another run of pytest makes those private again, no matter what is done here.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file, mode in (("open", 0o644), ("closed", 0o600)):
            (folder / file).write_bytes(sample_bytes(700))
            (folder / file).chmod(mode)
        yield folder


@root_only
async def test_a_server_becomes_somebody_and_reads_as_they_may(folder: Path) -> None:
    with Serve(folder, "--user", "nobody", "--write", "new") as server:
        at = server.at
        server.until("warning", message="running as nobody, no longer as root")
        status = status_of(server.process.pid)
        with UdpClient() as client:
            assert await client.read(at, b"open") == sample_bytes(700)
            client.ask(at, b"closed")
            assert b"permission denied" in (await client.error()).message
            client.offer(at, b"new")
            assert b"permission denied" in (await client.error()).message
        assert server.stop() == 0
    assert status["Uid"].split() == [str(NOBODY.pw_uid)] * 4
    assert status["Gid"].split() == [str(NOBODY.pw_gid)] * 4
    assert int(status["CapEff"], 16) & ~NET_BIND_SERVICE == 0
    assert (status["NoNewPrivs"], int(status["CapBnd"], 16)) == ("1", 0)


@pytest.fixture
def by_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the variables of sudo and similar programs."""
    for name in ("SUDO_UID", "PKEXEC_UID", "DOAS_USER"):
        monkeypatch.delenv(name, raising=False)


@shared_python
@pytest.mark.usefixtures("by_root_alone")
async def test_root_without_sudo_becomes_a_system_user_that_can_read(
    folder: Path,
) -> None:
    with Serve(folder) as server:
        server.until_so(lambda: warned(server, "no longer as root"))
        status = status_of(server.process.pid)
        with UdpClient() as client:
            assert await client.read(server.at, b"open") == sample_bytes(700)
        assert server.stop() == 0
    assert status["Uid"].split()[0] != "0"
    assert (status["NoNewPrivs"], int(status["CapBnd"], 16)) == ("1", 0)
    assert "tftptui: running as" in server.stderr


@shared_python
@pytest.mark.usefixtures("by_root_alone")
def test_root_becomes_the_owner_of_a_root_that_takes_uploads(folder: Path) -> None:
    daemon = pwd.getpwnam("daemon")
    os.chown(folder, daemon.pw_uid, daemon.pw_gid)
    with Serve(folder, "--write", "new") as server:
        server.until("warning", message="running as daemon, no longer as root")
        assert server.stop() == 0


@root_only
@pytest.mark.usefixtures("by_root_alone")
async def test_where_nobody_else_can_read_it_root_stays_with_its_files_alone(
    shut_in: Path,
) -> None:
    with Serve(shut_in) as server:
        server.until_so(lambda: warned(server, "running as root: no other user can"))
        status = status_of(server.process.pid)
        with UdpClient() as client:
            assert await client.read(server.at, b"open") == sample_bytes(700)
        assert server.stop() == 0
    assert int(status["CapEff"], 16) == NET_BIND_SERVICE | DAC_OVERRIDE
    assert (status["NoNewPrivs"], int(status["CapBnd"], 16)) == ("1", 0)


@root_only
@pytest.mark.parametrize("user", [pytest.param("nobody", marks=shared_python), "root"])
def test_a_server_that_is_begun_anew_may_bind_low_ports(user: str) -> None:
    program = (
        "import subprocess, sys; from tftptui.engine.holders.rights import drop_rights;"
        f"drop_rights('{user}'); subprocess.run([sys.executable, '-c', "
        "'import socket; socket.socket(type=2).bind((\"127.0.0.68\", 68))'], check=1)"
    )
    command = [sys.executable, "-c", program]
    subprocess.run(command, env=environment(), check=True, timeout=60)


@root_only
@pytest.mark.usefixtures("by_root_alone")
def test_what_root_remembers_is_kept_once_it_is_somebody_else(tmp_path: Path) -> None:
    program = (
        "from tftptui.engine.holders.rights import drop_rights;"
        "from tftptui.ui.memory import kept_memory; memory = kept_memory();"
        "drop_rights('nobody'); memory.remember_choice('theme', 'contrast');"
        "print(memory.choice('theme'), memory.keep_copy('rules').read_text)"
    )
    given = environment() | {"XDG_STATE_HOME": str(tmp_path)}
    run = [sys.executable, "-c", program]
    subprocess.run(run, env=given, check=True, timeout=60)
    kept = tmp_path / "tftptui"
    assert '"theme":"contrast"' in (kept / "screen.json").read_text()
    assert (kept / "last-copy.txt").read_text() == "rules"


@root_only
def test_the_right_to_bind_outlives_the_others_and_is_passed_on() -> None:
    program = (
        "import subprocess; from tftptui.engine.holders.rights import drop_rights; "
        "drop_rights('nobody'); subprocess.run(['cat', '/proc/self/status'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert f"Uid:\t{NOBODY.pw_uid}" in run.stdout
    assert f"CapEff:\t{NET_BIND_SERVICE:016x}" in run.stdout


def warned(server: Serve, words: str) -> bool:
    return any(words in line["message"] for line in server.of("warning"))


@root_only
def test_a_root_that_the_user_may_not_read_is_said(folder: Path) -> None:
    folder.chmod(0o700)
    with Serve(folder, "--user", "nobody") as server:
        server.until_so(lambda: warned(server, "nobody cannot read"))
        server.stop(signal.SIGINT)


@pytest.fixture
def shut_in(folder: Path) -> Path:
    """Return a folder that all may read, in one that only root may enter."""
    root = folder / "root"
    root.mkdir(mode=0o755)
    (root / "open").write_bytes(sample_bytes(700))
    folder.chmod(0o700)
    return root


@root_only
async def test_a_root_below_a_folder_that_the_user_may_not_enter_is_served(
    shut_in: Path,
) -> None:
    with Serve(shut_in, "--user", "nobody") as server:
        server.until_so(lambda: warned(server, "nobody has no access to the folders"))
        with UdpClient() as client:
            assert await client.read(server.at, b"open") == sample_bytes(700)
        assert server.stop(signal.SIGINT) == 0


def test_only_root_becomes_somebody_else(tmp_path: Path) -> None:
    # For root the name is unknown, for others it is another user's.
    name = "nobody-at-all" if os.geteuid() == 0 else "root"
    with Serve(tmp_path, "--user", name) as server:
        assert server.wait() == 1
        assert name in server.stderr
