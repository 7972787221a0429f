"""The command ``wire``: what machines send before TFTP."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import msgspec
from cyclopts import Parameter

from tftptui.commands.server import DEFAULTS, settings_of
from tftptui.commands.usage_error import EXIT_FAILED, EXIT_USAGE, UsageError
from tftptui.settings import TFTP_PORT, Settings

if TYPE_CHECKING:  # --help is instant
    from tftptui.doctor.checks.boot_offers import FileCheck
    from tftptui.doctor.result import Result
    from tftptui.engine.dnsmasq import Dnsmasq
    from tftptui.findings.draft import Draft
    from tftptui.telemetry.findings import Remedy
    from tftptui.wire.devices import Device, News
    from tftptui.wire.questions import Answers, Arch
    from tftptui.wire.sources import Sources

ALL_KINDS = "bios,x64,arm64,http,plain"

EXIT_INTERRUPTED = 130

_LOOK_INTERVAL = 1.0
"""Seconds between searches for findings."""

_HINT_AFTER = 15.0
"""Seconds without a packet before a hint is printed."""


def wire(  # noqa: PLR0913 - its options
    interface: Annotated[
        str, Parameter(help="Interface to listen on.", show_default="all")
    ] = "",
    /,
    *,
    ask: Annotated[
        bool,
        Parameter(
            help="Ask the DHCP servers as each kind of machine; check the offers.",
            negative=(),
        ),
    ] = False,
    arch: Annotated[
        str,
        Parameter(help="Kinds of machines for --ask.", metavar="KINDS"),
    ] = ALL_KINDS,
    root: Annotated[
        Path | None,
        Parameter(help="Root to look for boot files in.", metavar="FOLDER"),
    ] = None,
    dnsmasq: Annotated[
        Literal["full", "proxy"] | None,
        Parameter(
            help="Print a dnsmasq configuration: full gives addresses, proxy leaves "
            "them to the existing DHCP server.",
        ),
    ] = None,
    run: Annotated[
        bool,
        Parameter(
            help="Run dnsmasq with that configuration until Ctrl+C, and show its log; "
            "needs root.",
            negative=(),
        ),
    ] = False,
    json: Annotated[
        bool,
        Parameter(help="Print journal lines (event wire).", negative=()),
    ] = False,
) -> int:
    """Show what machines send before TFTP: ARP and DHCP.

    Only listens. As root it receives ARP, all DHCP that arrives and TFTP requests; as
    another user only broadcasts to UDP port 67, if the system permits it. Ctrl+C ends
    it.

    With --ask it sends a DHCPDISCOVER for each kind of machine and judges the offers
    after 5 seconds. It sends no REQUEST, so no lease is taken. Exit status: 0 all good,
    1 warnings, 2 errors.
    """
    if dnsmasq and not run:
        return _print_dnsmasq(dnsmasq, interface, root)
    if ask:
        settings = None if root is None else settings_of(DEFAULTS, (root,), None)
        return _ask(interface, arch, settings, json=json)
    if run and not dnsmasq:
        _note("tftptui: --run needs --dnsmasq full or --dnsmasq proxy")
        return EXIT_USAGE
    return _run(interface, dnsmasq, root, json=json)


def _run(
    interface: str,
    dnsmasq: Literal["full", "proxy"] | None,
    root: Path | None,
    *,
    json: bool,
) -> int:
    """Listen until Ctrl+C, with dnsmasq as a child if it is wanted."""
    from tftptui.server.clock import SystemClock  # noqa: PLC0415 - --help is instant
    from tftptui.wire.sources import Sources, WireError  # noqa: PLC0415

    with ExitStack() as open_things:
        try:
            name = interface or (_only_interface() if dnsmasq else "")
            now = SystemClock().wall
            running = _dnsmasq(dnsmasq, name, root, now) if dnsmasq else None
            if running is not None:
                open_things.callback(running.stop)
            sources = Sources(name, now, tftp_port=TFTP_PORT)
            open_things.callback(sources.close)
            if running is not None:
                sources.open.append(running.log)
            _listen(sources, json=json)
        except UsageError as error:
            _note(f"tftptui: {error}")
            return EXIT_USAGE
        except WireError as error:
            _note(f"tftptui: {error}")
            return EXIT_FAILED
        except KeyboardInterrupt:
            return 0


def _dnsmasq(
    mode: str, interface: str, root: Path | None, now: Callable[[], float]
) -> "Dnsmasq":
    """Start dnsmasq and print how.

    Raises:
        WireError: it can't be run, or must not.
    """
    from tftptui.engine.dnsmasq import start_dnsmasq  # noqa: PLC0415 - --help is instant
    from tftptui.wire.dnsmasq import Mode, find_loaders  # noqa: PLC0415

    loaders = {} if root is None else find_loaders(root)

    return start_dnsmasq(Mode(mode), interface, loaders, now, _note)


def asked(
    interface: str, kinds: "Sequence[Arch]", settings: Settings | None
) -> "tuple[list[Answers], list[Result]]":
    """Ask as KINDS and check the offers; files only with SETTINGS.

    Raises:
        WireError: no permission or no socket.
        UsageError: no interface, or more than one to choose from.
    """
    from tftptui.doctor.checks.boot_offers import Here, check_offers  # noqa: PLC0415
    from tftptui.net.interfaces import own_links  # noqa: PLC0415
    from tftptui.wire.ask import ask  # noqa: PLC0415

    answers = ask(interface or _only_interface(), kinds)
    check = None if settings is None else partial(_file_check, settings)
    here = Here(frozenset(a for a in own_links().addresses if ":" not in a), check)
    return answers, check_offers(answers, here)


def offered(interface: str, settings: Settings) -> "list[Result]":
    """Return the results for doctor; an error is a warning there."""
    from tftptui.doctor.checks.boot_offers import TOPIC  # noqa: PLC0415 - as above
    from tftptui.doctor.result import warn  # noqa: PLC0415
    from tftptui.wire.sources import WireError  # noqa: PLC0415

    try:
        return asked(interface, parse_kinds(ALL_KINDS), settings)[1]
    except WireError as error:
        return [warn(TOPIC, f"DHCP servers not asked: {error}")]


def _ask(interface: str, arch: str, settings: Settings | None, *, json: bool) -> int:
    from tftptui.doctor.report import report_json, report_text  # noqa: PLC0415 - as above
    from tftptui.doctor.result import exit_status  # noqa: PLC0415
    from tftptui.wire.sources import WireError  # noqa: PLC0415

    try:
        answers, results = asked(interface, parse_kinds(arch), settings)
    except UsageError as error:
        _note(f"tftptui: {error}")
        return EXIT_USAGE
    except WireError as error:
        _note(f"tftptui: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    report = [
        {"arch": one.arch, "offers": [offer.as_fields() for offer in one.offers]}
        for one in answers
    ]
    if json:
        print(report_json(results, answers=report), end="")
        return exit_status(results)
    for one in answers:
        for offer in one.offers:
            print(f"{one.arch:<6} {offer.server}: {offer.words()}")
    print("\n" + report_text(results), end="")
    return exit_status(results)


def parse_kinds(text: str) -> "list[Arch]":
    """Read kinds of machines, like ``bios,x64``; each once.

    Raises:
        UsageError: an unknown kind, or none at all.
    """
    from tftptui.wire.questions import Arch  # noqa: PLC0415 - --help is instant

    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        kinds = [Arch(word) for word in dict.fromkeys(words)]
    except ValueError:
        kinds = []
    if not kinds:
        raise UsageError(f"--arch {text}: must be one or more of {', '.join(Arch)}")
    return kinds


def _only_interface() -> str:
    """Return the interface to ask on if none is given.

    Raises:
        UsageError: there is none, or more than one.
    """
    from tftptui.net.interfaces import interface_addresses  # noqa: PLC0415 - as above

    found = [
        name
        for name, addresses in interface_addresses().items()
        if any(one.version == 4 and not one.is_loopback for one in addresses)  # noqa: PLR2004 - IPv4
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError("no interface has an IPv4 address")
    raise UsageError(f"name one interface: tftptui wire {'|'.join(found)}")


def _print_dnsmasq(
    mode: Literal["full", "proxy"], interface: str, root: Path | None
) -> int:
    from tftptui.engine.dnsmasq import address_at  # noqa: PLC0415 - --help is instant
    from tftptui.wire.dnsmasq import (  # noqa: PLC0415
        Mode,
        dnsmasq_config,
        find_loaders,
    )
    from tftptui.wire.sources import WireError  # noqa: PLC0415

    try:
        name = interface or _only_interface()
        loaders = {} if root is None else find_loaders(root)
        config = dnsmasq_config(Mode(mode), name, address_at(name), loaders)
    except (UsageError, ValueError, WireError) as error:
        _note(f"tftptui: {error}")
        return EXIT_USAGE
    print(config, end="")
    return 0


def _file_check(settings: Settings, file: bytes) -> "FileCheck":
    """Return whether a file would be served, as ``explain`` does."""
    from tftptui.doctor.checks.boot_offers import FileCheck  # noqa: PLC0415 - as above
    from tftptui.engine.root.near_names import with_near_names  # noqa: PLC0415
    from tftptui.server.root.explain import run  # noqa: PLC0415

    explanation = with_near_names(
        run(settings, file, "", is_write=False), settings, file
    )
    if explanation.served is not None:
        return FileCheck(
            is_served=True, words=f"served, {explanation.nbytes or 0:,} bytes"
        )
    near = f" (did you mean {explanation.near[0].text}?)" if explanation.near else ""
    return FileCheck(is_served=False, words=f"not served, {explanation.message}{near}")


def _listen(sources: "Sources", *, json: bool) -> NoReturn:
    """Print what arrives, and what it means, until Ctrl+C."""
    from tftptui.findings.boot.rules import NewFindings  # noqa: PLC0415 - as above
    from tftptui.wire.devices import Devices  # noqa: PLC0415
    from tftptui.wire.text import NOTHING_HEARD, interfaces_words  # noqa: PLC0415

    devices, findings, lines = Devices(), NewFindings(), _Lines(json=json)
    for event in sources.as_it_is():
        devices.take(event)
    _note(f"Listening on {interfaces_words(devices)}.")
    _note(sources.notice)
    heard = sources.wait(_HINT_AFTER)
    if not heard:
        _note(NOTHING_HEARD)
    while True:
        now = sources.now()
        output = [lines.of(news) for event in heard for news in devices.take(event)]
        output += [lines.of_finding(*one, now) for one in findings.look(devices, now)]
        if output:
            print("".join(output), end="", flush=True)
        heard = sources.wait(_LOOK_INTERVAL)


class _Lines:
    """What is printed, as text or as JSON."""

    def __init__(self, *, json: bool) -> None:
        from tftptui.wire.text import StoryPrinter  # noqa: PLC0415 - as above

        self._json, self._printer = json, StoryPrinter()

    def of(self, news: "News") -> str:
        """Return the lines of a step."""
        from tftptui.telemetry.journal import journal_line  # noqa: PLC0415 - as above
        from tftptui.wire.devices import journalled  # noqa: PLC0415

        if self._json:
            return journal_line(journalled(news)).decode()
        return "".join(f"{line}\n" for line in self._printer.lines(news))

    def of_finding(self, device: "Device", draft: "Draft", now: float) -> str:
        """Return the lines of a finding."""
        from tftptui.telemetry.findings import how_sure  # noqa: PLC0415 - as above
        from tftptui.telemetry.journal import stamp  # noqa: PLC0415
        from tftptui.wire.dhcp import mac_text  # noqa: PLC0415
        from tftptui.wire.text import finding_lines  # noqa: PLC0415

        if self._json:
            head = {"t": stamp(round(now * 1e6)), "event": "finding"}
            fields = head | {"mac": mac_text(device.mac)} | draft.as_fields()
            return msgspec.json.encode(fields).decode() + "\n"
        title = f"{draft.code} ({how_sure(draft.confidence)})"
        fixes = [": ".join(filter(None, _in_one_line(one))) for one in draft.remedies]
        found = finding_lines(now, title, draft.headline, fixes)
        return "".join(f"{line}\n" for line in found)


def _in_one_line(remedy: "Remedy") -> tuple[str, str]:
    """Return what to do, and what to type for it; "" if nothing."""
    return remedy.text, " && ".join(remedy.command.splitlines())


def _note(text: str) -> None:
    if text:
        print(text, file=sys.stderr, flush=True)
