"""``serve --landlock`` serves and takes uploads, and can open nothing else."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serve import Serve
from tftptui.engine.client import EngineError
from tftptui.engine.holders.confinement import confine
from tftptui.files.landlock import landlock_version
from tftptui.settings import Settings

needs_landlock = pytest.mark.skipif(
    landlock_version() == 0, reason="this kernel has no Landlock"
)

SCRIPT = """
import sys
from pathlib import Path
from tftptui.engine.holders.confinement import confine
from tftptui.settings import Settings

root, outside = map(Path, sys.argv[1:])
print(confine(Settings(root=root, landlock=True)))
(root / "file").read_bytes()
for act in ((root / "new").touch, outside.read_bytes):
    try:
        act()
        print("done")
    except PermissionError:
        print("denied")
"""


@needs_landlock
def test_without_uploads_the_root_is_only_read_and_nothing_outside(
    tmp_path: Path,
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    (root / "file").touch()
    outside.touch()
    command = [sys.executable, "-c", SCRIPT, str(root), str(outside)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "Landlock is on: reads the root and system folders, writes no file",
        "denied",
        "denied",
    ], done.stderr


@needs_landlock
@pytest.mark.net
def test_a_confined_server_serves_and_takes_uploads(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    server = Serve(tmp_path, "--landlock", "--write", "new")
    with server, socket.socket(type=socket.SOCK_DGRAM) as s:
        s.settimeout(10.0)
        at = server.at.as_socket_address()
        s.sendto(b"\0\1file\0octet\0", at)
        data, tid = s.recvfrom(600)
        assert data == b"\0\3\0\1content"
        s.sendto(b"\0\4\0\1", tid)
        server.until("transfer_ended", outcome="completed")
        s.sendto(b"\0\2new\0octet\0", at)
        _, tid = s.recvfrom(600)
        s.sendto(b"\0\3\0\1upload", tid)
        server.until("transfer_ended", file="new", outcome="completed")
        assert (tmp_path / "new").read_bytes() == b"upload"
        (warning, *_) = server.of("warning")
        assert str(warning["message"]).startswith("Landlock is on: reads the root and")
        assert server.stop() == 0


def test_a_server_that_changes_this_host_is_not_confined(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be used together"):
        confine(Settings(root=tmp_path, landlock=True, cable="eth9"))
