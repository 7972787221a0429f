import os
from pathlib import Path

import pytest

from tftptui.files.mounts import file_system, is_far, is_far_device, type_of

LINES = [
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
    "30 22 0:40 / /srv rw - tmpfs tmpfs rw",
    "31 22 0:41 / /srv/tftp rw shared:1 - nfs4 10.0.0.1:/x rw",
    "32 22 0:42 / /mnt/a\\040b rw - cifs //host/share rw",
    "33 22 0:43 / /srv/tftp rw - xfs /dev/sdb rw",
    "nonsense",
    "",
]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/home/x", "ext4"),
        ("/srv", "tmpfs"),
        ("/srvs", "ext4"),
        ("/mnt/a b/c", "cifs"),
        ("/srv/tftp/pxe", "xfs"),
    ],
)
def test_the_innermost_mount_decides_and_the_latest_of_them(
    folder: str, kind: str
) -> None:
    assert type_of(LINES, folder) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "9p", "fuse.sshfs", "vboxsf"])
def test_what_others_change_unseen(kind: str) -> None:
    assert is_far(kind)


@pytest.mark.parametrize("kind", ["ext4", "overlay", "tmpfs", "fuse", "", "nfsd_x"])
def test_what_is_at_home(kind: str) -> None:
    assert not is_far(kind)


def test_this_machine_has_file_systems() -> None:
    assert file_system(Path("/proc")) == "proc"


def test_a_device_of_this_machine_is_not_far(tmp_path: Path) -> None:
    assert not is_far_device(tmp_path.stat().st_dev)
    assert not is_far_device(os.makedev(4_000, 77))
