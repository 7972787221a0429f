"""Uploads: a hidden file that gets its real name when complete.

An upload is written next to its destination under a hidden name, synced, and only then
renamed: nobody ever sees a partial file under the final name.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tftptui.files.file_content import Content
from tftptui.files.hidden_file import create_hidden, take_place
from tftptui.files.mounts import is_far_device
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.netascii import Decoder
from tftptui.server.root.root import NewPlace, Root
from tftptui.settings import Settings
from tftptui.telemetry.refusal_reasons import Reason

_MODE = 0o644
_MOST_PIECES = 1_024  # per call; the limit of Linux (IOV_MAX)
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK)

Place = tuple[int, int, bytes]  # device and inode of a directory, name in it


class UploadError(Exception):
    """An upload can't be stored.

    Attributes:
        reason: as in the journal.
        code: error code sent to the client.
        text: the reason for people.
    """

    def __init__(self, reason: Reason, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.reason, self.code, self.text = reason, code, text


@dataclass
class UploadPolicy:
    """Limits on uploads; may be changed while uploads run.

    Attributes:
        write: "off", "new" or "overwrite".
        largest: bytes of one file, or None.
        quota: bytes of all uploads of one client since the start, or None.
        total: bytes of all uploads together since the start, or None.
    """

    write: str = "off"
    largest: int | None = None
    quota: int | None = None
    total: int | None = None


def upload_policy(settings: Settings) -> UploadPolicy:
    """Return the upload limits by the settings."""
    return UploadPolicy(
        settings.write,
        settings.max_upload,
        settings.upload_quota,
        settings.upload_total,
    )


@dataclass
class Uploads:
    """The uploads of one root: files being written, and bytes per client."""

    policy: UploadPolicy
    _places: set[Place] = field(default_factory=set)
    _received: dict[str, int] = field(default_factory=dict)
    _received_in_all: int = 0

    def open(
        self, root: Root, name: bytes, *, client: str, announced: int | None
    ) -> "Upload":
        """Start an upload of NAME by CLIENT, with its tsize if it sent one.

        Raises:
            UploadError: it is not allowed, or the disk is full.
            RootError: there is no such directory, or it is outside the root.
        """
        where = root.reach_new(name, client)
        try:
            place = self._claim(where.folder, where.part, is_there=where.is_there)
            self._require_room(where.folder, client, announced or 0)
            upload = Upload(self, where, client)
        except BaseException:
            os.close(where.folder)
            raise
        self._places.add(place)
        return upload

    def count(self, client: str, nbytes: int, total: int) -> None:
        """Count NBYTES more bytes of an upload that now has TOTAL.

        Raises:
            UploadError: that exceeds a limit.
        """
        used = self._received.get(client, 0) + nbytes
        self._require_allowed(nbytes, used, total)
        self._received[client] = used
        self._received_in_all += nbytes

    def closed(self, place: Place) -> None:
        """Remove an upload that is over."""
        self._places.discard(place)

    def _claim(self, folder: int, name: bytes, *, is_there: bool) -> Place:
        if is_there and self.policy.write != "overwrite":
            raise _file_exists()
        place = _place(folder, name)
        if place in self._places:
            raise UploadError(
                Reason.BUSY, ErrorCode.ACCESS_VIOLATION, "another client is writing it"
            )
        return place

    def _require_room(self, folder: int, client: str, nbytes: int) -> None:
        used = self._received.get(client, 0) + nbytes
        self._require_allowed(nbytes, used, nbytes)
        room = os.fstatvfs(folder)
        free = room.f_bavail * room.f_frsize
        if nbytes > free:
            raise UploadError(
                Reason.DISK_FULL,
                ErrorCode.DISK_FULL,
                f"disk full: {nbytes} bytes announced, {free} free",
            )

    def _require_allowed(self, more: int, used: int, total: int) -> None:
        """Check MORE bytes, which make USED of this client and TOTAL of this file.

        Raises:
            UploadError: that exceeds a limit.
        """
        largest, quota = self.policy.largest, self.policy.quota
        in_all = self.policy.total
        if largest is not None and total > largest:
            text = f"uploads are limited to {largest} bytes"
            raise UploadError(Reason.LIMIT, ErrorCode.DISK_FULL, text)
        if quota is not None and used > quota:
            text = f"your upload quota of {quota} bytes is used up"
            raise UploadError(Reason.LIMIT, ErrorCode.DISK_FULL, text)
        if in_all is not None and self._received_in_all + more > in_all:
            raise UploadError(
                Reason.LIMIT,
                ErrorCode.DISK_FULL,
                f"the upload quota of {in_all} bytes is used up",
            )


class Upload:
    """One file being uploaded. Call write(), then flush() and publish(), or discard().

    Attributes:
        nbytes: bytes so far.
        name: its path below the root once published.
        status: of the published file.

    Raises:
        UploadError: the hidden file can't be created.
    """

    def __init__(self, uploads: Uploads, where: NewPlace, client: str) -> None:
        self.nbytes = self._admitted = 0
        self.name = where.name
        self.status: os.stat_result | None = None
        self._uploads = uploads
        self._may_replace = uploads.policy.write == "overwrite"
        folder, name = where.folder, where.part
        self._folder, self._name, self._client = folder, name, client
        self._place = _place(folder, name)
        with _as_upload_error():
            self._part, self._descriptor = create_hidden(folder, name, _MODE)

    @property
    def content(self) -> Content:
        """The bytes written so far, for a capture."""
        return Content(self._descriptor)

    @property
    def is_far(self) -> bool:
        """True if it is on a network file system."""
        return is_far_device(os.fstat(self._folder).st_dev)

    @property
    def is_limited(self) -> bool:
        """True if each block must be checked before more are requested."""
        policy = self._uploads.policy
        return (policy.largest, policy.quota, policy.total) != (None, None, None)

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes.

        Raises:
            UploadError: no space left, or a limit is exceeded.
        """
        self.write_all([memoryview(data)])

    def write_all(self, pieces: list[memoryview]) -> None:
        """Append PIECES, in order, with as few system calls as possible.

        Raises:
            UploadError: no space left, or a limit is exceeded.
        """
        self.admit(sum(map(len, pieces)))
        self.append(pieces)

    def admit(self, nbytes: int) -> None:
        """Count NBYTES before they are appended.

        Raises:
            UploadError: a limit is exceeded.
        """
        self._admitted += nbytes
        self._uploads.count(self._client, nbytes, self._admitted)

    def append(self, pieces: list[memoryview]) -> None:
        """Append PIECES that are admitted; may be called in a thread.

        Raises:
            UploadError: no space left.
        """
        with _as_upload_error():
            while pieces:
                written = os.writev(self._descriptor, pieces[:_MOST_PIECES])
                self.nbytes += written
                pieces = _without(pieces, written)

    def flush(self) -> None:
        """Sync the file to disk; call it in a thread.

        Raises:
            UploadError: syncing failed.
        """
        with _as_upload_error():
            os.fsync(self._descriptor)

    def publish(self) -> None:
        """Give the file its name.

        Raises:
            UploadError: the file was created by others in the meantime.
        """
        with _as_upload_error():
            if self._may_replace:
                self._rename()
            else:
                self._link()
            os.fsync(self._folder)
            self.status = os.fstat(self._descriptor)
        self._close()

    def discard(self) -> None:
        """Remove the hidden file; does nothing once published."""
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):
            os.unlink(self._part, dir_fd=self._folder)
        self._close()

    def _rename(self) -> None:
        take_place(self._folder, self._part, self._name)

    def _link(self) -> None:
        """Name it without ever replacing a file created in the meantime."""
        here = self._folder
        try:
            os.link(self._part, self._name, src_dir_fd=here, dst_dir_fd=here)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without hard links, such as FAT: check, then rename.
            if _exists(self._name, self._folder):
                raise _file_exists() from error
            self._rename()
            return
        os.unlink(self._part, dir_fd=self._folder)

    def _close(self) -> None:
        os.close(self._descriptor)
        os.close(self._folder)
        self._descriptor = -1
        self._uploads.closed(self._place)


