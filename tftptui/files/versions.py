"""The version of a file, from its status."""

import os

from tftptui.telemetry.versions import Version


def version_of(status: os.stat_result) -> Version:
    """Return the version for a file's status."""
    return Version(
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
