"""Page Wire: machines that boot, and the packets of each before TFTP."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import AddAddress, Finding, WireDevice
from tftptui.telemetry.findings import labelled
from tftptui.ui.actions import WIRE
from tftptui.ui.bars.footer import FooterLine
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted, KeysWanted
from tftptui.ui.screens.question import Answer, Question
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.wire.ladder import draw_ladder
from tftptui.ui.wire.list import DeviceList

TICK = 1.0

STARTING = "The server is starting."

NOT_WATCHED = """--wire is off, so no ARP or DHCP is shown.

To see what machines send before TFTP (ARP, DHCP), and the replies: quit, and start \
with --wire and their interface:

    sudo tftptui --wire eth1 FOLDER
    sudo tftptui serve --wire eth1 FOLDER

To list the interfaces: ip -brief link
Or watch in another terminal, beside this server: sudo tftptui wire eth1"""

NONE_HERE = """No ARP or DHCP packets in this capture.

They show what machines send before TFTP and what they are told. Capture them as well, \
on Ethernet: tcpdump -i eth1 -w boot.pcap arp or udp"""

NOTHING_HEARD = """No packets yet.

A machine sends DHCP when it boots. Is its cable plugged in, and is it switched on? \
From another VLAN, or from behind a router, nothing arrives here.

