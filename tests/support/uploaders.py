"""The same client programs, uploading files instead of fetching them."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.real_clients import PATIENCE, RealClient
from tftptui.net.addresses import Endpoint

BLOCK_SIZE, WINDOW = 1_428, 8
"""The options requested by the client with options."""


@dataclass(frozen=True)
class Uploader(RealClient):
    """A client program that uploads; its command sends the file PLACE as NAME."""

    def put(self, server: Endpoint, name: str, place: Path) -> tuple[int, str]:
        """Upload the file PLACE; return the exit status and the output."""
        with self.start(server, name, place) as process:
            said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said


def _curl(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["curl", "-sSg", "-T", str(place), f"tftp://{server}/{name}"]


def _hpa(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["tftp", "-m", "binary", *_hpa_end(server, name, place)]


def _hpa_netascii(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["tftp", *_hpa_end(server, name, place)]


def _hpa_end(server: Endpoint, name: str, place: Path) -> list[str]:
    return [server.host, str(server.port), "-c", "put", str(place), name]


def _atftp(server: Endpoint, name: str, place: Path) -> list[str]:
    files = ["-l", str(place), "-r", name]
    return ["atftp", "--put", *files, server.host, str(server.port)]


def _atftp_options(server: Endpoint, name: str, place: Path) -> list[str]:
    program, *rest = _atftp(server, name, place)
    options = [f"blksize {BLOCK_SIZE}", f"windowsize {WINDOW}"]
    return [program, "--option", options[0], "--option", options[1], *rest]


def _busybox(server: Endpoint, name: str, place: Path) -> list[str]:
    files = ["-l", str(place), "-r", name]
    return ["busybox", "tftp", "-p", *files, server.host, str(server.port)]


CURL = Uploader("curl", "curl", _curl)
HPA = Uploader("tftp", "tftp-hpa", _hpa)
HPA_NETASCII = Uploader("tftp", "tftp-hpa", _hpa_netascii)
ATFTP = Uploader("atftp", "atftp", _atftp)
ATFTP_OPTIONS = Uploader("atftp", "atftp", _atftp_options)
BUSYBOX = Uploader("busybox", "busybox", _busybox)

ALL = (CURL, HPA, ATFTP, BUSYBOX)
