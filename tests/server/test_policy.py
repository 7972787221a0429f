"""Which requests are taken at all."""

from pathlib import Path

import pytest

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Mode, ReadRequest, Request, WriteRequest
from tftptui.server.policy import Verdict, judge
from tftptui.settings import Settings

SETTINGS = Settings(root=Path("/srv/tftp"), max_transfers=3)
READ = ReadRequest(b"file", Mode.OCTET)


def verdict(request: Request = READ, active: int = 0) -> Verdict:
    found = judge(request, active, SETTINGS)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", [Mode.OCTET, Mode.NETASCII])
@pytest.mark.parametrize("active", [0, 2])
def test_reads_go_on(mode: Mode, active: int) -> None:
    assert judge(ReadRequest(b"file", mode), active, SETTINGS) is None


def test_uploads_are_denied_by_default() -> None:
    found = verdict(WriteRequest(b"file", Mode.OCTET))
    assert (found.reason, found.code) == ("denied", ErrorCode.ACCESS_VIOLATION)
    assert "upload" in found.text


def test_mail_is_denied() -> None:
    found = verdict(ReadRequest(b"somebody", Mode.MAIL))
    assert (found.reason, found.code) == ("denied", ErrorCode.ILLEGAL_OPERATION)
    assert "octet" in found.text


def test_one_more_than_the_limit_is_refused_and_told_the_numbers() -> None:
    found = verdict(active=3)
    assert (found.reason, found.code) == ("limit", ErrorCode.UNDEFINED)
    assert "3 of 3" in found.text
