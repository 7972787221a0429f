"""Reads facts from this host; changes nothing."""

import getpass
import gzip
import locale
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tftptui.doctor.facts import Device, Facts, Holder, Screen
from tftptui.doctor.reading.packet_filter import read_filters
from tftptui.doctor.reading.programs import printed
from tftptui.doctor.reading.root_folder import served_by
from tftptui.files.landlock import landlock_version
from tftptui.net.addresses import Endpoint
from tftptui.net.interfaces import interface_addresses, own_addresses
from tftptui.net.local_ports import (
    bind_trouble,
    ephemeral_range,
    first_plain_port,
    may_bind_low,
)
from tftptui.net.receive_buffer import room_for_requests
from tftptui.settings import Settings
from tftptui.telemetry.escapes import visible

_PROC = Path("/proc/sys")
_PROGRAM = "tftptui"


def read_facts(
    settings: Settings,
    port: int,
    *,
    own_pids: frozenset[int] = frozenset(),
    may_attach: bool = False,
) -> Facts:
    """Return the facts about this host; takes time, as it runs programs.

    OWN_PIDS are the processes of the server, if it is running; MAY_ATTACH is whether
    the control socket of one on PORT replies.
    """
    system = platform.system()
    return Facts(
        system=system,
        own_pids=own_pids,
        may_attach=may_attach,
        user=_user(),
        is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        bind_errno=_bind_errno(settings.listen, port),
        first_plain_port=first_plain_port(),
        may_bind_low=may_bind_low(),
        holders=_holders(port),
        devices=_devices(),
        sources=tuple(own_addresses()),
        ephemeral=ephemeral_range(),
        reserved=_reserved(),
        filters=read_filters(),
        tracked=_number("net/netfilter/nf_conntrack_count"),
        tracked_most=_number("net/netfilter/nf_conntrack_max"),
        landlock=landlock_version(),
        helper=_helper() if system == "Linux" else None,
        watches=_number("fs/inotify/max_user_watches"),
        instances=_number("fs/inotify/max_user_instances"),
        descriptors=_descriptors(),
        requests_at_once=room_for_requests(),
        served=served_by(settings),
        year=datetime.now(UTC).year,
        is_synchronised=_is_synchronised(),
        screen=read_screen(),
    )


def _reserved() -> tuple[str, ...]:
    text = _text("net/ipv4/ip_local_reserved_ports")
    return tuple(part for part in text.split(",") if part)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _bind_errno(listen: tuple[str, ...], port: int) -> int | None:
    for address in listen or ("0.0.0.0", "::"):  # noqa: S104 - as the server does
        trouble = bind_trouble(Endpoint(address.strip("[]"), port))
        if trouble is not None and (listen or address != "::"):
            return trouble
    return None


def _holders(port: int) -> tuple[Holder, ...]:
    try:
        pids = {
            connection.pid
            for connection in psutil.net_connections(kind="udp")
            if connection.laddr and connection.laddr.port == port
        }
        return tuple(
            Holder(
                pid=pid,
                name=visible(psutil.Process(pid).name()),
                unit=_unit(pid),
                is_tftptui=_is_tftptui(pid),
            )
            for pid in sorted(pid for pid in pids if pid is not None)
        )
    except (psutil.Error, OSError):
        return ()


def _is_tftptui(pid: int) -> bool:
    try:
        return runs_tftptui(psutil.Process(pid).cmdline())
    except (psutil.Error, OSError):
        return False


def runs_tftptui(words: Sequence[str]) -> bool:
    """Return whether a command line is tftptui, or its server process."""
    names = [Path(word).stem for word in words[:2]]
    is_python = bool(names) and names[0].startswith("python")
    if is_python and "-m" in words[1:3]:
        module = "".join(words[words.index("-m") + 1 :][:1])
        return module.partition(".")[0] == _PROGRAM
    return names[:1] == [_PROGRAM] or (is_python and names[1:] == [_PROGRAM])


def _unit(pid: int) -> str | None:
    """Return the systemd service of a process, by its control group."""
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text("utf-8", "replace")
    except OSError:
        return None
    parts = [part for line in groups.splitlines() for part in line.split("/")]
    units = [part for part in parts if part.endswith(".service")]
    return units[-1] if units and not units[-1].startswith("user@") else None


def _devices() -> tuple[Device, ...]:
    addresses = interface_addresses()
    return tuple(
        Device(
            name=name,
            is_up=stats.isup,
            mtu=stats.mtu,
            addresses=tuple(addresses.get(name, [])),
            return_path=_return_path(name),
        )
        for name, stats in psutil.net_if_stats().items()
    )


def _return_path(device: str) -> int | None:
    """Return the rp_filter in force: the higher of this device's and "all"."""
    own = _number(f"net/ipv4/conf/{device}/rp_filter")
    of_all = _number("net/ipv4/conf/all/rp_filter")
    return None if own is None else max(own, of_all or 0)


def _helper() -> bool | None:
    """Return whether the kernel has the TFTP helper, as a module or built in."""
    modules = ""
    with suppress(OSError):  # a kernel without modules has no such file
        modules = Path("/proc/modules").read_text("ascii", "replace")
    built_in = Path(f"/lib/modules/{platform.release()}/modules.builtin")
    if "nf_conntrack_tftp " in modules:
        return True
    if built_in.exists():
        return "nf_conntrack_tftp.ko" in built_in.read_text("ascii", "replace")
    return _is_configured()


def _is_configured() -> bool | None:
    """Return whether the helper is in the kernel, if its configuration is known."""
    try:
        with gzip.open("/proc/config.gz") as config:
            lines = config.read().splitlines()
    except OSError:
        return None
    return True if b"CONFIG_NF_CONNTRACK_TFTP=y" in lines else None


def _descriptors() -> int | None:
    """Return the limit of open files; the server raises its limit to the maximum."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def _is_synchronised() -> bool | None:
    said = printed("timedatectl", "show", "-p", "NTPSynchronized", "--value").text
    return {"yes": True, "no": False}.get(said.strip())


def read_screen() -> Screen:
    """Return the terminal's properties from the environment."""
    size = shutil.get_terminal_size()
    return Screen(
        is_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
        name=os.environ.get("TERM", ""),
        colours=os.environ.get("COLORTERM", ""),
        encoding=locale.getpreferredencoding(do_setlocale=False),
        columns=size.columns,
        lines=size.lines,
    )


def _text(name: str) -> str:
    try:
        return (_PROC / name).read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _number(name: str) -> int | None:
    text = _text(name)
    return int(text) if text.isdecimal() else None
