"""netascii: text on the wire as NVT ASCII (RFC 764, RFC 1350 §1)."""


def encode(text: bytes) -> bytes:
    """Return TEXT as netascii: CR becomes CR NUL, LF becomes CR LF.

    Each byte is converted by itself, so pieces of a file may be converted one
    after the other and joined.
    """
    return text.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")


class Decoder:
    """Turns netascii back into text, piece by piece.

    CR LF becomes LF and CR NUL becomes CR. A CR before anything else breaks
    RFC 764, and stays as it is. Call decode() with each piece in order, then
    finish() once.
    """

    def __init__(self) -> None:
        self._held = b""

    def decode(self, octets: bytes) -> bytes:
        """Return the text that is certain now; a CR at the end has to wait."""
        piece = self._held + octets
        self._held = b"\r" if piece.endswith(b"\r") else b""
        # LF first: the other way round CR NUL LF would lose its CR.
        text = piece.removesuffix(b"\r").replace(b"\r\n", b"\n")
        return text.replace(b"\r\0", b"\r")

    def finish(self) -> bytes:
        """Return what was still held back: the file ends with a lone CR."""
        held, self._held = self._held, b""
        return held
