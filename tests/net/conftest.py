"""Test files, a server with them, and networks of namespaces."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.firewall_lab import Lab
from tests.support.namespaces import Routed, routed
from tests.support.serve import Serve

SIZES = (0, 1, 511, 512, 513, 5_000_000)


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file of each size, named by it, and a text."""
    folder = tmp_path_factory.mktemp("root")
    for size in SIZES:
        (folder / str(size)).write_bytes(sample_bytes(size))
    (folder / "text").write_bytes(b"one\ntwo\r\nthree\r\0\n" * 1_000)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Serve]:
    """Yield a server in its own process."""
    with Serve(folder) as server:
        yield server
        assert server.stop() == 0


@pytest.fixture(scope="module")
def network() -> Iterator[Routed]:
    """Yield a client, a router and a server in their own namespaces."""
    yield from routed(mtu=1_500)


@pytest.fixture(scope="module")
def any_lab(network: Routed) -> Iterator[Lab]:
    """Yield the firewalls of these namespaces; at the end they are open."""
    lab = Lab(network)
    yield lab
    lab.open()


@pytest.fixture
def lab(any_lab: Lab) -> Lab:
    """Return the firewalls, open, with no flow tracked."""
    any_lab.open()
    return any_lab
