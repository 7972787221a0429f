"""The file system of a directory, and whether it is a network file system."""

import os
import re
from functools import lru_cache
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_FAR = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|ocfs2|gfs2|virtiofs"
    r"|vboxsf|vmhgfs|prl_fs|fuse\.(sshfs|s3fs|rclone|glusterfs|ceph|vmhgfs-fuse"
    r"|davfs|gvfsd-fuse)"
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system(folder: Path) -> str:
    """Return the type of the file system that FOLDER is on, or ""."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    return type_of(lines, os.fspath(folder))


def type_of(lines: list[str], folder: str) -> str:
    """Return the type of FOLDER's file system by lines of mountinfo (proc(5))."""
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:  # noqa: PLR2004 - the mount point is the fifth
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        is_above = folder == point or folder.startswith(point.rstrip("/") + "/")
        if is_above and len(point) >= len(best):  # a later mount hides an earlier one
            best, kind = point, after.split(" ")[0]
    return kind


@lru_cache(maxsize=64)
def is_far_device(device: int) -> bool:
    """Return whether a device (st_dev) is a network file system."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}"
    found = [line for line in lines if line.split(" ", 3)[2:3] == [number]]
    return any(is_far(line.partition(" - ")[2].split(" ")[0]) for line in found)


def is_far(kind: str) -> bool:
    """Return whether other machines can change files there, unseen by inotify."""
    return bool(_FAR.fullmatch(kind))
