"""The command ``probe``: which of our ports, sizes and options get an answer."""

import os
import sys
from dataclasses import dataclass
from typing import Annotated

import msgspec
from cyclopts import Parameter

from tftptui.client.server_address import Place, PlaceError, parse_place
from tftptui.commands.tftp_options import NO_OPTIONS, parse_option_set
from tftptui.commands.usage_error import EXIT_USAGE, UsageError
from tftptui.net.addresses import Endpoint
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import MAX_BLOCK_SIZE, MIN_BLOCK_SIZE
from tftptui.settings import SettingsError, parse_port_range
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.probe_trials import Trial

EXIT_FINE, EXIT_FOUND, EXIT_INTERRUPTED = 0, 1, 130

_MOST_PORTS = 512
_DEFAULT_PORTS = "2070-2075,1024,1072,2933,25300,32768,40000,49152,49200,60000"
_DEFAULT_SIZES = "512,1024,1428,1468,8192"
_DEFAULT_OPTIONS = (
    NO_OPTIONS,
    "tsize=0",
    "blksize=1468,windowsize=4",
    "timeout=5,blksize=1468",
)
"""As plain programs ask, old boot ROMs, UEFI firmware, and U-Boot."""

_MOST_SETS = 32
_SIZE = Offer(total_size=0, block_size=512)


@Parameter(name="*")
@dataclass(frozen=True)
class ProbeOptions:
    """Options of probe."""

    port: Annotated[
        int | None,
        Parameter(help="UDP port of the server.", metavar="N", show_default="69"),
    ] = None
    from_ports: Annotated[
        str,
        Parameter(
            help="Client ports to try, as A-B,C,D.",
            metavar="PORTS",
            show_default=_DEFAULT_PORTS.replace(",", ", "),
        ),
    ] = _DEFAULT_PORTS
    sizes: Annotated[
        str,
        Parameter(
            help="blksize values to try from a port that works; empty: none.",
            metavar="SIZES",
        ),
    ] = _DEFAULT_SIZES
    options: Annotated[
        tuple[str, ...],
        Parameter(
            help="Set of options to try, repeatable; empty: none.",
            metavar="SET",
            negative=(),
            show_default="4 typical sets",
        ),
    ] = _DEFAULT_OPTIONS
    timeout: Annotated[
        int, Parameter(help="Seconds to wait for a reply.", metavar="S")
    ] = 2
    retries: Annotated[int, Parameter(help="Retries of each request.", metavar="N")] = 2
    commands: Annotated[
        bool,
        Parameter(
            help="Only print commands that do the same without tftptui.",
            negative=(),
        ),
    ] = False
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative=())] = False


_DEFAULTS = ProbeOptions()


@dataclass(frozen=True)
class Wanted:
    """What to try: from which ports, and from one that works which sizes and sets."""

    ports: tuple[int, ...]
    sizes: tuple[int, ...]
    sets: tuple[Offer, ...]


def probe(
    host: Annotated[
        str, Parameter(help="HOST, HOST:PORT, [ADDRESS]:PORT or tftp://HOST:PORT/FILE.")
    ],
    file: Annotated[
        str | None, Parameter(help="Name on the server.", allow_leading_hyphen=True)
    ] = None,
    /,
    *,
    options: ProbeOptions = _DEFAULTS,
) -> int:
    """Test which client ports, block sizes and options get a reply.

    Downloads FILE once for each of them and says what blocks the others. Keeps no data.
    Exit status: 0 all replied, 1 a cause was found, 130 interrupted.
    """
    try:
        place = parse_place(host)
        name = _name(place, file)
        ports = parse_ports(options.from_ports)
        wanted = Wanted(ports, _sizes(options.sizes), parse_sets(options.options))
    except (UsageError, PlaceError, SettingsError) as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    return _probe(place, name, wanted, options)


def _name(place: Place, file: str | None) -> bytes:
    name = place.file if file is None else os.fsencode(file)
    if not name:
        raise UsageError("FILE is missing: probe HOST FILE")
    return name


