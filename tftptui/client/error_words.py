"""What the system says, as an ERROR for the server and as words for people."""

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
    """Return what to tell a server whose file can't be kept."""
    if error.errno in _NO_ROOM:
        return SendError(ErrorCode.DISK_FULL, "no room left on the client's disk")
    text = f"the client can't write the file: {error.strerror or error}"
    return SendError(ErrorCode.UNDEFINED, text)


def reading_trouble(error: Exception) -> SendError:
    """Return what to tell a server whose file can't be read on."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return SendError(ErrorCode.UNDEFINED, text or "the client can't read the file")


def port_trouble(error: OSError, ports: PortRange) -> str:
    """Say why none of our ports could be had."""
    several = ports.first != ports.last
    which = f"local ports {ports} are" if several else f"local port {ports.first} is"
    if error.errno == errno.EACCES:
        return f"{which} not allowed; try one from {_FIRST_FREE} on"
    if error.errno == errno.EADDRINUSE:
        holder = "" if several else port_holders(ports.first)
        return f"{which} taken" + (f" by {holder}" if holder else "")
    return f"{which} not to be had: {error.strerror}"


def probing(server: Endpoint, file: bytes) -> str:
    """Return what to type to see which ports, sizes and options get an answer."""
    return f"tftptui probe {server} {quote(visible(file))}"


def no_block(block_size: int, probe: str) -> str:
    """Say that options were agreed to, and that nothing came since.

    PROBE is what to type to find out more; empty if there is nothing.
    """
    text = f"the server agreed to blocks of {block_size:,} octets, then fell silent"
    tries = [f"try --blksize {DEFAULT_BLOCK_SIZE}"] * (block_size > DEFAULT_BLOCK_SIZE)
    tries += [probe] * bool(probe)
    return f"{text}; {', or: '.join(tries)}" if tries else text


def silence(
    server: Endpoint, local_port: int, *, requests: int, seconds: float, hint: str
) -> str:
    """Say that nothing ever came back."""
    told = counted(requests, "request")
    text = f"no answer from {server}: {told} sent from port {local_port}"
    text += f" in {seconds:.0f} s"
    return f"{text}; {hint}" if hint else text
