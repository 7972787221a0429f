"""What is known of a file once it is recognised."""

from dataclasses import dataclass

READ = 36_864
"""Bytes at the beginning of a file that are looked at: the mark of ISO 9660 lies
at 32,769."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is.

    Attributes:
        key: a word for programs: "efi", "uimage", "gzip", "text", "data" and so on.
        text: the same in a few words for people.
        machine: the processor and firmware it is for, or "".
        troubles: what is wrong with it: cut short, damaged.
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
