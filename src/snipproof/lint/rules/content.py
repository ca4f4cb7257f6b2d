"""SP211, SP212: what readers get: nothing but comments, or a key that should be secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snipproof.languages import comment_tokens, displayed
from snipproof.lint.rules.rule import at, quoted
from snipproof.lint.secrets import find_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding


def only_comments(context: Context) -> Iterator[Finding]:
    """SP211: every line is a comment, as in ``# Coming soon``: there is no code."""
    for block in context.blocks:
        tokens = comment_tokens(displayed(block.reference.language))
        if not tokens or not block.text.lstrip().startswith(tokens):
            continue
        lines = [line.strip() for line in block.text.split("\n")]
        if all(not line or line.startswith(tokens) for line in lines):
            first = next(line for line in lines if line)
            message = f"readers see no code, only comments: {quoted(first)}"
            yield at(block.reference, "SP211", message, "show code, or take the tab away until there is some")


def secret(context: Context) -> Iterator[Finding]:
    """SP212: a text that looks like a key of a service is shown. The message gives its beginning only."""
    texts = {block.text for block in context.blocks}
    # Two texts to search, since one emoji would make a single one four times as large.
    everything = ["\n".join([text for text in texts if text.isascii() is is_ascii]) for is_ascii in (True, False)]
    for block in context.blocks if any(any(find_keys(part)) for part in everything) else ():
        for match, beginning, kind in find_keys(block.text):
            number = block.source_line(block.text.count("\n", 0, match.start()) + 1)
            begun = match[0][: len(beginning) + 2]
            message = f"{begun + '…'!r} (line {number} of {block.source.path}) looks like {kind}"
            hint = "read it from the environment, and revoke it if it was ever real"
            yield at(block.reference, "SP212", message, hint)
