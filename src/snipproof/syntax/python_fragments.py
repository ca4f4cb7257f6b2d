"""Decides whether a text is a fragment of Python, for the interpreter that runs snipproof."""

from __future__ import annotations

import symtable
import textwrap
import warnings
from _ast import PyCF_ONLY_AST  # `ast` has it too, but takes a while to load

_PROMPT, _MAGIC = ">>> ", ("%", "!")


def python_error(text: str) -> tuple[int, str] | None:
    """Return the line, from 1, and the reason why ``text`` is not Python, ``None`` if it is.

    Accepted are common indentation, ``await`` and ``return`` outside functions, the ``%`` and ``!`` lines of notebooks,
    and sessions with ``>>>`` prompts.
    """
    error = _error(text)
    if error is None or text.lstrip().startswith(_PROMPT):
        return None
    dedented = textwrap.dedent(text)
    variants = [dedented] if dedented != text else []
    if any(line.lstrip().startswith(_MAGIC) for line in text.split("\n")):
        plain = ("" if line.lstrip().startswith(_MAGIC) else line for line in dedented.split("\n"))
        variants.append("\n".join(plain))
    for variant in variants:
        error = _error(variant)
        if error is None:
            return None
    return error


def _error(text: str) -> tuple[int, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are not errors
            try:
                # The quickest way to parse: it makes neither Python objects nor code. It also analyses scopes, so what
                # it refuses is parsed again without that.
                symtable.symtable(text, "<shown>", "exec")
            except SyntaxError:
                compile(text, "<shown>", "exec", PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None  # no verdict: NUL bytes, or nested too deeply for the parser
    return None
