"""The output of a Snippet: what it printed, the last search response that it received, or its requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from snipproof.compare.differences import ABSENT
from snipproof.compare.notation.actual import Actual
from snipproof.compare.tree import Notation
from snipproof.model import Origin
from snipproof.run.source_run import Crash, SourceRun
from snipproof.run.trace import Trace
from snipproof.services.recorder.recording import Exchange


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a Snippet.

    :param label: its name in messages.
    :param text: what the Snippet printed.
    :param data: the recorded data, ``ABSENT`` for printed text.
    :param error: why there is nothing to compare with, else ``""``.
    """

    label: str
    text: str = ""
    data: Any = ABSENT
    error: str = ""


def output_of(origin: Origin, trace: Trace, run: SourceRun, raised: Crash | None = None) -> Output:
    """Return the output of the Snippet that ``trace`` follows through ``run``.

    :param raised: the error that its START line announces, if it raised it.
    """
    if origin is Origin.ERROR:
        label = "the message of the error"
        return Output(label, raised.message) if raised else Output(label, error="the Snippet raised no error")
    if origin is Origin.STDOUT:
        return Output("the Snippet printed", trace.output)
    exchanges = [exchange for exchange in run.exchanges if trace.open_after(exchange.after)]
    return _response(exchanges) if origin is Origin.RESPONSE else _requests(exchanges)


def _response(exchanges: list[Exchange]) -> Output:
    label = "the response on the wire"
    searches = [exchange for exchange in exchanges if exchange.search]
    if not searches:
        return Output(
            label, error=f"the Snippet got no search response through the recorder, which saw {_seen(exchanges)}"
        )
    last = searches[-1]
    if last.error:
        return Output(label, error=f"the response to {last.name} cannot be compared: {last.error}")
    return Output(f"{label} ({last.name})", data=last.response)


def _requests(exchanges: list[Exchange]) -> Output:
    label = "what was sent"
    if not exchanges:
        return Output(label, error=f"the recorder saw {_seen(exchanges)}")
    return Output(label, data=Actual(tuple({e.name: e.request} for e in exchanges), Notation.JSON))


def _seen(exchanges: list[Exchange]) -> str:
    """Return the recorded requests in words: the recorder cannot see those to another address."""
    names = ", ".join(dict.fromkeys(exchange.name for exchange in exchanges))
    hint = "if the Snippet connects to another address, replace that by a binding in suite.yaml"
    return f"{names or 'no request of it'}; {hint}"
