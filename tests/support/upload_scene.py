"""Shared by upload tests: names in a folder, a slow disk, a settled server."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.udp_client import UdpClient
from tftptui.files.hidden_file import PREFIX as PART_PREFIX
from tftptui.net.addresses import Endpoint


def names_in(folder: Path) -> set[str]:
    """Return the names in a folder and below, including hidden files."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def hidden_in(folder: Path) -> list[Path]:
    """Return the hidden files of running uploads, and their leftovers."""
    return list(folder.rglob(f"{PART_PREFIX.decode()}*"))


async def settle(server: Endpoint) -> None:
    """Wait until a server has processed everything sent to it before.

    Packets in its sockets are processed in the same turn of the loop as this request,
    and the reply is read in a later one.
    """
    with UdpClient() as other:
        other.ask(server, b"is/not/there")
        await other.error()


@contextlib.contextmanager
def slow_disk() -> Iterator[threading.Event]:
    """Block everything that the loop runs in a thread until the event is set."""
    gate = threading.Event()
    threads = ThreadPoolExecutor(max_workers=1)
    asyncio.get_running_loop().set_default_executor(threads)
    threads.submit(gate.wait)
    try:
        yield gate
    finally:
        gate.set()
