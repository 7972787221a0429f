"""Recognizes file types by content.

``recognize()`` needs the start of a file, READ bytes or all of it, and its size.
Sources are given next to each signature.
"""

from tftptui.knowledge.magic.kind import READ, FileKind
from tftptui.knowledge.magic.recognize import recognize

__all__ = ["READ", "FileKind", "recognize"]
