"""Whether a text is Python, as the interpreter that runs snipproof reads it."""

from __future__ import annotations

import ast
import textwrap
import warnings

_PROMPT, _MAGIC = ">>> ", ("%", "!")


def python_error(text: str) -> tuple[int, str] | None:
    """Return the line and the reason why ``text`` is no Python, ``None`` when it is.

    Common indentation, ``await`` and ``return`` outside functions and the ``%`` and ``!`` lines of notebooks are not
    held against it, and neither is a session with ``>>>`` prompts.
    """
    error = _error(text)
    if error is None or text.lstrip().startswith(_PROMPT):
        return None
    dedented = textwrap.dedent(text)
    tried = [dedented] if dedented != text else []
    if any(line.lstrip().startswith(_MAGIC) for line in text.split("\n")):
        plain = ("" if line.lstrip().startswith(_MAGIC) else line for line in dedented.split("\n"))
        tried.append("\n".join(plain))
    for other in tried:
        error = _error(other)
        if error is None:
            return None
    return error


def _error(text: str) -> tuple[int, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is not what is asked
            try:
                # Quicker than making the tree, since no Python objects come of it; it also refuses what only has to
                # stand in a function, and those are asked about once more.
                compile(text, "<shown>", "exec", dont_inherit=True)
            except SyntaxError:
                ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None  # no verdict: NUL bytes, or nested deeper than the parser goes
    return None
