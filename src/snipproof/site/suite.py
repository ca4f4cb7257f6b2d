"""Reads ``suite.yaml``: the Sources of one client flavour and how to run them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snipproof.errors import SettingsError
from snipproof.languages import runnable
from snipproof.model import Binding, NetworkKind, Suite
from snipproof.server_settings import DEFAULT_SERVICE, conflicts
from snipproof.site.chains import read_chains
from snipproof.site.combinations import with_clients
from snipproof.site.dependencies import Dependencies, find_files, names_below, place_glob
from snipproof.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.config import Settings

_OF_A_SERVER = ("url", "host", "port", "grpc_host", "grpc_port")
_PLACEHOLDER = re.compile(r"\{((?:weaviate|services|assets)\.[^{}\s]*)\}")
TOKENS = ("{oidc.access_token}", "{oidc.refresh_token}")
"""Values of ``env`` that are replaced by tokens of the stand-in for an identity provider."""
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_KEYS = (
    "flavour", "language", "sources", "lock", "fixtures", "files", "timeout", "options", "fresh", "env", "secrets",
    "network", "services", "stop-on-failure", "bindings",
    "chains", "seed",
)  # fmt: skip


def load_suites(settings: Settings, dependencies: Dependencies | None = None) -> list[Suite]:
    """Return the Suites that ``settings.suites`` names, by path; the files and globs are added to ``dependencies``.

    :raises SettingsError: a glob matches nothing, or a suite file has an error, with its place.
    """
    dependencies = dependencies if dependencies is not None else Dependencies()
    paths: dict[str, None] = {}
    home = Path(os.path.relpath(settings.home, settings.root)).as_posix()
    for index, pattern in enumerate(settings.suites):
        try:
            found = _find(settings.root, home, pattern, dependencies, home)
        except ValueError as error:
            hint = "globs are relative to the settings file; with `/` in front, to the root"
            raise SettingsError(
                f"{settings.origin('suites', f'[{index}]')} the suites glob {pattern!r} {error}", hint
            ) from None
        paths.update(dict.fromkeys(path.relative_to(settings.root).as_posix() for path in found))
    suites = [_SuiteFile(settings, path, dependencies).read() for path in paths]
    owner: dict[str, str] = {}
    for suite in suites:
        for source in suite.sources:
            if source in owner:
                raise SettingsError(f"{suite.path}:1:1 {source} is already a Source of {owner[source]}")
            owner[source] = suite.path
    return with_clients(settings, suites)


def _find(root: Path, folder: str, pattern: str, dependencies: Dependencies, home: str = ".") -> list[Path]:
    """Return the files that a glob finds, and add it to ``dependencies``.

    :param folder: what the glob is relative to, itself relative to the root.
    :param home: a folder below which the files may be, relative to the root too.
    :raises ValueError: it finds nothing, with the reason.
    """
    folder, pattern = place_glob(folder, pattern, home)
    found = find_files(root / folder, pattern)
    dependencies.globs.append((folder, pattern, names_below(root / folder, found)))
    if not found:
        raise ValueError("matches no file")
    return found


def place_in(root: Path, path: str, key: str, item: str) -> str:
    """Return where the suite file at ``path`` has ``item`` below ``key``: ``path:line:column``, for a message.

    :param item: a member of the mapping, or an item of the list, that ``key`` is given.
    """
    import yaml

    try:
        node: Any = yaml.compose((root / path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        values = next(value for name, value in node.value if name.value == key)
        found = [each[0] if isinstance(each, tuple) else each for each in values.value]
        mark = next((each.start_mark for each in found if each.value == item), values.start_mark)
    except (yaml.YAMLError, OSError, ValueError, AttributeError, StopIteration):  # it has been changed meanwhile
        return f"{path}:1:1"
    return f"{path}:{mark.line + 1}:{mark.column + 1}"


class _SuiteFile:
    """One suite file, read as YAML nodes because these know their places."""

    def __init__(self, settings: Settings, path: str, dependencies: Dependencies) -> None:
        self._root = root = settings.root
        self._settings = settings
        self._home = settings.home
        self._has_identity = bool(settings.oidc.users)
        self._dependencies = dependencies
        dependencies.paths.add(path)
        self._path = path
        self._folder = (root / path).parent

    def read(self) -> Suite:
        import yaml

        try:
            node = yaml.compose((self._root / self._path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = getattr(error, "problem", None) or error
            raise SettingsError(f"{self._path}:{line}:{column} not valid YAML: {problem}") from None
        if not isinstance(node, yaml.MappingNode):
            raise SettingsError(f"{self._path}:1:1 expected a mapping", f"known keys: {', '.join(_KEYS)}")
        nodes = self._mapping(node, _KEYS)
        for key in ("flavour", "language", "sources"):
            if key not in nodes:
                raise SettingsError(f"{self._path}:1:1 the key {key!r} is missing")
        language = self._string(nodes["language"])
        if language not in runnable():
            raise self._error(nodes["language"], f"unknown language {language!r}", f"known: {', '.join(runnable())}")
        services = self._services(nodes["services"]) if "services" in nodes else (DEFAULT_SERVICE,)
        sources = tuple(dict.fromkeys(path for _, path in self._globs(nodes["sources"], "sources")))
        chains = [list(self._globs(item, "chains")) for item in self._list(nodes.get("chains"))]
        return Suite(
            path=self._path,
            flavour=self._name(nodes["flavour"]),
            language=language,
            sources=sources,
            lock=self._file(nodes["lock"]) if "lock" in nodes else None,
            fixtures=tuple(self._string(item) for item in self._list(nodes.get("fixtures"))),
            services=services,
            bindings=tuple(self._binding(item, services) for item in self._list(nodes.get("bindings"))),
            files=tuple(self._files(nodes.get("files"))),
            timeout=self._timeout(nodes["timeout"]) if "timeout" in nodes else None,
            options=tuple(self._string(item) for item in self._list(nodes.get("options"))),
            fresh="fresh" in nodes and self._boolean(nodes["fresh"]),
            env=tuple(self._variables(nodes["env"])) if "env" in nodes else (),
            secrets=tuple(self._secrets(nodes["secrets"])) if "secrets" in nodes else None,
            stop_on_failure="stop-on-failure" in nodes and self._boolean(nodes["stop-on-failure"]),
            network=self._network(nodes["network"]) if "network" in nodes else NetworkKind.BINDINGS,
            chains=read_chains(chains, sources, self._error),
            seed=tuple(self._seed(nodes["seed"], services)) if "seed" in nodes else (),
        )

    def _error(self, node: Any, message: str, hint: str = "") -> SettingsError:
        mark = node.start_mark
        return SettingsError(f"{self._path}:{mark.line + 1}:{mark.column + 1} {message}", hint)

    def _mapping(self, node: Any, known: tuple[str, ...]) -> dict[str, Any]:
        if node.id != "mapping":
            raise self._error(node, "expected a mapping")
        result: dict[str, Any] = {}
        for key, value in node.value:
            self._string(key)
            if known and key.value not in known:
                hint = did_you_mean(key.value, known) or f"known keys: {', '.join(known)}"
                raise self._error(key, f"unknown key {key.value!r}", hint)
            if key.value in result:
                raise self._error(key, f"the key {key.value!r} is given twice")
            result[key.value] = value
        return result

    def _list(self, node: Any) -> list[Any]:
        if node is None:
            return []
        if node.id != "sequence":
            raise self._error(node, "expected a list")
        return list(node.value)

    def _string(self, node: Any) -> str:
        if node.id != "scalar" or node.tag != "tag:yaml.org,2002:str":
            raise self._error(node, "expected a text")
        return str(node.value)

    def _name(self, node: Any) -> str:
        """Return a text that is shown in messages and reports."""
        text = self._string(node)
        if not text.strip() or not text.isprintable():
            raise self._error(node, f"{text!r} cannot be a name", "use letters, digits and `-`, such as python-v4")
        return text

    def _variables(self, node: Any) -> Iterator[tuple[str, str]]:
        for name, value in self._mapping(node, ()).items():
            if not _VARIABLE.fullmatch(name):
                raise self._error(value, f"{name!r} cannot be the name of an environment variable")
            text = self._string(value)
            if text.startswith("{oidc."):
                self._check_token(value, text)
            yield name, text

    def _secrets(self, node: Any) -> Iterator[str]:
        known = self._settings.run.env
        for item in self._list(node):
            name = self._string(item)
            if name not in known:
                hint = did_you_mean(name, known) or "name it in `run.env` of the settings, too"
                raise self._error(item, f"{name!r} is not in `run.env`", hint)
            yield name

    def _check_token(self, node: Any, text: str) -> None:
        if text not in TOKENS:
            raise self._error(node, f"unknown placeholder {text}", f"known: {', '.join(TOKENS)}")
        if not self._has_identity:
            raise self._error(node, f"{text} requires a user in [oidc]", "see the stand-in for OIDC in the guide")

    def _network(self, node: Any) -> NetworkKind:
        kind = self._string(node)
        if kind not in list(NetworkKind):
            raise self._error(node, f"unknown network {kind!r}", f"known: {', '.join(NetworkKind)}")
        return NetworkKind(kind)

    def _services(self, node: Any) -> tuple[str, ...]:
        """Return the names of Services; the settings have each of them, and no port or host has two."""
        known = self._settings.service_names
        names: list[str] = []
        for item in self._list(node):
            name = self._string(item)
            if name not in known:
                hint = did_you_mean(name, known) or f"known: {', '.join(known)}; the settings define them in [services]"
                raise self._error(item, f"unknown service {name!r}", hint)
            if name in names:
                raise self._error(item, f"the service {name!r} is given twice")
            names.append(name)
        if not names:
            raise self._error(node, "'services' is empty", f"known: {', '.join(known)}")
        tables = {name: self._settings.of_service(name).weaviate for name in names}
        for conflict in conflicts(tables):
            raise self._error(node, conflict, "give one of them others in the settings, or name them in two Suites")
        return tuple(names)

    def _placeholders(self, services: tuple[str, ...]) -> Iterator[str]:
        """Yield the placeholders of Bindings; the second node of a cluster is ``{services.NAME.node2.url}``."""
        for name in services:
            prefixes = [f"services.{name}", *(["weaviate"] if name == DEFAULT_SERVICE else [])]
            for number in range(1, self._settings.of_service(name).weaviate.nodes + 1):
                prefixes += [f"services.{name}.node{number}"]
            yield from (f"{prefix}.{value}" for prefix in prefixes for value in _OF_A_SERVER)
        yield "assets.url"

    def _boolean(self, node: Any) -> bool:
        if node.tag != "tag:yaml.org,2002:bool":
            raise self._error(node, "expected true or false")
        return str(node.value).lower() in ("true", "yes", "on")

    def _timeout(self, node: Any) -> float:
        number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        try:
            seconds = float(node.value) if number else 0.0
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise self._error(node, "expected a number of seconds")
        return seconds

    def _globs(self, node: Any, key: str) -> Iterator[tuple[Any, str]]:
        """Yield the files that the globs of a list find, with the node of the glob.

        :param key: the key that has the list.
        """
        patterns = self._list(node)
        if not patterns:
            raise self._error(node, f"{key!r} is empty", "list globs relative to this file, in running order")
        for item in patterns:
            pattern = self._string(item)
            folder = self._folder.relative_to(self._root).as_posix()
            try:
                found = _find(self._root, folder, pattern, self._dependencies)
            except ValueError as error:
                hint = "globs are relative to this file; with `/` in front, to the root"
                raise self._error(item, f"the {key} glob {pattern!r} {error}", hint) from None
            yield from ((item, path.relative_to(self._root).as_posix()) for path in found)

    def _seed(self, node: Any, services: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files of each Service; a list are those of the Suite's first one."""
        if node.id == "sequence":
            yield services[0], tuple(dict.fromkeys(self._file(item) for item in self._list(node)))
            return
        for service, files in self._mapping(node, services).items():
            yield service, tuple(dict.fromkeys(self._file(item) for item in self._list(files)))

    def _file(self, node: Any, *, folders: bool = False) -> str:
        name = self._string(node)
        try:
            path = (self._root / name.lstrip("/") if name.startswith("/") else self._folder / name).resolve()
            status = path.stat()
        except FileNotFoundError:
            raise self._error(
                node, f"no such file: {name!r}", "paths are relative to this file; with `/` in front, to the root"
            ) from None
        except (OSError, ValueError, RuntimeError) as error:  # such as a NUL byte, or a link that leads to itself
            raise self._error(node, f"{name!r} cannot be read: {getattr(error, 'strerror', '') or error}") from None
        root = self._root.resolve()
        if not path.is_relative_to(root) and not path.is_relative_to(self._home.resolve()):
            raise self._error(node, f"{name!r} is outside the root")
        if not (stat.S_ISREG(status.st_mode) or (folders and stat.S_ISDIR(status.st_mode))):
            raise self._error(node, f"{name!r} is not a file{' and not a folder' * folders}")
        place = Path(os.path.relpath(path, root)).as_posix()
        self._dependencies.paths.add(place)
        return place

    def _files(self, node: Any) -> Iterator[tuple[str, str]]:
        if node is None:
            return
        for place, origin in self._mapping(node, ()).items():
            if Path(place).is_absolute() or ".." in Path(place).parts:
                raise self._error(origin, f"the place {place!r} is outside the working directory")
            file = self._file(origin, folders=True)
            if not place.isprintable() or (not Path(place).parts and not (self._root / file).is_dir()):
                raise self._error(origin, f"the place {place!r} cannot be the name of a file")
            yield place, file

    def _binding(self, node: Any, services: tuple[str, ...]) -> Binding:
        nodes = self._mapping(node, ("find", "replace", "optional", "network"))
        if "find" not in nodes or "replace" not in nodes:
            raise self._error(node, "a binding needs 'find' and 'replace'")
        find, replace = self._string(nodes["find"]), self._string(nodes["replace"])
        if not find:
            raise self._error(nodes["find"], "'find' is empty")
        if find.count("\n") != replace.count("\n"):
            raise self._error(nodes["replace"], "'replace' must have as many lines as 'find', so that no line moves")
        known = list(self._placeholders(services))
        for name in _PLACEHOLDER.findall(replace):
            if name not in known:
                owner = name.split(".")[1] if name.startswith("services.") else DEFAULT_SERVICE
                missing = owner in self._settings.service_names and owner not in services
                hint = f"add {owner} to 'services'" if missing else did_you_mean(name, known)
                hint = hint or f"known: {', '.join(each for each in known if '.node' not in each)}"
                raise self._error(nodes["replace"], f"unknown placeholder {{{name}}}", hint)
        optional = "optional" in nodes and self._boolean(nodes["optional"])
        elsewhere = "network" in nodes
        if elsewhere and self._network(nodes["network"]) is not NetworkKind.BINDINGS:
            raise self._error(nodes["network"], "a binding can only have `network: bindings`", "or leave it out")
        return Binding(find, replace, optional, node.start_mark.line + 1, elsewhere)
