"""Follows RFC 9535 paths, with regular expressions that take linear time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.function_extensions import ExpressionType, FilterFunction

from snipproof.compare.regular import Budget, Pattern, PatternError


def find(path: str, data: Any) -> list[JSONPathMatch]:
    """Return the matches of ``path`` in ``data``.

    :raises JSONPathError: the path is not valid.
    :raises PatternError: a regular expression in it cannot be used, or takes too long.
    """
    return list(_Environment().finditer(path, data))


class _Environment(JSONPathEnvironment):
    """Knows ``match`` and ``search``, and the ``=~`` of the library; all share one budget."""

    def setup_function_extensions(self) -> None:
        """Register the functions."""
        super().setup_function_extensions()
        self._budget = Budget()
        self._patterns: dict[str, Pattern] = {}
        self.function_extensions["match"] = _RegexFunction(lambda text, p: self._of(p).fullmatch(text, self._budget))
        self.function_extensions["search"] = _RegexFunction(lambda text, p: self._of(p).search(text, self._budget))

    def compare(self, left: object, operator: str, right: object) -> bool:
        """Compare two values in a filter."""
        if operator == "=~" and isinstance(right, re.Pattern) and isinstance(left, str):
            if right.flags & (re.MULTILINE | re.ASCII):
                raise PatternError("the flags `a` and `m` of a regular expression are not supported")
            flags = "i" * bool(right.flags & re.IGNORECASE) + "s" * bool(right.flags & re.DOTALL)
            return self._of((f"(?{flags})" if flags else "") + right.pattern).fullmatch(left, self._budget)
        return super().compare(left, operator, right)

    def _of(self, pattern: str) -> Pattern:
        if pattern not in self._patterns:
            self._patterns[pattern] = Pattern(pattern)
        return self._patterns[pattern]


class _RegexFunction(FilterFunction):
    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 (as the library declares it)
    return_type = ExpressionType.LOGICAL

    def __init__(self, matches: Callable[[str, str], bool]) -> None:
        self._matches = matches

    def __call__(self, value: object, pattern: object) -> bool:
        return isinstance(value, str) and isinstance(pattern, str) and self._matches(value, pattern)
