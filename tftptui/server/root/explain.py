"""Explains step by step how a name is resolved: ``tftptui explain``.

It opens what the server would open, in the same order, and closes it again.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

import msgspec

from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.from_settings import root_of
from tftptui.server.root.names import Candidate, Names, components, no_folder
from tftptui.server.root.path_resolution import RootError, Walk, is_hidden, refusal
from tftptui.server.root.root import Root
from tftptui.settings import Settings, SettingsError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import NearName

_MOST_LINKS = 3
"""Links shown for one name."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate name that was tried.

    Attributes:
        name: below the root, printable.
        why: why it was tried.
        rules: numbers of the rewrite rules applied, from 1.
        found: what is there, or which component failed.
        reason: why it is not served, as in the journal, or None.
    """

    name: str
    why: str
    rules: tuple[int, ...]
    found: str
    reason: str | None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a request for a name.

    Attributes:
        asked: the requested name.
        client: its address, or empty if not given.
        root: the directory served.
        direction: "read" or "write".
        notes: additional sentences.
        steps: the candidates tried, in order, up to the one that decides.
        served: the name below the root, or None if the request is refused.
        nbytes: size of the existing file in bytes; None if there is none yet.
        error_code, reason, message: of the ERROR that the client gets, or None.
        near: similar names if the file does not exist.
    """

    asked: str
    client: str
    root: str
    direction: str
    notes: list[str]
    steps: list[Step]
    served: str | None = None
    nbytes: int | None = msgspec.field(default=None, name="octets")
    error_code: int | None = None
    reason: str | None = None
    message: str | None = None
    near: list[NearName] = []

    def lines(self) -> Iterator[str]:
        """Yield the explanation as lines of text."""
        what = "request for" if self.direction == "read" else "upload of"
        asker = f" by {self.client}" if self.client else ""
        yield f"{what} {self.asked or '(empty)'}{asker}, root {self.root}"
        yield from self.notes
        for number, step in enumerate(self.steps, start=1):
            yield f"{number:2}. {step.name or '(empty)'}: {step.why}"
            yield f"    {step.found}"
        if self.served is None:
            yield f"refused with ERROR {self.error_code}: {self.message}"
            for near in self.near:
                head = "did you mean" if near.sure else "similar"
                yield f"{head}: {near.text}, {near.words}"
        elif self.nbytes is None:
            yield f"written to {self.served}, a new file"
        else:
            how = "served" if self.direction == "read" else "overwritten"
            yield f"{how}: {self.served}, {self.nbytes:,} bytes"


def run(
    settings: Settings, requested: bytes, client: str, *, is_write: bool
) -> Explanation:
    """Explain a request of CLIENT (empty: any client).

    Raises:
        SettingsError: the root can't be opened, a rule or the client is wrong.
    """
    if client:
        client = _address(client)
    root = root_of(settings)
    with contextlib.closing(root):
        if is_write:
            return explain_write(root, requested, client, settings.write)
        return explain_read(root, requested, client)


def explain_read(root: Root, requested: bytes, client: str) -> Explanation:
    """Explain an RRQ for a name."""
    trail = _Trail()
    for candidate in root.names.candidates(requested, client):
        if trail.take(candidate, _try_read(root, candidate)):
            break
    return trail.explanation(root, requested, client, direction="read")


def explain_write(
    root: Root, requested: bytes, client: str, policy: str
) -> Explanation:
    """Explain a WRQ for a name; POLICY is the setting ``write``."""
    trail = _Trail()
    if policy == "off":
        text = "uploads are off"
        trail.problem = RootError(Reason.DENIED, ErrorCode.ACCESS_VIOLATION, text)
        return trail.explanation(root, requested, client, direction="write")
    for target in root.names.targets(requested, client):
        may_overwrite = policy == "overwrite"
        if trail.take(target, _try_write(root, target, may_overwrite=may_overwrite)):
            break
    return trail.explanation(root, requested, client, direction="write")


@dataclass(frozen=True, slots=True)
class _Trial:
    """The result of trying one name: a problem, or the file found."""

    found: str
    problem: RootError | None = None
    name: bytes = b""
    nbytes: int | None = None


