"""Other TFTP servers, in the foreground on loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.free_ports import free_range
from tests.support.serve import Serve
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, ReadRequest, encode_request

PATIENCE = 20.0

_HPA = "in.tftpd -L -s -u nobody --permissive -c -a {host}:{port} {root}"
_ATFTPD = (
    "atftpd --daemon --no-fork --port {port} --bind-address {host} --user root "
    "--group root --logfile /dev/null {root}"
)
_DNSMASQ = (
    "dnsmasq -k -C /dev/null --port=0 --enable-tftp --tftp-root={root} "
    "--listen-address={host} --bind-interfaces --user=root --quiet-tftp "
    "--log-facility=/dev/null --pid-file="
)
_COMMANDS = {"tftpd-hpa": _HPA, "atftpd": _ATFTPD, "dnsmasq": _DNSMASQ}

OURS = "tftptui"
OTHERS = tuple(_COMMANDS)
WRITABLE = (OURS, "tftpd-hpa", "atftpd")
NETASCII_WRITABLE = WRITABLE[:2]
"""atftpd 0.8.0 writes a line end wrongly after a NUL."""


@contextmanager
def serving(name: str, root: Path, host: str = "127.0.0.1") -> Iterator[Endpoint]:
    """Run a server on a folder until it replies; yield its address.

    Skips the test if it is not installed or needs root, but never in CI.
    """
    root.chmod(0o777)  # some of them drop root
    if name == OURS:
        with Serve(root, "--write", "overwrite", listen=host) as serve:
            yield serve.at
        return
    with _running(name, root, host) as at:
        yield at


@contextmanager
def serving_within(
    name: str, root: Path, host: str, within: Sequence[str]
) -> Iterator[Endpoint]:
    """Run a server elsewhere, on port 69 of HOST; WITHIN is the prefix of its command.

    It may not reply yet: retry until it does.
    """
    root.chmod(0o777)
    words = _COMMANDS[name].format(host=host, port=69, root=root).split()
    _require(name, words[0])
    process = subprocess.Popen([*within, *words], stdin=subprocess.DEVNULL)
    try:
        yield Endpoint(host, 69)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def await_content(path: Path, content: bytes) -> bytes:
    """Return the content of a file, waiting a moment for it to become CONTENT.

    atftpd acknowledges the last block before it writes it.
    """
    end = time.monotonic() + PATIENCE
    while (found := path.read_bytes()) != content and time.monotonic() < end:
        os.sched_yield()
    return found


@contextmanager
def _running(name: str, root: Path, host: str) -> Iterator[Endpoint]:
    at = Endpoint(host, free_range(1).first)
    if name == "dnsmasq":  # it can't use another port than 69
        number = os.getpid()
        at = Endpoint(f"127.69.{number >> 8 & 255}.{number & 255}", 69)
    written = f"[{at.host}]" if ":" in at.host else at.host
    words = _COMMANDS[name].format(host=written, port=at.port, root=root).split()
    _require(name, words[0])
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    try:
        _await_answer(process, at)
        yield at
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _require(name: str, program: str) -> None:
    why = ""
    if shutil.which(program) is None:
        why = f"{name} is not installed; .ci/run shows how"
    elif os.geteuid() != 0:
        why = f"{name} needs root"
    if not why:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI this must be there: {why}")
    pytest.skip(why)


def _await_answer(process: subprocess.Popen[bytes], at: Endpoint) -> None:
    """Request a missing file until the server replies."""
    request = encode_request(ReadRequest(b"is-anybody-there", Mode.OCTET))
    end = time.monotonic() + PATIENCE
    with socket.socket(at.family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.05)
        while time.monotonic() < end:
            assert process.poll() is None, f"it ended with {process.returncode}"
            sock.sendto(request, at.as_socket_address())
            try:
                sock.recv(1_000)
            except TimeoutError:
                continue
            return
    raise AssertionError(f"nobody answers at {at}")
