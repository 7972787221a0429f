"""The pipe to the process that writes a capture: a length, msgpack, file descriptors.

Every message is answered, so that the sender knows the progress.
"""

import contextlib
import socket
import subprocess
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec

from tftptui.files.file_content import Content
from tftptui.telemetry.capture.scribe import Batch
from tftptui.telemetry.views import TransferView

LENGTH = 4


class PipeError(Exception):
    """The capture has ended; the text says why."""


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """The first message; it carries the descriptor of the capture file."""

    path: bytes
    size: int | None
    files: int
    snaplen: int | None


class Met(msgspec.Struct, frozen=True, kw_only=True, tag="met"):
    """A transfer; if ``has_content``, it carries a descriptor of its file."""

    view: TransferView
    has_content: bool


class Over(msgspec.Struct, frozen=True, tag="over"):
    """The last message."""


Message = Begun | Met | Batch | Over


class CaptureReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: how much is written, or why no more will be."""

    packets: int = 0
    nbytes: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A transfer whose packets may follow; the receiver closes its content."""

    view: TransferView
    content: Content | None


class Pipe:
    """The process that writes, seen from the server."""

    def __init__(self, begun: Begun, descriptor: int) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(CaptureReply)
        self._socket, theirs = socket.socketpair()
        with theirs:
            # -P: never import from the current directory.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "tftptui.engine.recording.capture_host",
                    str(theirs.fileno()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._begun, self._descriptor = begun, descriptor

    def __enter__(self) -> Self:
        """Pass the file to the process.

        Raises:
            PipeError: it can't be written.
        """
        try:
            self._ask(self._begun, Content(self._descriptor))
        except PipeError:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._close()

    def send(self, item: Opened | Batch) -> tuple[int, int]:
        """Send an item; return packets and bytes written so far.

        Raises:
            PipeError: it can't be written.
        """
        if isinstance(item, Batch):
            return self._ask(item)
        content = item.content
        met = Met(view=item.view, has_content=content is not None)
        return self._ask(met, content)

    def finish(self) -> tuple[int, int]:
        """Have the file closed; return like send().

        Raises:
            PipeError: the rest could not be written.
        """
        return self._ask(Over())

    def _ask(self, message: Message, content: Content | None = None) -> tuple[int, int]:
        data = self._encoder.encode(message)
        data = len(data).to_bytes(LENGTH) + data
        try:
            if content is not None:
                with contextlib.closing(content):
                    sent = socket.send_fds(self._socket, [data], [content.descriptor])
                data = data[sent:]
            self._socket.sendall(data)
            answer = receive(self._socket)
        except OSError as error:
            raise PipeError(f"its process is gone: {error.strerror}") from error
        if answer is None:
            raise PipeError("its process has ended")
        reply = self._decoder.decode(answer[0])
        if reply.error is not None:
            raise PipeError(reply.error)
        return reply.packets, reply.nbytes

    def _close(self) -> None:
        self._socket.close()  # this ends the process
        self._process.wait()


def receive(sock: socket.socket) -> tuple[bytes, list[int]] | None:
    """Return one message with its descriptors; None at the end.

    Raises:
        OSError: the connection failed.
    """
    head, descriptors, _, _ = socket.recv_fds(sock, LENGTH, 1)
    while 0 < len(head) < LENGTH:
        more = sock.recv(LENGTH - len(head))
        if not more:
            return None
        head += more
    if not head:
        return None
    wanted = int.from_bytes(head)
    data = bytearray()
    while len(data) < wanted:
        piece = sock.recv(min(1 << 20, wanted - len(data)))
        if not piece:
            return None
        data += piece
    return bytes(data), descriptors
