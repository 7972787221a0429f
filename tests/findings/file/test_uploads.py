"""Refused uploads: the newest reply determines finding and remedy."""

import msgspec

from tests.support.facts import (
    CLIENT,
    FILE,
    SERVER,
    completed,
    facts_of,
    neighbour,
    refused,
)
from tests.support.finding_kinds import ended
from tests.support.findings import draft_of
from tests.support.seen import Seen
from tftptui.findings.facts import Scene
from tftptui.telemetry.events import Refused

NO_UPLOADS = "uploads are off"
NO_FOLDER = "there is no such folder"


def not_taken(reason: str, text: str, at: float = 0.0, file: str = FILE) -> Refused:
    return refused(reason, at, direction="write", message=text, file=file)


def test_only_those_count_that_had_the_answer() -> None:
    put = completed(1, 1.0, direction="write")
    old = not_taken("denied", NO_UPLOADS)
    seen = facts_of(put, refusals=(old, not_taken("exists", "that file exists", 5.0)))
    draft = draft_of(seen)
    assert draft.evidence[0].text == (
        "requested once, from port 2070; reply: that file exists"
    )
    assert draft.transfers == ()


def test_a_folder_that_is_not_there_is_to_be_made() -> None:
    file = "my logs/boot.log"
    scene = Scene(root="/srv/tftp", addresses=frozenset({SERVER}))
    miss = not_taken("not-found", NO_FOLDER, file=file)
    draft = draft_of(facts_of(file=file, refusals=(miss,), scene=scene))
    assert draft.remedies[0].command == "mkdir -p '/srv/tftp/my logs'"


def test_an_upload_that_came_later_was_sent() -> None:
    later = neighbour(client=CLIENT, file=FILE, at=9.0, is_upload=True)
    seen = facts_of(refusals=(not_taken("denied", NO_UPLOADS),), neighbours=(later,))
    assert ended(seen, "upload-refused") == (
        "the client sent the file later, on its port 44669"
    )
    got = neighbour(client=CLIENT, file=FILE, at=9.0)
    seen = facts_of(refusals=(not_taken("denied", NO_UPLOADS),), neighbours=(got,))
    assert ended(seen, "upload-refused") == ""


def answered(seen: Seen, reason: str, text: str) -> str:
    """Have an upload refused; return the command to type then."""
    event = not_taken(reason, text)
    seen.findings.take(msgspec.structs.replace(event, time=seen.clock.wall()))
    seen.look(1.0)
    (found,) = seen.standing()
    assert text in found.headline
    return found.remedies[0].command


def test_the_newest_answer_decides_what_to_do() -> None:
    seen = Seen()
    assert answered(seen, "denied", NO_UPLOADS) == "--write new"
    seen.clock.advance(30.0)
    assert answered(seen, "not-found", NO_FOLDER).startswith("mkdir -p")
