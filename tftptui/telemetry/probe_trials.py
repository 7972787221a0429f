"""Results of test transfers from one port with one set of options: plain data."""

from typing import Literal

import msgspec

Outcome = Literal[
    "ok",
    "silent",
    "refused",
    "error",
    "options",
    "stalled",
    "cut",
    "elsewhere",
    "no-port",
]
"""The result of a trial.

- ok: data arrived, or the whole file.
- silent: no reply at all.
- refused: only an ICMP error.
- error: the server replied with an ERROR.
- options: it refused our options (ERROR 8), or its OACK was invalid.
- stalled: it replied, but no block arrived.
- cut: blocks arrived, then no more.
- elsewhere: a reply came from another address.
- no-port: our port is not available on this host.
"""


SELF_TEST = "self-test"
"""The client program name of our own self-test, in transfers and the journal."""

SEEN_ENOUGH = "probed: enough has come"
"""The ERROR text with which a trial ends the transfer of a large file."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer from one of our ports.

    Attributes:
        port: our UDP port.
        options: as requested, like ``blksize=1468``; empty for none.
        agreed: as negotiated, in the same form.
        outcome: the result.
        detail: what the server or a firewall said, in words.
        reporter: sender of the ICMP error, or of a reply from elsewhere.
        server_tid: the server's port; None without a reply.
        block_size: negotiated block size in bytes; None without a reply.
        nbytes: bytes of the file received; seconds: in how long.
        requests: number of requests sent.
    """

    port: int
    options: str = ""
    agreed: str = ""
    outcome: Outcome
    detail: str = ""
    reporter: str | None = None
    server_tid: int | None = None
    block_size: int | None = None
    nbytes: int = msgspec.field(default=0, name="octets")
    seconds: float = 0.0
    requests: int = 0
