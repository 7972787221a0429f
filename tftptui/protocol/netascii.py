"""netascii: text on the wire as NVT ASCII (RFC 764, RFC 1350 §1)."""


def encode(text: bytes) -> bytes:
    """Return TEXT as netascii: CR becomes CR NUL, LF becomes CR LF.

    Each octet is converted by itself, so pieces of a file may be converted one
    after the other and joined.
    """
    return text.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")
