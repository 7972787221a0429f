"""One frozen Settings: every knob of the server with its unit and default."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tftptui.protocol.options import (
    KNOWN,
    MAX_BLOCK_SIZE,
    MAX_WINDOW,
    MIN_BLOCK_SIZE,
)
from tftptui.protocol.timing import RETRIES
from tftptui.settings.served import Named
from tftptui.settings.values import (
    HIGHEST_PORT,
    PortRange,
    SettingsError,
    parse_network,
    parse_place,
)

TFTP_PORT = 69
FALLBACK_PORT = 6969
"""Where we serve when 69 may not be bound."""

_ORDERS = ("random", "sequential")

_BOUNDS: dict[str, tuple[float, float]] = {
    "port": (0, HIGHEST_PORT),
    "quarantine": (0, 3_600),
    "max_block_size": (MIN_BLOCK_SIZE, MAX_BLOCK_SIZE),
    "max_window": (1, MAX_WINDOW),
    "retries": (0, 100),
    "timeout": (0.2, 255),
    "max_transfers": (1, 1_000_000),
    "max_client_transfers": (1, 1_000_000),
    "request_rate": (0.1, 1_000_000),
    "bandwidth": (1_000, 10**12),
    "transfer_bandwidth": (1_000, 10**12),
    "max_transfer_time": (1, 31 * 86_400),
    "max_idle_time": (1, 86_400),
    "capture_size": (100_000, 10**12),
    "capture_files": (1, 1_000),
    "snaplen": (64, 262_144),
    "kept_transfers": (1, 1_000_000),
    "kept_packets": (1, 50_000_000),
    "numbered_from": (0, 2**31),
    "max_upload": (0, 2**63 - 1),
    "upload_total": (0, 2**63 - 1),
    "upload_quota": (0, 2**63 - 1),
}
"""What each number may be, from and to; None, where a setting has it, always goes."""

NO_CONTROL = "off"

LIVE = frozenset(
    {
        "allow",
        "bandwidth",
        "capture",
        "capture_files",
        "capture_size",
        "deny",
        "drain",
        "fit_route",
        "gso",
        "ignore_case",
        "max_block_size",
        "max_client_transfers",
        "max_idle_time",
        "max_transfer_time",
        "max_transfers",
        "max_upload",
        "max_window",
        "per_client",
        "refuse",
        "request_rate",
        "retries",
        "rewrite",
        "snaplen",
        "timeout",
        "transfer_bandwidth",
        "upload_quota",
        "upload_total",
        "write",
    }
)
"""Settings that may be changed while the server runs; ports have a way of their own."""

Value = str | int | float | bool | None | list[str]


DEFAULT_PORTS = PortRange(40_000, 40_099)
"""What the server answers from unless it is told otherwise.

