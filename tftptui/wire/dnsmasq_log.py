"""The log of dnsmasq (log-dhcp): what it decided that its packets do not show."""

import re
import socket
from collections.abc import Callable, Iterator

from tftptui.telemetry.escapes import visible
from tftptui.wire.events import ServerLogged, WireEvent
from tftptui.wire.sources import Source

ENDED = "has ended with status"
"""What the process that runs dnsmasq writes behind its log."""

_LONGEST_LINE = 4_096
_MOST_TRANSACTIONS = 256

_PROGRAM = re.compile(r"(?:dnsmasq[\w-]*(?:\[\d+\])?: )?(.*)")
_MESSAGE = re.compile(
    r"(\d+) ([A-Z]\w+)\([^)]*\)(?: \d+\.\d+\.\d+\.\d+)? ((?:\w\w:){5}\w\w) ?(.*)"
)
_TAGS = re.compile(r"(\d+) (tags: .*)")
_WARNING = re.compile(r"(?!\d+ |DHCP, )(.*(?:no address|not |in use|ignor|ended).*)")
"""What is about no transaction and still says why a machine gets nothing."""

_GRANTED = ("DHCPOFFER", "DHCPACK", "PXE")
"""What follows in these is the machine's name, "proxy" or the file, not a reason."""


class DnsmasqLog(Source):
    """Reads the log, line by line.

    Args:
        sock: what dnsmasq writes to is its other end.
        interface: that dnsmasq works on.
        now: seconds of the clock that events have.
    """

    def __init__(
        self, sock: socket.socket, interface: str, now: Callable[[], float]
    ) -> None:
        super().__init__(sock, now)
        self._interface, self._rest = interface, b""
        self._macs: dict[str, bytes] = {}

    def lines(self) -> list[str]:
        """Return the whole lines that have come, without the name of the program.

        Raises:
            BlockingIOError: nothing has come.
        """
        text = self._rest + self.socket.recv(_LONGEST_LINE)
        *whole, rest = text.split(b"\n")
        self._rest = rest[-_LONGEST_LINE:]
        matches = (_PROGRAM.fullmatch(visible(line.strip())) for line in whole)
        return [found[1] for found in matches if found]

    def _next(self) -> Iterator[WireEvent]:
        return self._events(self.lines())

    def _events(self, lines: list[str]) -> Iterator[WireEvent]:
        for line in lines:
            event = self._decided(line)
            if event is not None:
                mac, text = event
                yield ServerLogged(
                    time=self._now(), interface=self._interface, mac=mac, text=text
                )

    def _decided(self, line: str) -> tuple[bytes, str] | None:
        """Return what a line says beyond packets, and of whom; None if nothing."""
        if found := _MESSAGE.fullmatch(line):
            number, kind, mac, rest = found.groups()
            self._macs[number] = bytes.fromhex(mac.replace(":", ""))
            while len(self._macs) > _MOST_TRANSACTIONS:
                del self._macs[next(iter(self._macs))]
            if kind in _GRANTED or not rest:
                return None
            return self._macs[number], f"{kind}: {rest}"
        if found := _TAGS.fullmatch(line):
            mac_known = self._macs.get(found[1])
            return None if mac_known is None else (mac_known, found[2])
        return (b"", line) if _WARNING.fullmatch(line) else None
