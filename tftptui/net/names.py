"""Host names from the resolver."""

import asyncio
import socket
from contextlib import suppress
from threading import Thread


async def host_name(address: str) -> str:
    """Return the name of an address (PTR, or a hosts file); "" if there is none.

    The resolver may take tens of seconds. Its thread is a daemon, not one of the event
    loop's executor, so that it does not delay the end of the program.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[str] = loop.create_future()

    def tell(name: str) -> None:
        if not found.done():  # done: canceled by the caller
            found.set_result(name)

    def look_up() -> None:
        name = _resolve(address)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, name)

    Thread(target=look_up, name=f"name of {address}", daemon=True).start()
    return await found


def _resolve(address: str) -> str:
    try:
        return socket.gethostbyaddr(address)[0]
    except (OSError, UnicodeError):
        return ""
