"""One frozen Settings: every setting of the server, its unit and default."""

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
"""Request port if there is no permission for 69."""

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
"""Lowest and highest value of each number; None is allowed where a setting has it."""

NO_CONTROL = "off"

ANY_INTERFACE = "any"
"""For ``wire``: all interfaces but the loopback, as for tcpdump."""

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
"""Settings that can change while the server runs; ports change by their own command."""

Value = str | int | float | bool | None | list[str]


DEFAULT_PORTS = PortRange(40_000, 40_099)
"""Server TIDs by default.

Linux uses these as ephemeral ports, too (32768-60999): sometimes one is in use
elsewhere, and the pool takes another. Lower ranges are no better: services hold ports
there for longer (20000 DNP3, 20049 NFS over RDMA, 30000-32767 of Kubernetes).
"""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a server.

    Attributes:
        root: folder served.
        named: files and folders served instead, each under its name; ``root`` is then
            the folder above all of them, and nothing else in it is served.
        listen: addresses to take requests on; empty means every IPv4 and IPv6 one.
        port: UDP port for requests; None means 69, or 6969 where 69 is denied; 0
            lets the system choose.
        ports: range of the server's TIDs.
        order: how a TID is chosen: "random" (RFC 6056) or "sequential".
        single_port: reply from the request port, not from a port of the range.
        quarantine: reuse delay of a port after a transfer, in seconds; shorter only
            when no other port is free.
        max_block_size: largest blksize granted, in bytes.
        max_window: largest windowsize granted, in blocks.
        fit_route: lower blksize to avoid IP fragments on the route.
        gso: send a window in one system call; the kernel splits it (Linux).
        refuse: options never granted, for firmware that gets them wrong;
            ``windowsize@U-Boot`` refuses one to that client program only.
        timeout: retransmission timeout in seconds for clients that request no
            ``timeout`` option; None: by measured round-trip time.
        retries: timeouts without progress before the server gives up.
        rewrite: rules ``PATTERN=REPLACEMENT`` for names, in order.
        per_client: search a folder named after the client's address ("ip") or MAC
            ("mac", like 01-02-03-0a-0b-0c) first.
        ignore_case: whether a name matches a file that differs in case.
        allow: networks served (CIDR); empty means all.
        deny: networks refused, even if allowed.
        max_transfers: transfers at the same time.
        max_client_transfers: transfers at the same time per address; None: no limit.
        request_rate: requests/s per address, with a burst of 20 seconds' worth; None:
            no limit. A request whose transfer the client acknowledges does not count.
        bandwidth: bytes/s of DATA, sent and received, of all transfers; None: no limit.
        transfer_bandwidth: bytes/s of DATA per transfer; None: no limit.
        max_transfer_time: longest transfer in seconds; None: no limit.
        max_idle_time: longest time without progress in seconds, whatever timeout the
            client requested; None: no limit.
        kept_transfers: finished transfers that the screen still shows.
        kept_packets: packet records in the server's ring, for watchers to read; a
            screen keeps more of its own.
        write: uploads: "off", "new" (existing files stay) or "overwrite".
        max_upload: bytes of one upload; None: no limit.
        upload_quota: bytes of all uploads of one client; None: no limit.
        upload_total: bytes of all uploads; None: no limit.
        user: user to drop privileges to once the sockets are open; None: who called
            sudo, doas or pkexec.
        control: socket to attach to a server without a screen; None for the default
            path, "off" for none.
        landlock: open no files but the root, the system's, and what is written; only
            for a server without a screen, where the kernel has Landlock.
        drain: accept no new requests; running transfers continue.
        on_close: what the server does when its screen dies: stop at once ("stop"), or
            accept no new requests and finish the transfers ("drain").
        cable: interface with one board at the other end of its cable, which gets an
            address and a file name by DHCP or BOOTP; None for none.
        wire: interface whose ARP and DHCP are watched, "any" for all; None for none.
        dnsmasq: what dnsmasq does there beside the server, as for ``tftptui wire
            --dnsmasq``; None: it is not run.
        numbered_from: number of the last transfer of the server before, so that a
            restarted one repeats no number.
        journal: file for the journal, "-" for standard output, None for none.
        capture: pcapng file to append every packet to; None for none.
        capture_size: bytes after which the capture is renamed and a new one started;
            None for never. Then ``capture_files`` are kept.
        snaplen: bytes captured of each frame; None for all.
        metrics: where to serve Prometheus metrics, as "ADDR:PORT" (see parse_place());
            None for nowhere.
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
    landlock: bool = False
    cable: str | None = None
    wire: str | None = None
    dnsmasq: Literal["full", "proxy"] | None = None
    drain: bool = False
    on_close: Literal["stop", "drain"] = "stop"
    numbered_from: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value: object = getattr(self, name)
            if value is not None and not isinstance(value, int | float):
                raise SettingsError(
                    f"{option_name(name)} {value!r}: needs a number, "
                    f"{_number_text(low)} to {_number_text(high)}"
                )
            if value is not None and not low <= value <= high:
                raise SettingsError(
                    f"{option_name(name)} {_number_text(value)}: "
                    f"must be {_number_text(low)} to {_number_text(high)}"
                )
        if self.order not in _ORDERS:
            raise SettingsError(f"order {self.order!r}: must be {' or '.join(_ORDERS)}")
        for text in (*self.allow, *self.deny):
            parse_network(text)
        for name in self.refuse:
            _require_option(name)
        if self.metrics is not None:
            parse_place(self.metrics)
        _check_dnsmasq(self)


def _check_dnsmasq(settings: Settings) -> None:
    """Accept it on one interface that no cable is on."""
    if settings.dnsmasq is None:
        return
    if settings.wire in (None, ANY_INTERFACE):
        option = f"--dnsmasq {settings.dnsmasq}"
        raise SettingsError(f"{option}: name its interface: --wire eth1 {option}")
    if settings.cable is not None:
        raise SettingsError("--dnsmasq and --cable can't be used together")


def option_name(setting: str) -> str:
    """Return the name of a setting on the command line and in tftptui.toml."""
    other = {"max_block_size": "max-blksize", "max_window": "max-windowsize"}
    return other.get(setting, setting.replace("_", "-"))


def _require_option(word: str) -> None:
    """Accept an option, or ``OPTION@CLIENT``; CLIENT is not checked here."""
    known = [option.decode() for option in KNOWN]
    name, is_narrow, client = word.partition("@")
    if name.lower() not in known:
        raise SettingsError(
            f"unknown TFTP option {name!r}; there are {', '.join(known)}"
        )
    if is_narrow and not client.strip():
        raise SettingsError(
            f"{word!r}: the client program is missing; write it like {name}@U-Boot"
        )


def _number_text(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def changed_settings(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with CHANGES applied, all to settings that can change live.

    Raises:
        SettingsError: one cannot change live, or a value is invalid.
    """
    kinds = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    values: dict[str, object] = {}
    for name, value in changes.items():
        if name not in LIVE:
            raise SettingsError(
                f"{name!r} cannot change while the server runs; "
                f"these can: {', '.join(sorted(LIVE))}"
            )
        try:
            values[name] = msgspec.convert(value, kinds[name])
        except msgspec.ValidationError as error:
            raise SettingsError(
                f"{option_name(name)} {value!r} is invalid: {error}"
            ) from error
    fields = msgspec.structs.asdict(settings) | values
    return Settings(**fields)  # the constructor checks every value
