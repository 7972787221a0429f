"""Messages between two processes: a length, then msgpack (both ends are ours)."""

import asyncio
import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from tftptui.settings import Settings

T = TypeVar("T")

_LENGTH = 4
_LONGEST = 1 << 28


class MessageStreamError(Exception):
    """The other end sent an invalid message."""


class MessageStream(Generic[T]):
    """Sends messages of any type and receives one type, over a byte stream."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        decoder: msgspec.msgpack.Decoder[T],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_pack_path)
        self._decoder = decoder

    async def send(self, message: msgspec.Struct) -> None:
        """Send a message; wait while the other end is slow.

        Raises:
            ConnectionError: the other end has closed the connection.
        """
        data = self._encoder.encode(message)
        self._writer.write(len(data).to_bytes(_LENGTH) + data)
        await self._writer.drain()

    async def receive(self) -> T | None:
        """Return the next message, or None at the end of the stream.

        Raises:
            MessageStreamError: the message is invalid.
        """
        try:
            length = int.from_bytes(await self._reader.readexactly(_LENGTH))
            if length > _LONGEST:
                raise MessageStreamError(f"a message of {length} bytes")
            return self._decoder.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except msgspec.MsgspecError as error:
            raise MessageStreamError(str(error)) from error

    async def close(self) -> None:
        """Close the stream."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return


def settings_decoder() -> msgspec.msgpack.Decoder[Settings]:
    """Return the decoder for the first message to a child: its settings."""
    return msgspec.msgpack.Decoder(Settings, dec_hook=_unpack_path)


def _pack_path(path: object) -> bytes:
    """Encode a path as bytes: it may not be UTF-8."""
    if isinstance(path, Path):
        return os.fsencode(path)
    raise TypeError(f"a {type(path).__name__} can't be packed")


def _unpack_path(kind: type, packed: object) -> Path:
    if kind is Path and isinstance(packed, bytes):
        return Path(os.fsdecode(packed))
    raise TypeError(f"no {kind.__name__} can be unpacked")
