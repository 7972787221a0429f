"""Landlock denies everything else, in its own process: it can't be undone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tftptui.files.landlock import landlock_version

pytestmark = pytest.mark.skipif(
    landlock_version() == 0, reason="this kernel has no Landlock"
)

SCRIPT = """
import json, os, subprocess, sys, threading
from pathlib import Path
from tftptui.files.landlock import Access, restrict_files

root, uploads, secret = map(Path, sys.argv[1:])
opened = os.open(secret, os.O_RDONLY)
system = dict.fromkeys([Path("/usr"), Path("/lib"), Path("/lib64")], Access.RUN)
gone = {root / "does not exist": Access.READ}
restrict_files(system | {root: Access.READ, uploads: Access.WRITE} | gone)

def is_denied(act, *arguments):
    try:
        act(*arguments)
    except PermissionError:
        return True
    return False

found = []
thread = threading.Thread(target=lambda: found.append(is_denied(secret.read_bytes)))
thread.start()
thread.join()
folder = os.open(root, os.O_RDONLY)
up = f"../{secret.parent.name}/{secret.name}"
child = subprocess.run(["/usr/bin/cat", secret], stderr=subprocess.PIPE)
print(json.dumps({
    "outside": is_denied(secret.read_bytes),
    "outside, from a descriptor": is_denied(
        lambda: os.open(up, os.O_RDONLY, dir_fd=folder)
    ),
    "in a thread": found == [True],
    "in a child": child.returncode != 0,
    "write in the root": is_denied((root / "new").write_bytes, b""),
    "opened before": os.read(opened, 6) != b"secret",
    "in the root": is_denied((root / "file").read_bytes),
    "upload": is_denied((uploads / "new").write_bytes, b"x"),
    "rename an upload": is_denied((uploads / "new").rename, uploads / "newer"),
}))
"""


def test_only_what_is_allowed_can_be_opened(tmp_path: Path) -> None:
    root, uploads, other = (tmp_path / name for name in ("root", "uploads", "other"))
    for folder in (root, uploads, other):
        folder.mkdir()
    (root / "file").write_bytes(b"file")
    (other / "secret").write_bytes(b"secret")
    places = map(str, (root, uploads, other / "secret"))
    command = [sys.executable, "-c", SCRIPT, *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [what for what, is_denied in found.items() if is_denied] == [
        "outside",
        "outside, from a descriptor",
        "in a thread",
        "in a child",
        "write in the root",
    ]
