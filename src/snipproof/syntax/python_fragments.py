"""Whether a text is Python, as the interpreter that runs snipproof reads it."""

from __future__ import annotations

import symtable
import textwrap
import warnings

# What `ast.parse` gives to `compile`. Nothing else is needed of the module `ast`, which takes a while to load.
_ONLY_PARSE = 0x400
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
                # The quickest that parses: neither Python objects nor code come of it. It looks at scopes as well, and
                # what it refuses for these is asked about once more.
                symtable.symtable(text, "<shown>", "exec")
            except SyntaxError:
                compile(text, "<shown>", "exec", _ONLY_PARSE, dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError):
        return None  # no verdict: NUL bytes, or nested deeper than the parser goes
    return None
