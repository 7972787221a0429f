"""A root on a file system that changes without events, like NFS and sshfs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serve import environment

PROGRAM = """
import asyncio, subprocess, sys
from pathlib import Path
from tests.server.watch.test_watch import FileChanged, watching

folder = Path(sys.argv[1])
far = subprocess.Popen(
    [sys.executable, "-m", "tests.support.far_files", folder],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
far.stdout.readline()

async def look():
    async with asyncio.timeout(60), watching(folder) as watched:
        await watched.until_names(b"", b"sub")
        while "instead" not in watched.watch.cure:
            await watched.next_look()
        far.stdin.write(b"sub/new\\n")
        far.stdin.flush()
        while not (told := watched.written.of(FileChanged)):
            await watched.next_look()
        print(watched.watch.state, *((one.file, one.change) for one in told))
        print(watched.watch.cure)
        far.stdin.write(b"beside\\n")
        far.stdin.flush()
        await watched.until_names(b"", b"sub", b"beside")

try:
    asyncio.run(look())
finally:
    far.kill()
"""


@pytest.mark.netns
def test_changes_that_no_watcher_hears_of_are_seen(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK):
        pytest.skip("a file system of our own takes root, unshare and /dev/fuse")
    own = [unshare, "--mount", "--propagation", "private"]  # unmounted at its end
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mount namespaces can't be made here")
    run = subprocess.run(
        [*own, sys.executable, "-c", PROGRAM, str(tmp_path)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert run.returncode == 0, run.stderr
    state, cure, instead = run.stdout.splitlines()
    assert state == "polling ('sub/new', 'added')"
    assert cure == "changes by other machines are not reported on fuse.sshfs"
    assert instead.startswith("all folders are polled every ")
