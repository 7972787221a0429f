"""Messages between two processes, over a socket pair."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from tftptui.engine.message_stream import (
    MessageStream,
    MessageStreamError,
    settings_decoder,
)
from tftptui.engine.messages import Frame, Ready, Reply
from tftptui.settings import PortRange, Settings

T = TypeVar("T")

REPLIES = msgspec.msgpack.Decoder(Reply)


@contextlib.asynccontextmanager
async def stream(
    decoder: msgspec.msgpack.Decoder[T],
) -> AsyncIterator[tuple[MessageStream[T], MessageStream[T]]]:
    """Connect two ends to each other."""
    ends = [
        MessageStream(*await asyncio.open_connection(sock=sock), decoder)
        for sock in socket.socketpair()
    ]
    yield ends[0], ends[1]
    for end in ends:
        await end.close()


async def test_messages_come_in_order() -> None:
    async with stream(REPLIES) as (ours, theirs):
        for number in range(100):
            await ours.send(Reply(number))
        replies = [await theirs.receive() for _ in range(100)]
    assert replies == [Reply(number) for number in range(100)]


async def test_a_message_larger_than_any_buffer_arrives() -> None:
    frame = Frame(time=0.0, packets=bytes(8_000_000))
    async with stream(msgspec.msgpack.Decoder(Frame)) as (ours, theirs):
        sending = asyncio.create_task(ours.send(frame))
        received = await theirs.receive()
        await sending
    assert received == frame


@pytest.mark.parametrize("root", ["/srv/tftp", os.fsdecode(b"/srv/caf\xe9")])
async def test_settings_arrive_with_any_root(root: str) -> None:
    settings = Settings(
        root=Path(root), listen=("::1",), port=69, ports=PortRange(1, 2), journal="-"
    )
    async with stream(settings_decoder()) as (ours, theirs):
        await ours.send(settings)
        assert await theirs.receive() == settings


async def test_the_end_of_the_other_side_is_none() -> None:
    async with stream(REPLIES) as (ours, theirs):
        await ours.close()
        assert await theirs.receive() is None


async def test_a_message_cut_short_is_the_end() -> None:
    async with stream(REPLIES) as (ours, theirs):
        ours._writer.write(b"\0\0\0\x09half")
        await ours.close()
        assert await theirs.receive() is None


@pytest.mark.parametrize(
    "data",
    [b"\0\0\0\1\xc1", b"\0\0\0\4what", b"\xff\xff\xff\xff", b"\0\0\0\0"],
    ids=["no msgpack", "no message", "too long", "empty"],
)
async def test_what_is_no_message_is_said(data: bytes) -> None:
    async with stream(REPLIES) as (ours, theirs):
        ours._writer.write(data)
        with pytest.raises(MessageStreamError):
            await theirs.receive()


async def test_a_message_of_another_kind_is_said() -> None:
    async with stream(REPLIES) as (ours, theirs):
        await ours.send(Ready())
        with pytest.raises(MessageStreamError):
            await theirs.receive()


async def test_sending_to_nobody_is_a_connection_error() -> None:
    async with stream(REPLIES) as (ours, theirs):
        await theirs.close()
        with pytest.raises(ConnectionError):
            await ours.send(Reply(1))
