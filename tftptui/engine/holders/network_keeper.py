"""A small process that keeps root's right to change interfaces, and undoes at the end.

The server gives up root once its sockets are open, so it could not take an address away
again. This process waits for lines on standard input, makes each change, and undoes all
of them when the server is gone, however it went. It knows one interface and hears
nothing from the network.

    python -m tftptui.engine.holders.network_keeper INTERFACE
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from ipaddress import IPv4Interface

import msgspec

from tftptui.cable.host_changes import Change, ChangeError, HostChanges, folder_to_write
from tftptui.engine.holders.rights import keep_only_network

_MOST = 8
"""Changes that one server may want: more is a mistake."""

_WIDEST = 8
"""Length of the shortest prefix: nobody's cable has a larger network."""

_PATIENCE = 5.0
"""Seconds that it may take to undo all."""


class _Reply(msgspec.Struct):
    """To one change: why it was not made, or ""; at the end what was undone."""

    error: str = ""
    undone: list[str] = []


class NetworkKeeper:
    """The server's side: start() it as root, make() changes, stop() undoes them."""

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process; without root's rights there is none.

        Raises:
            OSError: it can't be started.
        """
        if os.geteuid() == 0:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", __name__, self._interface),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )

    async def make(self, change: Change) -> None:
        """Make a change.

        Raises:
            ChangeError: it was not made; the text says why.
        """
        reply = await self._ask(msgspec.json.encode(change) + b"\n")
        if reply.error:
            raise ChangeError(reply.error)

    async def stop(self) -> list[str]:
        """Undo all; return a sentence for each change."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return []
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                line = await process.stdout.readline()
                await process.wait()
                return msgspec.json.decode(line, type=_Reply).undone if line else []
        return ["what was changed is still being undone: see tftptui doctor --undo"]

    async def _ask(self, line: bytes) -> _Reply:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ChangeError("only root may do that")
        with suppress(ConnectionError):
            process.stdin.write(line)
            await process.stdin.drain()
            if answer := await process.stdout.readline():
                return msgspec.json.decode(answer, type=_Reply)
        raise ChangeError("the process that changes interfaces has ended")


def _wanted(line: bytes, interface: str, made: int) -> Change:
    """Return the change that a line asks for.

    Raises:
        ChangeError: it is none that a cable needs.
    """
    try:
        change = msgspec.json.decode(line, type=Change)
        address = IPv4Interface(change.address) if change.address else None
    except (msgspec.DecodeError, ValueError) as error:
        raise ChangeError(f"not a change: {error}") from error
    if change.interface != interface:
        raise ChangeError(f"only {interface} may be changed")
    if address is not None and (
        address.network.prefixlen < _WIDEST
        or address.ip.is_loopback
        or address.ip.is_multicast
        or address.ip.is_unspecified
    ):
        raise ChangeError(f"{address} is no address for a cable")
    if made >= _MOST:
        raise ChangeError("too many changes")
    return change


def main() -> None:
    """Make changes until standard input ends, then undo them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server's end is what ends it
    keep_only_network()
    changes, made = HostChanges(folder_to_write()), 0
    try:
        for line in sys.stdin.buffer:
            reply = _Reply()
            try:
                changes.make(_wanted(line, sys.argv[1], made))
                made += 1
            except ChangeError as error:
                reply.error = str(error)
            _write(reply)
    finally:
        undone = changes.undo()
        _write(_Reply(undone=undone))


def _write(reply: _Reply) -> None:
    with suppress(OSError):  # nobody is left to read it
        sys.stdout.buffer.write(msgspec.json.encode(reply) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
