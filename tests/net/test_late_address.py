"""A server started before its address exists, as on a direct cable."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespaces import IP, ip
from tests.support.serve import Serve

pytestmark = [pytest.mark.net, pytest.mark.netns]

ADDRESS = "192.168.0.66"
COME = "is an address of this machine now: listening"
GONE = "was removed from this machine: waiting for it"


@pytest.fixture
def namespace() -> Iterator[str]:
    """Yield a host with a cable, and no address."""
    name = f"tftptui{os.getpid()}late"
    try:
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "link", "add", "eth1", "type", "veth", "peer", "name", "board")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces need root and iproute2: {error}")
    yield name
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        ip("netns", "del", name)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_address_is_waited_for_and_served_each_time_it_comes(
    namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"late")
    within = [IP, "netns", "exec", namespace]

    def change(word: str) -> None:
        ip("-n", namespace, "address", word, f"{ADDRESS}/24", "dev", "eth1")

    with Serve(tmp_path, listen=ADDRESS, within=within) as server:
        waiting = server.until("warning")
        assert f"{ADDRESS} is not an address of this machine" in waiting["message"]
        for turn in (1, 2):  # the second time as after a link that was down
            change("add")
            server.until("warning", turn, message=f"{ADDRESS} {COME}")
            url = f"tftp://{ADDRESS}:{server.at.port}/file"
            command = [*within, "curl", "-s", "-m", "10", url]
            assert subprocess.check_output(command) == b"late"
            change("del")
            server.until("warning", turn, message=f"{ADDRESS} {GONE}")
        assert server.stop() == 0
    assert f"{ADDRESS} {COME}" in server.stderr
