"""SP209, SP210: a block whose display language or comment token is not that of its file."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from snipproof.languages import comment_tokens, displayed, is_program, of_file
from snipproof.lint.rules.rule import at, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding

_TOKEN = re.compile(r"\s*(#(?!!)|//|/\*|--(?!>)|<!--)")


@cache
def misfit(shown: str, path: str) -> bool:
    """Whether the file ``path`` is a program in another language than the one ``shown`` stands for."""
    language, actual = displayed(shown), of_file(path)
    return language != actual and is_program(language) and is_program(actual)


def language(context: Context) -> Iterator[Finding]:
    """SP209: a program is shown as one of another language. Output, queries and data in a program are not meant."""
    for block in context.blocks:
        name, path = block.reference.language, block.source.path
        if misfit(name, path):
            message = f"language={name!r} does not fit {path}"
            hint = f"its code is {of_file(path)}: set the language, or import another file"
            yield at(block.reference, "SP209", message, hint)


def comment_token(context: Context) -> Iterator[Finding]:
    """SP210: the marker begins with a token that is no comment in the language of its file.

    An Expectation may stand in a string or a block comment, so its markers may be written in any way.
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
                message = f"{token[1]!r} in the marker {quoted(marker or '')} begins no comment in {block.source.path}"
                hint = f"comments begin with {allowed[0]!r} there; the marker works only inside a string"
                yield at(block.reference, "SP210", message, hint)
                break
