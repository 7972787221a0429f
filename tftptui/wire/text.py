"""DHCP and ARP as lines of text, printed as they happen."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tftptui.telemetry.wire_views import WireDevice, WireLine
from tftptui.telemetry.words import joined, seconds
from tftptui.wire.devices import (
    NEITHER,
    REPLIES,
    Device,
    Devices,
    News,
    Step,
    StepKind,
)
from tftptui.wire.dhcp import mac_text

LABELS = {
    StepKind.LINK_UP: "link up",
    StepKind.LINK_DOWN: "link down",
    StepKind.ARP: "ARP",
    StepKind.ARP_REPLY: "ARP reply",
    StepKind.DISCOVER: "DISCOVER",
    StepKind.OFFER: "OFFER",
    StepKind.REQUEST: "REQUEST",
    StepKind.ACK: "ACK",
    StepKind.NAK: "NAK",
    StepKind.DECLINE: "DECLINE",
    StepKind.RELEASE: "RELEASE",
    StepKind.INFORM: "INFORM",
    StepKind.BOOTP: "BOOTP request",
    StepKind.BOOTP_REPLY: "BOOTP reply",
    StepKind.PXE_REQUEST: "PXE request (4011)",
    StepKind.PXE_REPLY: "PXE reply (4011)",
    StepKind.FILE_REQUEST: "TFTP request",
    StepKind.DNSMASQ: "dnsmasq",
}

NOTHING_HEARD = (
    "No packets yet. A machine sends DHCP when it boots; from another VLAN or from "
    "behind a router none arrive. Is its cable plugged in, and is it switched on?"
)


def stamp(time: float) -> str:
    """Return a time of day in local time, with milliseconds."""
    local = datetime.fromtimestamp(time).astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def step_words(step: Step) -> str:
    """Return a step in words: OFFER by 10.0.0.1: address 10.0.0.7, no file."""
    words = LABELS[step.kind]
    if step.kind in (StepKind.OFFER, StepKind.ACK, StepKind.NAK, StepKind.BOOTP_REPLY):
        words += f" by {step.peer}"
    elif step.kind is StepKind.REQUEST and step.peer:
        words += f", chose {step.peer}"
    elif step.kind in (StepKind.PXE_REQUEST, StepKind.FILE_REQUEST) and step.peer:
        words += f" to {step.peer}"
    elif step.kind is StepKind.PXE_REPLY:
        words += f" by {step.peer}"
    if step.text:
        words += f": {step.text}"
    if step.count > 1:
        words += f" ({step.count} times in {seconds(step.last - step.time)})"
    return words


def arrow(step: Step) -> str:
    """Return the direction of a step, as seen from the device."""
    if step.kind in NEITHER:
        return "–"
    return "←" if step.kind in REPLIES else "→"


def interfaces_words(devices: Devices) -> str:
    """Return the interfaces in words: eth1 (up, 10.0.0.1/24) and eth2 (no link)."""
    parts = []
    for name, link in devices.links.items():
        state = "up" if link.is_up else "no link"
        own = ", ".join(map(str, link.addresses)) or "no IPv4 address"
        is_known = link.is_up is not None  # unknown in a capture
        parts.append(f"{name} ({state}, {own})" if is_known else name)
    return joined(parts) or "no interface"


def shown_device(
    device: Device, *, missing_address: str = "", findings: Iterable[int] = ()
) -> WireDevice:
    """Return a machine and its steps for screens."""
    attempt = device.attempt
    file_request = None if attempt is None else attempt.requested
    return WireDevice(
        mac=mac_text(device.mac),
        interface=device.interface,
        address=device.address,
        title=device.title(),
        last=device.last,
        begun=0.0 if attempt is None else attempt.begun,
        requested=0.0 if file_request is None else file_request.time,
        requester="" if file_request is None else file_request.client,
        because=""
        if file_request is None
        else device.why_requested(file_request.server),
        missing_address=missing_address,
        findings=tuple(findings),
        lines=tuple(
            WireLine(step.time, step.last, arrow(step), step_words(step))
            for step in device.steps
        ),
    )


def finding_lines(
    time: float, title: str, headline: str, fixes: Iterable[str]
) -> Iterator[str]:
    """Yield the lines of a finding: headline and fixes."""
    head = stamp(time)
    yield f"{head}   ! {title}: {headline}"
    for fix in fixes:
        yield f"{head}     fix: {fix}"


class StoryPrinter:
    """Formats news as lines; names the device whenever it changes."""

    def __init__(self) -> None:
        self._latest: tuple[Device | None, str] | None = None

    def lines(self, news: News) -> Iterator[str]:
        """Yield the lines of one step."""
        device, step = news.device, news.step
        time = stamp(step.last)
        if device is None:
            self._latest = None
            yield f"{time} {news.interface}: {step_words(step)}"
            return
        title = device.title()
        if self._latest != (device, title):
            self._latest = device, title
            address = f"  {device.address}" if device.address else ""
            known = f"  {title}" if title else ""
            yield f"{time} {mac_text(device.mac)}{address}{known}"
        yield f"{time}   {arrow(step)} {step_words(step)}"
