"""Asks a person about each change, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import unified_diff

from snipproof.update.proposal import Proposal
from snipproof.update.write import changed

QUESTION = "Write this? [y]es, [n]o, [a]ll, [q]uit: "
_AROUND = 2


def difference(text: str, proposal: Proposal) -> str:
    """Return what ``proposal`` changes in ``text``, the file as it was read, as a small unified diff."""
    old, new = (each.replace("\r\n", "\n").split("\n") for each in (text, changed(text, [proposal])))
    hunks = list(unified_diff(old, new, n=_AROUND, lineterm=""))[2:]
    region = proposal.region.partition("::")[2]
    return "\n".join([f"{proposal.path}:{proposal.line} `{region}`: {proposal.why}", *hunks])


def review(
    proposals: Sequence[Proposal],
    show: Callable[[Proposal], str],
    say: Callable[[str], None],
    ask: Callable[[str], str],
) -> list[Proposal]:
    """Return the Proposals that were accepted; who quits declines those that he was not asked about.

    :param show: what a Proposal changes, as text.
    :param ask: gives the answer to a question, ``""`` at the end of the input.
    """
    accepted: list[Proposal] = []
    for number, proposal in enumerate(proposals):
        say(f"\n{show(proposal)}\n")
        answer = ""
        while answer not in ("y", "n", "a", "q"):
            given = ask(QUESTION)
            answer = given.strip().lower()[:1] if given else "q"
        if answer == "q":
            break
        if answer == "a":
            return [*accepted, *proposals[number:]]
        if answer == "y":
            accepted.append(proposal)
    return accepted
