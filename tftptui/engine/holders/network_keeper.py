"""A small process that may still change interfaces, and undoes its changes.

The server drops root once its sockets are open, so it could not remove an address
later. This process reads changes from standard input, makes them, and undoes all of
them when the server ends, however that happens. It is limited to one interface and
receives nothing from the network.

    python -m tftptui.engine.holders.network_keeper INTERFACE
"""

import signal
import sys
from contextlib import suppress
from ipaddress import IPv4Interface

import msgspec

from tftptui.cable.host_changes import Change, ChangeError, HostChanges, folder_to_write
from tftptui.engine.holders.rights import keep_only_network
from tftptui.engine.network_keeper import KeeperReply

_MOST = 8
"""Maximum changes for one server: more must be a bug."""

_WIDEST = 8
"""Shortest prefix length: no cable has a larger network."""


def _wanted(line: bytes, interface: str, made: int) -> Change:
    """Parse and check a requested change.

    Raises:
        ChangeError: it is invalid, or no cable needs it.
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
        signal.signal(number, signal.SIG_IGN)  # only the end of the server ends it
    keep_only_network()
    changes, made = HostChanges(folder_to_write()), 0
    try:
        for line in sys.stdin.buffer:
            reply = KeeperReply()
            try:
                changes.make(_wanted(line, sys.argv[1], made))
                made += 1
            except ChangeError as error:
                reply.error = str(error)
            _write(reply)
    finally:
        undone = changes.undo()
        _write(KeeperReply(undone=undone))


def _write(reply: KeeperReply) -> None:
    with suppress(OSError):  # nobody reads it any more
        sys.stdout.buffer.write(msgspec.json.encode(reply) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
