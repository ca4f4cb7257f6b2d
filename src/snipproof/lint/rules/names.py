"""SP506: names that a shown text uses and never defines. A hint, off by default: most blocks build on earlier ones."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from snipproof.languages import displayed
from snipproof.lint.rules.rule import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.lint.rules.context import Context
    from snipproof.model import Finding

_KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}
_MOST_NAMES = 5


def undefined(context: Context) -> Iterator[Finding]:
    """SP506: readers who paste the text get a NameError. Looks at Python only."""
    for block in context.blocks:
        if displayed(block.reference.language) != "python":
            continue
        names = undefined_names(block.text)
        if names:
            some = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
            yield at(
                block.reference, "SP506", f"used and never defined in what is shown: {some}", "show where it comes from"
            )


def undefined_names(text: str) -> list[str]:
    """Return the names that ``text`` reads and gives no value anywhere, in order; nothing when it is no Python."""
    import ast  # late, since it takes a while and the rule is off by default
    import textwrap
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    defined: set[str] = set()
    used: dict[str, tuple[int, int]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load(), lineno=line, col_offset=column):
                used[name] = min((line, column), used.get(name, (line, column)))
            case ast.Name(id=name):
                defined.add(name)
            case (
                ast.arg(arg=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                defined.add(name)
            case ast.alias(name="*"):
                return []  # anything may come from there
            case ast.alias(name=name, asname=renamed):
                defined.add(renamed or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                defined.add(name)
            case ast.MatchMapping(rest=str(name)):
                defined.add(name)
            case _:
                pass
    return [name for name in sorted(used, key=used.__getitem__) if name not in defined and name not in _KNOWN]
