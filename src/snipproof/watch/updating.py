"""Writes what failed Snippets really print into the Expectations that differ."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from snipproof.errors import SnipproofError
from snipproof.model import Outcome
from snipproof.pytest_plugin.items import SnippetItem
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.site.source import read_text
from snipproof.update.proposal import Proposal, Refusal, resolve_conflicts
from snipproof.update.propose import propose
from snipproof.update.review import proposal_diff, review
from snipproof.update.write import write_proposals

Review = Callable[[Sequence[Proposal]], list[Proposal]]


def update(
    proving: ProvingSession, items: Iterable[SnippetItem], review_all: Review = list
) -> tuple[list[str], list[str]]:
    """Update the Expectations of ``items``, which have been run, that differ.

    :param review_all: returns those of the Proposals that are written.
    :return: the paths that were written, and why other Expectations were not.
    """
    if os.environ.get("CI"):
        return [], ["nothing is updated under CI (the environment variable CI is set)"]
    refused: list[str] = []
    proposals: list[Proposal] = []
    for item in items:
        verdict = item.reported
        if verdict is None:
            continue  # it could not be run
        differs = verdict.only_differs
        if item.listed is not None:
            if differs:
                refused.append(f"{item.snippet.id}: not updated: it is a known failure: remove its entry first")
            continue
        if not differs and verdict.outcome is not Outcome.PASSED:
            refused.append(f"{item.snippet.id}: not updated: {verdict.reason}")
            continue
        if differs and verdict.spoiled:
            refused.append(f"{item.snippet.id}: not updated: correct that Source first: {verdict.reason}")
            continue
        found = propose(verdict.snippet, verdict.expectations, item.file.text_of, proving.secrets)
        refused += [str(each) for each in found if isinstance(each, Refusal) and differs]
        # Those without a change too: another Snippet with another output must not be written either.
        proposals += [each for each in found if isinstance(each, Proposal)]
    agreed, conflicts = resolve_conflicts(proposals)
    changing = sorted((each for each in agreed if each.changes), key=lambda each: (each.path, each.line))
    accepted = review_all(changing)
    written, failed = write_proposals(proving.settings.root, accepted, list(proving.tree.suites))
    refused += [str(each) for each in (*conflicts, *failed)]
    return sorted({each.path for each in written}), refused


def review_on(proving: ProvingSession, write: Callable[[str], None], prompt: Callable[[str], str]) -> Review:
    """Return the review of each Proposal by the user.

    :param write: writes a text to the terminal.
    :param prompt: writes a question there and returns the answer.
    """

    def shown(proposal: Proposal) -> str:
        try:
            return proposal_diff(read_text(proving.settings.root, proposal.path), proposal)
        except (SnipproofError, ValueError):
            return f"{proposal.path}:{proposal.line} has changed since it was read"

    return lambda proposals: review(proposals, shown, write, prompt)
