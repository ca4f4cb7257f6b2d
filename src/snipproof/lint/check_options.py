"""What the command line asks of ``snipproof check``. It loads little, so that a kept answer is soon given."""

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
        """Refuse what does not go together."""
        self = super().__new__(cls, **options)
        if self.statistics and self.format not in ("text", "json"):
            raise SettingsError("--statistics are given as text or json only")
        if self.watch and (self.format != "text" or self.update_baseline):
            raise SettingsError("--watch tells as text, and writes no baseline")
        if self.no_baseline and (self.baseline or self.update_baseline):
            raise SettingsError("--no-baseline goes with no other option about one")
        return self

    def baseline_file(self, settings: Settings) -> Path | None:
        """Return where the baseline is, if there is one. A path of the settings begins at the root."""
        if self.no_baseline:
            return None
        return self.baseline or (settings.root / settings.baseline if settings.baseline else None)
