"""SP210 to SP214: the text that readers see: comments, keys that should be secret, highlights."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.languages import comment_tokens, displayed, of_file
from snipproof.lint.rules.base import at, rule
from snipproof.lint.rules.suppressions import COMMENT_OPENERS
from snipproof.lint.secrets import find_keys
from snipproof.model import Severity
from snipproof.site.magic_comments import remove_magic_comments
from snipproof.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.base import Block, Context
    from snipproof.model import Finding

# `#!` is the first line of a script, and `-->` the end of a comment.
_TOKEN = re.compile(rf"\s*(?!#!|-->)({'|'.join(map(re.escape, COMMENT_OPENERS))})")
_START, _END = "start", "end"
_DIRECTIVE = re.compile(r"highlight-(start|end|next-line)(?![^\W_])")


@rule("SP210", "comment-token", Severity.WARNING, "the marker is not a comment in the language of its file")
def comment_token(context: Context) -> Iterator[Finding]:
    """The marker begins with a token that starts no comment in the language of its file.

    An Expectation may be in a string or a block comment, so its markers may be written in any way.
    """
    expectations = {e.region.id for source in context.site.sources.values() for e in source.expectations}
    expectations |= context.bound_by_pages
    for block in context.blocks:
        allowed = comment_tokens(of_file(block.source.path))
        if not allowed:
            continue
        for marker in (block.reference.start_marker, block.reference.end_marker):
            token = _TOKEN.match(marker or "")
            if token and token[1] not in allowed:
                region = context.site.region_of(block.reference)
                if region is not None and region.id in expectations:
                    break
                message = (
                    f"{token[1]!r} in the marker {quoted(marker or '')} does not start a comment in {block.source.path}"
                )
                hint = f"comments start with {allowed[0]!r} there; the marker works only inside a string"
                yield at(block.reference, message, hint)
                break


@rule("SP211", "only-comments", Severity.WARNING, "readers see no code, only comments")
def only_comments(context: Context) -> Iterator[Finding]:
    """Every line is a comment, as in ``# Coming soon``: there is no code."""
    for block in context.blocks:
        tokens = comment_tokens(displayed(block.reference.language))
        if not tokens or not block.text.lstrip().startswith(tokens):
            continue
        lines = [line.strip() for line in block.text.split("\n")]
        if all(not line or line.startswith(tokens) for line in lines):
            first = next(line for line in lines if line)
            message = f"readers see no code, only comments: {quoted(first)}"
            yield at(block.reference, message, "show code, or remove the tab until there is some")


@rule("SP212", "secret", Severity.ERROR, "a text that looks like a key is shown")
def secret(context: Context) -> Iterator[Finding]:
    """A text that looks like a key of a service is shown. The message quotes only its beginning."""
    texts = {block.text for block in context.blocks}
    # Two texts to search, since one emoji would make a single one four times as large.
    everything = ["\n".join([text for text in texts if text.isascii() is is_ascii]) for is_ascii in (True, False)]
    for block in context.blocks if any(any(find_keys(part)) for part in everything) else ():
        for match, beginning, kind in find_keys(block.text):
            number = block.source_line(block.text.count("\n", 0, match.start()) + 1)
            begun = match[0][: len(beginning) + 2]
            message = f"{begun + '…'!r} (line {number} of {block.source.path}) looks like {kind}"
            yield at(block.reference, message, "read it from the environment, and revoke it if it was ever real")


@rule("SP213", "highlight-unbalanced", Severity.WARNING, "a highlight is not opened or not closed")
def highlight_unbalanced(context: Context) -> Iterator[Finding]:
    """A highlight is opened and not closed, or closed and not opened."""
    for block in context.shared(_highlighted):
        unpaired = _unpaired(block.text)
        if unpaired:
            position, word = unpaired
            number = block.source_line(block.text.count("\n", 0, position) + 1)
            verb = "closes" if word == _START else "opens"
            line = quoted(_line_at(block.text, position).strip())
            message = f"nothing in this block {verb} the highlight on line {number} of {block.source.path}, {line}"
            yield at(block.reference, message, "put highlight-start and highlight-end between the same markers")


@rule("SP214", "highlight-shown", Severity.ERROR, "readers see a highlight comment")
def highlight_shown(context: Context) -> Iterator[Finding]:
    """The site's code block does not know a highlight comment in that form, so readers see it."""
    for block in context.shared(_highlighted):
        for number, line in enumerate(block.text.split("\n"), 1):
            if "highlight-" in line and _is_shown(line.strip(), block.rendered.highlighter):
                place = f"line {block.source_line(number)} of {block.source.path}"
                hint = f"write it alone on its line, as a comment of {block.rendered.highlighter!r}"
                yield at(block.reference, f"readers see {quoted(line.strip())} ({place})", hint)
                break


def _highlighted(context: Context) -> list[Block]:
    """Return the blocks with a comment that directs highlights, about half of them on a usual site."""
    return [block for block in context.blocks if "highlight-" in block.text]


@cache
def _is_shown(line: str, highlighter: str) -> bool:
    """Whether ``line`` should direct highlights and does not. Most blocks share a few such lines."""
    return _DIRECTIVE.search(line) is not None and remove_magic_comments(line + "\n.", highlighter) != "."


def _unpaired(text: str) -> tuple[int, str] | None:
    """Return the place and the word of the first directive that has no partner."""
    opened: tuple[int, str] | None = None
    for directive in _DIRECTIVE.finditer(text):
        position, word = directive.start(), directive[1]
        if word == _START:
            if opened:
                return opened
            opened = position, word
        elif word == _END:
            if not opened:
                return position, word
            opened = None
    return opened


def _line_at(text: str, position: int) -> str:
    end = text.find("\n", position)
    return text[text.rfind("\n", 0, position) + 1 : len(text) if end < 0 else end]
