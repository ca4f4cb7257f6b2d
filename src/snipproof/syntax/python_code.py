"""Parses Python with the interpreter that runs snipproof, in one thread at a time."""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

#: Held by a thread that makes syntax trees. CPython 3.11 counts the depth of a tree for the whole interpreter, so two
#: threads at once get ``SystemError: AST constructor recursion depth mismatch``.
parsing = threading.RLock()


def parse_python(text: str) -> ast.Module:
    """Return the syntax tree of ``text``; safe in threads.

    :raises SyntaxError: it is not valid Python.
    :raises ValueError: it contains NUL bytes.
    """
    import ast

    with parsing:
        return ast.parse(text)


def compile_error(text: str) -> tuple[int, str] | None:
    """Return line and reason if the interpreter refuses to compile ``text``, such as for an argument given twice.

    Return ``None`` if it compiles, or is nested too deeply for a verdict. Nothing of it runs.
    """
    try:
        with parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are not errors
            compile(text, "<source>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except ValueError as error:
        return 1, str(error)
    except (RecursionError, MemoryError):
        return None
    return None
