"""dnsmasq as a child: started on request, its log read, ended with this process."""

import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from ipaddress import IPv4Interface

import msgspec

from tftptui.net.interfaces import interface_addresses
from tftptui.net.local_ports import port_holders
from tftptui.wire.ask import PATIENCE, ask
from tftptui.wire.dhcp import SERVER_PORT
from tftptui.wire.dnsmasq import Mode, dnsmasq_config
from tftptui.wire.dnsmasq_log import ENDED, DnsmasqLog
from tftptui.wire.questions import Answers, Arch
from tftptui.wire.sources import BroadcastSource, WireError

_MODULE = "tftptui.engine.holders.dnsmasq_keeper"

_OPTIONS = (
    "--keep-in-foreground",
    "--conf-file=-",
    "--log-facility=-",
    "--pid-file=",
    "--leasefile-ro",  # leases stay in memory: nothing is left on the disk
)

_KINDS = (Arch.BIOS, Arch.X64, Arch.PLAIN)
"""Machines as which the wire is asked: proxies reply to PXE alone."""

_DOES = {
    Mode.FULL: "gives addresses and boot files",
    Mode.PROXY: "adds boot files to the offers of the DHCP server",
}

_READY = "sockets bound"
_START_PATIENCE = 15.0
"""Seconds for dnsmasq to open its sockets."""

_END_PATIENCE = 5.0


class Dnsmasq:
    """A dnsmasq that runs.

    Attributes:
        log: what it decides about machines, to be read like the other sources.
    """

    def __init__(self, config: str, interface: str, now: Callable[[], float]) -> None:
        ours, self._theirs = socket.socketpair()
        self.log = DnsmasqLog(ours, interface, now)
        program = (sys.executable, "-P", "-m", _MODULE, _program())
        self._keeper = subprocess.Popen(  # noqa: S603 - a fixed program
            [*program, *_OPTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._theirs.fileno(),
            start_new_session=True,
        )
        try:
            if self._keeper.stdin is not None:
                self._keeper.stdin.write(msgspec.json.encode(config) + b"\n")
                self._keeper.stdin.flush()
            self._await_start(interface)
        except (OSError, WireError) as error:
            self.stop()
            raise WireError(str(error)) from error

    def stop(self) -> None:
        """End it; blocks until it has ended."""
        with suppress(OSError):
            if self._keeper.stdin is not None:
                self._keeper.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._keeper.wait(_END_PATIENCE)
        self.log.close()
        self._theirs.close()

    def _await_start(self, interface: str) -> None:
        end, output = time.monotonic() + _START_PATIENCE, [""]
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.log.socket], [], [], left)[0]:
                break
            for line in self.log.lines():
                if _READY in line:
                    return
                if line.startswith(ENDED):
                    raise WireError(_why_not(output[-1], interface))
                output.append(line)
        raise WireError(f"dnsmasq has not started after {_START_PATIENCE:.0f} s")


def start_dnsmasq(
    mode: Mode,
    interface: str,
    loaders: Mapping[str, str],
    now: Callable[[], float],
    tell: Callable[[str], None],
) -> Dnsmasq:
    """Ask the wire, then start dnsmasq; blocks for 5 s and more.

    Args:
        mode: what it does.
        interface: where it is to work, with an address of this host.
        loaders: first files of machines, as for dnsmasq_config().
        now: seconds of the clock that the log's events have.
        tell: gets what it does, and what machines will still miss.

    Raises:
        WireError: it can't be started, or must not; the text says why and what to do.
    """
    if os.geteuid() != 0:
        raise WireError("dnsmasq needs root: start it with sudo")
    _program()
    try:
        config = dnsmasq_config(mode, interface, address_at(interface), loaders)
    except ValueError as error:
        raise WireError(str(error)) from error
    _require_port(interface)
    tell(f"asking {interface} for other DHCP servers, {PATIENCE:.0f} s")
    missing = judged(mode, interface, ask(interface, _KINDS))
    running = Dnsmasq(config, interface, now)
    tell(f"dnsmasq runs on {interface}: it {_DOES[mode]}, and ends with tftptui")
    if not any(f"\n{line}" in config for line in ("dhcp-boot", "pxe-service")):
        tell("dnsmasq names no boot file: none with a usual name was found")
    if missing:
        tell(missing)
    return running


def judged(mode: Mode, interface: str, answers: Iterable[Answers]) -> str:
    """Return what machines will miss beside the servers that replied; "" if nothing.

    Raises:
        WireError: dnsmasq would work against one of them.
    """
    offers = {offer.server: offer for one in answers for offer in one.offers}
    giving = [one for one in offers.values() if not one.is_proxy]
    proxies = [one for one in offers.values() if one.is_proxy]
    if mode is Mode.FULL and giving:
        raise WireError(
            f"{giving[0].server} is a DHCP server on {interface} already (it offers "
            f"{giving[0].address}). To add only the boot file: --dnsmasq proxy"
        )
    if proxies:
        raise WireError(
            f"{proxies[0].server} is a proxy DHCP server on {interface} already: stop "
            "it, or set the boot file there"
        )
    if mode is Mode.PROXY and not giving:
        return (
            f"no DHCP server replied on {interface}: machines get no address. Start "
            "one, or use --dnsmasq full"
        )
    return ""


def address_at(interface: str) -> IPv4Interface:
    """Return our IPv4 address at an interface, with its network.

    Raises:
        WireError: there is no such interface, or it has none.
    """
    known = interface_addresses()
    for one in known.get(interface, ()):
        if isinstance(one, IPv4Interface):
            return one
    if interface not in known:
        raise WireError(f"no interface {interface}; there are: {', '.join(known)}")
    example = f"sudo ip address add 192.168.0.1/24 dev {interface}"
    raise WireError(f"{interface} has no IPv4 address. To give it one: {example}")


def _program() -> str:
    """Return where dnsmasq is.

    Raises:
        WireError: nowhere.
    """
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    if (found := shutil.which("dnsmasq", path=folders)) is None:
        raise WireError(
            "dnsmasq is not installed. Debian, Ubuntu: sudo apt install dnsmasq-base; "
            "Fedora: sudo dnf install dnsmasq; Alpine: apk add dnsmasq"
        )
    return found


def _require_port(interface: str) -> None:
    """Look whether port 67 is free there: two dnsmasqs would share it.

    Raises:
        WireError: another program has it.
    """
    try:
        BroadcastSource(interface, time.monotonic).close()
    except OSError as error:
        raise WireError(_port_taken(interface)) from error


def _port_taken(interface: str) -> str:
    holder = port_holders(SERVER_PORT) or "another program"
    return (
        f"UDP port {SERVER_PORT} on {interface} is in use by {holder}. Stop it, or set "
        f"the boot file there: tftptui wire {interface} --dnsmasq full prints the lines"
    )


def _why_not(line: str, interface: str) -> str:
    """Return why dnsmasq did not start, by the last line of its log."""
    if "in use" in line:
        return _port_taken(interface)
    return f"dnsmasq did not start: {line or 'it gave no reason'}"
