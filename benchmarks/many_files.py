"""What a root of 100,000 files costs: time to the first row, memory, each change.

``python benchmarks/many_files.py [FILES] [--short]`` makes a root with that many files,
once in one folder and once in folders of 100, runs the engine in a process of its own
and the screen without a terminal, and prints for each:

- first row: from the start of the screen to the first file in the pane;
- open: from the key that opens the folder to its rows;
- change: from a new file on the disk to its row (median of 20), and the engine's
  processor time for one;
- miss: from a request for a missing name to the row with the near name, the first
  time (all names are counted) and later (median of 20);
- memory: resident, of the engine and of the screen, before anything and at the end;
- gap: the longest that a running lock-step transfer waits for its next block, without
  a screen, while nothing else goes on, a folder is listed (again), names are counted,
  and words are looked for.

``--short`` makes one root of 200 files, and each change twice: enough to see that it
works.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import socket
import statistics
import tempfile
from array import array
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, perf_counter

import psutil

from tftptui.engine.holders.child import ChildEngine
from tftptui.engine.messages import FindFiles, Frame, OpenFolder
from tftptui.settings import Settings
from tftptui.ui.app import TftpApp
from tftptui.ui.panes.files.list import FileList
from tftptui.ui.panes.files.rows import EntryRow, NearRow

TIMES, SHORT_TIMES = 20, 2
COUNT, SHORT_COUNT = 100_000, 200
SETTLING, SHORT_SETTLING = 2.0, 0.2
"""Seconds until a transfer is at its pace."""

BLOCK = 516
HOST = "tftptui.engine.holders.host"
MEBI = 1 << 20


def make(folder: Path, count: int, *, each: int) -> None:
    """Make COUNT files, EACH in a folder."""
    for number in range(count):
        place = folder / f"board-{number // each:05}"
        if number % each == 0:
            place.mkdir()
        (place / f"image-{number:06}.bin").touch()


class Run:
    """The screen on an engine in a child process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        settings = Settings(root=root, port=0, listen=("127.0.0.1",))
        self.app = TftpApp(ChildEngine(settings), pace=0)

    def files(self) -> FileList:
        """Return the list."""
        return self.app.screen_stack[0].query_one(FileList)

    def rows(self) -> list[bytes]:
        """Return the paths in the pane."""
        rows = self.files()._model.rows  # noqa: SLF001 - measured, not used
        return [row.path for row in rows if isinstance(row, EntryRow)]

    def shows(self, path: bytes) -> bool:
        """Whether PATH is in the pane."""
        return path in self.rows()

    async def until(self, is_so: Callable[[], bool]) -> float:
        """Return the seconds until something is so."""
        began = perf_counter()
        while not is_so():  # noqa: ASYNC110 - a benchmark may poll
            await asyncio.sleep(0.002)  # noqa: TID251
        return perf_counter() - began

    def miss(self, name: str) -> None:
        """Ask for a name that is not there."""
        status = self.app.store.status
        port = status.port if status else 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"\0\1" + name.encode() + b"\0octet\0", ("127.0.0.1", port))

    def near(self, name: str) -> bool:
        """Whether the near name of NAME is in the pane."""
        rows = self.files()._model.rows  # noqa: SLF001
        return any(isinstance(row, NearRow) and row.asked.name == name for row in rows)


async def measure(root: Path, times: int) -> None:
    """Print what one root costs; each change and each miss is made TIMES times."""
    run, began = Run(root), perf_counter()
    async with run.app.run_test(size=(140, 40)) as pilot:
        await run.until(lambda: bool(run.rows()))
        print(f"  first row      {perf_counter() - began:8.2f} s")
        children = psutil.Process().children()
        child = next(one for one in children if HOST in one.cmdline())
        before = (child.memory_info().rss, psutil.Process().memory_info().rss)
        first = run.rows()[0]
        await pilot.press("2", "l")
        opened = await run.until(lambda: any(b"/" in row for row in run.rows()))
        print(f"  open           {opened:8.2f} s")
        busy, waits = child.cpu_times(), []
        for number in range(times):
            name = os.fsdecode(first) + f"/a-{number:03}"
            (root / name).touch()
            waits.append(await run.until(partial(run.shows, os.fsencode(name))))
        used = sum(child.cpu_times()[:2]) - sum(busy[:2])
        print(f"  change         {statistics.median(waits):8.2f} s")
        print(f"  of the engine  {used / times:8.2f} s")
        waits = []
        for number in range(times):
            name = f"IMAGE-{number:06}.BIN"
            run.miss(name)
            waits.append(await run.until(partial(run.near, name)))
        print(f"  first miss     {waits[0]:8.2f} s")
        print(f"  later          {statistics.median(waits[1:]):8.2f} s")
        after = (child.memory_info().rss, psutil.Process().memory_info().rss)
        for what, (low, high) in zip(
            ("engine", "screen"), zip(before, after, strict=True), strict=True
        ):
            print(f"  {what} memory  {low / MEBI:6.0f} → {high / MEBI:.0f} MiB")


