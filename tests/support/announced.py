"""Expectations of the message of an error that a Snippet announces, in languages with block comments."""

from __future__ import annotations

from snipproof.run.verdict import Verdict


def messages(name: str, message: str) -> tuple[str, ...]:
    """Return the lines of two Expectations of the Snippet ``name``: its message, and another one."""
    lines = ["/*"]
    for kind, text in (("first", message), ("second", "no such message")):
        attributes = f"{{of: {name}, from: error}}"
        lines += [f"// START Expected {kind} {name} results {attributes}", *text.split("\n")]
        lines += [f"// END Expected {kind} {name} results"]
    return (*lines, "*/")


def matched(verdict: Verdict) -> tuple[str, list[bool]]:
    """Return the reason of a Verdict without its place, and whether each Expectation matched."""
    return verdict.reason.split(":")[0], [result.matched for result in verdict.expectations]


MATCHED = ("expected error differs", [True, False])
"""What :func:`matched` returns for a Snippet with :func:`messages`."""
