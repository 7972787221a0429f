"""Why requests are refused: the journal's words, which are a stable interface."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request is answered with an ERROR, or with nothing."""

    NOT_FOUND = "not-found"
    AMBIGUOUS = "ambiguous"
    """Several files differ in case alone, and none is spelled as requested."""
    ACCESS = "access"
    """The system does not let the server's user open it."""
    UNREADABLE = "unreadable"
    """It can't be read for another reason, such as an I/O error."""
    NOT_A_FILE = "not-a-file"
    OUTSIDE_ROOT = "outside-root"
    MALFORMED = "malformed"

    DENIED = "denied"
    """By a setting: ``--deny``, ``--allow``, or uploads are off."""
    RATE = "rate"
    LIMIT = "limit"
    CLIENT_LIMIT = "client-limit"
    PORTS_EXHAUSTED = "ports-exhausted"
    DRAINING = "draining"
    BROADCAST = "broadcast"
    NO_ROUTE = "no-route"
    SOCKET = "socket"

    EXISTS = "exists"
    BUSY = "busy"
    """Another client uploads the same file."""
    DISK_FULL = "disk-full"
    UNWRITABLE = "unwritable"

    UNDEFINED = "undefined"
    """A capture shows an ERROR whose code says nothing (RFC 1350 §5)."""
