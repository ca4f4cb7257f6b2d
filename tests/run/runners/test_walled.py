"""Sources of each language in the documented network: they run as elsewhere, and change nothing but their folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.java_suite import in_test, make_mini
from tests.support.mini import Mini
from tests.support.typescript_suite import make_typescript

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.go.runner import GoRunner
from snipproof.run.runners.python.runner import PythonRunner
from snipproof.server_settings import WeaviateSettings
from snipproof.services.network.documented import DocumentedNetwork
from snipproof.services.network.routes import Routes

pytestmark = pytest.mark.slow


@pytest.fixture
def network(session: SessionFolder) -> Iterator[DocumentedNetwork]:
    network = DocumentedNetwork.start(session, Routes({"weaviate": WeaviateSettings()}))
    yield network
    network.stop()


def prove(mini: Mini, network: DocumentedNetwork, path: str, *lines: str) -> dict[str, tuple[str, int, str]]:
    """Return outcome, line and output of each Snippet of one Source; ``ROOT`` is the folder of the docs."""
    mini.network = network
    text = "\n".join(lines).replace("ROOT", str(mini.root)) + "\n"
    found = mini.prove({path: text}).values()
    assert not (mini.root / "made").exists()
    return {verdict.snippet.name: (str(verdict.outcome), verdict.line, verdict.output) for verdict in found}


@pytest.mark.parametrize("fresh", [False, True])
def test_python(session: SessionFolder, plain_settings: Settings, network: DocumentedNetwork, fresh: bool) -> None:
    """Forked from a helper, or fresh; also what it starts, how it ends, and where it hangs."""
    suite = Suite("py/suite.yaml", "py", "python", ("py/a.py",))
    mini = Mini(plain_settings.root, session, PythonRunner, suite, plain_settings)
    mini.set(fresh=fresh, timeout=3)
    lines = (
        "import errno, os, subprocess, sys, tempfile, threading, time",
        "# START writes",
        "open('made', 'w').close(); tempfile.mkdtemp(); open('/tmp/made', 'w').close()",
        "try:",
        "    open('ROOT/made', 'w')",
        "except OSError as error:",
        "    print(errno.errorcode[error.errno], len([n for n in os.listdir('/proc') if n.isdigit()]) < 6)",
        "# END writes",
        "# START starts others",
        "print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout)",
        "subprocess.Popen(['sleep', '300'], start_new_session=True)",
        "# END starts others",
        "# START fails",
    )
    found = prove(mini, network, "py/a.py", *lines, "1 / 0", "# END fails")
    assert found["writes"] == ("passed", 2, "EROFS True\n")
    assert found["starts others"] == ("passed", 9, "1\n\n")
    assert found["fails"] == ("failed", 14, "")
    assert prove(mini, network, "py/a.py", *lines, "os._exit(3)", "# END fails")["fails"][:2] == ("failed", 13)
    verdict = mini.prove("# START a\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n# END a\n")["a"]
    assert verdict.reason == "the process was killed by signal 9"
    assert prove(mini, network, "py/a.py", *lines, "time.sleep(60)", "# END fails")["fails"][:2] == ("failed", 14)


@pytest.mark.toolchain("node", "npm")
def test_typescript(session: SessionFolder, plain_settings: Settings, network: DocumentedNetwork) -> None:
    mini = make_typescript(session, plain_settings)
    mini.set(timeout=3)
    found = prove(
        mini,
        network,
        "süite a/a.ts",
        "import fs from 'node:fs';",
        "// START writes",
        "fs.writeFileSync('made', '');",
        "try {",
        "  fs.writeFileSync('ROOT/made', '');",
        "} catch (error) {",
        "  console.log((error as { code: string }).code, fs.readdirSync('/proc').filter(Number).length < 6);",
        "}",
        "// END writes",
        "// START fails",
        "while (fs.existsSync('made'));",
        "// END fails",
    )
    assert found == {"writes": ("passed", 2, "EROFS true\n"), "fails": ("failed", 11, "")}


@pytest.mark.toolchain("go")
def test_go(tmp_path: Path, session: SessionFolder, plain_settings: Settings, network: DocumentedNetwork) -> None:
    settings = plain_settings._replace(cache_dir=str(tmp_path / "cache"))
    mini = Mini(settings.root, session, GoRunner, Suite("go/suite.yaml", "go", "go", (), lock="go/go.mod"), settings)
    mini.suite = mini.suite._replace(sources=("go/a_test.go",))
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    found = prove(
        mini,
        network,
        "go/a_test.go",
        'package docs\nimport ("fmt"; "os"; "testing")',
        "func TestA(t *testing.T) {",
        "// START writes",
        'fmt.Println(os.WriteFile("made", nil, 0o600), os.WriteFile("ROOT/made", nil, 0o600) != nil, os.Getpid() < 9)',
        "// END writes",
        "// START fails",
        'panic("no bread")',
        "// END fails",
        "}",
    )
    assert found == {"writes": ("passed", 4, "<nil> true true\n"), "fails": ("failed", 8, "")}


@pytest.mark.toolchain("java", "javac", "mvn")
@pytest.mark.parametrize("fresh", [False, True])
def test_java(session: SessionFolder, plain_settings: Settings, network: DocumentedNetwork, fresh: bool) -> None:
    mini = make_mini(session, plain_settings)
    mini.set(fresh=fresh)
    ((path, text),) = in_test(
        "A",
        "// START writes",
        'System.out.println(new java.io.File("made").createNewFile() + " " + ProcessHandle.allProcesses().count());',
        'assertThrows(java.io.IOException.class, () -> new java.io.File("ROOT/made").createNewFile());',
        "// END writes",
        "// START fails",
        'throw new IllegalStateException("no bread");',
        "// END fails",
    ).items()
    found = prove(mini, network, path, text)
    assert found["writes"][:2] == ("passed", 5)
    assert found["writes"][2].split()[0] == "true"
    assert int(found["writes"][2].split()[1]) <= 3
    assert found["fails"][:2] == ("failed", 10)
