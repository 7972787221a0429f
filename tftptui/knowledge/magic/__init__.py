"""What a file is, by the bytes it begins with.

``recognise()`` wants the beginning of a file, READ bytes or all it has, and its
size. Sources of each mark stand beside it.
"""

from tftptui.knowledge.magic.kind import READ, FileKind
from tftptui.knowledge.magic.recognise import recognise

__all__ = ["READ", "FileKind", "recognise"]
