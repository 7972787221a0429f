"""A small process that runs dnsmasq, and ends it when the server is gone.

The server gives up root once its sockets are open, and dnsmasq becomes another user:
only a process that stays root can end it. The first line of standard input is the
configuration, as JSON; when the input ends, however the server went, so does dnsmasq.
Its log goes to standard error.

    python -m tftptui.engine.holders.dnsmasq_keeper DNSMASQ [OPTION...]
"""

import signal
import subprocess
import sys
import threading

import msgspec

from tftptui.wire.dnsmasq_log import ENDED


def main() -> None:
    """Run dnsmasq until it, or standard input, ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server's end is what ends it
    config = msgspec.json.decode(sys.stdin.buffer.readline(), type=str)
    with (
        subprocess.Popen(  # noqa: S603 - the server names the program
            sys.argv[1:], stdin=subprocess.PIPE, text=True
        ) as dnsmasq
    ):
        waiting = threading.Thread(target=_end_with_server, args=[dnsmasq], daemon=True)
        if dnsmasq.stdin is not None:
            dnsmasq.stdin.write(config)
            dnsmasq.stdin.close()
        waiting.start()
        status = dnsmasq.wait()
    sys.stderr.write(f"{ENDED} {status}\n")


def _end_with_server(dnsmasq: "subprocess.Popen[str]") -> None:
    sys.stdin.buffer.read()
    dnsmasq.terminate()


if __name__ == "__main__":
    main()