class NetasciiUpload:
    """An Upload in netascii: converts to the text format of this system."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._decoder = Decoder()

    @property
    def nbytes(self) -> int:
        """Bytes written to the file so far."""
        return self._upload.nbytes

    @property
    def status(self) -> os.stat_result | None:
        """Status of the published file; see Upload."""
        return self._upload.status

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes as received; see Upload."""
        self._upload.write(self._decoder.decode(bytes(data)))

    @property
    def is_limited(self) -> bool:
        """True if each block must be checked; see Upload."""
        return self._upload.is_limited

    def write_all(self, pieces: list[memoryview]) -> None:
        """Append bytes as received; see Upload."""
        self.write(b"".join(pieces))

    def flush(self) -> None:
        """Write what the decoder has held back, then like Upload."""
        self._upload.write(self._decoder.finish())
        self._upload.flush()

    def publish(self) -> None:
        """Give the file its name; see Upload."""
        self._upload.publish()

    def discard(self) -> None:
        """Remove the hidden file; see Upload."""
        self._upload.discard()


Sink = Upload | NetasciiUpload


def _without(pieces: list[memoryview], nbytes: int) -> list[memoryview]:
    """Return PIECES without their first NBYTES bytes."""
    for index, piece in enumerate(pieces):
        if nbytes < len(piece):
            return [piece[nbytes:], *pieces[index + 1 :]]
        nbytes -= len(piece)
    return []


def _place(folder: int, name: bytes) -> Place:
    found = os.fstat(folder)
    return (found.st_dev, found.st_ino, name)


def _exists(name: bytes, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _file_exists() -> UploadError:
    return UploadError(Reason.EXISTS, ErrorCode.FILE_EXISTS, "file already exists")


@contextlib.contextmanager
def _as_upload_error() -> Iterator[None]:
    """Convert an OSError to an ERROR for the client."""
    try:
        yield
    except OSError as error:
        raise _trouble(error) from error


def _trouble(error: OSError) -> UploadError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return UploadError(Reason.DISK_FULL, ErrorCode.DISK_FULL, "disk full")
        case errno.EEXIST:
            return _file_exists()
        case errno.EACCES | errno.EPERM | errno.EROFS:
            text = "permission denied"
            return UploadError(Reason.ACCESS, ErrorCode.ACCESS_VIOLATION, text)
        case _:
            text = f"the server cannot write that file: {error.strerror}"
            return UploadError(Reason.UNWRITABLE, ErrorCode.UNDEFINED, text)
