"""The type of a file."""

from dataclasses import dataclass

READ = 36_864
"""Bytes to read from the start of a file: the ISO 9660 signature is at 32,769."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """The type of a file.

    Attributes:
        key: identifier: "efi", "uimage", "gzip", "text", "data" and so on.
        text: description in a few words.
        machine: the processor and firmware it is for, or "".
        troubles: problems: truncated, damaged.
    """

    key: str
    text: str
    machine: str = ""
    troubles: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All of it in one line."""
        return ", ".join(part for part in (self.text, self.machine) if part)


UNKNOWN = FileKind("data", "data")
EMPTY = FileKind("empty", "empty file")
