"""What is never written into a Source, whatever was printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from snipproof.lint.secrets import find_keys
from snipproof.site.markers import find_markers
from snipproof.update.enclosing import enclosing_literal
from snipproof.update.proposal import Change

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def why_not(
    path: str, text: str, numbers: Sequence[int], changes: Sequence[Change], secrets: Mapping[str, str]
) -> tuple[int, str] | None:
    """Return the line of a Change that may not be made and the reason, ``None`` if all may.

    :param text: the whole Source.
    :param numbers: the lines of the block.
    :param secrets: values that may not be seen, by the name that stands for them in output: ``<NAME>``.
    """
    host = enclosing_literal(path, text, numbers)
    for change in changes:
        old, new = "\n".join(change.old), "\n".join(change.new)
        reason = host.trouble(old, new) or _trouble(old, change.new) or secret_in(old, new, secrets)
        if reason:
            return change.first, reason
    return None


def _trouble(old: str, new: Sequence[str]) -> str:
    if control := next((found[0] for line in new if (found := _CONTROL.search(line))), None):
        return f"the output holds the control character U+{ord(control):04X}"
    for line in new:
        if line not in old.split("\n") and find_markers(line):
            return f"a line of the output would be taken for a marker: {line.strip()!r}"
    return ""


def secret_in(old: str, new: str, secrets: Mapping[str, str]) -> str:
    """Return why ``new`` gives something away, empty if it does not; what stood in ``old`` is public already."""
    for _, _, kind in find_keys(new):
        return f"the output holds what looks like {kind}"
    for name, value in secrets.items():
        if len(value) >= 4 and value in new:
            return f"the output holds the value of {name}, which is in `run.env`"
        if (sign := f"<{name}>") in new and new.count(sign) > old.count(sign):
            return f"the output holds the value of {name}, which is in `run.env` and never shown"
    return ""
