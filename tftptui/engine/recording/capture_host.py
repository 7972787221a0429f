"""The process that writes a capture; its argument is a file descriptor."""

import os
import signal
import socket
import sys

import msgspec

from tftptui.engine.holders.rights import keep_only_files
from tftptui.engine.recording.capture_pipe import (
    LENGTH,
    Begun,
    CaptureReply,
    Message,
    Met,
    Over,
    receive,
)
from tftptui.files.file_content import Content
from tftptui.telemetry.capture.place import CaptureError
from tftptui.telemetry.capture.scribe import Batch, Scribe, place_of


class Host:
    """Handles messages by writing the capture."""

    def __init__(self) -> None:
        self._scribe: Scribe | None = None

    def take(self, message: Message, descriptors: list[int]) -> CaptureReply:
        """Carry out a message; the answer is the progress of the capture."""
        scribe = self._scribe
        try:
            match message:
                case Begun(path=path, size=size, files=files, snaplen=snaplen):
                    place = place_of(path, size, files)
                    scribe = self._scribe = Scribe(descriptors[0], place, snaplen)
                case _ if scribe is None:
                    return CaptureReply(error="nothing was begun")
                case Met(view=view, has_content=has_content):
                    version = view.version
                    content = Content(descriptors[0], version) if has_content else None
                    scribe.opened(view, content)
                case Batch():
                    scribe.write(message)
                case Over():
                    scribe.finish()
        except (CaptureError, OSError) as error:
            return CaptureReply(error=str(error))
        return CaptureReply(packets=scribe.packets, nbytes=scribe.nbytes)

    def close(self) -> None:
        """Write the rest: the sender has ended."""
        if self._scribe is not None:
            self._scribe.finish()


def serve(sock: socket.socket) -> None:
    """Answer messages until the end of the stream."""
    host = Host()
    decoder = msgspec.msgpack.Decoder(Message)
    while (received := receive(sock)) is not None:
        data, descriptors = received
        message = decoder.decode(data)
        answer = msgspec.msgpack.encode(host.take(message, descriptors))
        sock.sendall(len(answer).to_bytes(LENGTH) + answer)
        if isinstance(message, Over):
            return
    host.close()


def main() -> None:
    """Run the host; the server handles the terminal's signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    keep_only_files()
    with socket.socket(fileno=int(sys.argv[1])) as sock:
        serve(sock)


if __name__ == "__main__":
    main()
