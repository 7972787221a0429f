"""Real TFTP clients, run as users run them."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tftptui.net.addresses import Endpoint

PATIENCE = 60.0
"""Timeout in seconds of one fetch."""

WINDOW = 4
"""The window size that the client with windows requests."""

Command = Callable[[Endpoint, str, Path], list[str]]


@dataclass(frozen=True)
class RealClient:
    """A client program.

    Attributes:
        program: the executable.
        package: its Debian package.
        command: builds the command line that fetches a name into a file.
    """

    program: str
    package: str
    command: Command

    def __str__(self) -> str:
        return self.package

    def require(self) -> None:
        """Skip the test if the program is missing; in CI that is a failure."""
        if shutil.which(self.program) is not None:
            return
        words = f"{self.program} is not installed: apt install {self.package}"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)

    def start(self, server: Endpoint, name: str, place: Path) -> subprocess.Popen[str]:
        """Start fetching NAME into the file PLACE."""
        return subprocess.Popen(
            self.command(server, name, place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=place.parent,
        )

    def fetch(self, server: Endpoint, name: str, place: Path) -> int:
        """Fetch NAME into the file PLACE; return the exit status."""
        with self.start(server, name, place) as process:
            process.communicate(timeout=PATIENCE)
        return process.returncode


def finish(processes: Iterable[subprocess.Popen[str]]) -> list[int]:
    """Wait for running fetches; return their exit statuses."""
    statuses = []
    for process in processes:
        with process:
            process.communicate(timeout=PATIENCE)
        statuses.append(process.returncode)
    return statuses


def _curl(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["curl", "-sSg", "-o", str(place), f"tftp://{server}/{name}"]


def _curl_plain(server: Endpoint, name: str, place: Path) -> list[str]:
    return [*_curl(server, name, place), "--tftp-no-options"]


def _curl_in_haste(server: Endpoint, name: str, place: Path) -> list[str]:
    # This results in the option timeout=1; otherwise it requests 6 seconds.
    return [*_curl(server, name, place), "--connect-timeout", "5"]


def _hpa(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["tftp", "-m", "binary", *_hpa_end(server, name, place)]


def _hpa_netascii(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["tftp", *_hpa_end(server, name, place)]


def _hpa_end(server: Endpoint, name: str, place: Path) -> list[str]:
    return [server.host, str(server.port), "-c", "get", name, str(place)]


def _atftp(server: Endpoint, name: str, place: Path) -> list[str]:
    files = ["-r", name, "-l", str(place)]
    return ["atftp", "--get", *files, server.host, str(server.port)]


def _atftp_windows(server: Endpoint, name: str, place: Path) -> list[str]:
    program, *rest = _atftp(server, name, place)
    return [program, "--option", f"windowsize {WINDOW}", *rest]


def _busybox(server: Endpoint, name: str, place: Path) -> list[str]:
    files = ["-r", name, "-l", str(place)]
    return ["busybox", "tftp", "-g", *files, server.host, str(server.port)]


CURL = RealClient("curl", "curl", _curl)
CURL_PLAIN = RealClient("curl", "curl", _curl_plain)
CURL_IN_HASTE = RealClient("curl", "curl", _curl_in_haste)
HPA = RealClient("tftp", "tftp-hpa", _hpa)
HPA_NETASCII = RealClient("tftp", "tftp-hpa", _hpa_netascii)
ATFTP = RealClient("atftp", "atftp", _atftp)
ATFTP_WINDOWS = RealClient("atftp", "atftp", _atftp_windows)
BUSYBOX = RealClient("busybox", "busybox", _busybox)

ALL = (CURL, HPA, ATFTP, BUSYBOX)
