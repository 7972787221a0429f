"""Reasons for refusing requests: the journal's words, which are a stable interface."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request is refused."""

    NOT_FOUND = "not-found"
    AMBIGUOUS = "ambiguous"
    """Several files differ only in case, and none matches exactly."""
    ACCESS = "access"
    """The server's user has no permission for the file."""
    UNREADABLE = "unreadable"
    """Another error when reading, such as an I/O error."""
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
    """Another client is uploading the same file."""
    DISK_FULL = "disk-full"
    UNWRITABLE = "unwritable"

    UNDEFINED = "undefined"
    """A capture shows an ERROR with an undefined code (RFC 1350 §5)."""
