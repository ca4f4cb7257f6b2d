"""Settings: ``[tool.snipproof]`` in ``pyproject.toml``, or the same keys at the top of a ``snipproof.toml``.

A value comes from, in this order: the command line (``overrides``), the environment (``SNIPPROOF_…``), the file, the
default. Unknown keys and values of a wrong type are errors, since a typo that is ignored is a check that is off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

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


def _setting(default: Any, *, env: str = "") -> Any:
    """Return a dataclass field whose value may also come from the environment variable ``env``."""
    return field(default=default, metadata={"env": env})


@dataclass(frozen=True, slots=True)
class WeaviateSettings:
    """``[tool.snipproof.weaviate]``: where the Weaviate that snippets talk to comes from.

    ``mode`` is ``auto``, ``url``, ``container`` or ``embedded``; a mode other than ``auto`` never falls back.
    ``obtain`` lists how the embedded server's binary may be had, out of ``cache``, ``download`` and ``build``.
    ``sha256`` maps ``<os>-<arch>`` to the checksum of the release archive; without an entry the checksum file that
    stands beside the archive is used. Times are in seconds.
    """

    mode: str = _setting("auto", env="SNIPPROOF_WEAVIATE_MODE")
    version: str = _setting("1.39.0", env="SNIPPROOF_WEAVIATE_VERSION")
    url: str = _setting("", env="SNIPPROOF_WEAVIATE_URL")
    grpc: str = _setting("", env="SNIPPROOF_WEAVIATE_GRPC")
    image: str = _setting("", env="SNIPPROOF_WEAVIATE_IMAGE")
    binary: str = _setting("", env="SNIPPROOF_WEAVIATE_BINARY")
    obtain: tuple[str, ...] = _setting(("cache", "download", "build"), env="SNIPPROOF_WEAVIATE_OBTAIN")
    download_url: str = _setting(
        "https://github.com/weaviate/weaviate/releases/download", env="SNIPPROOF_WEAVIATE_DOWNLOAD_URL"
    )
    sha256: Mapping[str, str] = field(default_factory=dict)
    start_timeout: float = _setting(60.0, env="SNIPPROOF_WEAVIATE_START_TIMEOUT")

    @property
    def is_given(self) -> bool:
        """Whether a running server is used that was named by its address."""
        return self.mode == "url" or (self.mode == "auto" and bool(self.url))


@dataclass(frozen=True, slots=True)
class RunSettings:
    """``[tool.snipproof.run]``: limits of one Source's run. Times are in seconds, sizes in bytes.

    ``env`` names environment variables that snippets may see besides the few every process needs. ``require`` makes a
    missing toolchain an error instead of a skip. ``fresh`` is that of every Suite.
    """

    timeout: float = _setting(60.0, env="SNIPPROOF_RUN_TIMEOUT")
    output_limit: int = _setting(4_000_000, env="SNIPPROOF_RUN_OUTPUT_LIMIT")
    env: tuple[str, ...] = ()
    require: bool = _setting(False, env="SNIPPROOF_RUN_REQUIRE")
    fresh: bool = _setting(False, env="SNIPPROOF_RUN_FRESH")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``root`` is the folder of the settings file; every path in it is relative to that folder.

    ``pages`` are folders or files of MD/MDX (none: those of a Docusaurus site, else ``docs``), ``suites`` globs of
    suite files. ``site_root`` is what ``/…`` and ``@site/…`` in a Page's imports mean. ``profile`` names the rules of
    the site's component; ``component``, ``attributes``, ``indentation`` and ``highlighters`` change single ones.
    ``assets`` is a folder that is served over HTTP while snippets run. ``per_path`` maps globs of paths to severities
    of their own, ``translations`` folders of translated Pages to those of their originals. ``baseline`` is the file of
    the Findings to live with. ``cache_dir`` is where server binaries and environments are kept (empty: the user's cache
    folder).
    """

    root: Path = field(default=Path(), metadata={"internal": True})
    file: Path | None = field(default=None, metadata={"internal": True})
    pages: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    site_root: str = "."
    profile: str = "docusaurus-filtered-text-block"
    component: str = "FilteredTextBlock"
    attributes: Mapping[str, str] = field(default_factory=dict)
    indentation: Mapping[str, str] = field(default_factory=dict)
    highlighters: Mapping[str, str] = field(default_factory=dict)
    assets: str = ""
    cache_dir: str = _setting("", env="SNIPPROOF_CACHE_DIR")
    baseline: str = ""
    severity: Mapping[str, str] = field(default_factory=dict)
    per_path: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    translations: Mapping[str, str] = field(default_factory=dict)
    weaviate: WeaviateSettings = field(default_factory=WeaviateSettings)
    run: RunSettings = field(default_factory=RunSettings)


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


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns a TOML table into the keyword arguments of a settings class."""

    name: str
    text: str
    overrides: Mapping[str, str]
    environ: Mapping[str, str]

    def read(self, cls: type, table: dict[str, Any], prefix: str) -> dict[str, Any]:
        known = {f.name.replace("_", "-"): f for f in fields(cls) if not f.metadata.get("internal")}
        types = get_type_hints(cls)
        for key in table:
            if key not in known:
                import difflib  # late, as all that only few runs need: the command's start is what users wait for

                close = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(sorted(known))}"
                raise SettingsError(f"{self.place(key)} unknown setting {prefix + key!r}", hint)
        values = {}
        for key, spec in known.items():
            wanted = types[spec.name]
            if isinstance(wanted, type) and is_dataclass(wanted):
                nested = table.get(key, {})
                if not isinstance(nested, dict):
                    raise SettingsError(f"{self.place(key)} {prefix + key!r} must be a table")
                values[spec.name] = wanted(**self.read(wanted, nested, f"{prefix}{key}."))
                continue
            found = self._find(prefix + key, table.get(key, MISSING), spec.metadata.get("env", ""))
            if found is not MISSING:
                origin, value = found
                values[spec.name] = _convert(origin, prefix + key, value, wanted)
        return values

    def _find(self, dotted: str, in_file: Any, env: str) -> Any:
        if dotted in self.overrides:
            return "command line:", self.overrides[dotted]
        if env and self.environ.get(env):
            return f"environment variable {env}:", self.environ[env]
        if in_file is not MISSING:
            return self.place(dotted.rpartition(".")[2]), in_file
        return MISSING

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
