"""The command ``probe``: which of our ports, and which sizes, get an answer."""

import os
import sys
from dataclasses import dataclass
from typing import Annotated

import msgspec
from cyclopts import Parameter

from tftptui.client.places import Place, PlaceError, parse_place
from tftptui.commands.usage import EXIT_USAGE, UsageError
from tftptui.net.addresses import Endpoint
from tftptui.protocol.options import MAX_BLOCK_SIZE, MIN_BLOCK_SIZE
from tftptui.settings import SettingsError, parse_port_range
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.trials import Trial

EXIT_FINE, EXIT_FOUND, EXIT_INTERRUPTED = 0, 1, 130

_MOST_PORTS = 512
_DEFAULT_PORTS = "2070-2075,1024,1072,2933,25300,32768,40000,49152,49200,60000"
_DEFAULT_SIZES = "512,1024,1428,1468,8192"


@Parameter(name="*")
@dataclass(frozen=True)
class ProbeOptions:
    """What probe can be told."""

    port: Annotated[
        int | None, Parameter(help="UDP port of the server. Without it: 69.")
    ] = None
    from_ports: Annotated[
        str, Parameter(help="Our UDP ports to ask from, as A-B,C,D.")
    ] = _DEFAULT_PORTS
    sizes: Annotated[
        str,
        Parameter(
            help="Block sizes to ask for from a port that works; empty for none."
        ),
    ] = _DEFAULT_SIZES
    timeout: Annotated[
        int, Parameter(help="Seconds before the server is asked again.")
    ] = 2
    retries: Annotated[int, Parameter(help="How often it is asked again.")] = 2
    commands: Annotated[
        bool,
        Parameter(
            help="Print what does the same without tftptui, and ask nobody.",
            negative=(),
        ),
    ] = False
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead.", negative=())
    ] = False


_DEFAULTS = ProbeOptions()


def probe(
    host: Annotated[
        str, Parameter(help="HOST, HOST:PORT, [ADDRESS]:PORT or tftp://HOST:PORT/FILE.")
    ],
    file: Annotated[
        str | None, Parameter(help="Its name on the server.", allow_leading_hyphen=True)
    ] = None,
    /,
    *,
    options: ProbeOptions = _DEFAULTS,
) -> int:
    """Fetch FILE again and again from chosen ports: which of them get an answer?

    Shows what a client with such a port would see, a boot ROM's 2070 for instance,
    and says what stands in the way. Nothing is kept of what comes. Ends with 0 if
    all went well, 1 if something was found, 130 if interrupted.
    """
    try:
        place = parse_place(host)
        name = _name(place, file)
        ports = parse_ports(options.from_ports)
        sizes = _sizes(options.sizes)
    except (UsageError, PlaceError, SettingsError) as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    return _probe(place, name, (ports, sizes), options)


def _name(place: Place, file: str | None) -> bytes:
    name = place.file if file is None else os.fsencode(file)
    if not name:
        raise UsageError("which file? Write probe HOST FILE")
    return name


def parse_ports(text: str) -> tuple[int, ...]:
    """Read ``A-B,C``: ports in the order in which they are written, each once.

    Raises:
        SettingsError, UsageError: they are none, or too many.
    """
    found: dict[int, None] = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        ports = parse_port_range(part)
        if len(ports) > _MOST_PORTS:
            raise UsageError(f"{ports} are {len(ports):,} ports; {_MOST_PORTS} at most")
        found |= dict.fromkeys(range(ports.first, ports.last + 1))
    if not found:
        raise UsageError("which ports? Write --from-ports 2070-2075,49200")
    if len(found) > _MOST_PORTS:
        raise UsageError(f"{len(found):,} ports are too many; {_MOST_PORTS} at most")
    return tuple(found)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(f"{text!r}: write sizes like 512,1468") from None
    for size in sizes:
        if not MIN_BLOCK_SIZE <= size <= MAX_BLOCK_SIZE:
            raise UsageError(
                f"blksize {size}: choose from {MIN_BLOCK_SIZE} to {MAX_BLOCK_SIZE}"
            )
    return tuple(dict.fromkeys(sizes))


def _probe(
    place: Place,
    name: bytes,
    wanted: tuple[tuple[int, ...], tuple[int, ...]],
    options: ProbeOptions,
) -> int:
    # --help is instant.
    from tftptui.client.resolving import ResolveError, resolve  # noqa: PLC0415
    from tftptui.knowledge.probe_text import equivalents, report_text  # noqa: PLC0415
    from tftptui.knowledge.probing import Asked, conclude  # noqa: PLC0415
    from tftptui.net.interfaces import source_towards  # noqa: PLC0415

    port = place.port_or(options.port)
    if options.commands:
        asked = Asked(place.host, port, visible(name))
        print(equivalents(asked, wanted[0]), end="")
        return EXIT_FINE
    try:
        server = resolve(place.host, port)[0]
    except ResolveError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FOUND
    own = source_towards(server.host) or ""
    asked = Asked(server.host, port, visible(name), own)
    try:
        by_port, by_size = _trials(server, name, wanted, options)
    except KeyboardInterrupt:
        print("tftptui: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    drafts = conclude(asked, by_port, by_size)
    if options.json:
        told = {"asked": asked, "ports": by_port, "sizes": by_size, "findings": drafts}
        print(msgspec.json.encode(told).decode())
    else:
        print(report_text(asked, by_port, by_size, drafts), end="")
    return EXIT_FOUND if any(draft.is_alarm for draft in drafts) else EXIT_FINE


def _trials(
    server: Endpoint,
    name: bytes,
    wanted: tuple[tuple[int, ...], tuple[int, ...]],
    options: ProbeOptions,
) -> tuple[list[Trial], list[Trial]]:
    """Do the trials from all ports, then those of all sizes from one that works."""
    from tftptui.client.probing import Probe, Stop, run_probe  # noqa: PLC0415
    from tftptui.protocol.offer import Offer  # noqa: PLC0415
    from tftptui.ui.progress import StepsBar  # noqa: PLC0415

    ports, sizes = wanted
    patience = (options.timeout, options.retries)
    with Stop() as stop, StepsBar(visible(name), len(ports) + len(sizes)) as bar:
        offer = Offer(total_size=0, block_size=512)
        first = Probe(server, name, ports, offer, *patience)
        by_port = run_probe(first, stop, bar.step)
        good = [trial.port for trial in by_port if trial.outcome == "ok"]
        by_size: list[Trial] = []
        for size in sizes if good else ():
            offer = Offer(total_size=0, block_size=size)
            probe = Probe(server, name, (good[-1],), offer, *patience)
            by_size += run_probe(probe, stop, bar.step)
    return by_port, by_size
