"""Prompts the user for each change, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import unified_diff

from snipproof.update.proposal import Proposal
from snipproof.update.write import apply_changes

QUESTION = "Write this? [y]es, [n]o, [a]ll, [q]uit: "
_CONTEXT_LINES = 2


def proposal_diff(text: str, proposal: Proposal) -> str:
    """Return what ``proposal`` changes in ``text``, the file as it was read, as a small unified diff."""
    old, new = (each.replace("\r\n", "\n").split("\n") for each in (text, apply_changes(text, [proposal])))
    hunks = list(unified_diff(old, new, n=_CONTEXT_LINES, lineterm=""))[2:]
    region = proposal.region.partition("::")[2]
    return "\n".join([f"{proposal.path}:{proposal.line} `{region}`: {proposal.why}", *hunks])


def review(
    proposals: Sequence[Proposal],
    show: Callable[[Proposal], str],
    write: Callable[[str], None],
    prompt: Callable[[str], str],
) -> list[Proposal]:
    """Return the accepted Proposals; quitting declines all remaining ones.

    :param show: returns what a Proposal changes, as text.
    :param write: writes a text to the user's terminal.
    :param prompt: writes a question there and returns the answer, ``""`` at the end of the input.
    """
    accepted: list[Proposal] = []
    for number, proposal in enumerate(proposals):
        write(f"\n{show(proposal)}\n")
        answer = ""
        while answer not in ("y", "n", "a", "q"):
            line = prompt(QUESTION)
            answer = line.strip().lower()[:1] if line else "q"
        if answer == "q":
            break
        if answer == "a":
            return [*accepted, *proposals[number:]]
        if answer == "y":
            accepted.append(proposal)
    return accepted