Linux hands these ports to other programs as well (32768-60999): now and then one of
them is taken, and the pool takes another. Ranges below are no better: services stand
there for longer (20000 DNP3, 20049 NFS over RDMA, 30000-32767 of Kubernetes).
"""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is told to do.

    Attributes:
        root: the folder that is served.
        named: files and folders that are served instead, each under its name; ``root``
            is the folder above them all then, of which nothing else is served.
        listen: addresses to take requests on; empty means every IPv4 and IPv6 one.
        port: UDP port for requests; None means 69, or 6969 where 69 is denied; 0
            lets the system choose.
        ports: range of the server's TIDs.
        order: how a TID is chosen: "random" (RFC 6056) or "sequential".
        single_port: answer from the port that was asked, from no port of the range.
        quarantine: seconds that a port cools down after a transfer: it is used again
            sooner only when no port is free.
        max_block_size: octets; larger wishes are lowered to it.
        max_window: blocks; larger wishes are lowered to it.
        fit_route: lower blksize to what the route carries unfragmented.
        gso: hand a window to the kernel as one packet, which it cuts (Linux).
        refuse: options left out of every OACK, for firmware that gets them wrong;
            ``windowsize@U-Boot`` leaves one out for that client program alone.
        timeout: seconds before a packet is sent again to a client that asked for no
            ``timeout`` of its own; None goes by the round trips that are measured.
        retries: time-outs without progress before a client is given up.
        rewrite: rules ``PATTERN=REPLACEMENT`` for names, in order.
        per_client: whether a folder named like the client's address ("ip") or MAC
            ("mac", like 01-02-03-0a-0b-0c) is looked in first.
        ignore_case: whether names may differ from the disk's in case.
        allow: networks whose requests are taken (CIDR); empty means all.
        deny: networks whose requests are refused, even if they are allowed.
        max_transfers: transfers at once, in all.
        max_client_transfers: transfers at once of one address, None for no limit.
        request_rate: requests a second of one address, and 20 seconds' worth of
            them at once; None for no limit. What becomes a transfer that the
            client acknowledges does not count.
        bandwidth: octets of DATA a second, sent and received in all; None for no
            limit.
        transfer_bandwidth: octets of DATA a second of one transfer, likewise.
        max_transfer_time: seconds that a transfer may take, None for no limit.
        max_idle_time: seconds that a transfer may go without progress, whatever
            time-out its client asked for; None for no limit.
        kept_transfers: ended transfers that the screens still show.
        kept_packets: packet records in the server's ring, for watchers that are to
            read them; a screen keeps more of its own.
        write: uploads: "off", "new" (existing files stay) or "overwrite".
        max_upload: octets of one upload, None for no limit.
        upload_quota: octets of all uploads of one client, None for no limit.
        upload_total: octets of all uploads together, None for no limit.
        user: whom to become once the sockets are open; None for whoever became root
            by sudo, doas or pkexec.
        control: socket by which others may attach to a server without a screen; None
            for the usual place, "off" for none.
        drain: take no new requests; transfers in progress go on.
        on_close: what a server does when the screen that holds it dies: end at once
            ("stop"), or take no new requests and end with the last transfer ("drain").
        cable: interface with one board at the other end of its cable, which gets an
            address and the file's name by DHCP or BOOTP; None for none.
        numbered_from: number of the last transfer before this server began; they are
            counted on, so that a server begun anew repeats none.
        journal: file for the journal, "-" for standard output, None for none.
        capture: pcapng file that every packet goes to, None for none; one that is
            there is continued.
        capture_size: octets after which a capture is renamed and another one begun;
            None for never. ``capture_files`` are kept then.
        snaplen: octets of each frame that a capture keeps; None keeps all.
        metrics: where Prometheus may ask for totals, as "ADDR:PORT" (see
            parse_place()); None for nowhere.
    """

    root: Path
    named: tuple[Named, ...] = ()
    listen: tuple[str, ...] = ()
    port: int | None = None
    ports: PortRange = DEFAULT_PORTS
    order: str = "random"
    single_port: bool = False
    quarantine: float = 10.0
    max_block_size: int = MAX_BLOCK_SIZE
    max_window: int = 64
    fit_route: bool = True
    gso: bool = True
    refuse: tuple[str, ...] = ()
    timeout: float | None = None
    retries: int = RETRIES
    rewrite: tuple[str, ...] = ()
    per_client: Literal["off", "ip", "mac"] = "off"
    ignore_case: bool = False
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    max_transfers: int = 1_000
    max_client_transfers: int | None = None
    request_rate: float | None = 100.0
    bandwidth: int | None = None
    transfer_bandwidth: int | None = None
    max_transfer_time: float | None = None
    max_idle_time: float | None = 300.0
    kept_transfers: int = 1_000
    kept_packets: int = 200_000
    write: Literal["off", "new", "overwrite"] = "off"
    max_upload: int | None = None
    upload_quota: int | None = None
    upload_total: int | None = None
    journal: str | None = None
    capture: str | None = None
    capture_size: int | None = None
    capture_files: int = 10
    snaplen: int | None = None
    metrics: str | None = None
    user: str | None = None
    control: str | None = None
    cable: str | None = None
    drain: bool = False
    on_close: Literal["stop", "drain"] = "stop"
    numbered_from: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value: object = getattr(self, name)
            if value is not None and not isinstance(value, int | float):
                raise SettingsError(
                    f"{option_name(name)} {value!r}: it has to be a number, "
                    f"{_number_text(low)} to {_number_text(high)}"
                )
            if value is not None and not low <= value <= high:
                raise SettingsError(
                    f"{option_name(name)} {_number_text(value)} makes no sense; "
                    f"choose {_number_text(low)} to {_number_text(high)}"
                )
        if self.order not in _ORDERS:
            raise SettingsError(
                f"order {self.order!r} is unknown; choose {' or '.join(_ORDERS)}"
            )
        for text in (*self.allow, *self.deny):
            parse_network(text)
        for name in self.refuse:
            _require_option(name)
        if self.metrics is not None:
            parse_place(self.metrics)


def option_name(setting: str) -> str:
    """Return what a setting is called on the command line and in tftptui.toml."""
    other = {"max_block_size": "max-blksize", "max_window": "max-windowsize"}
    return other.get(setting, setting.replace("_", "-"))


def _require_option(word: str) -> None:
    """Take an option, or ``OPTION@CLIENT``; which clients there are others know."""
    known = [option.decode() for option in KNOWN]
    name, is_narrow, client = word.partition("@")
    if name.lower() not in known:
        raise SettingsError(
            f"there is no option {name!r} to refuse; choose from {', '.join(known)}"
        )
    if is_narrow and not client.strip():
        raise SettingsError(
            f"{word!r} names no client program; write it like {name}@U-Boot"
        )


def _number_text(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def changed_settings(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with CHANGES to settings that may be changed live.

    Raises:
        SettingsError: one may not, or its value makes no sense.
    """
    kinds = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    values: dict[str, object] = {}
    for name, value in changes.items():
        if name not in LIVE:
            raise SettingsError(
                f"{name!r} can't be changed while the server runs; "
                f"what can: {', '.join(sorted(LIVE))}"
            )
        try:
            values[name] = msgspec.convert(value, kinds[name])
        except msgspec.ValidationError as error:
            raise SettingsError(
                f"{option_name(name)} {value!r} makes no sense: {error}"
            ) from error
    fields = msgspec.structs.asdict(settings) | values
    return Settings(**fields)  # by the constructor, which looks at every value