To see what DHCP servers tell machines: sudo tftptui wire --ask {interface}"""


class WireScreen(ModalScreen[None]):
    """The machines, and the ladder of the selected one.

    Args:
        store: the state of the server.
        client: the engine.
        explain: shows a finding.
        now: wall clock, seconds.
    """

    scope = "wire"
    BINDINGS: ClassVar[list[BindingType]] = bindings(WIRE)
    DEFAULT_CSS = """
    WireScreen {
        background: $background;
        color: $foreground;
        & > Vertical {
            height: 1fr;
            padding: 0 1;
            border: round $frame-focus;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $muted;
            & > DeviceList { max-height: 40%; }
            & > Static { height: auto; max-height: 40%; border-top: solid $frame; }
            & > VerticalScroll {
                height: 1fr;
                border-top: solid $frame;
                scrollbar-size-vertical: 1;
                &:focus { border-top: solid $frame-focus; }
                & > Static { height: auto; }
            }
        }
    }
    """

    def __init__(
        self,
        store: Store,
        client: EngineClient,
        explain: Callable[[int], object],
        *,
        now: Callable[[], float],
    ) -> None:
        super().__init__(id="wire")
        self._store, self._client, self._now = store, client, now
        self._explain = explain
        self._body, self._list = Vertical(), DeviceList(store, now)
        self._scroll = VerticalScroll()
        self._verdict, self._story = Static(markup=False), Static(markup=False)
        self._drawn: object = None
        self._shown = ""

    def compose(self) -> ComposeResult:
        """Lay out the list, what is wrong, the ladder and the keys."""
        with self._body:
            yield self._list
            yield self._verdict
            with self._scroll:
                yield self._story
        yield FooterLine()

    def on_mount(self) -> None:
        """Show the initial state and keep it up to date."""
        self._list.focus()
        self.call_after_refresh(self._look)
        self.set_interval(TICK, self._look)

    def on_frame_arrived(self) -> None:
        """Show what has changed."""
        self._look()

    def on_row_list_highlighted(self) -> None:
        """Show the selected machine."""
        self._look()

    def on_resize(self) -> None:
        """Redraw for the new size."""
        self.call_after_refresh(self._look)

    @property
    def _findings(self) -> list[Finding]:
        """The findings in force about the selected machine, alarms first."""
        device = self._list.current
        numbers = device.findings if device is not None else ()
        found = (self._store.findings.get(number) for number in numbers)
        known = [one for one in found if one is not None and not one.withdrawn]
        return sorted(known, key=lambda one: not one.is_alarm)

    def _look(self) -> None:
        wire = self._store.wire
        self._list.look()
        self._list.display = bool(self._list.row_count())
        self._list.styles.height = self._list.row_count() + 1
        interfaces = f" · {wire.interfaces}" if wire is not None else ""
        self._body.border_title = Content(f"Wire{interfaces}")
        device, findings = self._list.current, self._findings
        is_here = self._store.status is not None, wire is not None
        drawn = device, tuple(findings), self.size.width, is_here, self.app.theme
        if drawn != self._drawn:
            self._drawn = drawn
            self._show(device, findings)
            self.refresh_bindings()

    def _show(self, device: WireDevice | None, findings: list[Finding]) -> None:
        wire, slots = self._store.wire, slot_styles(self.app.theme_variables)
        parts: list[RenderableType] = []
        if wire is None:
            not_watched = NONE_HERE if self._store.is_capture else NOT_WATCHED
            parts.append(Text(not_watched if self._store.status else STARTING))
        elif device is None:
            interface = wire.interfaces.partition(" ")[0]
            parts.append(Text(NOTHING_HEARD.format(interface=interface)))
        else:
            width = self._scroll.scrollable_content_region.width
            parts.append(draw_ladder(device, width, slots, self.app.console))
        verdict = list(_verdict(device, findings, slots)) if device is not None else []
        self._verdict.display = bool(verdict)
        self._verdict.update(Group(*verdict))
        if wire is not None and wire.notice:
            parts.append(Text(f"\n{wire.notice}", slots["muted"]))
        is_at_end = self._scroll.max_scroll_y - self._scroll.scroll_y <= 1
        is_other = device is None or device.mac != self._shown
        self._shown = "" if device is None else device.mac
        self._story.update(Group(*parts))
        if is_at_end or is_other:
            self._scroll.scroll_end(animate=False)

    # Actions.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that do something now."""
        del parameters
        device = self._list.current
        if action == "why":
            return bool(self._findings)
        if action == "copy":
            return device is not None
        if action == "add_address":
            is_missing = device is not None and bool(device.missing_address)
            wire = self._store.wire
            is_possible = wire is not None and wire.may_add_address
            return is_missing and is_possible and not self._store.is_fixed
        return True

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_why(self) -> None:
        """Show the finding above this page."""
        self._explain(self._findings[0].number)

    def action_help(self) -> None:
        """Show the keys."""
        self.post_message(KeysWanted(self.scope))

    def action_copy(self) -> None:
        """Copy the ladder as text."""
        device = self._list.current
        if device is not None:
            head = "  ".join(
                one for one in (device.mac, device.address, device.title) if one
            )
            slots = slot_styles(self.app.theme_variables)
            ladder = draw_ladder(device, self.size.width, slots, self.app.console)
            self.post_message(CopyWanted(f"{head}\n{ladder.plain}", "the story"))

    def action_add_address(self) -> None:
        """Ask, then add the address to this host."""
        device = self._list.current
        if device is None:
            return
        address = f"{device.missing_address}/24"
        where = f"{address} to {device.interface}"
        question = Question(
            [f"add {where} of this host", f"add {address}"],
            "add",
            "leave",
            ["removed at the end"],
        )

        def answered(answer: Answer | None) -> None:
            if answer == "yes":
                self.run_worker(self._add(device.mac, where), group="address")

        self.app.push_screen(question, answered)

    async def _add(self, mac: str, where: str) -> None:
        try:
            await self._client.ask(AddAddress(mac))
        except (CommandRefusedError, EngineError) as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            message = f"added {where}; removed at the end, or by tftptui doctor --undo"
            self.app.notify(message, markup=False)


def _verdict(
    device: WireDevice, findings: list[Finding], slots: Mapping[str, Style]
) -> Iterator[Text]:
    """Yield what is wrong with a machine, or why it requests here, or how far it is."""
    for finding in findings:
        mark, slot = ("⚠", "transfer-stalled") if finding.is_alarm else ("·", "")
        text = f"{mark} {labelled(finding.headline, finding.confidence)}"
        yield Text(text, slots[slot] if slot else "")
    if device.because:
        yield Text(f"Requested here because {device.because}")
    elif not findings and not device.requested and device.lines:
        yield Text(f"No TFTP request yet. Latest: {device.lines[-1].text}")
