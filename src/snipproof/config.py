"""Settings: ``[tool.snipproof]`` in ``pyproject.toml``, or the same keys at the top of a ``snipproof.toml``.

A value comes from, in this order: the command line (``overrides``), the environment (``SNIPPROOF_…``), the file, the
default. Unknown keys and values of a wrong type are errors, since a typo that is ignored is a check that is off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

from snipproof.errors import SettingsError
from snipproof.model import Severity

FILES = ("snipproof.toml", "pyproject.toml")
_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_KINDS: dict[Any, str] = {
    str: "a string",
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    tuple[str, ...]: "a list of strings",
}
# What may also come from the environment, where `weaviate.mode` is SNIPPROOF_WEAVIATE_MODE.
_FROM_ENVIRONMENT = frozenset(
    f"weaviate.{key}"
    for key in "mode version url grpc image binary obtain download-url start-timeout".split()  # noqa: SIM905
) | {"cache-dir", "run.timeout", "run.output-limit", "run.require", "run.fresh"}
_NOT_IN_FILES = ("root", "file")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MISSING: Any = object()


class WeaviateSettings(NamedTuple):
    """``[tool.snipproof.weaviate]``: where the Weaviate that snippets talk to comes from.

    ``mode`` is ``auto``, ``url``, ``container`` or ``embedded``; a mode other than ``auto`` never falls back.
    ``obtain`` lists how the embedded server's binary may be had, out of ``cache``, ``download`` and ``build``.
    ``sha256`` maps ``<os>-<arch>`` to the checksum of the release archive; without an entry the checksum file that
    stands beside the archive is used. Times are in seconds.
    """

    mode: str = "auto"
    version: str = "1.39.0"
    url: str = ""
    grpc: str = ""
    image: str = ""
    binary: str = ""
    obtain: tuple[str, ...] = ("cache", "download", "build")
    download_url: str = "https://github.com/weaviate/weaviate/releases/download"
    sha256: Mapping[str, str] = _NOTHING
    start_timeout: float = 60.0

    @property
    def is_given(self) -> bool:
        """Whether a running server is used that was named by its address."""
        return self.mode == "url" or (self.mode == "auto" and bool(self.url))


class RunSettings(NamedTuple):
    """``[tool.snipproof.run]``: limits of one Source's run. Times are in seconds, sizes in bytes.

    ``env`` names environment variables that snippets may see besides the few every process needs. ``require`` makes a
    missing toolchain an error instead of a skip. ``fresh`` is that of every Suite.
    """

    timeout: float = 60.0
    output_limit: int = 4_000_000
    env: tuple[str, ...] = ()
    require: bool = False
    fresh: bool = False


class Settings(NamedTuple):
    """All settings. ``root`` is the folder of the settings file; every path in it is relative to that folder.

    ``pages`` are folders or files of MD/MDX (none: those of a Docusaurus site, else ``docs``), ``suites`` globs of
    suite files. ``site_root`` is what ``/…`` and ``@site/…`` in a Page's imports mean. ``profile`` names the rules of
    the site's component; ``component``, ``attributes``, ``indentation`` and ``highlighters`` change single ones.
    ``assets`` is a folder that is served over HTTP while snippets run. ``per_path`` maps globs of paths to severities
    of their own, ``translations`` folders of translated Pages to those of their originals. ``baseline`` is the file of
    the Findings to live with. ``cache_dir`` is where server binaries and environments are kept (empty: the user's cache
    folder).
    """

    root: Path = Path()
    file: Path | None = None
    pages: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    site_root: str = "."
    profile: str = "docusaurus-filtered-text-block"
    component: str = "FilteredTextBlock"
    attributes: Mapping[str, str] = _NOTHING
    indentation: Mapping[str, str] = _NOTHING
    highlighters: Mapping[str, str] = _NOTHING
    assets: str = ""
    cache_dir: str = ""
    baseline: str = ""
    severity: Mapping[str, str] = _NOTHING
    per_path: Mapping[str, Mapping[str, str]] = _NOTHING
    translations: Mapping[str, str] = _NOTHING
    weaviate: WeaviateSettings = WeaviateSettings()
    run: RunSettings = RunSettings()


def find_settings_file(folder: Path) -> Path | None:
    """Return the settings file of ``folder``: a ``snipproof.toml``, else a ``pyproject.toml`` with our table."""
    for name in FILES:
        path = folder / name
        if not path.is_file():
            continue
        if name == "snipproof.toml" or b"tool.snipproof" in path.read_bytes():
            return path
    return None


def load_settings(
    root: Path, *, overrides: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings of the folder ``root``; a folder without a settings file has the defaults.

    :param overrides: values of the command line by dotted key (``weaviate.mode``), as strings.
    :param environ: the environment, ``os.environ`` unless given.
    :raises SettingsError: a file that is not TOML, an unknown key, or a value of a wrong type.
    """
    root = root.absolute()
    path = find_settings_file(root)
    text = ""
    table: dict[str, Any] = {}
    if path is not None:
        import tomllib

        try:
            text = path.read_text(encoding="utf-8")
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path.name}:1:1 not valid TOML: {error}") from None
        except RecursionError:
            raise SettingsError(f"{path.name}:1:1 not valid TOML: nested too deeply") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path.name}:1:1 cannot be read as UTF-8 text: {error}") from None
        if path.name == "pyproject.toml":
            tools = table.get("tool", {})
            table = tools.get("snipproof", {}) if isinstance(tools, dict) else {}
            if not isinstance(table, dict):
                raise SettingsError(f"{path.name}:1:1 'tool.snipproof' must be a table")
    reader = _Reader(
        path.name if path else "settings", text, overrides or {}, os.environ if environ is None else environ
    )
    values = reader.read(Settings, table, "")
    settings = Settings(root=root, file=path, **values)
    _check_values(settings, reader)
    return settings


