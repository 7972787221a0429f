"""The requests sent as each kind of machine: never more than DISCOVER."""

from itertools import pairwise

import pytest

from tftptui.wire.dhcp import MessageType, encode, parse
from tftptui.wire.questions import TITLES, Arch, discover, synthetic_mac


@pytest.mark.parametrize("arch", Arch)
def test_a_question_is_a_discover_whose_reply_is_broadcast(arch: Arch) -> None:
    mac = synthetic_mac()
    question = parse(encode(discover(arch, mac, 7)))
    assert question.type is MessageType.DISCOVER
    assert question.wants_broadcast
    assert (question.requested_address, question.server_id) == (None, None)
    assert (question.chaddr, question.xid) == (mac, 7)


def test_each_kind_says_its_processor_and_program() -> None:
    said = {arch: discover(arch, b"\2" * 6, 1) for arch in Arch}
    assert {arch: one.architectures for arch, one in said.items()} == {
        Arch.BIOS: (0,),
        Arch.X64: (7,),
        Arch.ARM64: (11,),
        Arch.HTTP: (16,),
        Arch.PLAIN: (),
    }
    assert said[Arch.HTTP].vendor_class.startswith(b"HTTPClient")
    assert said[Arch.PLAIN].vendor_class == b""
    assert set(TITLES) == set(Arch)


def test_a_made_up_address_is_local_of_one_machine_and_new_each_time() -> None:
    macs = [synthetic_mac() for _ in range(20)]
    assert all(mac[0] & 3 == 2 and len(mac) == 6 for mac in macs)
    assert all(one != other for one, other in pairwise(macs))
