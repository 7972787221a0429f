"""Option negotiation from the client's side (RFC 2347, 2348, 2349, 7440)."""

from dataclasses import dataclass

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import Options

DEFAULT_BLOCK_SIZE = 512  # RFC 1350 §2
_MIN_BLOCK_SIZE = 8  # RFC 2348
_MAX_DIGITS = 20
_SHOWN = 32


@dataclass(frozen=True, slots=True)
class Terms:
    """The negotiated values; the defaults are those of RFC 1350.

    Attributes:
        block_size: data bytes in a full block.
        window: blocks per ACK.
        timeout: seconds between retransmissions, if negotiated.
        total_size: size of the file in bytes by the server's tsize, or None.
        options: the OACK as received; empty without one.
    """

    block_size: int = DEFAULT_BLOCK_SIZE
    window: int = 1
    timeout: int | None = None
    total_size: int | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The options that a client requests; None leaves one out.

    Attributes:
        total_size: size of the file to be written in bytes; 0 requests that of a read.
    """

    total_size: int | None = None
    block_size: int | None = None
    window: int | None = None
    timeout: int | None = None

    def options(self) -> Options:
        """Return the options for the request."""
        values = {
            b"tsize": self.total_size,
            b"blksize": self.block_size,
            b"windowsize": self.window,
            b"timeout": self.timeout,
        }
        return tuple(
            (name, str(value).encode())
            for name, value in values.items()
            if value is not None
        )

    def accept(self, answer: Options, *, is_write: bool) -> Terms:
        """Return the terms that an OACK sets.

        Raises:
            PeerError: the OACK violates an RFC; the text says how.
        """
        answered: dict[bytes, bytes] = {}
        for name, value in answer:
            if name.lower() in answered:
                raise _refused(f"{_shown(name)} twice")
            answered[name.lower()] = value
        requested = {name for name, _ in self.options()}
        for name in answered:
            if name not in requested:
                raise _refused(f"{_shown(name)}, which was not requested")
        size = _lowered(answered, b"blksize", _MIN_BLOCK_SIZE, self.block_size)
        return Terms(
            block_size=size if size is not None else DEFAULT_BLOCK_SIZE,
            window=_lowered(answered, b"windowsize", 1, self.window) or 1,
            timeout=_same(answered, b"timeout", self.timeout),
            total_size=(
                _same(answered, b"tsize", self.total_size)
                if is_write
                else _number(answered, b"tsize")
            ),
            options=answer,
        )


def _lowered(
    answered: dict[bytes, bytes], name: bytes, lowest: int, requested: int | None
) -> int | None:
    """Return a value that the server may lower, but not below LOWEST."""
    value = _number(answered, name)
    if value is None or requested is None:
        return None
    if not lowest <= value <= requested:
        raise _refused(f"{_shown(name)} {value}, but {requested} was requested")
    return value


def _same(
    answered: dict[bytes, bytes], name: bytes, requested: int | None
) -> int | None:
    """Return a value that the server may only confirm."""
    value = _number(answered, name)
    if value is not None and value != requested:
        raise _refused(f"{_shown(name)} {value}, but {requested} was requested")
    return value


def _number(answered: dict[bytes, bytes], name: bytes) -> int | None:
    value = answered.get(name)
    if value is None:
        return None
    if len(value) > _MAX_DIGITS or not value.isdigit():
        raise _refused(f"{_shown(name)} {_shown(value)!r}, which is not a number")
    return int(value)


def _refused(what: str) -> PeerError:
    return PeerError(ErrorCode.OPTION_REFUSED, f"the server agreed to {what}")


def _shown(data: bytes) -> str:
    return data[:_SHOWN].decode("ascii", "backslashreplace")
