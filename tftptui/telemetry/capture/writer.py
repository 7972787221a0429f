"""Writes packets as one pcapng section, with an interface per transfer."""

from collections.abc import Callable

from tftptui import __version__
from tftptui.telemetry.capture import pcapng
from tftptui.telemetry.capture.frames import (
    ETHERNET,
    LINK_TYPE,
    Complaint,
    Datagram,
    complaint_frame,
    frame,
)
from tftptui.telemetry.capture.rebuilt import Logged, Rebuilder, nanoseconds
from tftptui.telemetry.records.ring import NO_TRANSFER, Kind
from tftptui.telemetry.views import TransferView

APPLICATION = f"tftptui {__version__}"


class CaptureWriter:
    """Passes the blocks of a pcapng section to WRITE.

    Args:
        write: callback for bytes; its exceptions are passed on.
        snaplen: bytes kept of each frame; None keeps all.
        rebuilder: state of earlier packets; a new one by default.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        *,
        snaplen: int | None = None,
        rebuilder: Rebuilder | None = None,
    ) -> None:
        self.packets = 0
        self._write = write
        self._snaplen = snaplen or pcapng.NO_LIMIT
        self._rebuilder = rebuilder or Rebuilder()
        self._interfaces: dict[int, int] = {}
        self._wires: dict[str, int] = {}
        self._described = 0
        self._missing = 0
        self._time = 0
        write(pcapng.section(APPLICATION))

    def add(self, logged: Logged) -> None:
        """Write the packets of a record."""
        record = logged.record
        if record.kind == Kind.LOST:
            self.lose(record.block)
            return
        for packet, words in self._rebuilder.packets(logged):
            number = self._interface(record.transfer, logged.transfer)
            self._add(number, packet, words)

    def add_frame(
        self, interface: str, time: float, data: bytes, *, is_sent: bool
    ) -> None:
        """Write an Ethernet frame of an INTERFACE; TIME is wall clock seconds."""
        number = self._wires.get(interface)
        if number is None:
            number = self._wires[interface] = self._described
            self._described += 1
            what = f"tftptui: ARP and DHCP on {interface}"
            self._write(pcapng.interface(ETHERNET, self._snaplen, interface, what))
        self._time = nanoseconds(time)
        self.packets += 1
        kept = data[: self._snaplen]
        block = pcapng.packet(number, self._time, kept, len(data), is_sent=is_sent)
        self._write(block)

    def lose(self, count: int) -> None:
        """Count lost records; finish() writes the total."""
        self._missing += count

    def forget(self, transfer: int) -> None:
        """Drop the state of a finished transfer."""
        self._interfaces.pop(transfer, None)
        self._rebuilder.forget(transfer)

    def finish(self) -> None:
        """Write how many packets are missing, if any."""
        if self._missing:
            number = self._interface(NO_TRANSFER, None)
            self._write(pcapng.statistics(number, self._time, self._missing))
            self._missing = 0

    def _add(self, number: int, packet: Datagram | Complaint, words: str) -> None:
        if isinstance(packet, Complaint):
            cut, is_sent = complaint_frame(packet, self.packets), False
        else:
            cut, is_sent = frame(packet, self.packets), packet.is_sent
        self._time = packet.time
        self.packets += 1
        block = pcapng.packet(
            number,
            packet.time,
            cut.data[: self._snaplen],
            cut.length,
            is_sent=is_sent,
            comment=words,
        )
        self._write(block)

    def _interface(self, transfer: int, view: TransferView | None) -> int:
        number = self._interfaces.get(transfer)
        if number is None:
            number = self._interfaces[transfer] = self._described
            self._described += 1
            name = f"transfer {transfer}" if transfer != NO_TRANSFER else "requests"
            description = _description(transfer, view)
            block = pcapng.interface(LINK_TYPE, self._snaplen, name, description)
            self._write(block)
        return number


def _description(transfer: int, view: TransferView | None) -> str:
    if transfer == NO_TRANSFER:
        return "tftptui: packets outside transfers"
    if view is None:
        return f"tftptui transfer {transfer}"
    options = "".join(f", {name} {value}" for name, value in view.agreed)
    return (
        f"tftptui transfer {transfer}: {view.file}, "
        f"{view.client} port {view.client_tid} ⇄ "
        f"{view.server} port {view.server_tid}{options}"
    )
