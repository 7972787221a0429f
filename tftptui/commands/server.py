"""Options of every command that serves, and the settings that they mean."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from tftptui.commands.help_text import (
    FILES,
    GENERAL,
    LIMITS,
    LOGGING,
    NETWORK,
    NO_LIMIT,
    SCREEN,
    TIMING,
    setting,
    switch,
)
from tftptui.commands.usage_error import EXIT_USAGE, hint_at
from tftptui.files.named_files import folder_above, named_of
from tftptui.resources import packaged_folder
from tftptui.settings import (
    DEFAULT_PORTS,
    Settings,
    SettingsError,
    parse_bandwidth,
    parse_bytes,
    parse_port_range,
)

RootArgument = Annotated[
    Path,
    Parameter(
        help="Folder to serve, or several files and folders (NAME=PATH renames one)",
        show_default=False,
    ),
]


@Parameter(name="*")
@dataclass(frozen=True)
class NameOptions:
    """How requested names lead to files."""

    rewrite: Annotated[
        tuple[str, ...],
        setting(FILES, "Rewrite requested names; repeatable", "REGEX=TEXT"),
    ] = ()
    rewrite_file: Annotated[
        Path | None,
        setting(FILES, "Read such rules from FILE, one per line", "FILE"),
    ] = None
    per_client: Annotated[
        Literal["off", "ip", "mac"],
        setting(FILES, "Search a folder named after the client first"),
    ] = "off"
    ignore_case: Annotated[
        bool, switch(FILES, "Ignore case if no file matches exactly")
    ] = False

    def applied(self, settings: Settings) -> Settings:
        """Return settings with these options in them.

        Raises:
            SettingsError: a rule is invalid.
        """
        rules = self.rewrite
        if rules or self.rewrite_file is not None:
            from tftptui.server.root.rewriting import (  # noqa: PLC0415 - --help is instant
                parse_rules,
                read_rules,
            )

            parse_rules(rules)
            if self.rewrite_file is not None:
                rules = (*rules, *read_rules(self.rewrite_file))
        return msgspec.structs.replace(
            settings,
            rewrite=rules,
            per_client=self.per_client,
            ignore_case=self.ignore_case,
        )


_NAMES = NameOptions()


@Parameter(name="*")
@dataclass(frozen=True)
class CaptureOptions:
    """What is captured."""

    capture: Annotated[
        Path | None, setting(LOGGING, "Append every packet to FILE, as pcapng", "FILE")
    ] = None
    capture_size: Annotated[
        str | None,
        setting(LOGGING, "Start a new file after SIZE, like 100M", "SIZE", NO_LIMIT),
    ] = None
    capture_files: Annotated[
        int, setting(LOGGING, "Number of capture files to keep", "N")
    ] = 10
    snaplen: Annotated[
        int | None,
        setting(LOGGING, "Bytes to capture of each packet", "BYTES", "all"),
    ] = None

    def applied(self, settings: Settings) -> Settings:
        """Return settings with these options in them.

        Raises:
            SettingsError: a value is invalid.
        """
        place, size = self.capture, self.capture_size
        fields = msgspec.structs.asdict(settings) | {
            "capture": None if place is None else str(place.absolute()),
            "capture_size": _size(size),
            "capture_files": self.capture_files,
            "snaplen": self.snaplen,
        }
        return Settings(**fields)  # by the constructor, which looks at every value


_CAPTURE = CaptureOptions()


@Parameter(name="*")
@dataclass(frozen=True)
class ServerOptions:
    """Options of every command that serves."""

    listen: Annotated[
        tuple[str, ...],
        setting(NETWORK, "Listen on this address; repeatable", "ADDR", "all"),
    ] = ()
    cable: Annotated[
        str | None,
        setting(NETWORK, "Serve one board on this cable by DHCP; needs root", "IFACE"),
    ] = None
    wire: Annotated[
        str | None,
        setting(NETWORK, "Show ARP and DHCP on IFACE (any: on all); key B", "IFACE"),
    ] = None
    dnsmasq: Annotated[
        Literal["full", "proxy"] | None,
        setting(NETWORK, "Run dnsmasq on --wire's interface; needs root"),
    ] = None
    port: Annotated[
        int | None,
        setting(NETWORK, "UDP port for requests", "N", "69, or 6969 if 69 is denied"),
    ] = None
    ports: Annotated[
        str, setting(NETWORK, "UDP ports to reply from (server TIDs)", "A-B")
    ] = str(DEFAULT_PORTS)
    order: Annotated[
        Literal["random", "sequential"],
        setting(NETWORK, "How the next port of the range is chosen"),
    ] = "random"
    single_port: Annotated[
        bool, switch(NETWORK, "Reply from the request port, not from a range")
    ] = False
    max_blksize: Annotated[
        int, setting(NETWORK, "Largest blksize granted", "BYTES")
    ] = 65_464
    max_windowsize: Annotated[
        int, setting(NETWORK, "Largest windowsize granted", "BLOCKS")
    ] = 64
    fit_route: Annotated[
        bool,
        setting(NETWORK, "Lower blksize to avoid IP fragments"),
    ] = True
    gso: Annotated[
        bool,
        setting(NETWORK, "Send each window in one system call"),
    ] = True
    refuse: Annotated[
        tuple[str, ...],
        setting(NETWORK, "Never grant this option; repeatable", "OPT[@CLIENT]", "none"),
    ] = ()
    allow: Annotated[
        tuple[str, ...],
        setting(NETWORK, "Serve only this network; repeatable", "CIDR", "all"),
    ] = ()
    deny: Annotated[
        tuple[str, ...],
        setting(NETWORK, "Refuse this network; repeatable", "CIDR", "none"),
    ] = ()
    write: Annotated[
        Literal["off", "new", "overwrite"],
        setting(FILES, "Uploads: none, new files only, or any"),
    ] = "off"
    max_upload: Annotated[
        str | None,
        setting(FILES, "Largest upload, like 100M", "SIZE", NO_LIMIT),
    ] = None
    upload_quota: Annotated[
        str | None,
        setting(FILES, "Total uploads per client, like 1G", "SIZE", NO_LIMIT),
    ] = None
    upload_total: Annotated[
        str | None,
        setting(FILES, "Total uploads of all clients, like 10G", "SIZE", NO_LIMIT),
    ] = None
    max_transfers: Annotated[
        int, setting(LIMITS, "Transfers at the same time", "N")
    ] = 1_000
    max_client_transfers: Annotated[
        int | None,
        setting(LIMITS, "Transfers at the same time, per client", "N", NO_LIMIT),
    ] = None
    request_rate: Annotated[
        float,
        setting(LIMITS, "Failing requests/s per client; 0: no limit", "N"),
    ] = 100.0
    bandwidth: Annotated[
        str | None,
        setting(LIMITS, "Total bytes/s, like 20M or 100Mbit", "RATE", NO_LIMIT),
    ] = None
    transfer_bandwidth: Annotated[
        str | None,
        setting(LIMITS, "Bytes/s per transfer", "RATE", NO_LIMIT),
    ] = None
    timeout: Annotated[
        float | None,
        setting(TIMING, "Retransmission timeout, seconds", "S", "by round-trip time"),
    ] = None
    retries: Annotated[
        int, setting(TIMING, "Timeouts in a row before giving up", "N")
    ] = 6
    quarantine: Annotated[
        float, setting(TIMING, "Reuse delay of a port, seconds", "S")
    ] = 10.0
    max_transfer_time: Annotated[
        float | None,
        setting(TIMING, "Longest transfer, seconds", "S", NO_LIMIT),
    ] = None
    max_idle_time: Annotated[
        float,
        setting(TIMING, "Longest time without progress; 0: no limit", "S"),
    ] = 300.0
    metrics: Annotated[
        str | None,
        setting(LOGGING, "Serve Prometheus metrics over HTTP", "[ADDR:]PORT", "off"),
    ] = None
    on_close: Annotated[
        Literal["stop", "drain"],
        setting(SCREEN, "If the screen dies: stop, or finish transfers"),
    ] = "stop"
    config: Annotated[
        Path | None,
        setting(
            GENERAL, "Configuration file", "FILE", "~/.config/tftptui/tftptui.toml"
        ),
    ] = None
    user: Annotated[
        str | None,
        setting(GENERAL, "Drop privileges to NAME", "NAME", "who called sudo, or tftp"),
    ] = None
    names: NameOptions = _NAMES
    captures: CaptureOptions = _CAPTURE

    def settings(self, served: tuple[Path, ...], journal: str | None) -> Settings:
        """Return the settings that these options mean.

        Raises:
            SettingsError: a value is invalid.
        """
        named = named_of(served)
        settings = Settings(
            root=folder_above(named) if named else _folder(served),
            named=named,
            listen=self.listen,
            cable=self.cable,
            wire=self.wire,
            dnsmasq=self.dnsmasq,
            port=self.port,
            ports=parse_port_range(self.ports),
            order=self.order,
            single_port=self.single_port,
            quarantine=self.quarantine,
            max_block_size=self.max_blksize,
            max_window=self.max_windowsize,
            refuse=self.refuse,
            timeout=self.timeout,
            retries=self.retries,
            allow=self.allow,
            deny=self.deny,
            max_transfers=self.max_transfers,
            max_client_transfers=self.max_client_transfers,
            request_rate=self.request_rate or None,
            bandwidth=_bytes_a_second(self.bandwidth),
            transfer_bandwidth=_bytes_a_second(self.transfer_bandwidth),
            max_transfer_time=self.max_transfer_time,
            max_idle_time=self.max_idle_time or None,
            write=self.write,
            max_upload=_size(self.max_upload),
            upload_quota=_size(self.upload_quota),
            upload_total=_size(self.upload_total),
            fit_route=self.fit_route,
            gso=self.gso,
            journal=journal,
            user=self.user,
            metrics=self.metrics,
            on_close=self.on_close,
        )
        return self.captures.applied(self.names.applied(settings))


def _bytes_a_second(bandwidth: str | None) -> int | None:
    return None if bandwidth is None else parse_bandwidth(bandwidth)


def _size(size: str | None) -> int | None:
    return None if size is None else parse_bytes(size)


DEFAULTS = ServerOptions()


def is_missing(path: Path) -> bool:
    """Return whether nothing is there; False where this user can't see."""
    try:
        return not path.exists()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def settings_of(
    options: ServerOptions, served: tuple[Path, ...], journal: str | None
) -> Settings:
    """Return the settings that a command line means, or leave with status 2."""
    try:
        return options.settings(served, journal)
    except SettingsError as error:
        missing = (str(path) for path in served if is_missing(path))
        hint = hint_at(next(missing, ""))
        print(f"tftptui: {error}{hint}", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def _folder(served: tuple[Path, ...]) -> Path:
    return served[0] if served else packaged_folder("sample_root")
