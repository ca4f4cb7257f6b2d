"""Python's dates and times as ISO 8601 text, which JSON has in place of ``datetime.datetime(2024, 5, 6, 7, 8)``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

from snipproof.compare.tree import TypedValue, VerbatimText

_CLASSES: Final[dict[str, type[datetime | date | time]]] = {
    "datetime.datetime": datetime,
    "datetime": datetime,
    "datetime.date": date,
    "date": date,
    "datetime.time": time,
    "time": time,
}
# As the standard library, pytz, pydantic and dateutil print it.
_UTC_VALUES: Final = (
    TypedValue("datetime.timezone.utc"),
    TypedValue("zoneinfo.ZoneInfo", (), (("key", "UTC"),)),
    TypedValue("tzutc"),
    TypedValue("TzInfo", (0,)),
    VerbatimText("TzInfo(UTC)"),
    VerbatimText("<UTC>"),
)
_OFFSET = re.compile(r"TzInfo\(([+-])([0-9]{2}):([0-9]{2})\)")
_TIME = r"[0-9:.]{5,15}(?:Z|[+-][0-9:]{5,8})?"
_ISO = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_TIME})?|{_TIME}")


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
        text: str = found.isoformat()
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
    if isinstance(value, VerbatimText) and (match := _OFFSET.fullmatch(value.text)):
        return timezone(timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1))
    if value in _UTC_VALUES:
        return UTC
    if not isinstance(value, TypedValue):
        raise _UnknownError
    if value.name == "datetime.timedelta":
        return timedelta(*map(_argument, value.positional), **{name: _argument(each) for name, each in value.members})
    if value.name == "datetime.timezone" and value.positional:
        return timezone(_argument(value.positional[0]))
    raise _UnknownError
