"""The probe on a client whose own rules drop replies to low ports."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.namespaces import Place, Routed
from tests.support.serve import environment

pytestmark = [pytest.mark.net, pytest.mark.netns]

PORT = "6969"
LOW = "chain in {\ntype filter hook {hook} priority 0\nudp dport 2070-2071 drop\n}"


@contextmanager
def served(network: Routed, folder: Path) -> Iterator[None]:
    (folder / "file").write_bytes(sample_bytes(600))
    command = [*network.server, sys.executable, "-m", "tftptui", "serve", str(folder)]
    server = subprocess.Popen(
        [*command, "--port", PORT, "--journal", "-"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert server.stdout is not None
        assert b'"started"' in server.stdout.readline()
        yield
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.parametrize(
    ("place", "hook", "stands"),
    [
        ("client", "input", "where     on this host"),
        ("router", "forward", "where     between client and server"),
    ],
)
def test_the_probe_tells_this_host_from_the_way(
    network: Routed, tmp_path: Path, place: Place, hook: str, stands: str
) -> None:
    words = ["probe", Routed.SERVER, "file", "--port", PORT, "--timeout", "1"]
    words += ["--from-ports", "2070,2071,49200", "--retries", "1"]
    body = LOW.replace("{hook}", hook)
    with served(network, tmp_path), network.table(body, place):
        probe = subprocess.run(
            [*network.client, sys.executable, "-m", "tftptui", *words],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert f"  {stands}\n" in probe.stdout
    assert "own rules, read just now" in " ".join(probe.stdout.split()) or (
        "iptables rules, read just now" in " ".join(probe.stdout.split())
    )
    assert ("inet filter in" in probe.stdout) is (place == "client")
