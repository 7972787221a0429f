"""The commands ``get`` and ``put``: run a transfer, print its result."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tftptui.client.download_target import STANDARD_STREAM
from tftptui.client.server_address import Place, PlaceError, parse_place
from tftptui.client.transfer_order import EXIT_INTERRUPTED, Order, Result
from tftptui.commands.completers import local_files
from tftptui.commands.usage_error import EXIT_USAGE, UsageError
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import (
    MAX_BLOCK_SIZE,
    MAX_TIMEOUT,
    MAX_WINDOW,
    MIN_BLOCK_SIZE,
    MIN_TIMEOUT,
)
from tftptui.protocol.packets import Mode
from tftptui.protocol.timing import RETRIES
from tftptui.settings import HIGHEST_PORT, SettingsError, parse_port_range
from tftptui.telemetry.escapes import visible

_MOST_RETRIES = 100

ServerArgument = Annotated[
    str, Parameter(help="HOST, HOST:PORT, [ADDRESS]:PORT or tftp://HOST:PORT/FILE.")
]


@Parameter(name="*")
@dataclass(frozen=True)
class ClientOptions:
    """Options of get and put."""

    port: Annotated[
        int | None,
        Parameter(help="UDP port of the server.", metavar="N", show_default="69"),
    ] = None
    blksize: Annotated[int, Parameter(help="blksize to request.", metavar="BYTES")] = (
        1_428
    )
    windowsize: Annotated[
        int, Parameter(help="windowsize to request.", metavar="BLOCKS")
    ] = 16
    mode: Annotated[
        Literal["octet", "netascii"] | None,
        Parameter(help="Transfer mode; netascii is text.", show_default="octet"),
    ] = None
    local_port: Annotated[
        str | None,
        Parameter(help="Client port; of A-B the first free one.", metavar="A[-B]"),
    ] = None
    timeout: Annotated[
        int | None,
        Parameter(
            help="Retransmission timeout, seconds.",
            metavar="S",
            show_default="by round-trip time",
        ),
    ] = None
    retries: Annotated[
        int, Parameter(help="Timeouts in a row before giving up.", metavar="N")
    ] = RETRIES
    no_options: Annotated[
        bool, Parameter(help="Request no options (plain RFC 1350).", negative=())
    ] = False
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative=())] = False
    quiet: Annotated[bool, Parameter(help="Print errors only.", negative=())] = False

    def offer(self) -> Offer:
        """Return the options to ask for.

        Raises:
            UsageError: one is out of its range.
        """
        _require("blksize", self.blksize, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE)
        _require("windowsize", self.windowsize, 1, MAX_WINDOW)
        _require("timeout", self.timeout, MIN_TIMEOUT, MAX_TIMEOUT)
        _require("retries", self.retries, 0, _MOST_RETRIES)
        _require("port", self.port, 1, HIGHEST_PORT)
        if self.no_options:
            return Offer()
        return Offer(
            total_size=0,
            block_size=self.blksize,
            window=self.windowsize if self.windowsize > 1 else None,
            timeout=self.timeout,
        )

    def order(self, place: Place, file: bytes, local: str, *, is_write: bool) -> Order:
        """Return the order that these options mean.

        Raises:
            UsageError: an option is invalid.
            SettingsError: the local ports are invalid.
        """
        mode = Mode(self.mode) if self.mode else place.mode or Mode.OCTET
        if mode is Mode.MAIL:
            raise UsageError("mode mail is obsolete: use octet or netascii")
        if not file:
            raise UsageError("the name of the file on the server is empty")
        return Order(
            is_write=is_write,
            host=place.host,
            port=place.port_or(self.port),
            file=file,
            local=local,
            mode=mode,
            offer=self.offer(),
            ports=parse_port_range(self.local_port) if self.local_port else None,
            timeout=self.timeout,
            retries=self.retries,
        )


_DEFAULTS = ClientOptions()


def get(
    server: ServerArgument,
    file: Annotated[
        str | None, Parameter(help="Name on the server.", allow_leading_hyphen=True)
    ] = None,
    local: Annotated[
        str | None,
        Parameter(
            help="Name here; - is standard output.",
            allow_leading_hyphen=True,
            completer=local_files,
        ),
    ] = None,
    /,
    *,
    options: ClientOptions = _DEFAULTS,
) -> int:
    """Download FILE from a TFTP server.

    After a tftp:// URL the next argument is LOCAL. LOCAL is replaced only when the
    download is complete. Exit status: 0 complete, 1 failed, 130 interrupted.
    """
    try:
        order = order_to_get(server, file, local, options)
    except (UsageError, PlaceError, SettingsError) as error:
        return _misused(error)
    return _do(order, options)


def put(
    server: ServerArgument,
    local: Annotated[
        str,
        Parameter(
            help="File to upload; - is standard input.",
            allow_leading_hyphen=True,
            completer=local_files,
        ),
    ],
    file: Annotated[
        str | None, Parameter(help="Name on the server.", show_default="the same")
    ] = None,
    /,
    *,
    options: ClientOptions = _DEFAULTS,
) -> int:
    """Upload the file LOCAL to a TFTP server.

    Exit status: 0 the server acknowledged all of it, 1 failed, 130 interrupted.
    """
    try:
        order = order_to_put(server, local, file, options)
    except (UsageError, PlaceError, SettingsError) as error:
        return _misused(error)
    return _do(order, options)


def order_to_get(
    server: str, file: str | None, local: str | None, options: ClientOptions
) -> Order:
    """Return what to fetch, from where and to where.

    Raises:
        PlaceError, SettingsError, UsageError: an argument is invalid.
    """
    place = parse_place(server)
    if place.file is not None:
        if local is not None:
            raise UsageError("one argument too many: after a URL comes only LOCAL")
        name, local = place.file, file
    elif file is None:
        raise UsageError("FILE is missing: get HOST FILE, or get tftp://HOST/FILE")
    else:
        name = os.fsencode(file)
    return options.order(place, name, _place_here(name, local), is_write=False)


def order_to_put(
    server: str, local: str, file: str | None, options: ClientOptions
) -> Order:
    """Return what to send, and as what.

    Raises:
        PlaceError, SettingsError, UsageError: an argument is invalid.
    """
    place = parse_place(server)
    if place.file is not None and file is not None:
        raise UsageError("FILE is given twice: in the URL and as an argument")
    if file is not None:
        name = os.fsencode(file)
    elif place.file is not None:
        name = place.file
    elif local == STANDARD_STREAM:
        raise UsageError("standard input needs a name: put HOST - FILE")
    else:
        name = os.fsencode(Path(local).name)
    return options.order(place, name, local, is_write=True)


def _place_here(name: bytes, local: str | None) -> str:
    """Return where a file goes: a folder takes it under its own name."""
    own = os.fsdecode(name.replace(b"\\", b"/").rpartition(b"/")[2])
    if local is None:
        local = own
    elif local != STANDARD_STREAM and Path(local).is_dir():
        local = str(Path(local) / own)
    if not local or Path(local).is_dir():
        raise UsageError(f"{visible(name)} has no file name: add LOCAL")
    return local


def _do(order: Order, options: ClientOptions) -> int:
    """Run an order; print the result."""
    # --help is instant.
    from tftptui.client.result_words import as_json, summary  # noqa: PLC0415
    from tftptui.client.run import run  # noqa: PLC0415

    shows = not options.quiet and not options.json and sys.stderr.isatty()
    try:
        result = _watched(order) if shows else run(order)
    except KeyboardInterrupt:
        print("tftptui: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    if options.json:
        is_taken = order.local == STANDARD_STREAM and not order.is_write
        print(as_json(result), file=sys.stderr if is_taken else sys.stdout)
    elif result.exit_status:
        print(f"tftptui: {summary(result)}", file=sys.stderr)
    elif not options.quiet:
        print(summary(result), file=sys.stderr)
    return result.exit_status


def _watched(order: Order) -> Result:
    """Run an order under a progress bar."""
    from tftptui.client.run import run  # noqa: PLC0415
    from tftptui.ui.progress import ProgressBar  # noqa: PLC0415

    with ProgressBar(visible(order.file)) as bar:
        return run(order, bar.show)


def _misused(error: ValueError) -> int:
    print(f"tftptui: {error}", file=sys.stderr)
    return EXIT_USAGE


def _require(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise UsageError(f"--{name} {value}: must be {low} to {high}")
