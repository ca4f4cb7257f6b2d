"""Settings: ``[tool.snipproof]`` in ``pyproject.toml``, or the same keys at the top of a ``snipproof.toml``.

A value comes from, in this order: the command line (``overrides``), the environment (``SNIPPROOF_…``), the file, the
default. Unknown keys and values of a wrong type are errors: a typo that is ignored turns a check off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

from snipproof.errors import SettingsError
from snipproof.model import Severity
from snipproof.server_settings import (
    DEFAULT_SERVICE,
    MatrixSettings,
    ServiceSettings,
    WeaviateSettings,
    check_matrix,
    check_name,
    check_server,
    split_version,
)
from snipproof.text import did_you_mean

FILES = ("snipproof.toml", "pyproject.toml")
_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_KINDS: dict[Any, str] = {
    str: "a string",
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    tuple[str, ...]: "a list of strings",
}
# Tables of tables or lists, and what each value of one is.
_NESTED: dict[Any, Any] = {
    Mapping[str, Mapping[str, str]]: Mapping[str, str],
    Mapping[str, tuple[str, ...]]: tuple[str, ...],
}
# Settings that the environment may set as well: `weaviate.mode` is SNIPPROOF_WEAVIATE_MODE.
_FROM_ENVIRONMENT = frozenset(
    f"weaviate.{key}"
    for key in "mode version url grpc image binary obtain download-url start-timeout".split()  # noqa: SIM905
) | {"cache-dir", "run.timeout", "run.output-limit", "run.require", "run.fresh", "run.build-cache"}
_NOT_IN_FILES = ("root", "file", "origin")
_HOST = re.compile(r"[a-z0-9*?._-]+(?::[1-9][0-9]{0,4})?", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_ISSUER = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::[1-9][0-9]{0,4})?(?:/[\w.~-]+)*/?", re.IGNORECASE)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MISSING: Any = object()
_Path = tuple[str, ...]


def _no_origin(*path: str) -> str:
    """Stand in for the origin of settings that were not loaded: the key itself."""
    return f"settings: {'.'.join(path)}:"


class RunSettings(NamedTuple):
    """``[tool.snipproof.run]``: limits of one Source's run. Times are in seconds, sizes in bytes.

    ``env`` names environment variables that Sources may read, in addition to the few every process needs. ``require``
    makes a missing toolchain an error instead of a skip. ``fresh`` applies to every Suite. ``coverage_floor`` is the
    percentage of shown statements that have to run, with ``--snippets-coverage``. ``build_cache`` keeps builds.
    """

    timeout: float = 60.0
    output_limit: int = 4_000_000
    env: tuple[str, ...] = ()
    require: bool = False
    fresh: bool = False
    coverage_floor: float = 0.0
    build_cache: bool = True


class Download(NamedTuple):
    """An item of ``[tool.snipproof.downloads]``: a file, relative to the settings file, and its checksum in hex."""

    file: str = ""
    sha256: str = ""


class OidcSettings(NamedTuple):
    """``[tool.snipproof.oidc]``: what the stand-in for an identity provider knows; there is none without an issuer.

    ``users`` maps names to passwords, ``groups`` names to groups. ``client_secret`` is that of the only client; without
    one, any is right.
    """

    issuer: str = ""
    client_id: str = "weaviate"
    client_secret: str = ""
    users: Mapping[str, str] = _NOTHING
    groups: Mapping[str, tuple[str, ...]] = _NOTHING


class Settings(NamedTuple):
    """All settings. ``root`` is the docs tree: the folder of the settings file, unless that names another one.

    ``suites``, ``baseline``, ``known_failures``, ``recordings``, the files of ``downloads`` and the lock files of
    ``matrix`` are relative to :attr:`home`, all other paths to the root.

    ``origin("weaviate", "mode")`` is where that setting comes from, for a message: ``file:line:column`` of its key, the
    environment variable or the command line.

    ``pages`` are folders or files of MD/MDX (none: those of a Docusaurus site, else ``docs``), ``suites`` globs of
    suite files. ``site_root`` is what ``/…`` and ``@site/…`` in a Page's imports mean. ``profile`` names the rules of
    the site's component; ``component`` (empty: the profile's), ``attributes``, ``indentation`` and ``highlighters``
    override single rules. ``assets`` is a folder that is served over HTTP while Sources run. ``per_path`` maps globs of
    paths to their own severities, ``translations`` folders of translated Pages to those of the originals. ``baseline``
    is the file that lists accepted Findings, ``known_failures`` the one that lists Snippets that are known to fail.
    ``cache_dir`` is where server binaries and environments are kept (empty: the user's cache folder).

    What answers in the documented network: ``providers`` maps hosts (``HOST`` or ``HOST:PORT``, globs) or ``default``
    to ``stand-in`` or ``replay``, and only a command line to ``record`` or ``live``. ``recordings`` is the folder for
    what providers answered, ``recordings_max_age`` the age in days from which that is old (0: never). ``downloads``
    maps ``HOST/PATH``, whose path may be a glob, to files.
    """

    root: Path = Path()
    file: Path | None = None
    origin: Callable[..., str] = _no_origin
    pages: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    site_root: str = "."
    profile: str = "docusaurus-filtered-text-block"
    component: str = ""
    attributes: Mapping[str, str] = _NOTHING
    indentation: Mapping[str, str] = _NOTHING
    highlighters: Mapping[str, str] = _NOTHING
    assets: str = ""
    cache_dir: str = ""
    baseline: str = ""
    known_failures: str = ""
    severity: Mapping[str, str] = _NOTHING
    per_path: Mapping[str, Mapping[str, str]] = _NOTHING
    translations: Mapping[str, str] = _NOTHING
    providers: Mapping[str, str] = _NOTHING
    recordings: str = "recordings"
    recordings_max_age: int = 0
    downloads: Mapping[str, Download] = _NOTHING
    oidc: OidcSettings = OidcSettings()
    weaviate: WeaviateSettings = WeaviateSettings()
    services: Mapping[str, ServiceSettings] = _NOTHING
    matrix: MatrixSettings = MatrixSettings()
    run: RunSettings = RunSettings()

    @property
    def home(self) -> Path:
        """The folder of the settings file."""
        return self.file.parent if self.file else self.root

    @property
    def service_names(self) -> tuple[str, ...]:
        """The names that Suites may list in ``services``."""
        return (DEFAULT_SERVICE, *self.services)

    def of_service(self, name: str) -> Settings:
        """Return the settings with those of the Service ``name`` in the place of :attr:`weaviate`.

        :param name: may have the version of :func:`~snipproof.server_settings.at_version`.
        """
        name, version = split_version(name)
        if version:
            found = self.of_service(name)
            return found._replace(weaviate=found.weaviate.in_version(version))
        if name == DEFAULT_SERVICE:
            return self
        own = self.services[name]
        keys = {field.replace("_", "-") for field in own._fields}
        origin = self.origin

        def place(*path: str) -> str:
            """Return where a setting comes from: from the table of the Service, if it can have that key."""
            if path[:1] == (DEFAULT_SERVICE,) and path[1:2] and path[1] in keys:
                path = ("services", name, *path[1:])
            return origin(*path)

        return self._replace(weaviate=own.over(self.weaviate), origin=place)


def find_settings_file(folder: Path) -> Path | None:
    """Return the settings file of ``folder``: ``snipproof.toml``, else a ``pyproject.toml`` with the table."""
    for name in FILES:
        path = folder / name
        if not path.is_file():
            continue
        if name == "snipproof.toml" or _has_table(path.read_bytes()):
            return path
    return None


def _has_table(data: bytes) -> bool:
    """Return whether ``pyproject.toml`` has the table ``tool.snipproof``, however it is written."""
    import tomllib

    if b"snipproof" not in data:
        return False
    try:
        return "snipproof" in tomllib.loads(data.decode()).get("tool", {})
    except (ValueError, RecursionError, TypeError):
        return b"tool.snipproof" in data  # reading it reports what is wrong


def load_settings(
    root: Path | None = None,
    *,
    file: Path | None = None,
    overrides: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings of the folder ``root``; a folder without a settings file has the defaults.

    :param root: with ``file``, the docs tree instead, whatever the file itself names; by default the current folder.
    :param file: the settings file, if it is not one of that folder.
    :param overrides: values of the command line by dotted key (``weaviate.mode``), as strings.
    :param environ: the environment, ``os.environ`` unless given.
    :raises SettingsError: a file that is not TOML, an unknown key, or a value of a wrong type.
    """
    given = Path() if root is None else root
    path = file.absolute() if file else find_settings_file(given.absolute())
    name = str(file or (path.name if path else "settings"))
    text, table = read_toml(path, name) if path is not None else ("", {})
    reader = _Reader(name, overrides or {}, os.environ if environ is None else environ)
    prefix: tuple[str, ...] = ()
    if path is not None:
        reader.text = text
        if path.name == "pyproject.toml":
            for key in ("tool", "snipproof"):
                prefix = (*prefix, key)
                table = table.get(key, {})
                if not isinstance(table, dict):
                    raise SettingsError(f"{reader.position(prefix)} {'.'.join(prefix)!r} must be a table")
    reader.prefix = prefix
    top = given if path is None or (file and root) else path.parent / _root_of(table, reader)
    if not top.is_dir():
        raise SettingsError(f"{reader.origin('root')} no such folder: {top}", "the root is the docs tree")
    moved = path is not None and not path.parent.samefile(top)
    # Where both are relative to each other, links count.
    top, path = (top.resolve(), path.resolve()) if moved and path else (top.absolute(), path)
    values = reader.read(Settings, {key: value for key, value in table.items() if key != "root"}, ())
    settings = Settings(root=top, file=path, origin=reader.origin, **values)
    _check_values(settings)
    return settings


def _root_of(table: Mapping[str, Any], reader: _Reader) -> str:
    root = table.get("root", "")
    if not isinstance(root, str):
        raise SettingsError(f"{reader.origin('root')} 'root' must be a string, not {root!r}")
    return root


def read_toml(path: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Return the text of the TOML file ``path``, and its table.

    :param name: the file in messages.
    :raises SettingsError: it cannot be read, or is not TOML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{name}:1:1 cannot be read: {error.strerror or error}") from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{name}:{line}:1 cannot be read as UTF-8 text: {error.reason}") from None
    return text, parse_toml(text, name)


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the table that ``text``, of the file ``name``, is.

    :raises SettingsError: it is not TOML.
    """
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Its message is the only place where Python 3.11 gives the position.
        where = re.fullmatch(r"(?P<problem>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", str(error))
        position = f"{where['line']}:{where['column']}" if where else f"{text.count(chr(10)) + 1}:1"
        problem = where["problem"] if where else str(error)
        raise SettingsError(f"{name}:{position} not valid TOML: {problem}") from None
    except RecursionError:
        raise SettingsError(f"{name}:1:1 not valid TOML: nested too deeply") from None


class _Reader:
    """Turns a TOML table into the keyword arguments of a settings class.

    Paths are the keys that lead to a value: ``("weaviate", "mode")``.
    """

    def __init__(self, name: str, overrides: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self.text = ""
        self.prefix: _Path = ()
        self._name = name
        self._overrides = overrides
        self._environ = environ
        self._positions: Mapping[_Path, int] | None = None
        self._origins: dict[_Path, str] = {}

    def read(self, cls: type, table: dict[str, Any], path: _Path) -> dict[str, Any]:
        """Return the value of each field of ``cls`` that is set; the keys of ``table`` stand at ``path``."""
        left_out = _NOT_IN_FILES if cls is Settings else ()
        types = {name.replace("_", "-"): kind for name, kind in get_type_hints(cls).items() if name not in left_out}
        for key in table:
            if key not in types:
                hint = did_you_mean(key, types) or f"known keys: {', '.join(sorted(types))}"
                raise SettingsError(f"{self.origin(*path, key)} unknown setting {'.'.join((*path, key))!r}", hint)
        values = {}
        for key, wanted in types.items():
            name = key.replace("-", "_")
            if wanted in (WeaviateSettings, MatrixSettings, RunSettings, OidcSettings):
                values[name] = self._table((*path, key), table.get(key, {}), wanted)
                continue
            if wanted == Mapping[str, ServiceSettings]:
                values[name] = self._read_services(table.get(key, {}), (*path, key))
                continue
            found = self._find((*path, key), table.get(key, _MISSING))
            if found is not _MISSING:
                values[name] = found if wanted is Any else self._convert((*path, key), found, wanted)
        return values

    def _read_services(self, table: Any, path: _Path) -> dict[str, ServiceSettings]:
        if not isinstance(table, dict):
            raise self._wrong_type(path, "a table of tables", table)
        found = {}
        for name, own in table.items():
            if not isinstance(own, dict):
                raise self._wrong_type((*path, name), "a table", own)
            found[name] = ServiceSettings(**self.read(ServiceSettings, own, (*path, name)))
        return found

    def _table(self, path: _Path, value: Any, cls: type) -> Any:
        """Return the table at ``path`` as an instance of ``cls``."""
        if not isinstance(value, dict):
            raise SettingsError(f"{self.origin(*path)} {'.'.join(path)!r} must be a table")
        return cls(**self.read(cls, value, path))

    def _find(self, path: _Path, in_file: Any) -> Any:
        """Return the value at ``path`` and note where it comes from, if not from the file."""
        dotted = ".".join(path)
        if dotted in self._overrides:
            self._origins[path] = "command line:"
            return self._overrides[dotted]
        if dotted in _FROM_ENVIRONMENT:
            variable = "SNIPPROOF_" + dotted.replace(".", "_").replace("-", "_").upper()
            if self._environ.get(variable):
                self._origins[path] = f"environment variable {variable}:"
                return self._environ[variable]
        return in_file

    def origin(self, *path: str) -> str:
        """Return where the value at ``path`` comes from, for a message: ``file:line:column`` of its key, if a file."""
        given = self._origins.get(path) or self._origins.get(path[:-1])  # of the list, for an item of it
        return given or self.position((*self.prefix, *path))

    def position(self, path: _Path) -> str:
        """Return ``file:line:column`` of the key at ``path`` of the file, or of the nearest table around it."""
        if self._positions is None:
            from snipproof.toml_positions import key_positions

            self._positions = key_positions(self.text)
        while path and path not in self._positions:
            path = path[:-1]
        offset = self._positions.get(path, 0)
        line = self.text.count("\n", 0, offset) + 1
        return f"{self._name}:{line}:{offset - self.text.rfind(chr(10), 0, offset)}"

    def _convert(self, path: _Path, value: Any, wanted: Any) -> Any:
        """Return ``value`` as ``wanted``; the strings of the environment and the command line are parsed."""
        if path in self._origins:
            value = self._parse(path, value, wanted)
        if wanted in (str, bool) and isinstance(value, wanted):
            return value
        if wanted in (float, int) and isinstance(value, int | float) and not isinstance(value, bool):
            if wanted(value) == value:
                return wanted(value)
        elif wanted == tuple[str, ...] and isinstance(value, list):
            return tuple(self._string((*path, f"[{index}]"), item) for index, item in enumerate(value))
        elif wanted == Mapping[str, str] and isinstance(value, dict):
            return {key: self._string((*path, key), item) for key, item in value.items()}
        elif wanted == Mapping[str, Download] and isinstance(value, dict):
            return {name: self._table((*path, name), item, Download) for name, item in value.items()}
        elif wanted in _NESTED and isinstance(value, dict):
            return {name: self._convert((*path, name), item, _NESTED[wanted]) for name, item in value.items()}
        raise self._wrong_type(path, _KINDS.get(wanted, "a table of strings"), value)

    def _string(self, path: _Path, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong_type(path, "a string", value)
        return value

    def _wrong_type(self, path: _Path, kind: str, value: Any) -> SettingsError:
        name = ".".join(path).replace(".[", "[")
        return SettingsError(f"{self.origin(*path)} {name!r} must be {kind}, not {value!r}")

    def _parse(self, path: _Path, text: str, wanted: Any) -> Any:
        """Return the ``wanted`` value that ``text`` stands for, or ``text`` itself."""
        if wanted in (float, int):
            try:
                return wanted(text)
            except ValueError:
                raise self._wrong_type(path, "a number", text) from None
        if wanted == tuple[str, ...]:
            return [part.strip() for part in text.split(",") if part.strip()]
        return _BOOLEANS.get(text.lower(), text) if wanted is bool else text


def _require(settings: Settings, path: _Path, value: str, known: tuple[str, ...]) -> None:
    """Reject a value that is not one of ``known``."""
    if value not in known:
        hint = did_you_mean(value, known) or f"known: {', '.join(known)}"
        name = path[-1] if not path[-1].startswith("[") else path[-2]
        raise SettingsError(f"{settings.origin(*path)} {name!r} cannot be {value!r}", hint)


def _check_values(settings: Settings) -> None:
    """Reject values outside the few that a setting accepts."""
    _require(settings, ("weaviate", "mode"), settings.weaviate.mode, ("auto", "url", "container", "embedded"))
    for index, way in enumerate(settings.weaviate.obtain):
        _require(settings, ("weaviate", "obtain", f"[{index}]"), way, ("cache", "download", "build"))
    check_server(settings.weaviate, (DEFAULT_SERVICE,), settings.origin)
    for name, service in settings.services.items():
        check_name(name, settings.origin)
        check_server(service, ("services", name), settings.origin)
    check_matrix(settings.matrix, settings.origin)
    for rule, severity in settings.severity.items():
        _require(settings, ("severity", rule), severity, tuple(Severity))
    for glob, severities in settings.per_path.items():
        for rule, severity in severities.items():
            _require(settings, ("per-path", glob, rule), severity, tuple(Severity))
    for path, number in (
        (("weaviate", "start-timeout"), settings.weaviate.start_timeout),
        (("run", "timeout"), settings.run.timeout),
        (("run", "output-limit"), settings.run.output_limit),
    ):
        if number <= 0:
            raise SettingsError(f"{settings.origin(*path)} {path[-1]!r} must be more than 0, not {number!r}")
    _check_percentage(settings)
    _check_providers(settings)
    _check_downloads(settings)
    _check_oidc(settings)


def _check_providers(settings: Settings) -> None:
    for host, mode in settings.providers.items():
        if not _HOST.fullmatch(host) or int(host.partition(":")[2] or 1) > 65535:
            place = settings.origin("providers", host)
            raise SettingsError(f"{place} {host!r} is not a host", "write HOST or HOST:PORT, with * for any characters")
        if mode in ("record", "live"):
            place = settings.origin("providers", host)
            hint = f"it contacts the provider, so request it where it happens: --snippets-providers {mode}={host}"
            raise SettingsError(f"{place} {host!r} cannot be {mode!r} in a file", hint)
        _require(settings, ("providers", host), mode, ("stand-in", "replay"))
    if settings.recordings_max_age < 0:
        place = settings.origin("recordings-max-age")
        raise SettingsError(f"{place} 'recordings-max-age' must be a number of days, not {settings.recordings_max_age}")


def _check_downloads(settings: Settings) -> None:
    for address, download in settings.downloads.items():
        place = settings.origin("downloads", address)
        host, slash, path = address.partition("/")
        if not _HOST.fullmatch(host) or set(host) & set("*?:") or not slash or not path:
            raise SettingsError(
                f"{place} {address!r} is not a download", "write HOST/PATH, with * for any characters of the path"
            )
        if not download.file:
            raise SettingsError(f"{place} the file of {address!r} is missing", 'write {file = "…", sha256 = "…"}')
        if not _SHA256.fullmatch(download.sha256):
            found = f"not {download.sha256!r}" if download.sha256 else "which is missing"
            where = settings.origin("downloads", address, "sha256")
            raise SettingsError(f"{where} 'sha256' must be a checksum of 64 hexadecimal digits, {found}")


def _check_oidc(settings: Settings) -> None:
    oidc = settings.oidc
    if not oidc.issuer:
        if oidc != OidcSettings():
            raise SettingsError(f"{settings.origin('oidc')} 'issuer' is missing", "such as https://auth.example.com")
        return
    if not _ISSUER.fullmatch(oidc.issuer):
        place = settings.origin("oidc", "issuer")
        raise SettingsError(
            f"{place} 'issuer' cannot be {oidc.issuer!r}", "write an address such as https://auth.example.com/realms/x"
        )
    for user in oidc.groups:
        if user not in oidc.users:
            hint = did_you_mean(user, oidc.users) or "give it a password in oidc.users"
            raise SettingsError(f"{settings.origin('oidc', 'groups', user)} unknown user {user!r}", hint)


def _check_percentage(settings: Settings) -> None:
    if not 0 <= settings.run.coverage_floor <= 100:
        place, floor = settings.origin("run", "coverage-floor"), settings.run.coverage_floor
        raise SettingsError(f"{place} 'coverage-floor' must be a percentage from 0 to 100, not {floor!r}")
