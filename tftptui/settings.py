"""One frozen Settings: every knob of the server with its unit and default."""

from pathlib import Path
from typing import Literal

import msgspec

from tftptui.protocol.options import MAX_BLOCK_SIZE
from tftptui.protocol.timing import RETRIES

LOWEST_PORT, HIGHEST_PORT = 1, 65_535
TFTP_PORT = 69
FALLBACK_PORT = 6969
"""Where we serve when 69 may not be bound."""


class SettingsError(ValueError):
    """A setting is wrong; the text names it, its value and what would be right."""


class PortRange(msgspec.Struct, frozen=True):
    """The server's TIDs, first and last included (UDP ports).

    Raises:
        SettingsError: out of order or outside 1 to 65535.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        for port in (self.first, self.last):
            if not LOWEST_PORT <= port <= HIGHEST_PORT:
                raise SettingsError(
                    f"port {port} does not exist; choose from "
                    f"{LOWEST_PORT} to {HIGHEST_PORT}"
                )
        if self.first > self.last:
            raise SettingsError(
                f"the range {self.first}-{self.last} runs backwards; "
                f"try {self.last}-{self.first}"
            )

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def parse_port_range(text: str) -> PortRange:
    """Read ``A-B``, or ``A`` for a range of one port.

    Raises:
        SettingsError: the text is no range.
    """
    first, dash, last = text.strip().replace("–", "-").partition("-")
    try:
        return PortRange(int(first), int(last) if dash else int(first))
    except SettingsError:
        raise
    except ValueError:
        raise SettingsError(
            f"{text!r} is no port range; write it like 40000-40099"
        ) from None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is told to do.

    Attributes:
        root: the folder that is served.
        listen: addresses to take requests on; empty means every IPv4 and IPv6 one.
        port: UDP port for requests; None means 69, or 6969 where 69 is denied.
        ports: range of the server's TIDs.
        order: how a TID is chosen: "random" (RFC 6056) or "sequential".
        quarantine: seconds that a port rests after a transfer.
        max_block_size: octets; larger wishes are lowered to it.
        max_window: blocks; larger wishes are lowered to it.
        fit_route: lower blksize to what the route carries unfragmented.
        retries: time-outs without progress before a client is given up.
        max_transfers: transfers at once, in all.
        kept_transfers: ended transfers that the screens still show.
        kept_packets: packet records in the ring.
        write: uploads: "off", "new" (existing files stay) or "overwrite".
        max_upload: octets of one upload, None for no limit.
        upload_quota: octets of all uploads of one client, None for no limit.
        journal: file for the journal, "-" for standard output, None for none.
    """

    root: Path
    listen: tuple[str, ...] = ()
    port: int | None = None
    ports: PortRange = PortRange(40_000, 40_099)
    order: str = "random"
    quarantine: float = 10.0
    max_block_size: int = MAX_BLOCK_SIZE
    max_window: int = 64
    fit_route: bool = True
    retries: int = RETRIES
    max_transfers: int = 1_000
    kept_transfers: int = 1_000
    kept_packets: int = 200_000
    write: Literal["off", "new", "overwrite"] = "off"
    max_upload: int | None = None
    upload_quota: int | None = None
    journal: str | None = None
