"""Who speaks of the server: the server itself, or somebody who looks at a capture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """Words for the server and what is its own.

    Attributes:
        server: as in "packets from this server".
        server_itself: the same at the beginning of a sentence.
        our: as in "our answers"; ours: as in "ports of ours".
        host: the machine that it runs on.
    """

    server: str
    server_itself: str
    our: str
    ours: str
    host: str


OURSELVES = Voice("this server", "This server", "our", "ours", "this host")


def beside(server: str) -> Voice:
    """Return how somebody speaks who only looks on; SERVER is its address."""
    name = f"the server {server}".rstrip()
    its = "the server's"
    return Voice(name, f"T{name[1:]}", its, its, f"{its} host")
