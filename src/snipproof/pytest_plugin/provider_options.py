"""The option ``--snippets-providers``, by which a run contacts providers of models, and reports of old recordings."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest

from snipproof.config import Settings
from snipproof.text import listed, plural

OPTION = "--snippets-providers"


def with_online_providers(settings: Settings, options: Sequence[str]) -> Settings:
    """Return ``settings`` in which the hosts of ``options`` are contacted, whatever the settings file has for them.

    :param options: such as ``record=api.openai.com``.
    :raises pytest.UsageError: one of them is wrong, or names no single host under CI.
    """
    from snipproof.services.providers.modes import parse_option

    online = {}
    for option in options:
        try:
            host, mode = parse_option(option)
        except ValueError as error:
            raise pytest.UsageError(f"{OPTION}: {error}") from None
        if os.environ.get("CI") and set(host) & set("*?"):
            raise pytest.UsageError(
                f"{OPTION} {option}: under CI (the environment variable CI is set), each host that is contacted must "
                "be named, without * and ?"
            )
        online[host] = mode
    kept = {
        host: mode
        for host, mode in settings.providers.items()
        if not any(fnmatchcase(host.lower(), pattern) for pattern in online)
    }
    return settings._replace(providers={**online, **kept})


class ProviderHooks:
    """Reports which hosts a session contacts, and in the end recordings that are old."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Report the hosts before anything is sent."""
        found = [(host, *mode.partition("@")[::2]) for host, mode in self._settings.providers.items()]
        online = [f"{host} ({kind}{' at ' * bool(target)}{target})" for host, kind, target in found if kind in _ONLINE]
        if online:
            _write(session.config, f"providers: this run contacts {listed(online)}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report the files with recordings that are older than the settings allow."""
        from snipproof.services.providers.recordings import days_of

        days, today = self._settings.recordings_max_age, dt.datetime.now(dt.UTC).date()
        oldest = (today - dt.timedelta(days=days)).isoformat()
        for path, recorded in days_of(self._settings.home / self._settings.recordings) if days else ():
            if old := [day for day in recorded if day < oldest]:
                place = f"{self._settings.recordings}/{path}"
                what = f"{plural(len(old), 'recording')} made before {oldest}, the oldest on {min(old)}"
                line = f"snipproof: {place}: {what}: record them again with {OPTION} record=HOST"
                terminalreporter.write_line(line, yellow=True)


_ONLINE = ("record", "live")


def _write(config: pytest.Config, line: str) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"snipproof: {line}")