class _Reader(NamedTuple):
    """Turns a TOML table into the keyword arguments of a settings class."""

    name: str
    text: str
    overrides: Mapping[str, str]
    environ: Mapping[str, str]

    def read(self, cls: type, table: dict[str, Any], prefix: str) -> dict[str, Any]:
        types = {
            name.replace("_", "-"): kind for name, kind in get_type_hints(cls).items() if name not in _NOT_IN_FILES
        }
        for key in table:
            if key not in types:
                import difflib  # late, as all that only few runs need: the command's start is what users wait for

                close = difflib.get_close_matches(key, types, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(sorted(types))}"
                raise SettingsError(f"{self.place(key)} unknown setting {prefix + key!r}", hint)
        values = {}
        for key, wanted in types.items():
            name = key.replace("-", "_")
            if wanted in (WeaviateSettings, RunSettings):
                nested = table.get(key, {})
                if not isinstance(nested, dict):
                    raise SettingsError(f"{self.place(key)} {prefix + key!r} must be a table")
                values[name] = wanted(**self.read(wanted, nested, f"{prefix}{key}."))
                continue
            found = self._find(prefix + key, table.get(key, _MISSING))
            if found is not _MISSING:
                origin, value = found
                values[name] = _convert(origin, prefix + key, value, wanted)
        return values

    def _find(self, dotted: str, in_file: Any) -> Any:
        if dotted in self.overrides:
            return "command line:", self.overrides[dotted]
        if dotted in _FROM_ENVIRONMENT:
            variable = "SNIPPROOF_" + dotted.replace(".", "_").replace("-", "_").upper()
            if self.environ.get(variable):
                return f"environment variable {variable}:", self.environ[variable]
        if in_file is not _MISSING:
            return self.place(dotted.rpartition(".")[2]), in_file
        return _MISSING

    def place(self, key: str) -> str:
        """Return ``file:line:column`` of the first place that sets ``key``."""
        match = re.search(rf"^[ \t]*(?:\[.*\b)?[\"']?({re.escape(key)})[\"']?[ \t]*[]=.]", self.text, re.MULTILINE)
        if match is None:
            return f"{self.name}:1:1"
        line = self.text.count("\n", 0, match.start(1)) + 1
        column = match.start(1) - self.text.rfind("\n", 0, match.start(1))
        return f"{self.name}:{line}:{column}"


def _convert(origin: str, dotted: str, value: Any, wanted: Any) -> Any:
    """Return ``value`` as ``wanted``; the strings of the environment and the command line are parsed."""
    from_file = origin.count(":") > 1
    if not from_file and isinstance(value, str):
        value = _parse(origin, dotted, value, wanted)
    if wanted in (str, bool) and isinstance(value, wanted):
        return value
    if wanted in (float, int) and isinstance(value, int | float) and not isinstance(value, bool):
        if wanted(value) == value:
            return wanted(value)
    elif wanted == tuple[str, ...] and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    elif wanted == Mapping[str, str] and isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        return value
    elif wanted == Mapping[str, Mapping[str, str]] and isinstance(value, dict):
        return {name: _convert(origin, f"{dotted}.{name}", v, Mapping[str, str]) for name, v in value.items()}
    raise SettingsError(f"{origin} {dotted!r} must be {_KINDS.get(wanted, 'a table of strings')}, not {value!r}")


def _parse(origin: str, dotted: str, text: str, wanted: Any) -> Any:
    """Return the ``wanted`` value that ``text`` stands for, ``text`` itself where it stands for none."""
    if wanted in (float, int):
        try:
            return wanted(text)
        except ValueError:
            raise SettingsError(f"{origin} {dotted!r} must be a number, not {text!r}") from None
    if wanted == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    return _BOOLEANS.get(text.lower(), text) if wanted is bool else text


def _check_values(settings: Settings, reader: _Reader) -> None:
    """Refuse values outside the few that a setting knows."""

    def refuse(key: str, value: str, known: tuple[str, ...]) -> None:
        if value not in known:
            raise SettingsError(f"{reader.place(key)} {key!r} cannot be {value!r}", f"known: {', '.join(known)}")

    refuse("mode", settings.weaviate.mode, ("auto", "url", "container", "embedded"))
    for way in settings.weaviate.obtain:
        refuse("obtain", way, ("cache", "download", "build"))
    for severities in (settings.severity, *settings.per_path.values()):
        for rule, severity in severities.items():
            refuse(rule, severity, tuple(Severity))
    for key, number in (
        ("start-timeout", settings.weaviate.start_timeout),
        ("timeout", settings.run.timeout),
        ("output-limit", settings.run.output_limit),
    ):
        if number <= 0:
            raise SettingsError(f"{reader.place(key)} {key!r} must be more than 0, not {number!r}")
