"""Firewall front ends, each with its own settings.

`ip netns exec` gives a command its own mounts, so that another folder can be mounted
over the host's settings, which stay untouched.
"""

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import pytest

from tests.support.serve import environment

UFW = shutil.which("ufw") or "/usr/sbin/ufw"
_SETTINGS = Path("/etc/ufw")
_PATIENCE = 20.0


class Ufw:
    """ufw on a host of a lab, enabled and blocking in all directions.

    Args:
        host: prefix of a command that runs it there.
        folder: for its settings.
    """

    def __init__(self, host: Sequence[str], folder: Path) -> None:
        if not Path(UFW).exists() or not _SETTINGS.is_dir():
            pytest.skip("ufw is not installed: apt install ufw")
        self._host, self._folder = host, folder
        shutil.copytree(_SETTINGS, folder, dirs_exist_ok=True)

    def close(self) -> None:
        """Block everything."""
        self.type("ufw default deny outgoing\nufw --force enable\n")

    def type(self, commands: str) -> None:
        """Run commands as root in a shell."""
        over = f"mount --bind {self._folder} {_SETTINGS}\n"
        done = subprocess.run(
            [*self._host, "sh", "-e"],
            input=over + commands,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60.0,
            check=False,
        )
        if "need to be root" in done.stderr or "mount:" in done.stderr:
            pytest.skip(f"ufw can't run here: {done.stderr}")
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"


class Firewalld:
    """Context manager: firewalld on a host of a lab, blocking everything.

    It has its own message bus and its own settings. The zones ``clients`` and
    ``servers`` drop packets that no rule allows; so does everything else.

    Args:
        host: prefix of a command that runs it there.
        folder: for its settings.
        zones: interfaces by zone.
    """

    def __init__(
        self, host: Sequence[str], folder: Path, zones: Mapping[str, str]
    ) -> None:
        programs = ("firewalld", "firewall-cmd", "dbus-daemon")
        if missing := [one for one in programs if shutil.which(one) is None]:
            pytest.skip(f"{missing} not installed: apt install firewalld dbus")
        self._host, self._folder, self._zones = host, folder, zones
        self._bus = f"unix:path={folder}/bus"
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        settings = self._folder / "settings"
        shutil.copytree("/etc/firewalld", settings, dirs_exist_ok=True)
        self._begin(
            "dbus-daemon",
            "--config-file=/usr/share/dbus-1/system.conf",
            f"--address={self._bus}",
            "--nofork",
            "--nopidfile",
            "--print-address",
        )
        said = self._running[0].stdout
        if said is None or not said.readline():  # it is ready when it prints a line
            self._skip()
        log = self._folder / "log"
        words = ("--nofork", "--nopid", "--system-config", str(settings))
        self._begin("firewalld", *words, "--log-file", str(log))
        self._await_state()
        self.type("firewall-cmd --set-default-zone=drop\n" + self._new_zones())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._running):
            process.terminate()
            process.communicate(timeout=20.0)

    def type(self, commands: str) -> None:
        """Run commands as root in a shell."""
        done = self._run(commands)
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"

    def _new_zones(self) -> str:
        typed = "firewall-cmd --permanent"
        lines = [
            f"{typed} --new-zone={zone}\n{typed} --zone={zone} --set-target=DROP\n"
            f"{typed} --zone={zone} --add-interface={device}\n"
            for zone, device in self._zones.items()
        ]
        return "".join([*lines, "firewall-cmd --reload\n"])

    def _begin(self, *command: str) -> None:
        process = subprocess.Popen(
            [*self._host, *command],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._running.append(process)

    def _run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._host, "sh", "-e"],
            input=commands,
            capture_output=True,
            text=True,
            env=self._environment(),
            timeout=60.0,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        return environment() | {"DBUS_SYSTEM_BUS_ADDRESS": self._bus}

    def _await_state(self) -> None:
        """Poll until it runs."""
        end = time.monotonic() + _PATIENCE
        while self._run("firewall-cmd --state").returncode:
            if self._running[-1].poll() is not None or time.monotonic() > end:
                self._skip()

    def _skip(self) -> NoReturn:
        self.__exit__(None, None, None)
        pytest.skip("firewalld does not start here")
