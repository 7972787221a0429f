"""Which requests count as our own self-test's."""

from tests.support.clock import FakeClock
from tftptui.engine.client_programs import EXPECTED, SelfTests
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, ReadRequest
from tftptui.telemetry.probe_trials import SELF_TEST

PORT = 45_000
REQUEST = ReadRequest(b"small", Mode.OCTET, ((b"blksize", b"1432"), (b"tsize", b"0")))
HERE, AWAY = Endpoint("127.0.0.1", PORT), Endpoint("192.0.2.9", PORT)


def kind(tests: SelfTests, client: Endpoint) -> str:
    signature = tests.recognize(REQUEST, client)
    return signature.kind if signature else ""


def test_only_what_was_told_before_is_a_self_test() -> None:
    tests = SelfTests(FakeClock().now)
    assert kind(tests, HERE) == "iPXE"
    tests.expect([PORT])
    assert kind(tests, HERE) == SELF_TEST
    assert kind(tests, Endpoint("127.0.0.1", PORT + 1)) == "iPXE"


def test_another_host_is_never_the_self_test() -> None:
    tests = SelfTests(FakeClock().now)
    tests.expect([PORT])
    assert kind(tests, AWAY) == "iPXE"


def test_a_port_is_the_self_test_s_for_a_while() -> None:
    clock = FakeClock()
    tests = SelfTests(clock.now)
    tests.expect([PORT])
    clock.advance(EXPECTED)
    assert kind(tests, HERE) == "iPXE"
