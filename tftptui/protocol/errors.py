"""Error codes of the protocol, and exceptions."""

from enum import IntEnum


class ErrorCode(IntEnum):
    """TFTP error codes (RFC 1350 appendix; 8 from RFC 2347)."""

    UNDEFINED = 0
    FILE_NOT_FOUND = 1
    ACCESS_VIOLATION = 2
    DISK_FULL = 3
    ILLEGAL_OPERATION = 4
    UNKNOWN_TID = 5
    FILE_EXISTS = 6
    NO_SUCH_USER = 7
    OPTION_REFUSED = 8


class MisuseError(RuntimeError):
    """Our own code broke a call contract; nobody catches this."""


class PeerError(Exception):
    """The peer broke an RFC.

    Attributes:
        code: the ERROR to reply with; None if there must be no reply (to an ERROR, RFC
            1350 §7).
        text: the reason for people.
    """

    def __init__(self, code: ErrorCode | None, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
