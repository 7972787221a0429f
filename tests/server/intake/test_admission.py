"""Which requests are admitted."""

from pathlib import Path

import msgspec
import pytest

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Mode, ReadRequest, Request, WriteRequest
from tftptui.server.intake.admission import (
    BURST_SECONDS,
    KEPT_PROVEN,
    MOST_WORDS,
    WORDS,
    Policy,
    Verdict,
)
from tftptui.settings import Settings

SETTINGS = Settings(root=Path("/srv/tftp"), max_transfers=3)
READ = ReadRequest(b"file", Mode.OCTET)
CLIENT, OTHER = "192.0.2.7", "192.0.2.8"


def policy(**changes: object) -> Policy:
    return Policy(msgspec.structs.replace(SETTINGS, **changes))


def verdict(
    request: Request = READ, active: int = 0, of_client: int = 0, **changes: object
) -> Verdict:
    found = policy(**changes).judge(request, CLIENT, active, of_client)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", [Mode.OCTET, Mode.NETASCII])
@pytest.mark.parametrize("active", [0, 2])
def test_reads_go_on(mode: Mode, active: int) -> None:
    request = ReadRequest(b"file", mode)
    assert policy().judge(request, CLIENT, active, active) is None


def test_uploads_are_denied_by_default() -> None:
    found = verdict(WriteRequest(b"file", Mode.OCTET))
    assert (found.reason, found.code) == ("denied", ErrorCode.ACCESS_VIOLATION)
    assert "upload" in found.text


def test_uploads_go_on_when_they_are_allowed() -> None:
    request = WriteRequest(b"file", Mode.OCTET)
    assert policy(write="new").judge(request, CLIENT, 0, 0) is None


def test_mail_is_denied() -> None:
    found = verdict(ReadRequest(b"somebody", Mode.MAIL))
    assert (found.reason, found.code) == ("denied", ErrorCode.ILLEGAL_OPERATION)
    assert "octet" in found.text


def test_a_server_that_drains_takes_nothing_new() -> None:
    found = verdict(drain=True)
    assert (found.reason, found.code) == ("draining", ErrorCode.UNDEFINED)
    assert "no new requests" in found.text


def test_one_more_than_the_limit_is_refused_and_told_the_numbers() -> None:
    found = verdict(active=3)
    assert (found.reason, found.code) == ("limit", ErrorCode.UNDEFINED)
    assert "3 of 3" in found.text


def test_one_more_than_a_client_may_have_is_refused_and_told_the_numbers() -> None:
    found = verdict(active=2, of_client=2, max_client_transfers=2)
    assert (found.reason, found.code) == ("client-limit", ErrorCode.UNDEFINED)
    assert f"{CLIENT} already has 2 of 2" in found.text


def test_what_others_have_does_not_count_for_a_client() -> None:
    limited = policy(max_client_transfers=2)
    assert limited.judge(READ, CLIENT, 2, 1) is None


def test_who_is_denied_is_told() -> None:
    found = policy(deny=("192.0.2.0/24",)).admit(CLIENT, 0.0)
    assert found is not None
    assert (found.reason, found.code) == ("denied", ErrorCode.ACCESS_VIOLATION)
    assert CLIENT in found.text


def test_who_asks_too_often_is_told_the_rate() -> None:
    strict = policy(request_rate=1.0)
    found = [strict.admit(CLIENT, 0.0) for _ in range(int(BURST_SECONDS) + 1)]
    assert found[:-1] == [None] * int(BURST_SECONDS)
    assert found[-1] is not None
    assert (found[-1].reason, found[-1].code) == ("rate", ErrorCode.UNDEFINED)
    assert "1 a second" in found[-1].text


def test_a_rate_below_one_in_a_burst_lets_one_through() -> None:
    strict = policy(request_rate=0.02 * 5)
    asked = [strict.admit(CLIENT, now) is None for now in (0.0, 0.0, 0.0, 10.0)]
    assert asked == [True, True, False, True]


def test_clients_have_a_rate_each() -> None:
    strict = policy(request_rate=1.0)
    for _ in range(100):
        strict.admit(CLIENT, 0.0)
    assert strict.admit(OTHER, 0.0) is None


def test_a_denied_address_leaves_no_trace() -> None:
    strict = policy(deny=(CLIENT,))
    for _ in range(100):
        strict.admit(CLIENT, 0.0)
    assert strict.known_addresses == 0


def test_without_a_rate_everything_goes_and_nothing_is_remembered() -> None:
    free = policy(request_rate=None)
    assert [free.admit(CLIENT, 0.0) for _ in range(10_000)] == [None] * 10_000
    assert free.known_addresses == 0


def test_a_client_that_answers_may_ask_for_ever() -> None:
    strict = policy(request_rate=1.0)
    for _ in range(10_000):
        assert strict.admit(CLIENT, 0.0) is None
        strict.vouch(CLIENT)


def test_other_settings_are_followed_at_once() -> None:
    changed = policy()
    changed.follow(msgspec.structs.replace(SETTINGS, deny=(CLIENT,), max_transfers=1))
    assert changed.admit(CLIENT, 0.0) is not None
    assert changed.judge(READ, OTHER, 1, 0) is not None


def test_another_rate_is_followed_at_once() -> None:
    changed = policy(request_rate=1.0)
    for _ in range(100):
        changed.admit(CLIENT, 0.0)
    changed.follow(msgspec.structs.replace(SETTINGS, request_rate=None))
    assert changed.admit(CLIENT, 0.0) is None


def test_other_settings_with_the_same_rate_forget_nobody() -> None:
    changed = policy(request_rate=1.0)
    for _ in range(100):
        changed.admit(CLIENT, 0.0)
    changed.follow(msgspec.structs.replace(SETTINGS, request_rate=1.0, retries=1))
    assert changed.admit(CLIENT, 0.0) is not None


def rooms(reason: str, asked: int, count: int) -> list[int]:
    found = policy()
    return [found.room(reason, CLIENT, asked, 0.0) for _ in range(count)]


@pytest.mark.parametrize("reason", ["not-found", "denied", "rate", "malformed"])
def test_the_first_errors_have_all_their_words(reason: str) -> None:
    assert rooms(reason, 20, int(WORDS.burst)) == [MOST_WORDS] * int(WORDS.burst)


def test_later_errors_are_no_longer_than_what_was_asked() -> None:
    assert rooms("not-found", 20, 30)[int(WORDS.burst) :] == [20] * 10


def test_no_error_is_longer_than_words_need() -> None:
    assert max(rooms("not-found", 2_000, 30)) == MOST_WORDS


@pytest.mark.parametrize("reason", ["denied", "rate", "malformed"])
def test_a_flood_is_met_with_silence(reason: str) -> None:
    assert rooms(reason, 20, 30)[int(WORDS.burst) :] == [0] * 10


def test_addresses_that_have_answered_are_known_the_latest_of_them() -> None:
    known = policy()
    for number in range(KEPT_PROVEN + 1):
        known.vouch(f"host {number}")
    assert not known.is_proven("host 0")
    assert known.is_proven("host 1")
    assert known.known_addresses == KEPT_PROVEN
