"""What came of asking a server from one port with one set of options: plain data."""

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
"""How a trial went:

- ok: data came, or the whole file.
- silent: nothing came back at all.
- refused: nothing but an ICMP error.
- error: the server answered with an ERROR.
- options: it refused our options (ERROR 8), or agreed to what we had not asked for.
- stalled: it answered, but no block came.
- cut: blocks came, then no more.
- elsewhere: an answer came, but from another address.
- no-port: our port can't be had on this host.
"""


SELF_TEST = "self-test"
"""The kind of client that our own self-test is, in transfers and the journal."""

SEEN_ENOUGH = "probed: enough has come"
"""The text of the ERROR with which a trial leaves a large file."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One fetch from one of our ports.

    Attributes:
        port: our UDP port.
        options: what was asked, as ``blksize=1468``; empty for none.
        agreed: what the server agreed to, in the same form.
        outcome: how it went.
        detail: in words, what the server or a firewall said.
        reporter: sender of the ICMP error, or of a reply from elsewhere.
        server_tid: the server's port; None if it never answered.
        block_size: bytes of a block that were agreed; None without a reply.
        octets: of the file that came; seconds: in how long.
        requests: how often it was asked.
    """

    port: int
    options: str = ""
    agreed: str = ""
    outcome: Outcome
    detail: str = ""
    reporter: str | None = None
    server_tid: int | None = None
    block_size: int | None = None
    octets: int = 0
    seconds: float = 0.0
    requests: int = 0
