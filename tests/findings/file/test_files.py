"""The file itself: missing, in another case, locked, changed; and no port free."""

from typing import Any

import pytest

from tests.support.facts import CLIENT, NOON, completed, facts_of, refused, tried
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.registry import OF_SERVER, judge
from tftptui.knowledge.names import Attempt, searches
from tftptui.telemetry.events import PortsInUse
from tftptui.telemetry.words import LEADS_NOWHERE

SCENE = Scene(root="/srv/images")
CONFIGS = ("01-aa-bb-cc-dd-ee-ff", "0A000425", "0A00042", "0A0004", "0A000", "default")


def found(seen: Facts) -> Draft:
    of_server = [draft for rule in OF_SERVER.values() if (draft := rule(seen))]
    draft = judge(seen) or next(iter(of_server), None)
    assert draft is not None
    return draft


def missing(**changes: Any) -> Facts:
    return facts_of(refusals=(refused("not-found", **changes),), scene=SCENE)


def test_a_file_that_is_not_here_is_told_at_once() -> None:
    draft = found(missing())
    assert (draft.code, draft.stands_at) == ("file-missing", "server")
    assert draft.headline == "10.0.4.37 requested pxelinux.0: no such file."
    assert draft.proof == "tftptui explain pxelinux.0 /srv/images"


def test_a_link_that_leads_nowhere_is_called_one() -> None:
    draft = found(missing(message=LEADS_NOWHERE))
    assert draft.headline.endswith("requested pxelinux.0, a broken symbolic link.")
    assert [one.command for one in draft.remedies] == ["ls -l /srv/images/pxelinux.0"]


def test_what_may_be_meant_is_in_the_headline() -> None:
    draft = found(missing(near=["boot/pxelinux.0"], near_rule="other-folder"))
    assert draft.code == "file-missing"
    assert draft.headline.endswith("no such file. Did you mean boot/pxelinux.0?")


def test_another_case_has_a_code_and_a_cure_of_its_own() -> None:
    draft = found(missing(near=["PXELINUX.0"], near_rule="case"))
    assert draft.code == "file-case"
    assert draft.remedies[0].text.startswith("press a in the Files pane")
    assert draft.remedies[1].command == "--ignore-case"
    assert "or ignore case" in draft.remedies[1].text


def test_a_folder_in_front_can_be_left_out() -> None:
    seen = facts_of(
        file="tftpboot/pxelinux.0",
        refusals=(
            refused(
                "not-found",
                file="tftpboot/pxelinux.0",
                near=["pxelinux.0"],
                near_rule="extra-folder",
            ),
        ),
        scene=SCENE,
    )
    assert found(seen).remedies[0].command == "--rewrite '^/?tftpboot/='"


def test_what_is_served_by_name_is_found_where_it_is() -> None:
    scene = Scene(root="/srv", named={"fw": "/srv/fw-2", "x": "/srv/a b"})
    miss = (refused("access", file="fw/boot.img"),)
    draft = found(facts_of(file="fw/boot.img", refusals=miss, scene=scene))
    assert draft.remedies[0].command == "namei -l /srv/fw-2/boot.img"
    assert draft.proof == "tftptui explain fw/boot.img fw=/srv/fw-2 'x=/srv/a b'"


def searching(count: int, *, found_last: bool = False, now: float = 1.0) -> Facts:
    """Return a boot that requested COUNT missing configurations."""
    names = [f"pxelinux.cfg/{name}" for name in CONFIGS[:count]]
    attempts = [
        Attempt(NOON + number / 10, name, found=False)
        for number, name in enumerate(names)
    ]
    if found_last:
        attempts.append(Attempt(NOON + 0.9, "pxelinux.cfg/default", found=True))
    search = searches(attempts, NOON + now)[0]
    miss = refused("not-found", file=names[-1], at=attempts[count - 1].time - NOON)
    return facts_of(file=names[-1], refusals=(miss,), search=search, now=now)


def test_a_healthy_boot_misses_names_in_silence() -> None:
    assert judge(searching(3)) is None
    assert judge(searching(3, found_last=True, now=30.0)) is None


def test_a_search_that_ends_empty_is_told_once_at_its_end() -> None:
    draft = found(searching(6))
    assert draft.code == "file-missing"
    assert "PXELINUX looked for 6 names; none exists" in draft.headline
    assert "pxelinux.cfg/default" in draft.evidence[-1].text


def test_a_client_that_stops_in_the_middle_is_told_after_a_while() -> None:
    assert "then stopped" in found(searching(3, now=12.0)).headline


def test_a_file_that_came_since_is_there() -> None:
    came = completed(2, 5.0)
    assert judge(facts_of(came, refusals=(refused("not-found"),))) is None