def fetch(port: int, holder: Connection) -> None:
    """Fetch ``busy`` again and again until told; then send when blocks came.

    The first block is reported at once.

    It is a process of its own, so that it waits for nobody but the server.
    """
    came = array("d")
    while not holder.poll():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            client.sendto(b"\0\1busy\0octet\0", ("127.0.0.1", port))
            datagram, server = client.recvfrom(1_024)
            if not came:
                holder.send("it runs")
            while len(datagram) == BLOCK and (len(came) % 1_024 or not holder.poll()):
                came.append(monotonic())
                client.sendto(b"\0\4" + datagram[2:4], server)
                datagram = client.recv(1_024)
    holder.send(came)


class Engine:
    """An engine in a process of its own, and the latest frame."""

    def __init__(self, root: Path) -> None:
        settings = Settings(root=root, port=0, listen=("127.0.0.1",))
        self.held = ChildEngine(settings)
        self.frames: list[Frame] = []

    async def read(self) -> None:
        """Take frames until they end."""
        async for frame in self.held.frames():
            self.frames.append(frame)

    async def until(self, is_so: Callable[[Frame], object]) -> Frame:
        """Return the next frame for which something is so."""
        self.frames.clear()
        while True:
            for frame in self.frames:
                if is_so(frame):
                    return frame
            await asyncio.sleep(0.002)  # noqa: TID251


@contextlib.asynccontextmanager
async def running(root: Path) -> AsyncIterator[tuple[Engine, int]]:
    """Start an engine; return it and its port."""
    engine = Engine(root)
    await engine.held.start()
    reading = asyncio.create_task(engine.read())
    status = (await engine.until(lambda frame: frame.status)).status
    try:
        yield engine, status.port if status else 0
    finally:
        await engine.held.stop()
        await reading


async def measure_gaps(root: Path, settling: float) -> None:
    """Print how long a transfer waits while folders are looked at."""
    folder = root / "board-00000"
    spawn = multiprocessing.get_context("spawn")
    pipe, theirs = spawn.Pipe()
    async with running(root) as (engine, port):
        process = spawn.Process(target=fetch, args=(port, theirs))
        process.start()
        await asyncio.to_thread(pipe.recv)
        await asyncio.sleep(settling)  # noqa: TID251 - until it is at its pace
        marks = [("quiet", monotonic())]
        await asyncio.sleep(settling)  # noqa: TID251
        marks.append(("list", monotonic()))
        await engine.held.ask(OpenFolder(os.fsencode(folder.name)))
        await engine.until(lambda frame: frame.listings)
        marks.append(("list again", monotonic()))
        (folder / "a-new-one").touch()
        await engine.until(lambda frame: frame.listings)
        marks.append(("count", monotonic()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            asked = b"\0\1IMAGE-000001.BIN\0octet\0"
            client.sendto(asked, ("127.0.0.1", port))
            await engine.until(lambda frame: frame.refusals)
        marks.append(("find", monotonic()))
        await engine.held.ask(FindFiles(["00017"]))
        marks.append(("", monotonic()))
        pipe.send("end")
        came = pipe.recv()
        process.join()
    print_gaps(came, marks)


def print_gaps(came: list[float], marks: list[tuple[str, float]]) -> None:
    """Print the longest wait between two blocks, from each mark to the next."""
    for (what, begun), (_, over) in pairwise(marks):
        part = [time for time in came if begun <= time <= over]
        # Too short for two blocks: the gap is longer than what went on.
        gap = max((b - a for a, b in pairwise(part)), default=over - begun)
        print(f"  gap {what:11}{gap * 1_000:8.1f} ms")


def main() -> None:
    """Measure both roots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="?", type=int)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    count = options.files or (SHORT_COUNT if options.short else COUNT)
    times = SHORT_TIMES if options.short else TIMES
    settling = SHORT_SETTLING if options.short else SETTLING
    for each in (100,) if options.short else (count, 100):
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), count, each=each)
            print(f"{count:,} files, {each:,} in a folder")
            asyncio.run(measure(Path(name), times))
            (Path(name) / "busy").write_bytes(os.urandom(64 * MEBI))
            asyncio.run(measure_gaps(Path(name), settling))


if __name__ == "__main__":
    main()
