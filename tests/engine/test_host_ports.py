"""The ports of other programs on this host, as reported to a watcher."""

import asyncio
import socket
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.support.free_ports import free_range
from tests.support.port_holder import holder
from tests.support.running import settings_for
from tests.support.watcher import watching
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.host_ports import PAUSE, Survey, look_around, without
from tftptui.engine.messages import FOREIGN, FREE, HostPorts, SetPorts


async def test_a_port_of_another_program_is_foreign_and_named(tmp_path: Path) -> None:
    ports = free_range(3)
    with holder(ports.first + 1) as (port, pid):
        async with watching(InlineEngine(settings_for(tmp_path))) as seen:
            wish = SetPorts(
                first=ports.first, last=ports.last, order="random", quarantine=1
            )
            await seen.engine.ask(wish)
            await seen.until(
                lambda: seen.ports is not None and FOREIGN in seen.ports.states
            )
            assert seen.ports is not None
            assert seen.ports.states == bytes([FREE, FOREIGN, FREE])
            told = [one.host_ports for one in seen.frames if one.host_ports]
            assert f"(pid {pid})" in told[-1].held[port]


def test_our_own_ports_are_nobody_elses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        assert sock.getsockname()[1] not in look_around().held


HELD = st.dictionaries(st.integers(1, 9), st.just("dnsmasq (pid 8)"))


@given(HELD, st.sets(st.integers(1, 9)))
def test_what_became_ours_meanwhile_is_left_out(
    held: dict[int, str], ours: set[int]
) -> None:
    seen = HostPorts(own_first=32_768, own_last=60_999, held=held)
    assert without(seen, ours).held.keys() == held.keys() - ours


async def test_it_looks_again_at_once_when_it_is_asked() -> None:
    looks: asyncio.Queue[None] = asyncio.Queue()

    def ours() -> set[int]:
        looks.put_nowait(None)
        return set()

    survey = Survey(asyncio.get_running_loop().time, ours)
    survey.start()
    async with asyncio.timeout(PAUSE - 1):
        await looks.get()
        survey.look_now()
        await looks.get()
    await survey.stop()
    assert survey.latest is not None