def test_what_lies_outside_is_said_once_and_no_file_is_asked_for_there() -> None:
    message = "outside the root, not served"
    seen = facts_of(
        file="../../etc/passwd", refusals=(refused("outside-root", message=message),)
    )
    draft = found(seen)
    assert draft.headline.endswith(": outside the root, not served.")
    assert draft.headline.count("outside") == 1
    assert draft.remedies[0].text.startswith("nothing, unless the client should get it")


@pytest.mark.parametrize("reason", ["access", "unreadable", "not-a-file"])
def test_a_file_that_may_not_be_read_is_told(reason: str) -> None:
    draft = found(facts_of(refusals=(refused(reason, message="why"),), scene=SCENE))
    assert draft.code == "file-permission"
    assert draft.headline.endswith(": why.")


def test_rights_are_shown_along_the_whole_path() -> None:
    draft = found(facts_of(refusals=(refused("access"),), scene=SCENE))
    assert draft.remedies[0].command == "namei -l /srv/images/pxelinux.0"


def test_names_that_differ_in_case_alone_are_told() -> None:
    assert found(facts_of(refusals=(refused("ambiguous"),))).code == "file-case"


@pytest.mark.parametrize(
    "why",
    [
        "the file was changed while it was read",
        "the file was cut short while it was read",
    ],
)
def test_a_file_that_changes_underneath_is_told(why: str) -> None:
    one = tried(phase="failed", error=why, heard=True, our_error=0, ended=NOON + 2)
    assert found(facts_of(one)).code == "file-changed"


def test_a_range_without_a_free_port_is_told_with_its_size() -> None:
    draft = found(facts_of(refusals=(refused("ports-exhausted"),)))
    assert draft.code == "range-exhausted"
    assert "All 100 ports 40000–40099" in draft.headline
    assert "were in use when" in draft.headline


def test_a_range_that_other_programs_hold_is_told_as_theirs() -> None:
    used = PortsInUse(first=40_000, last=40_099, elsewhere=100)
    miss = refused("ports-exhausted", ports=used)
    draft = found(facts_of(refusals=(miss,)))
    assert "40000–40099 were in use by other programs when" in draft.headline
    (remedy,) = draft.remedies
    assert remedy.text.startswith("choose a range that no other program uses")


def test_a_range_of_which_others_hold_some_may_be_too_small_as_well() -> None:
    used = PortsInUse(first=40_000, last=40_099, elsewhere=7)
    miss = refused("ports-exhausted", ports=used)
    draft = found(facts_of(refusals=(miss,)))
    assert "were in use (7 by other programs) when" in draft.headline
    words = [remedy.text.split(":")[0] for remedy in draft.remedies]
    assert [word.partition(" ")[0] for word in words] == ["choose", "choose"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("denied", "upload-refused"),
        ("exists", "upload-refused"),
        ("limit", "upload-refused"),
        ("access", "upload-refused"),
        ("busy", "upload-refused"),
        ("ports-exhausted", "range-exhausted"),
        ("no-route", "no-route"),
    ],
)
def test_uploads_that_are_not_taken_are_told(reason: str, code: str) -> None:
    miss = refused(reason, direction="write", message="because")
    assert found(facts_of(refusals=(miss,))).code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("disk full", "disk-full"),
        ("uploads are limited to 1000 bytes", "upload-refused"),
    ],
)
def test_an_upload_that_ends_in_the_middle_says_why(error: str, code: str) -> None:
    one = tried(phase="failed", direction="write", our_error=3, error=error, heard=True)
    assert found(facts_of(one)).code == code


def test_no_room_is_told_before_it_begins_too() -> None:
    miss = refused(
        "disk-full", direction="write", message="disk full: 9 bytes announced, 3 free"
    )
    draft = found(facts_of(refusals=(miss,)))
    assert draft.code == "disk-full"
    assert CLIENT in draft.headline


@pytest.mark.parametrize("reason", ["rate", "client-limit", "malformed"])
def test_what_is_refused_on_purpose_is_no_trouble(reason: str) -> None:
    assert judge(facts_of(refusals=(refused(reason),))) is None


@pytest.mark.parametrize(
    ("tids", "counts", "told"),
    [
        ([2_070, 2_070], {}, "requested twice, from port 2070;"),
        ([55_310, 57_424], {}, "2 requests, from ports 55310 and 57424;"),
        (
            [50_001, 50_003],
            {"refusals_in_all": 200, "ports_in_all": 200},
            "200 requests from 200 ports;",
        ),
    ],
)
def test_requests_are_counted_by_the_ports_that_they_came_from(
    tids: list[int], counts: dict[str, int], told: str
) -> None:
    refusals = tuple(refused("ports-exhausted", client_tid=tid) for tid in tids)
    draft = found(facts_of(refusals=refusals, **counts))
    assert draft.evidence[0].text.startswith(told)
