"""The options of ``snipproof check``. This module loads little, so that a kept result is soon printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from snipproof.errors import SettingsError

if TYPE_CHECKING:
    from snipproof.config import Settings


class _Options(NamedTuple):
    format: str = "text"
    statistics: bool = False
    baseline: Path | None = None
    no_baseline: bool = False
    update_baseline: bool = False
    watch: bool = False
    colour: bool = False


class CheckOptions(_Options):
    """The options of one check. ``baseline`` is ``None`` for that of the settings.

    :raises SettingsError: two of the options contradict each other.
    """

    __slots__ = ()

    def __new__(cls, **options: Any) -> Self:
        """Check which options go together."""
        self = super().__new__(cls, **options)
        if self.statistics:
            from snipproof.lint.formats import with_statistics

            if self.format not in (formats := with_statistics()):
                raise SettingsError(f"--statistics is available for the formats {' and '.join(formats)} only")
        if self.watch and (self.format != "text" or self.update_baseline):
            raise SettingsError("--watch prints text only, and cannot update a baseline")
        if self.no_baseline and (self.baseline or self.update_baseline):
            raise SettingsError("--no-baseline cannot be used with another option for a baseline")
        return self

    def baseline_file(self, settings: Settings) -> Path | None:
        """Return where the baseline is, if there is one. A path of the settings is relative to their file."""
        if self.no_baseline:
            return None
        return self.baseline or (settings.home / settings.baseline if settings.baseline else None)
