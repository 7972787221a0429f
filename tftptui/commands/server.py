"""Options of every command that serves, and the settings that they mean."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from tftptui.commands.usage_error import EXIT_USAGE, hint_at
from tftptui.files.named_files import folder_above, named_of
from tftptui.resources import packaged_folder
from tftptui.settings import (
    DEFAULT_PORTS,
    Settings,
    SettingsError,
    parse_bandwidth,
    parse_octets,
    parse_port_range,
)

RootArgument = Annotated[
    Path,
    Parameter(
        help="Folder to serve; or files and folders, each served under its own name, "
        "or under another one as NAME=PATH. Without any: a small packaged sample.",
    ),
]


@Parameter(name="*")
@dataclass(frozen=True)
class NameOptions:
    """How the names that clients ask for are understood."""

    rewrite: Annotated[
        tuple[str, ...],
        Parameter(
            help="Rule PATTERN=REPLACEMENT for names, a regular expression and what "
            "takes the place of its first match; repeatable, applied in order.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    rewrite_file: Annotated[
        Path | None,
        Parameter(help="File with more such rules, one a line; # begins a comment."),
    ] = None
    per_client: Annotated[
        Literal["off", "ip", "mac"],
        Parameter(
            help="Look first in a folder named like the client's address, or like its "
            "MAC (01-02-03-0a-0b-0c) if it is on our segment."
        ),
    ] = "off"
    ignore_case: Annotated[
        bool,
        Parameter(
            help="Take a name in another case if there is none as asked.", negative=()
        ),
    ] = False

    def applied(self, settings: Settings) -> Settings:
        """Return settings with these options in them.

        Raises:
            SettingsError: a rule is wrong.
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
    """What is kept of the packets."""

    capture: Annotated[
        Path | None,
        Parameter(
            help="File to capture every packet to, as pcapng; one that is there is "
            "continued."
        ),
    ] = None
    capture_size: Annotated[
        str | None,
        Parameter(
            help="Octets, like 100M, after which the capture is renamed (a.pcapng to "
            "a-1.pcapng) and another one begun."
        ),
    ] = None
    capture_files: Annotated[
        int, Parameter(help="Captures that are kept then, the oldest going first.")
    ] = 10
    snaplen: Annotated[
        int | None, Parameter(help="Octets of each packet that a capture keeps.")
    ] = None

    def applied(self, settings: Settings) -> Settings:
        """Return settings with these options in them.

        Raises:
            SettingsError: one makes no sense.
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
    """What every command that serves can be told."""

    listen: Annotated[
        tuple[str, ...],
        Parameter(
            help="Address to take requests on, else all; may be repeated.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    cable: Annotated[
        str | None,
        Parameter(
            help="Interface whose cable leads to one board, like eth1: give it an "
            "address and the first file's name by DHCP or BOOTP. Stops where another "
            "DHCP server or a second machine is. Needs root.",
        ),
    ] = None
    port: Annotated[
        int | None,
        Parameter(
            help="UDP port for requests. Without it: 69, or 6969 if 69 is denied."
        ),
    ] = None
    ports: Annotated[
        str, Parameter(help="UDP ports to answer from (the server's TIDs), as A-B.")
    ] = str(DEFAULT_PORTS)
    order: Annotated[
        Literal["random", "sequential"],
        Parameter(help="How the next port of the range is chosen."),
    ] = "random"
    single_port: Annotated[
        bool,
        Parameter(help="Answer from the port that was asked instead.", negative=()),
    ] = False
    quarantine: Annotated[
        float,
        Parameter(
            help="Seconds a port cools down after a transfer; it is used sooner only "
            "when no port is free."
        ),
    ] = 10.0
    max_blksize: Annotated[int, Parameter(help="Largest block granted, in octets.")] = (
        65_464
    )
    max_windowsize: Annotated[
        int, Parameter(help="Largest window granted, in blocks.")
    ] = 64
    fit_route: Annotated[
        bool,
        Parameter(help="Lower blksize to what the route carries unfragmented."),
    ] = True
    gso: Annotated[
        bool,
        Parameter(
            help="Hand whole windows to the kernel; captures on this host then show "
            "each as one large packet."
        ),
    ] = True
    refuse: Annotated[
        tuple[str, ...],
        Parameter(
            help="Option to leave out of every answer, like windowsize, or "
            "windowsize@U-Boot for that client program alone; repeatable.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    timeout: Annotated[
        float | None,
        Parameter(
            help="Seconds before a packet is sent again, unless the client asks for "
            "others. Without it: by the round trips that are measured."
        ),
    ] = None
    retries: Annotated[
        int, Parameter(help="Time-outs in a row before a client is given up.")
    ] = 6
    write: Annotated[
        Literal["off", "new", "overwrite"],
        Parameter(help="Uploads: none, new files only, or existing ones too."),
    ] = "off"
    max_upload: Annotated[
        str | None, Parameter(help="Largest upload, in octets, like 100M.")
    ] = None
    upload_quota: Annotated[
        str | None, Parameter(help="Octets that one client may upload in all, like 1G.")
    ] = None
    upload_total: Annotated[
        str | None, Parameter(help="Octets that all may upload together, like 10G.")
    ] = None
    allow: Annotated[
        tuple[str, ...],
        Parameter(
            help="Network to serve, as CIDR, else all; may be repeated.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    deny: Annotated[
        tuple[str, ...],
        Parameter(
            help="Network to refuse, though allowed; repeatable.",
            negative=(),
            show_default=False,
        ),
    ] = ()
    max_transfers: Annotated[int, Parameter(help="Transfers at once, in all.")] = 1_000
    max_client_transfers: Annotated[
        int | None, Parameter(help="Transfers at once of one address.")
    ] = None
    request_rate: Annotated[
        float,
        Parameter(help="Requests a second of one address that lead nowhere; 0: any."),
    ] = 100.0
    bandwidth: Annotated[
        str | None,
        Parameter(help="Octets a second in all, like 500k, 20M or 100Mbit."),
    ] = None
    transfer_bandwidth: Annotated[
        str | None, Parameter(help="Octets a second of one transfer, likewise.")
    ] = None
    max_transfer_time: Annotated[
        float | None, Parameter(help="Seconds that a transfer may take.")
    ] = None
    max_idle_time: Annotated[
        float, Parameter(help="Seconds that a transfer may stand still; 0: any.")
    ] = 300.0
    on_close: Annotated[
        Literal["stop", "drain"],
        Parameter(help="When the screen dies: end at once, or with the last transfer."),
    ] = "stop"
    user: Annotated[
        str | None,
        Parameter(
            help="User to run as once the sockets are open, if started as root. "
            "Default: who called sudo; else tftp, nobody or the root folder's owner, "
            "the first that can use the folder."
        ),
    ] = None
    metrics: Annotated[
        str | None,
        Parameter(
            help="Where Prometheus may ask for totals by HTTP, like 127.0.0.1:9469, or "
            "9469 for this host alone."
        ),
    ] = None
    config: Annotated[
        Path | None,
        Parameter(
            help="File of settings, in TOML; without it tftptui.toml of the user's "
            "configuration folder, if there is one (tftptui config).",
        ),
    ] = None
    names: NameOptions = _NAMES
    captures: CaptureOptions = _CAPTURE

    def settings(self, served: tuple[Path, ...], journal: str | None) -> Settings:
        """Return the settings that these options mean.

        Raises:
            SettingsError: an option makes no sense.
        """
        named = named_of(served)
        settings = Settings(
            root=folder_above(named) if named else _folder(served),
            named=named,
            listen=self.listen,
            cable=self.cable,
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
            bandwidth=_octets(self.bandwidth),
            transfer_bandwidth=_octets(self.transfer_bandwidth),
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


def _octets(bandwidth: str | None) -> int | None:
    return None if bandwidth is None else parse_bandwidth(bandwidth)


def _size(octets: str | None) -> int | None:
    return None if octets is None else parse_octets(octets)


DEFAULTS = ServerOptions()


def is_missing(path: Path) -> bool:
    """Whether nothing is there; where that can't be told it may be."""
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
