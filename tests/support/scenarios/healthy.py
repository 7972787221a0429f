"""Healthy boots of mixed clients on a way that loses some packets: nothing is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from tests.support import lab_clients as clients
from tests.support.lab import Lab
from tests.support.lab_clients import Firmware, probe_then_fetch, program
from tests.support.lab_server import LabServer
from tests.support.scenarios.scenario import CONTENT, FILE, SERVED
from tftptui.settings import PortRange

LOSS = (
    "table ip f {{ chain forward {{\ntype filter hook forward priority filter;\n"
    "numgen random mod 100 < {percent} drop\n}}\n}}\n"
)
RETRIES = (0.0, 2.0, 4.0, 8.0)
GRUB_FILE = f"/{FILE}"
NAMES = [
    "pxelinux.cfg/01-aa-bb-cc-dd-ee-ff",
    *(f"pxelinux.cfg/{'0A3720AF'[:size]}" for size in range(8, 0, -1)),
    "pxelinux.cfg/default",
]


@dataclass
class Boots:
    """What came of many boots.

    Attributes:
        came: how many got their file, by client; failed: likewise.
        alarms: codes that were told, though nothing was wrong, with their headlines.
    """

    came: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    alarms: list[tuple[str, str]] = field(default_factory=list)


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
    """Look for the configuration as PXELINUX does; only the last name is there."""
    made = partial(
        Firmware, SERVED, address=address, options=clients.PXELINUX, asks=RETRIES
    )
    files = [
        made(file=name, port=49_152 + number, patience=20.0)
        for number, name in enumerate(NAMES)
    ]
    return [lab.inside("client", one.fetch) for one in files][-1]


def _curl(lab: Lab, address: str) -> bool:
    url = f"tftp://{Lab.SERVER}/{FILE}"
    command = ("curl", "-sS", "-m", "40", "--interface", address, "-o/dev/null", url)
    return program(lab.within("client"), *command, patience=60.0)


def _atftp(lab: Lab, _address: str) -> bool:
    command = ("atftp", "--get", "-r", FILE, "-l", "/dev/null", Lab.SERVER)
    return program(lab.within("client"), *command, patience=60.0)


def _hpa(lab: Lab, _address: str) -> bool:
    command = ("tftp", "-m", "binary", Lab.SERVER, "-c", "get", FILE, "/dev/null")
    return program(lab.within("client"), *command, patience=60.0)


def _busybox(lab: Lab, _address: str) -> bool:
    command = ("busybox", "tftp", "-g", "-r", FILE, "-l", "/dev/null", Lab.SERVER)
    return program(lab.within("client"), *command, patience=60.0)


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


def healthy_boots(folder: Path, count: int, *, percent: int = 2) -> Boots:
    """Boot COUNT clients, several at once, while PERCENT of all packets are lost."""
    (folder / FILE).write_bytes(CONTENT)
    (folder / "pxelinux.cfg").mkdir()
    (folder / "pxelinux.cfg" / "default").write_bytes(CONTENT[:2_000])
    lab, boots = Lab(), Boots()
    lab.build()
    try:
        addresses = [
            f"10.55.{32 + n // 200}.{n % 200 + 1}" for n in range(2, 2 + count)
        ]
        lab.ip("client", *(f"address add {one}/16 dev c0" for one in addresses))
        lab.ip("router", "address add 10.55.255.254/16 dev c0")
        lab.nft("router", LOSS.format(percent=percent))
        ports = PortRange(50_000, 51_999)
        server = LabServer(lab, folder, {"ports": ports, "kept_packets": 10_000})
        server.start()
        try:
            with ThreadPoolExecutor(10) as pool:
                jobs = list(zip(_in_turn(count), addresses, strict=True))
                results = pool.map(lambda job: job[0][1](lab, job[1]), jobs)
                for ((name, _), _), came in zip(jobs, results, strict=True):
                    (boots.came if came else boots.failed)[name] += 1
        finally:
            server.stop()
    finally:
        lab.remove()
    boots.alarms = [(one.code, one.headline) for one in server.found if one.is_alarm]
    return boots


def _in_turn(count: int) -> Iterator[tuple[str, Boot]]:
    return islice(cycle(CLIENTS.items()), count)
