"""What the tests of the Java Runner share: a Suite that Maven resolves, and Sources of a few lines."""

from __future__ import annotations

from pathlib import Path

from tests.support.mini import Mini, brief

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.java.runner import JavaRunner
from snipproof.run.verdict import Verdict

FOLDER = "java/src/test/java"
JUPITER = "<dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId></dependency>"
LAUNCHER = (
    "<dependency><groupId>org.junit.platform</groupId><artifactId>junit-platform-launcher</artifactId></dependency>"
)


def pom(*dependencies: str) -> str:
    """Return a manifest with JUnit's own list of versions."""
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>org.example</groupId><artifactId>snippets</artifactId><version>1</version>"
        "<dependencyManagement><dependencies><dependency><groupId>org.junit</groupId><artifactId>junit-bom</artifactId>"
        "<version>5.14.4</version><type>pom</type><scope>import</scope></dependency></dependencies>"
        f"</dependencyManagement><dependencies>{''.join(dependencies)}</dependencies></project>"
    )


def in_class(name: str, *body: str) -> dict[str, str]:
    """Return the Source ``name``: a class of tests whose first line of ``body`` is line 4."""
    head = ("import org.junit.jupiter.api.*;", "import static org.junit.jupiter.api.Assertions.*;")
    return {f"{FOLDER}/{name}.java": "\n".join((*head, f"class {name} {{", *body, "}", ""))}


def in_test(name: str, *body: str) -> dict[str, str]:
    """Return the Source ``name`` of one test whose first line of ``body`` is line 5."""
    return in_class(name, "@Test void test() throws Exception {", *body, "}")


def in_main(name: str, *body: str) -> dict[str, str]:
    """Return the Source ``name``, a program whose first line of ``body`` is line 5."""
    head = ("import java.util.concurrent.*;", "", f"class {name} {{")
    return {
        f"{FOLDER}/{name}.java": "\n".join(
            (*head, "public static void main(String[] args) throws Exception {", *body, "}", "}", "")
        )
    }


GOOD = in_test("Good", "// START good", 'System.out.println("good");', "// END good")


def short(found: dict[str, Verdict]) -> dict[str, tuple[str, int]]:
    """Return outcome and line by ``Class::name``."""
    return {Path(name).name.replace(".java", ""): what for name, what in brief(found).items()}


def reasons(found: dict[str, Verdict]) -> dict[str, str]:
    """Return the reasons by ``Class::name``."""
    return {Path(name).name.replace(".java", ""): verdict.reason for name, verdict in found.items()}


def make_mini(session: SessionFolder, settings: Settings) -> Mini:
    """Return a Suite that Maven resolves."""
    suite = Suite("java/suite.yaml", "java", "java", (f"{FOLDER}/T.java",), lock="java/pom.xml")
    mini = Mini(settings.root, session, JavaRunner, suite, settings)
    mini.write("java/pom.xml", pom(JUPITER, LAUNCHER))
    return mini
