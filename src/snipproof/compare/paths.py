"""Follows RFC 9535 paths, with a limit of time for their regular expressions."""

from __future__ import annotations

import re
import time
from typing import Any, Final

import regex
from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.function_extensions import ExpressionType, FilterFunction

SECONDS: Final = 2.0  # for all regular expressions of one path


class PatternError(ValueError):
    """A regular expression takes too long; the message is the reason."""


def find(path: str, data: Any) -> list[JSONPathMatch]:
    """Return the matches of ``path`` in ``data``.

    :raises JSONPathError: the path is not valid.
    :raises PatternError: its regular expressions take too long for this data.
    """
    return list(_Environment().finditer(path, data))


class _Environment(JSONPathEnvironment):
    """Knows ``match`` and ``search``, and the ``=~`` of the library; all share one limit.

    A pattern such as ``(a|a)*b`` takes years with ``re``, which cannot be interrupted; ``regex`` can.
    """

    def setup_function_extensions(self) -> None:
        """Register the functions."""
        super().setup_function_extensions()
        self._end = time.monotonic() + SECONDS
        self.function_extensions["match"] = _RegexFunction(self, whole=True)
        self.function_extensions["search"] = _RegexFunction(self, whole=False)

    def compare(self, left: object, operator: str, right: object) -> bool:
        """Compare two values in a filter."""
        if operator == "=~" and isinstance(right, re.Pattern) and isinstance(left, str):
            return self.fits(right.pattern, left, right.flags, whole=True)
        return super().compare(left, operator, right)

    def fits(self, pattern: str, text: str, flags: int = 0, *, whole: bool) -> bool:
        """Return whether ``pattern`` matches the ``whole`` of ``text``, or a part; an invalid one matches nothing.

        :raises PatternError: the time is up.
        """
        try:
            compiled = regex.compile(pattern, flags & ~re.UNICODE)
        except (regex.error, RecursionError):
            return False
        left = max(self._end - time.monotonic(), 0.001)
        try:
            found = compiled.fullmatch(text, timeout=left) if whole else compiled.search(text, timeout=left)
        except TimeoutError:
            raise PatternError("the regular expression takes too long for this output") from None
        return found is not None


class _RegexFunction(FilterFunction):
    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 (as the library declares it)
    return_type = ExpressionType.LOGICAL

    def __init__(self, environment: _Environment, *, whole: bool) -> None:
        self._environment = environment
        self._whole = whole

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        return self._environment.fits(pattern, value, whole=self._whole)
