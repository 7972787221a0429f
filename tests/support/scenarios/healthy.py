"""Healthy boots of mixed clients on a path that loses some packets: no alarms."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import monotonic

from tests.support import lab_clients as clients
from tests.support.lab import Lab
from tests.support.lab_clients import Firmware, probe_then_fetch, program
from tests.support.lab_server import LabServer
from tests.support.scenarios.scenario import CONTENT, FILE, SERVED
from tftptui.settings import PortRange
from tftptui.telemetry.events import Found

LOSS = (
    "table ip f {{ chain forward {{\ntype filter hook forward priority filter;\n"
    "numgen random mod 100 < {percent} drop\n}}\n}}\n"
)
RETRIES = (0.0, 2.0, 4.0, 8.0)
_LONG = 180.0
"""Timeout in seconds of a program. Of 83 blocks 3.5 are lost on average, but 8 once in
60 boots: with 40 s, curl would give up then, after eight waits of 5 s."""

FIRMWARE_PORTS = "40959,49152-49164"
"""The ports of iPXE and PXELINUX here, which no program may get from the system."""

NAMES = [
    "pxelinux.cfg/01-aa-bb-cc-dd-ee-ff",
    *(f"pxelinux.cfg/{'0A3720AF'[:size]}" for size in range(8, 0, -1)),
    "pxelinux.cfg/default",
]


@dataclass(frozen=True, slots=True)
class Booted:
    """One boot: its client, whether the file is complete, and the seconds it took."""

    client: str
    came: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """A false alarm about a boot, even a short one."""

    client: str
    code: str
    headline: str


@dataclass
class Boots:
    """The results of many boots."""

    booted: list[Booted] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)


Boot = Callable[[Lab, str], bool]


def _firmware(lab: Lab, address: str, **changes: object) -> bool:
    one = Firmware(
        SERVED,
        FILE,
        address=address,
        asks=RETRIES,
        patience=20.0,
        **changes,  # type: ignore[arg-type]
    )
    return lab.inside("client", one.fetch)


def _uefi(lab: Lab, address: str) -> bool:
    return lab.inside("client", lambda: probe_then_fetch(SERVED, FILE, address=address))


def _pxelinux(lab: Lab, address: str) -> bool:
    """Search for the configuration like PXELINUX; only the last name exists."""
    made = partial(
        Firmware, SERVED, address=address, options=clients.PXELINUX, asks=RETRIES
    )
    files = [
        made(file=name, port=49_152 + number, patience=20.0)
        for number, name in enumerate(NAMES)
    ]
    return [lab.inside("client", one.fetch) for one in files][-1]


def _curl(lab: Lab, address: str) -> bool:
    """Fetch with curl; each loss costs the 6 s that it requests as timeout."""
    url = f"tftp://{Lab.SERVER}/{FILE}"
    command = ("curl", "-sS", "--interface", address, "-o/dev/null", url)
    return program(lab.within("client"), *command, patience=_LONG)


def _atftp(lab: Lab, _address: str) -> bool:
    command = ("atftp", "--get", "-r", FILE, "-l", "/dev/null", Lab.SERVER)
    return program(lab.within("client"), *command, patience=_LONG)


def _hpa(lab: Lab, _address: str) -> bool:
    command = ("tftp", "-m", "binary", Lab.SERVER, "-c", "get", FILE, "/dev/null")
    return program(lab.within("client"), *command, patience=_LONG)


def _busybox(lab: Lab, _address: str) -> bool:
    command = ("busybox", "tftp", "-g", "-r", FILE, "-l", "/dev/null", Lab.SERVER)
    return program(lab.within("client"), *command, patience=_LONG)


CLIENTS: dict[str, Boot] = {
    "Intel boot ROM": partial(_firmware, port=2_070),
    "UEFI": _uefi,
    "iPXE": partial(_firmware, options=clients.IPXE, port=40_959, step=0),
    "U-Boot": partial(_firmware, options=clients.U_BOOT, port=1_403, step=0),
    "GRUB": partial(_firmware, options=clients.GRUB, port=25_300, step=0),
    "PXELINUX": _pxelinux,
    "curl": _curl,
    "atftp": _atftp,
    "tftp-hpa": _hpa,
    "BusyBox": _busybox,
}

OF_ONE_HOST = ("atftp", "tftp-hpa", "BusyBox")
"""Programs without an option for the source address."""


def healthy_boots(folder: Path, count: int, *, percent: int = 2) -> Boots:
    """Boot COUNT clients, several at once, while PERCENT of all packets are lost."""
    (folder / FILE).write_bytes(CONTENT)
    (folder / "pxelinux.cfg").mkdir()
    (folder / "pxelinux.cfg" / "default").write_bytes(CONTENT[:2_000])
    lab = Lab()
    lab.build()
    try:
        addresses = [
            f"10.55.{32 + n // 200}.{n % 200 + 1}" for n in range(2, 2 + count)
        ]
        lab.ip("client", *(f"address add {one}/16 dev c0" for one in addresses))
        lab.ip("router", "address add 10.55.255.254/16 dev c0")
        lab.set("client", "net/ipv4/ip_local_reserved_ports", FIRMWARE_PORTS)
        lab.nft("router", LOSS.format(percent=percent))
        ports = PortRange(50_000, 51_999)
        server = LabServer(lab, folder, {"ports": ports, "kept_packets": 10_000})
        server.start()
        jobs = list(zip(islice(cycle(CLIENTS), count), addresses, strict=True))
        try:
            with ThreadPoolExecutor(10) as pool:
                booted = list(pool.map(lambda job: _boot(lab, *job), jobs))
        finally:
            server.stop()
    finally:
        lab.remove()
    whose = {address: client for client, address in jobs if client not in OF_ONE_HOST}
    return Boots(booted, list(_alarms(server.found, whose)))


def _boot(lab: Lab, client: str, address: str) -> Booted:
    begun = monotonic()
    came = CLIENTS[client](lab, address)
    return Booted(client, came, monotonic() - begun)


def _alarms(found: list[Found], whose: dict[str, str]) -> Iterator[Alarm]:
    """Yield each alarm once for each client that it is about."""
    told = {
        (one.number, client): one
        for one in reversed(found)
        if one.is_alarm
        for client in one.clients
    }
    for (_, address), one in told.items():
        client = whose.get(address, " or ".join(OF_ONE_HOST))
        yield Alarm(client, one.code, one.headline)
