import asyncio

from tests.support.pictures import frame, view
from tests.support.scripted_engine import ScriptedEngine
from tftptui.ui.feed import ENDED, Feed
from tftptui.ui.store import Store


async def test_frames_are_folded_until_the_engine_is_stopped() -> None:
    engine, store, told = ScriptedEngine([frame(view(1))]), Store(), list[int]()
    feed = Feed(engine, store, wake=lambda: told.append(store.frames))
    await feed.stop()
    await feed.run()
    assert engine.stopped
    assert store.transfers.keys() == {1}
    assert store.engine_error is None
    assert told == [1, 1]


async def test_an_end_without_being_asked_is_told() -> None:
    engine, store = ScriptedEngine(), Store()
    await engine.stop()
    await Feed(engine, store, wake=lambda: None).run()
    assert store.engine_error == ENDED


async def test_the_reason_of_a_death_is_kept() -> None:
    engine, store = ScriptedEngine([frame()]), Store()
    engine.die("out of memory")
    await Feed(engine, store, wake=lambda: None).run()
    assert store.engine_error == "out of memory"
    assert store.frames == 1


async def test_a_server_that_comes_back_is_attached_to_again() -> None:
    engine, store = ScriptedEngine([frame(view(1), view(2))]), Store(comes_back=True)
    errors, is_there = list[str | None](), asyncio.Event()

    def told() -> None:
        if errors[-1:] != [store.engine_error]:
            errors.append(store.engine_error)
            if errors == [None, "gone", None]:
                assert not store.transfers
                engine.tell(frame(view(1, file="new")))
        elif len(errors) == 3 and store.transfers:
            is_there.set()

    feed = Feed(engine, store, wake=told, again=0)
    engine.die("gone")
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(feed.run())
        await is_there.wait()
        await feed.stop()
    assert [one.file for one in store.transfers.values()] == ["new"]