def parse_ports(text: str) -> tuple[int, ...]:
    """Read ``A-B,C``: ports in the order in which they are written, each once.

    Raises:
        SettingsError, UsageError: invalid, empty or too many.
    """
    found: dict[int, None] = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        ports = parse_port_range(part)
        if len(ports) > _MOST_PORTS:
            raise UsageError(f"{ports}: {len(ports):,} ports, {_MOST_PORTS} at most")
        found |= dict.fromkeys(range(ports.first, ports.last + 1))
    if not found:
        raise UsageError("--from-ports is empty: write it like 2070-2075,49200")
    if len(found) > _MOST_PORTS:
        raise UsageError(f"--from-ports: {len(found):,} ports, {_MOST_PORTS} at most")
    return tuple(found)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(f"--sizes {text}: write it like 512,1468") from None
    for size in sizes:
        if not MIN_BLOCK_SIZE <= size <= MAX_BLOCK_SIZE:
            raise UsageError(
                f"--sizes {size}: must be {MIN_BLOCK_SIZE} to {MAX_BLOCK_SIZE}"
            )
    return tuple(dict.fromkeys(sizes))


def parse_sets(texts: tuple[str, ...]) -> tuple[Offer, ...]:
    """Read sets of options, each once; a text that is empty is none.

    Raises:
        UsageError: invalid, or too many.
    """
    sets = tuple(dict.fromkeys(parse_option_set(text) for text in texts if text))
    if len(sets) > _MOST_SETS:
        raise UsageError(f"--options: {len(sets)} sets, {_MOST_SETS} at most")
    return sets


def _probe(
    place: Place,
    name: bytes,
    wanted: Wanted,
    options: ProbeOptions,
) -> int:
    # --help is instant.
    from tftptui.client.server_address import ResolveError, resolve  # noqa: PLC0415
    from tftptui.doctor.client_firewall import look_here  # noqa: PLC0415
    from tftptui.findings.probing import Target, conclude  # noqa: PLC0415
    from tftptui.findings.probing.text import equivalents, report_text  # noqa: PLC0415
    from tftptui.net.interfaces import source_towards  # noqa: PLC0415

    port = place.port_or(options.port)
    if options.commands:
        target = Target(place.host, port, visible(name))
        print(equivalents(target, wanted.ports), end="")
        return EXIT_FINE
    try:
        server = resolve(place.host, port)[0]
    except ResolveError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FOUND
    own = source_towards(server.host) or ""
    target = Target(server.host, port, visible(name), own)
    try:
        done = _trials(server, name, wanted, options)
    except KeyboardInterrupt:
        print("tftptui: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    target = look_here(target, done[0])
    drafts = conclude(target, *done)
    if options.json:
        grids = zip(("ports", "sizes", "options"), done, strict=True)
        report = {
            "asked": target,
            **dict(grids),
            "findings": [one.as_fields() for one in drafts],
        }
        print(msgspec.json.encode(report).decode())
    else:
        print(report_text(target, done[0], done[1:], drafts), end="")
    return EXIT_FOUND if drafts else EXIT_FINE


def _trials(
    server: Endpoint, name: bytes, wanted: Wanted, options: ProbeOptions
) -> tuple[list[Trial], list[Trial], list[Trial]]:
    """Do the trials from all ports, then those of sizes and of sets of options."""
    from tftptui.client.probe import Probe, Stop, run_probe  # noqa: PLC0415
    from tftptui.ui.progress import StepsBar  # noqa: PLC0415

    count = len(wanted.ports) + len(wanted.sizes) + len(wanted.sets)
    with Stop() as stop, StepsBar(visible(name), count) as bar:

        def run(ports: tuple[int, ...], *offers: Offer) -> list[Trial]:
            patience = (options.timeout, options.retries)
            probes = (Probe(server, name, ports, one, *patience) for one in offers)
            return [
                trial for probe in probes for trial in run_probe(probe, stop, bar.step)
            ]

        by_port = run(wanted.ports, _SIZE)
        port, sizes, sets = _next(by_port, wanted)
        by_size = run((port,), *(Offer(total_size=0, block_size=one) for one in sizes))
        return by_port, by_size, run((port,), *sets)


def _next(
    by_port: list[Trial], wanted: Wanted
) -> tuple[int, tuple[int, ...], tuple[Offer, ...]]:
    """Return from which port to go on, and with which sizes and sets of options.

    Where nothing has come back, only a request without options may tell more.
    """
    good = [one.port for one in by_port if one.outcome in ("ok", "options")]
    if good:
        return good[-1], wanted.sizes, wanted.sets
    silent = [one.port for one in by_port if one.outcome == "silent"]
    if len(silent) != len(by_port):
        return 0, (), ()
    return max(silent), (), tuple(one for one in wanted.sets if one == Offer())
