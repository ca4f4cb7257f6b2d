"""Python's dates and times as ISO 8601 text, which JSON has in place of ``datetime.datetime(2024, 5, 6, 7, 8)``."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

from snipproof.compare.tree import TypedValue, VerbatimText

_CLASSES: Final = {
    "datetime.datetime": datetime,
    "datetime": datetime,
    "datetime.date": date,
    "date": date,
    "datetime.time": time,
    "time": time,
}
_UTC = re.compile(r"<UTC>|TzInfo\((?:UTC|0)\)")
_OFFSET = re.compile(r"TzInfo\(([+-])([0-9]{2}):([0-9]{2})\)")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{5,15}(?:Z|[+-][0-9:]{5,8})?)?|[0-9:.]{5,15}(?:Z|[+-][0-9:]{5,8})?")


class _UnknownError(Exception):
    """A value is not known as a date, a time or an offset from UTC."""


def iso_text(value: TypedValue, shown: str) -> str | None:
    """Return the date or time in ``value`` as ISO 8601 text; ``None`` if it is something else.

    :param shown: a text that may stand for the same date and time, with ``Z`` or with fewer or more digits of a
        second; then it is the one that is returned.
    """
    kind = _CLASSES.get(value.name)
    if kind is None:
        return None
    try:
        found = kind(*map(_argument, value.positional), **{name: _argument(each) for name, each in value.members})
        text = found.isoformat()
    except (_UnknownError, TypeError, ValueError, OverflowError):
        return None
    if _ISO.fullmatch(shown):
        try:
            same = kind.fromisoformat(shown).isoformat() == text
        except ValueError:
            same = False
        if same and (kind is not datetime or len(shown) > len("2024-05-06")):
            return shown
    return text


def _argument(value: Any) -> Any:
    """Return an argument of a constructor: a number or a time zone.

    :raises _UnknownError: it is neither.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    text = value.text if isinstance(value, VerbatimText) else ""
    if _UTC.fullmatch(text):
        return timezone.utc
    if match := _OFFSET.fullmatch(text):
        return timezone(timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1))
    if not isinstance(value, TypedValue):
        raise _UnknownError
    if value.name == "datetime.timezone.utc" or value == TypedValue("tzutc"):
        return timezone.utc
    if value.name.endswith("ZoneInfo") and dict(value.members).get("key") in ("UTC", "Etc/UTC"):
        return timezone.utc
    if value.name == "datetime.timedelta":
        return timedelta(*map(_argument, value.positional), **{name: _argument(each) for name, each in value.members})
    if value.name == "datetime.timezone" and value.positional:
        return timezone(_argument(value.positional[0]))
    raise _UnknownError
