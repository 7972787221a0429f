"""The commands ``get`` and ``put``: read options, write an order, tell the result."""

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
    """What get and put can be told."""

    port: Annotated[
        int | None, Parameter(help="UDP port of the server. Without it: 69.")
    ] = None
    blksize: Annotated[
        int, Parameter(help="Octets of a block to ask for (RFC 2348).")
    ] = 1_428
    windowsize: Annotated[
        int, Parameter(help="Blocks before an ACK to ask for (RFC 7440).")
    ] = 16
    mode: Annotated[
        Literal["octet", "netascii"] | None,
        Parameter(help="As it is (the default), or text with its line ends turned."),
    ] = None
    local_port: Annotated[
        str | None,
        Parameter(help="Our UDP port: A, or the first of A-B that is free."),
    ] = None
    timeout: Annotated[
        int | None,
        Parameter(
            help="Seconds before either side sends again. Without it: as the path is."
        ),
    ] = None
    retries: Annotated[
        int, Parameter(help="Time-outs in a row before the server is given up.")
    ] = RETRIES
    no_options: Annotated[
        bool, Parameter(help="Ask for no options at all, as RFC 1350.", negative=())
    ] = False
    json: Annotated[
        bool, Parameter(help="Print one JSON object about it.", negative=())
    ] = False
    quiet: Annotated[
        bool, Parameter(help="Print nothing unless it fails.", negative=())
    ] = False

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
            UsageError: one makes no sense.
            SettingsError: the local ports don't.
        """
        mode = Mode(self.mode) if self.mode else place.mode or Mode.OCTET
        if mode is Mode.MAIL:
            raise UsageError("mail is no mode any more; take octet or netascii")
        if not file:
            raise UsageError("the file on the server needs a name")
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
        str | None, Parameter(help="Its name on the server.", allow_leading_hyphen=True)
    ] = None,
    local: Annotated[
        str | None,
        Parameter(
            help="Its name here; - is standard output.",
            allow_leading_hyphen=True,
            completer=local_files,
        ),
    ] = None,
    /,
    *,
    options: ClientOptions = _DEFAULTS,
) -> int:
    """Fetch FILE from a TFTP server. After a URL comes LOCAL.

    The file appears under its name once it is whole; what was there before stays
    until then. Ends with 0 if it is whole, 1 if not, 130 if interrupted.
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
            help="The file here; - is standard input.",
            allow_leading_hyphen=True,
            completer=local_files,
        ),
    ],
    file: Annotated[
        str | None, Parameter(help="Its name on the server, unless it is the same.")
    ] = None,
    /,
    *,
    options: ClientOptions = _DEFAULTS,
) -> int:
    """Put LOCAL on a TFTP server.

    Ends with 0 if the server has acknowledged all of it, 1 if not, 130 if
    interrupted.
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
        PlaceError, SettingsError, UsageError: the words make no sense.
    """
    place = parse_place(server)
    if place.file is not None:
        if local is not None:
            raise UsageError("after a URL comes one name only, that of the file here")
        name, local = place.file, file
    elif file is None:
        raise UsageError("which file? Write get HOST FILE, or get tftp://HOST/FILE")
    else:
        name = os.fsencode(file)
    return options.order(place, name, _place_here(name, local), is_write=False)


def order_to_put(
    server: str, local: str, file: str | None, options: ClientOptions
) -> Order:
    """Return what to send, and as what.

    Raises:
        PlaceError, SettingsError, UsageError: the words make no sense.
    """
    place = parse_place(server)
    if place.file is not None and file is not None:
        raise UsageError("the URL names the file on the server already")
    if file is not None:
        name = os.fsencode(file)
    elif place.file is not None:
        name = place.file
    elif local == STANDARD_STREAM:
        raise UsageError("standard input has no name; write put HOST - FILE")
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
        raise UsageError(f"{visible(name)} ends without a name; give it one here")
    return local


def _do(order: Order, options: ClientOptions) -> int:
    """Run an order; tell what came of it."""
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
        raise UsageError(f"--{name} {value}: choose from {low} to {high}")
