"""A single pane on a screen, controlled by a test, and frames of packets for it."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import astuple
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.pictures import NOW
from tests.support.strips import strips_of
from tftptui.engine.messages import Frame
from tftptui.telemetry.records.ring import LAYOUT, Kind, PacketRecord
from tftptui.ui.kit.pane import Pane
from tftptui.ui.messages import CopyWanted
from tftptui.ui.store import Store
from tftptui.ui.themes import SLOT_DEFAULTS

Noted = tuple[PacketRecord, str]


class PaneHost(App[None]):
    """Holds a pane as the program would."""

    CSS: ClassVar[str] = "Pane { height: 1fr; } * { link-style: none; }"

    def __init__(self, pane: Pane, then: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.pane, self._then = pane, then

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(SLOT_DEFAULTS)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_copy_wanted(self, event: CopyWanted) -> None:
        self.copy_to_clipboard(event.text)
        self.notify(event.what)

    def on_mount(self) -> None:
        self.pane.frame_arrived()
        if self._then is not None:
            self.call_after_refresh(self._then)


class Hosted:
    """A running pane and its store."""

    def __init__(self, pane: Pane, store: Store, pilot: Pilot[None]) -> None:
        self.pane, self.store, self.pilot = pane, store, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def tell(self, *frames: Frame) -> None:
        for frame in frames:
            self.store.fold(frame)
        self.pane.frame_arrived()
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, including title and footer."""
        return [strip.text for strip in strips_of(self.pilot.app)]

    @property
    def rows(self) -> list[str]:
        """The lines between title and footer, without frame and scrollbar."""
        return [line.strip("│┃ ").rstrip(" ▁▂▃▄▅▆▇█") for line in self.lines[1:-1]]

    def row(self, words: str) -> str:
        """Return the only row that contains WORDS."""
        (found,) = [row for row in self.rows if words in row]
        return found


@asynccontextmanager
async def hosted(
    pane: Pane, store: Store, *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Hosted]:
    app = PaneHost(pane)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        pane.focus_main()
        await pilot.pause()
        yield Hosted(pane, store, pilot)


def record(kind: Kind, at: float = 0.0, **changes: Any) -> PacketRecord:
    given: dict[str, Any] = {
        "time": NOW + at,
        "transfer": 1,
        "block": 0,
        "count": 1,
        "client_tid": 2070,
        "server_tid": 40_007,
        "nbytes": 0,
        "kind": kind,
    }
    return PacketRecord(**(given | changes))


def packets(*noted: Noted, first: int = 0, **changes: Any) -> Frame:
    """Return a frame with these records, numbered from FIRST on."""
    return Frame(
        time=changes.pop("time", NOW),
        packets=b"".join(LAYOUT.pack(*astuple(one)) for one, _ in noted),
        packets_first=first,
        notes={first + n: note for n, (_, note) in enumerate(noted) if note},
        **changes,
    )


def acknowledgements(blocks: Iterable[int], **changes: Any) -> list[Noted]:
    """Return one ACK record for each block."""
    return [(record(Kind.ACK, block=block, **changes), "") for block in blocks]
