"""Recognizes file types by content.

``recognise()`` needs the start of a file, READ bytes or all of it, and its size.
Sources are given next to each signature.
"""

from tftptui.knowledge.magic.kind import READ, FileKind
from tftptui.knowledge.magic.recognise import recognise

__all__ = ["READ", "FileKind", "recognise"]
