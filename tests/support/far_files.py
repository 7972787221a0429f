"""A file system that changes without events, like one on a network, by FUSE.

``python -m tests.support.far_files FOLDER`` mounts it on FOLDER as type fuse.sshfs and
prints a line once it is mounted. Each name on standard input becomes a new empty file:
it is created remotely, so the kernel notifies no watcher. Needs root; best in its own
mount namespace. The messages are those of Linux' include/uapi/linux/fuse.h.
"""

import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

ROOT = 1
_IN = struct.Struct("<IIQQIIII")
_OUT = struct.Struct("<IiQ")
_ATTR = struct.Struct("<6Q10I")
_INIT = struct.Struct("<IIIIHHIIHHI28x")
_DIRENT = struct.Struct("<QQII")
_MINOR = 31
_WITHOUT_ANSWER = frozenset({2, 36, 42})  # FORGET, INTERRUPT, BATCH_FORGET


class FarFiles:
    """Folders and empty files, by inode number."""

    def __init__(self) -> None:
        self.names: dict[int, dict[bytes, int]] = {ROOT: {}}
        self._next = ROOT + 1
        self.add(b"sub/old")

    def add(self, path: bytes) -> None:
        """Create an empty file, and its parent folders."""
        folder = ROOT
        *above, name = path.split(b"/")
        for part in above:
            folder = self.names[folder].setdefault(part, self._next)
            if folder == self._next:
                self.names[folder] = {}
                self._next += 1
        self.names[folder][name] = self._next
        self._next += 1

    def answer(self, opcode: int, node: int, body: bytes) -> bytes:
        """Return the reply to a request.

        Raises:
            OSError: the reply is an error.
        """
        answers: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup,
            3: lambda node, _: struct.pack("<QII", 0, 0, 0) + self._attributes(node),
            14: lambda _, __: bytes(16),  # OPEN
            15: lambda _, __: b"",  # READ
            17: lambda _, __: bytes(80),  # STATFS
            18: lambda _, __: b"",  # RELEASE
            25: lambda _, __: b"",  # FLUSH
            26: lambda _, __: _INIT.pack(7, _MINOR, 0, 0, 16, 12, 4096, 1, 1, 0, 0),
            27: lambda _, __: bytes(16),  # OPENDIR
            28: self._read_folder,
            29: lambda _, __: b"",  # RELEASEDIR
            34: lambda _, __: b"",  # ACCESS
        }
        if opcode not in answers:
            raise OSError(errno.ENOSYS, "not known here")
        return answers[opcode](node, body)

    def _attributes(self, node: int) -> bytes:
        mode = stat.S_IFDIR | 0o755 if node in self.names else stat.S_IFREG | 0o644
        return _ATTR.pack(node, *[0] * 8, mode, 1, 0, 0, 0, 4096, 0)

    def _lookup(self, node: int, body: bytes) -> bytes:
        found = self.names[node].get(body.rstrip(b"\0"))
        if found is None:
            raise OSError(errno.ENOENT, "not there")
        return struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self._attributes(found)

    def _read_folder(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        told = b""
        for place, (name, number) in enumerate(self.names[node].items(), 1):
            kind = 4 if number in self.names else 8  # DT_DIR, DT_REG
            one = _DIRENT.pack(number, place, len(name), kind) + name
            one = one.ljust(-(-len(one) // 8) * 8, b"\0")
            if place > offset and len(told) + len(one) <= size:
                told += one
        return told


def serve(files: FarFiles, device: int) -> None:
    """Reply to the kernel until it is unmounted."""
    while True:
        try:
            request = os.read(device, 1 << 17)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            raise
        _, opcode, unique, node, *_ = _IN.unpack_from(request)
        if opcode in _WITHOUT_ANSWER:
            continue
        try:
            body, problem = files.answer(opcode, node, request[_IN.size :]), 0
        except OSError as error:
            body, problem = b"", -(error.errno or errno.EIO)
        os.write(device, _OUT.pack(_OUT.size + len(body), problem, unique) + body)


def main() -> None:
    """Mount, serve, and read names."""
    files, device = FarFiles(), os.open("/dev/fuse", os.O_RDWR)
    answering = threading.Thread(target=serve, args=(files, device), daemon=True)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    subprocess.run(
        [
            shutil.which("mount") or "mount",
            "-i",
            "-t",
            "fuse.sshfs",
            "-o",
            options,
            "far",
            sys.argv[1],
        ],
        check=True,
        pass_fds=[device],
    )
    answering.start()
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    for line in sys.stdin.buffer:
        files.add(line.strip())


if __name__ == "__main__":
    main()
