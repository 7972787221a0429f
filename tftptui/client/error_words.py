"""System errors as ERRORs for the server and messages for people."""

import errno
from shlex import quote

from tftptui.net.addresses import Endpoint
from tftptui.net.local_ports import port_holders
from tftptui.protocol.commands import SendError
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.settings import PortRange
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.words import counted

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FIRST_FREE = 1_024


def writing_trouble(error: OSError) -> SendError:
    """Return the ERROR for the server if writing the file here fails."""
    if error.errno in _NO_ROOM:
        return SendError(ErrorCode.DISK_FULL, "no room left on the client's disk")
    text = f"the client cannot write the file: {error.strerror or error}"
    return SendError(ErrorCode.UNDEFINED, text)


def reading_trouble(error: Exception) -> SendError:
    """Return the ERROR for the server if reading the file here fails."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return SendError(ErrorCode.UNDEFINED, text or "the client cannot read the file")


def port_trouble(error: OSError, ports: PortRange) -> str:
    """Return why none of the local ports could be opened."""
    several = ports.first != ports.last
    which = f"local ports {ports}" if several else f"local port {ports.first}"
    if error.errno == errno.EACCES:
        return f"no permission for {which}; use {_FIRST_FREE} or higher"
    if error.errno == errno.EADDRINUSE:
        holder = "" if several else port_holders(ports.first)
        verb = "are" if several else "is"
        return f"{which} {verb} in use" + (f" by {holder}" if holder else "")
    return f"cannot open {which}: {error.strerror}"


def probing(server: Endpoint, file: bytes) -> str:
    """Return the command that tests which ports, sizes and options get a reply."""
    return f"tftptui probe {server} {quote(visible(file))}"


def no_block(block_size: int, probe: str) -> str:
    """Return the message if options were granted and then no block arrived.

    PROBE is a command for further tests, or empty.
    """
    text = f"the server granted blksize {block_size}, but no block arrived"
    tries = [f"try --blksize {DEFAULT_BLOCK_SIZE}"] * (block_size > DEFAULT_BLOCK_SIZE)
    tries += [probe] * bool(probe)
    return f"{text}; {', or: '.join(tries)}" if tries else text


def silence(
    server: Endpoint, local_port: int, *, requests: int, seconds: float, hint: str
) -> str:
    """Return the message if there was no reply at all."""
    many = counted(requests, "request")
    text = f"no reply from {server}: {many} sent from port {local_port}"
    text += f" in {seconds:.0f} s"
    return f"{text}; {hint}" if hint else text
