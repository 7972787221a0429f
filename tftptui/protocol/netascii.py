"""netascii: text on the wire as NVT ASCII (RFC 764, RFC 1350 §1)."""


def encode(text: bytes) -> bytes:
    """Return TEXT as netascii: CR becomes CR NUL, LF becomes CR LF.

    Each byte is converted independently, so a file may be converted in pieces.
    """
    return text.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")


class Decoder:
    """Converts netascii back into text, piece by piece.

    CR LF becomes LF and CR NUL becomes CR. A CR before anything else violates RFC 764
    and is left as it is. Call decode() with each piece in order, then finish() once.
    """

    def __init__(self) -> None:
        self._held = b""

    def decode(self, data: bytes) -> bytes:
        """Return the decoded text so far; a CR at the end is held back."""
        piece = self._held + data
        self._held = b"\r" if piece.endswith(b"\r") else b""
        # LF first: otherwise CR NUL LF would lose its CR.
        text = piece.removesuffix(b"\r").replace(b"\r\n", b"\n")
        return text.replace(b"\r\0", b"\r")

    def finish(self) -> bytes:
        """Return a CR still held back: the file ends with a lone CR."""
        held, self._held = self._held, b""
        return held
