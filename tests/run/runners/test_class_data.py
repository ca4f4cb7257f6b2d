"""Class data that JVMs share: listed by the first session, archived by the second, used by the third."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.java_suite import FOLDER, in_test, make_mini, reasons
from tests.support.mini import Mini, passed

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.java.class_data import ClassData

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("javac", "java", "mvn")]

_ARCHIVED = "source: shared objects file"
_OWN = "META-INF/LICENSE.md"  # which the jars of JUnit have, too
READS = in_test(
    "Reads",
    "// START arguments",
    "for (String each : java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments())",
    'if (each.contains("Shared") || each.contains("ClassList")) System.out.println(each.replaceAll("=.*", ""));',
    "// END arguments",
    "// START text",
    f'System.out.print(new String(getClass().getResourceAsStream("/{_OWN}").readAllBytes()).substring(0, 3));',
    "// END text",
)
DUMPS, USES = "-XX:DumpLoadedClassList\n", "-XX:SharedArchiveFile\n"


@pytest.fixture
def mini(session: SessionFolder, kept_settings: Settings) -> Mini:
    """A Suite that Maven resolves."""
    return make_mini(session, kept_settings)


@pytest.fixture
def proves(mini: Mini, tmp_path: Path) -> Callable[[], tuple[str, bool, int]]:
    """A function that runs a session.

    It returns the options of the JVM, whether an archive was made, and the number of JUnit's classes from one.
    """
    loaded = tmp_path / "loaded"
    mini.suite = mini.suite._replace(options=(f"-Xlog:class+load:file={loaded}",))

    def prove() -> tuple[str, bool, int]:
        mini.logged.clear()
        found = mini.prove(READS)
        assert passed(found), reasons(found)
        lines = loaded.read_text().splitlines()
        archived = sum("org.junit." in line and _ARCHIVED in line for line in lines)
        output = found[f"{FOLDER}/Reads.java::arguments"].output
        return output, any("preparing class data" in line for line in mini.logged), archived

    return prove


def test_the_third_session_starts_with_the_classes_of_the_first(
    mini: Mini, proves: Callable[[], tuple[str, bool, int]], tmp_path: Path
) -> None:
    assert proves() == (DUMPS, False, 0)
    options, is_made, archived = proves()
    assert (options, is_made) == (USES, True)
    assert archived > 100
    assert proves() == (USES, False, archived)
    # Damaged, it is made again.
    (archive,) = (tmp_path / "cache" / "builds").glob("*/files/classes.jsa")
    with archive.open("r+b") as file:
        file.seek(archive.stat().st_size // 2)
        file.write(b"damage")
    assert proves() == (USES, True, archived)
    # The archive has the jars first on the class path, but the files of the Suite win.
    mini.write(f"java/src/test/resources/{_OWN}", "own text")
    found = mini.prove(READS)
    assert [verdict.output for verdict in found.values()] == ["", "own"]


def test_a_jvm_with_data_of_its_own_gets_none(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    class_path = ClassData(mini.runner().context)._class_path

    def options(*options: str, version: str = "17.0.1", fresh: bool = False) -> list[str] | None:
        mini.set(fresh=fresh)
        data = ClassData(mini.runner().context)
        data.prepare("java", version, class_path, options)
        return data.options([])

    assert options()
    assert options("-Xshare:off") is options("-XX:SharedArchiveFile=own.jsa") is options(version="11.0.2") is None
    assert options(fresh=True) is None