class _Trail:
    """The candidates tried so far."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.trial: _Trial | None = None
        self.problem: RootError | None = None

    def take(self, candidate: Candidate, trial: _Trial) -> bool:
        """Record the result of a candidate; return whether it decides."""
        self.steps.append(
            Step(
                name=visible(candidate.name),
                why=candidate.why,
                rules=candidate.rules,
                found=trial.found,
                reason=None if trial.problem is None else trial.problem.reason,
            )
        )
        if trial.problem is None:
            self.trial, self.problem = trial, None
            return True
        self.problem = trial.problem
        return trial.problem.reason != Reason.NOT_FOUND

    def explanation(
        self, root: Root, requested: bytes, client: str, *, direction: str
    ) -> Explanation:
        trial, problem = self.trial, self.problem
        if trial is None and problem is None:
            code = ErrorCode.FILE_NOT_FOUND
            if direction == "write":
                code = ErrorCode.ACCESS_VIOLATION
            problem = RootError(Reason.MALFORMED, code, "the request names no file")
        return Explanation(
            asked=visible(requested),
            client=client,
            root=root.title,
            direction=direction,
            notes=[
                *_folder_notes(root.names, client),
                *_rule_notes(root.names, self.steps),
            ],
            steps=self.steps,
            served=None if trial is None else visible(trial.name),
            nbytes=None if trial is None else trial.nbytes,
            error_code=None if problem is None else problem.code.value,
            reason=None if problem is None else problem.reason,
            message=None if problem is None else problem.text,
        )


def _address(text: str) -> str:
    try:
        return str(ip_address(text)).partition("%")[0]
    except ValueError:
        raise SettingsError(
            f"{text!r} is not an address; write it like 192.0.2.7 or 2001:db8::7"
        ) from None


def _folder_notes(names: Names, client: str) -> Iterator[str]:
    if names.folder_of is no_folder:
        return
    folder = names.folder_of(client) if client else None
    if folder is not None:
        yield f"the client's own folder would be {visible(folder)}/"
    elif client:
        yield "no client folder: the client's MAC address is unknown"
    else:
        yield "client folder skipped: set the client with --client ADDR"


def _rule_notes(names: Names, steps: list[Step]) -> Iterator[str]:
    count = len(names.rules)
    if count and not any(step.rules for step in steps):
        yield f"0 of {count} rewrite rules match"


def _try_read(root: Root, candidate: Candidate) -> _Trial:
    with root.walk(ignore_case=candidate.ignore_case) as walk:
        try:
            file = walk.open(candidate.name)
        except (OSError, RootError) as error:
            return _failed(walk, candidate, error)
        os.close(file.descriptor)
        found = f"{_links(walk)}a file, {file.size:,} bytes"
        return _Trial(found, name=file.name, nbytes=file.size)


def _try_write(root: Root, target: Candidate, *, may_overwrite: bool) -> _Trial:
    with root.walk(ignore_case=target.ignore_case) as walk:
        try:
            part, is_there = walk.reach_new(target.name)
            nbytes = walk.look(part).st_size if is_there else None
        except (OSError, RootError) as error:
            return _failed(walk, target, error)
        links, name = _links(walk), walk.new_name(target.name)
    if nbytes is None:
        return _Trial(f"{links}the folder exists, the file does not", name=name)
    found = f"{links}a file, {nbytes:,} bytes"
    if not may_overwrite:
        text = "file already exists"
        return _Trial(found, RootError(Reason.EXISTS, ErrorCode.FILE_EXISTS, text))
    return _Trial(found, name=name, nbytes=nbytes)


def _failed(walk: Walk, candidate: Candidate, error: OSError | RootError) -> _Trial:
    if isinstance(error, RootError):
        problem, words = error, error.text
    else:
        problem, words = walk.refusal(error), _why_not(walk, candidate, error)
    return _Trial(_links(walk) + words, problem)


def _why_not(walk: Walk, candidate: Candidate, error: OSError) -> str:
    """Return which component of a name failed."""
    reached = b"/".join(walk.steps)
    ahead = components(candidate.name)[len(walk.steps) :]
    match error.errno:
        case errno.ENOENT:
            return _missing(reached, ahead[0] if ahead else None)
        case errno.ENOTDIR:
            return f"{visible(reached)} is a file, not a folder"
        case errno.ENAMETOOLONG:
            return "the name is too long"
        case _:
            return refusal(error).text


def _missing(reached: bytes, part: bytes | None) -> str:
    if part is None:
        return "broken symbolic link"
    if is_hidden(part):
        return "the name is reserved for the server"
    where = f"{visible(reached)}/" if reached else "the root"
    return f"there is no {visible(part)} in {where}"


def _links(walk: Walk) -> str:
    shown = [f"link {visible(name)} → {visible(end)}: " for name, end in walk.links]
    if len(shown) > _MOST_LINKS:
        shown[_MOST_LINKS:] = [f"… {len(shown)} links in all: "]
    return "".join(shown)
