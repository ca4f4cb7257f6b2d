"""The commands of code lenses and quick fixes, which a running ``snipproof watch`` of the same checkout answers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.processes import watcher
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

RUN, UPDATE = "snipproof.run", "snipproof.update"
COMMANDS = (RUN, UPDATE)
_REQUESTS = {RUN: "run", UPDATE: "update"}
_Result = TypeVar("_Result")


class CommandResult(NamedTuple):
    """What a command has done.

    :param outcomes: the Outcome and the message of each Snippet that ran, by its id.
    :param written: the files that were changed, relative to the root.
    """

    passed: int
    failed: int
    outcomes: dict[str, tuple[str, str]]
    written: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        if self.written:
            return f"{', '.join(self.written)} {'was' if len(self.written) == 1 else 'were'} updated"
        text = f"{plural(self.passed, 'Snippet')} passed"
        if self.failed:
            first = next((f": {message}" for outcome, message in self.outcomes.values() if outcome != "passed"), "")
            text = f"{plural(self.failed, 'Snippet')} failed, {self.passed:,} passed{first}"
        return text


def snippets_of(command: str, arguments: Sequence[Any]) -> list[str]:
    """Return the ids of the Snippets that the ``arguments`` of a command are: one list of them, as a lens gives it.

    :raises SettingsError: they name no Snippet.
    """
    given = list(arguments[0]) if arguments and isinstance(arguments[0], list | tuple) else list(arguments)
    if not given or not all(isinstance(each, str) for each in given):
        raise SettingsError(f"{command} requires the ids of Snippets, such as 'snippets/py/search.py::search'")
    return given


def execute(
    root: Path,
    command: str,
    snippets: Sequence[str],
    *,
    find: Callable[[Path], watcher.WatcherAddress | None] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> CommandResult:
    """Execute ``command`` by the watcher of the checkout at ``root``, and return its result when it has ended.

    :param snippets: their ids.
    :param find: returns the watcher of a checkout, ``None`` if none runs.
    :param report: is called with one line for each Outcome, as it comes.
    :raises InfrastructureError: no watcher runs, it ended early, or it reports an error.
    """
    address = (find or watcher.find_watcher)(root)
    if address is None:
        raise InfrastructureError("no watcher runs for this checkout", "start `snipproof watch`")
    outcomes: dict[str, tuple[str, str]] = {}
    result = CommandResult(0, 0, outcomes)
    for event in watcher.request(address, {"request": _REQUESTS[command], "snippets": list(snippets)}):
        if event.get("event") == "outcome":
            outcome, message = str(event.get("outcome", "")), str(event.get("message", ""))
            outcomes[str(event.get("snippet", ""))] = outcome, message
            report(f"{event.get('snippet')}: {outcome}{f': {message}' if message else ''}")
        elif event.get("event") == "error":
            raise InfrastructureError(f"the watcher reports: {event.get('message', '')}", str(event.get("hint", "")))
        elif event.get("event") == "finished":
            written = tuple(map(str, event.get("written", ())))
            result = CommandResult(int(event.get("passed", 0)), int(event.get("failed", 0)), outcomes, written)
    return result


async def in_thread(work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns, done in a thread that does not keep the server from ending.

    A watcher may run for minutes, and the threads of asyncio have to end before their process can.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def deliver(result: _Result | None, error: Exception | None) -> None:
        if done.done():
            return  # the client has canceled it
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        outcome: tuple[_Result | None, Exception | None]
        try:
            outcome = work(), None
        except Exception as error:  # noqa: BLE001 (the caller gets it)
            outcome = None, error
        with contextlib.suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(deliver, *outcome)

    threading.Thread(target=run, name="snipproof-command", daemon=True).start()
    return await done
