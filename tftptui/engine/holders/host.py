"""The child process: ``python -m tftptui.engine.holders.host FD KEEPER [SOCKET…]``.

It runs an engine for the process at the other end of FD.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Sequence

import msgspec

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.holders.held_sockets import give_to
from tftptui.engine.holders.rights import drop_rights_of
from tftptui.engine.host_firewall import HostFirewall, read_first
from tftptui.engine.message_stream import MessageStream, settings_decoder
from tftptui.engine.messages import Ask, Farewell, Ready, Reply, Stop
from tftptui.engine.recording.journal import open_journal
from tftptui.server.fastpath.event_loop import new_loop
from tftptui.server.process_limits import calm_collector, give_short_turns
from tftptui.settings import Settings

FromHolder = Ask | Stop


async def host(
    descriptor: int, keeper: socket.socket, held: Sequence[socket.socket]
) -> None:
    """Run an engine until the parent sends Stop or closes the connection.

    The listener sockets are passed to KEEPER; HELD are those of the previous engine.
    """
    holder = socket.socket(fileno=descriptor)
    reader, writer = await asyncio.open_connection(sock=holder)
    settings = await MessageStream(reader, writer, settings_decoder()).receive()
    stream = MessageStream(reader, writer, msgspec.msgpack.Decoder(FromHolder))
    with contextlib.suppress(ConnectionError):  # the parent is gone: shut down, too
        try:
            if settings is not None:
                await _run(settings, stream, keeper, held)
        except EngineError as error:
            await stream.send(Ready(str(error)))
    await stream.close()


async def _run(
    settings: Settings,
    stream: MessageStream[FromHolder],
    keeper: socket.socket,
    held: Sequence[socket.socket],
) -> None:
    with open_journal(settings.journal) as journal:
        rules = HostFirewall()
        engine = Engine(settings, journal.listener, rules=rules)
        await engine.start(held)
        give_to(keeper, [one.socket for one in engine.service.listeners])
        calm_collector()
        give_short_turns()
        await read_first(rules)
        try:
            drop_rights_of(engine)
            journal.voice.tell_at(engine.service)
            await stream.send(Ready())
            await _serve(engine, stream)
        finally:
            await engine.stop()


async def _serve(engine: Engine, stream: MessageStream[FromHolder]) -> None:
    loop = asyncio.get_running_loop()
    telling = loop.create_task(_tell(engine, stream))
    listening = loop.create_task(_listen(engine, stream))
    await asyncio.wait({telling, listening}, return_when=asyncio.FIRST_COMPLETED)
    if not _was_stopped(listening) and engine.settings.on_close == "drain":
        await engine.drain()
    await engine.stop()
    listening.cancel()
    await asyncio.gather(telling, listening, return_exceptions=True)
    await stream.send(Farewell())


def _was_stopped(listening: asyncio.Task[bool]) -> bool:
    """Return whether the parent has sent Stop, and did not just disappear."""
    return listening.done() and not listening.exception() and listening.result()


async def _tell(engine: Engine, stream: MessageStream[FromHolder]) -> None:
    # A slow parent blocks us here; the next frame has everything since.
    async for frame in engine.frames():
        await stream.send(frame)


async def _listen(engine: Engine, stream: MessageStream[FromHolder]) -> bool:
    """Carry out the parent's commands; return whether it sent Stop."""
    # Tasks start in the order of the commands; only slow ones can be overtaken.
    async with asyncio.TaskGroup() as answering:
        while (message := await stream.receive()) is not None:
            match message:
                case Stop():
                    return True
                case Ask():
                    answering.create_task(_answer(engine, stream, message))
    return False


async def _answer(engine: Engine, stream: MessageStream[FromHolder], ask: Ask) -> None:
    try:
        reply = Reply(ask.number, answer=await engine.ask(ask.command))
    except CommandRefusedError as error:
        reply = Reply(ask.number, str(error))
    with contextlib.suppress(ConnectionError):
        await stream.send(reply)


def main() -> None:
    """Run the host; the parent handles the terminal's signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        holder, keeper, *held = map(int, sys.argv[1:])
        sockets = [socket.socket(fileno=number) for number in held]
        runner.run(host(holder, socket.socket(fileno=keeper), sockets))


if __name__ == "__main__":
    main()
