"""Snapshots of pages alone, without the panes behind them."""

from collections.abc import Callable, Iterator

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.support.pictures import NOW
from tests.support.screens import LARGE, SMALL
from tests.support.scripted_engine import ScriptedEngine
from tests.support.strips import text_of
from tests.support.why_scene import founding_case
from tftptui.client.probe import Stop
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.doctor.self_test import Expect
from tftptui.engine.messages import ExpectSelfTest, Frame, Location
from tftptui.telemetry.ttl_walks import Hop, Walk
from tftptui.ui.app import TftpApp
from tftptui.ui.screens.doctor import DoctorScreen
from tftptui.ui.screens.locate import LocateScreen
from tftptui.ui.store import Store

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])

LOCATION = Location(
    transfer=4,
    client="10.0.4.37",
    suspect=Walk(
        port=2072,
        hops=[
            Hop(ttl=1, answer="passed", sender="10.0.1.1"),
            Hop(ttl=2, answer="passed", sender="10.2.0.1"),
            *(Hop(ttl=ttl, answer="silent") for ttl in (3, 4, 5)),
        ],
    ),
    other=Walk(
        port=49_200,
        hops=[
            Hop(ttl=1, answer="passed", sender="10.0.1.1"),
            Hop(ttl=2, answer="passed", sender="10.2.0.1"),
            Hop(ttl=3, answer="reached", sender="10.0.4.37"),
        ],
    ),
    is_done=True,
    verdict="Packets to UDP port 2072 are dropped at 10.2.0.1 or just behind it; those "
    "to port 49200 reach the client. So something filters by the client's port.",
)


async def unheard(_: ExpectSelfTest) -> None:
    """Do nothing: this server gets no announcement."""


def results(_store: Store, _expect: Expect, _stop: Stop) -> Iterator[Result]:
    yield ok("holder", "this server holds UDP port 69")
    yield ok("address", "clients in 10.0.4.0/24 (eth0) ask 10.0.1.5")
    yield bad(
        "requests",
        "requests to port 69 from other networks (IPv4) are dropped by this host: the "
        "policy of chain inet filter input",
        "sudo nft 'insert rule inet filter input udp dport 69 accept'",
    )
    yield warn(
        "inotify",
        "8,000 folders, of 8,192 that may be watched",
        "sudo sysctl -w fs.inotify.max_user_watches=524288",
    )
    yield ok(
        "self-test",
        "127.0.0.1 answers from ports 40000–40099: hello.txt came with options "
        "none, tsize=0, tsize=0,blksize=1428 and tsize=0,blksize=1428,windowsize=16",
    )


def over(
    app: TftpApp, make: Callable[[], Screen[None]], until: str
) -> Callable[..., object]:
    """Return a function that shows a page above a server with state."""

    async def before(pilot: Pilot[None]) -> None:
        while app.store.frames < 3 or "packets resent" not in shown(app):
            await pilot.pause()  # the screen below has its last lines as well
        await app.push_screen(make())
        while until not in shown(app):
            await pilot.pause()

    return before


def shown(app: TftpApp) -> str:
    return text_of(app)


def told() -> TftpApp:
    frames = [*founding_case(), Frame(time=NOW, locations=[LOCATION])]
    return TftpApp(ScriptedEngine(frames), now=lambda: NOW, pace=0)


@SIZES
def test_the_search_for_the_wall(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = told()
    page = over(app, lambda: LocateScreen(app.store, 4), "So something filters")
    assert snap_compare(app, terminal_size=size, run_before=page)


@SIZES
def test_the_doctor(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = told()
    page = over(app, lambda: DoctorScreen(app.store, unheard, results), "self-test")
    assert snap_compare(app, terminal_size=size, run_before=page)
