"""Class data that JVMs share (CDS): an archive of the classes that the Sources of a Suite load, for a faster start.

The first session lists the classes that its JVM loads; the next one makes the archive of them, which takes a few
seconds, and keeps it as long as JDK, class path and options are the same. A JVM that cannot use the archive goes on
without it.

The archive is of jars at the beginning of the class path, since a folder cannot be archived:
the classes and the resources of the Suite come behind them, unless a jar has a file of the same name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from snipproof.errors import InfrastructureError
from snipproof.run.build_cache import BuildCache, BuildKey
from snipproof.run.runner import RunnerContext
from snipproof.run.runners.java.javac import VARIABLES
from snipproof.run.runners.java.maven import ClassPath
from snipproof.run.toolchain import CommandError, call, tool_environment

_MIN_VERSION = 13  # older JDKs list classes only without the data of their own
_OWN = (
    "-Xshare",
    "-XX:SharedArchiveFile",
    "-XX:SharedClassListFile",
    "-XX:DumpLoadedClassList",
    "-XX:AOT",
    "-XX:Flags",
)
_VARIABLES = (*VARIABLES, "JDK_JAVA_OPTIONS")  # no Source gets them from the environment
_ARCHIVE, _LIST = "classes.jsa", "classes.lst"
_FROM_ELSEWHERE = " source: "  # of a class loader of the Source


class ClassData:
    """The archive for the JVM of one Suite, or the list from which the next session makes it."""

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._cache = BuildCache(context)
        self._folder = Path()
        self._key = BuildKey(context)
        self._listed: Path | None = None
        self._archive: Path | None = None
        self._class_path = ClassPath((), Path(), processes=False)

    def prepare(self, java: str, version: str, class_path: ClassPath, options: Sequence[str]) -> None:
        """Find the archive, make it, or begin a list.

        :param version: that of Java.
        :param options: those of the JVM, the Suite's included.
        :raises InfrastructureError: the session was closed meanwhile, or the disk is full.
        """
        self._listed = self._archive = None
        self._class_path = class_path
        wanted = self._context.settings.run.build_cache and not self._context.fresh
        if (
            not wanted
            or int(version.partition(".")[0]) < _MIN_VERSION
            or any(each.startswith(_OWN) for each in options)
        ):
            return
        if not all(jar.is_file() for jar in class_path.jars):
            return
        self._folder = self._context.scratch("class-data")
        self._key = BuildKey(self._context, class_path.launcher.parent.name, version, *options)
        self._key.add_tool(java)
        class_path.add_to(self._key)
        archive = self._folder / _ARCHIVE
        found = self._cache.find(self._key.of(_ARCHIVE), self._folder)
        if found is None and self._cache.find(self._key.of(_LIST), self._folder):
            found = self._dump(java, options)
        if found is None:
            self._listed = self._context.scratch("jvm") / _LIST
        elif found["is_made"]:
            self._archive = archive

    def options(self, names: Iterable[str]) -> list[str] | None:
        """Return the options for the JVM; ``None`` if its class path cannot begin with the jars.

        :param names: the files of the Suite on its class path.
        """
        if (self._archive is None and self._listed is None) or self._class_path.has_any(names):
            return None
        if self._archive:
            return ["-Xshare:auto", f"-XX:SharedArchiveFile={self._archive}"]
        return [f"-XX:DumpLoadedClassList={self._listed}"]

    @property
    def is_listing(self) -> bool:
        """Whether the JVM writes a list, which is whole only when the JVM has ended by itself."""
        return self._listed is not None

    def keep_list(self) -> None:
        """Keep the list that the JVM has written, for the next session."""
        if self._listed is None or not self._listed.is_file():
            return
        lines = self._listed.read_text(encoding="utf-8", errors="replace").splitlines()
        place = self._folder / _LIST
        place.write_text("".join(f"{line}\n" for line in lines if _FROM_ELSEWHERE not in line), encoding="utf-8")
        self._cache.keep(self._key.of(_LIST), {"lines": len(lines)}, self._folder, [place])
        self._listed = None

    def _dump(self, java: str, options: Sequence[str]) -> dict[str, bool]:
        """Make the archive from the list of an earlier session; return whether that worked."""
        self._context.log(f"{self._context.suite.flavour}: preparing class data, so that its JVM starts faster (once)")
        jars = os.pathsep.join(map(str, (self._class_path.launcher, *self._class_path.jars)))
        # Names without the folder of the session.
        files = (f"-XX:SharedClassListFile={_LIST}", f"-XX:SharedArchiveFile={_ARCHIVE}")
        command = [java, *options, "-Xshare:dump", *files, "-Xlog:disable", "-cp", jars]
        archive = self._folder / _ARCHIVE
        archive.unlink(missing_ok=True)
        try:
            env = {name: value for name, value in tool_environment(self._context).items() if name not in _VARIABLES}
            call(self._context, command, cwd=self._folder, env=env, name="java")
        except CommandError:
            archive.unlink(missing_ok=True)  # such as with an option that an archive cannot have
        except InfrastructureError:
            archive.unlink(missing_ok=True)
            raise
        result = {"is_made": archive.is_file()}
        self._cache.keep(self._key.of(_ARCHIVE), result, self._folder, [archive] if archive.is_file() else [])
        return result
