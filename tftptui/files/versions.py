"""The version of a file, as the system reports it."""

import os

from tftptui.telemetry.versions import Version


def version_of(status: os.stat_result) -> Version:
    """Return the version that a file's status tells."""
    return Version(
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
