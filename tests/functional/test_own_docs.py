"""The repository's own page is proven in every mode, by the commands a user types."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.command_line import IN_BACKGROUND

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm", "go", "java", "javac", "mvn")]

ROOT = Path(__file__).parents[2]
PYTHON = "snippets/python-v4/search_image.py"
TYPESCRIPT = "snippets/typescript-v3/search_image.ts"
SUMMARY = r"snipproof: ([0-9]+) snippets proven, ([0-9]+) expectations matched, Weaviate 1\.39\.0 \({mode}\)"


#: How many Snippets the two flavours for Python have, and how many Expectations. `tox run -e snippets` proves them all.
PYTHON_FLAVOURS = (19, 23)
ALL_FLAVOURS = (40, 52)
CLOUD = (4, 0)


#: What installing, building and testing the site leaves in `docs`.
BUILT = ("node_modules", ".docusaurus", ".sites", "build")


def prove(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``pytest snippets …`` in this repository."""
    command = [sys.executable, "-m", "pytest", "snippets", "-p", "no:cacheprovider", "-p", "no:randomly", *args]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=600
    )


def assert_proven(done: subprocess.CompletedProcess[str], mode: str, counts: tuple[int, int]) -> None:
    """Assert how many Snippets were proven and Expectations matched, and that nothing else happened."""
    found = re.search(SUMMARY.format(mode=mode), done.stdout)
    assert found, done.stdout + done.stderr
    assert (int(found[1]), int(found[2])) == counts
    assert done.returncode == 0


def test_container(image: str) -> None:
    """The server in a container, its vectorizer on this machine: the same distances."""
    done = prove("-k", "python-v", "--snippets-weaviate", "container", SNIPPROOF_WEAVIATE_IMAGE=image)
    assert_proven(done, "container", PYTHON_FLAVOURS)


def test_two_workers(binary: Path) -> None:
    """Each worker has a server of its own; the controller adds up."""
    done = prove(
        *("-n", "2", "-k", "python-v", "--snippets-weaviate", "embedded"), SNIPPROOF_WEAVIATE_BINARY=str(binary)
    )
    assert_proven(done, "embedded", PYTHON_FLAVOURS)


def test_served_and_given_by_its_address(binary: Path) -> None:
    """``snipproof serve`` prints the command that proves on its server; it works twice and leaves nothing there.

    Ctrl-C stops it, also where a script has started it in the background, which makes it ignore that signal.
    """
    with subprocess.Popen(
        [*IN_BACKGROUND, sys.executable, "-m", "snipproof", "serve"],
        cwd=ROOT,
        env={**os.environ, "SNIPPROOF_WEAVIATE_MODE": "embedded", "SNIPPROOF_WEAVIATE_BINARY": str(binary)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        output = ""
        while "press Ctrl-C to stop" not in output:
            line = server.stdout.readline()
            assert line, output
            output += line
        try:
            given = re.search(r"prove on it: pytest snippets (.*)", output)
            assert given, output
            for _ in range(2):
                assert_proven(prove("-k", "python-v", *given[1].split()), "url", PYTHON_FLAVOURS)
        finally:
            server.send_signal(signal.SIGINT)
            assert "stopping" in server.stdout.read()
    assert server.returncode == 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of this repository's docs and Sources, to break."""
    for name in ("docs", "snippets", "tests/guide"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(*BUILT))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def slip(copy: Path, path: str, old: str, new: str) -> subprocess.CompletedProcess[str]:
    """Make one slip, and run the first command of the main job on it."""
    text = (copy / path).read_text(encoding="utf-8")
    assert old in text
    (copy / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    command = [sys.executable, "-m", "snipproof", "check"]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def test_a_renamed_marker_is_red(copy: Path) -> None:
    """A marker that was renamed in the Source but not on the pages is found without running anything."""
    done = slip(copy, "snippets/python-v3/search_image.py", "# END search with base64", "# END search")
    assert done.returncode == 1
    assert "docs/docs/search/image.mdx" in done.stdout
    assert " SP202 " in done.stdout


def prove_copy(copy: Path, binary: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Prove a copy, or some of it."""
    env = {**os.environ, "SNIPPROOF_WEAVIATE_MODE": "embedded", "SNIPPROOF_WEAVIATE_BINARY": str(binary)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)


def test_every_flavour_is_proven_at_the_documented_addresses(copy: Path, binary: Path) -> None:
    """No Binding replaces an address of Weaviate there, and the Outcomes are those with Bindings."""
    use_network(copy, "documented")
    done = prove_copy(copy, binary, "snippets")
    assert "snipproof: network: documented\n" in done.stdout
    assert_proven(done, "embedded", ALL_FLAVOURS)


def test_the_flavour_of_the_cloud_is_proven_with_bindings(copy: Path, binary: Path) -> None:
    """The other flavours have Bindings as they are; `tox run -e snippets` proves all of them."""
    use_network(copy, "bindings")
    done = prove_copy(copy, binary, "snippets/python-cloud")
    assert "snipproof: network: documented" not in done.stdout
    assert_proven(done, "embedded", CLOUD)


def use_network(copy: Path, kind: str) -> None:
    """Make all Suites use this network."""
    for suite in copy.glob("snippets/*/suite.yaml"):
        lines = [line for line in suite.read_text().splitlines() if not line.startswith("network:")]
        suite.write_text("\n".join([*lines, f"network: {kind}\n"]))


PRINTED = "# START Expected printed results"


def test_a_slip_in_any_flavour_is_red_at_its_own_line(copy: Path, binary: Path) -> None:
    """One wrong word in what each flavour prints, and nothing else is red: each at its line, none hides another.

    In one of them it is a digit. No reader of the text can see it.
    """
    digit = "snippets/python-v3/search_image.py"
    sources = (
        digit,
        "snippets/typescript-v2/search_image.ts",
        "snippets/typescript-v3/search_image.ts",
        "snippets/go/search_image_test.go",
        "snippets/java/src/test/java/SearchImageTest.java",
        "snippets/java-v6/src/test/java/SearchImageTest.java",
    )
    lines = {}
    for path in sources:
        before, marker, block = (copy / path).read_text(encoding="utf-8").partition(PRINTED)
        right, wrong = ('"distance": 0.0', '"distance": 0.1') if path == digit else ("An astronaut", "A cosmonaut")
        assert right in block
        text = before + marker + block.replace(right, wrong, 1)
        (copy / path).write_text(text, encoding="utf-8")
        lines[path] = text[: text.index(wrong, len(before))].count("\n") + 1
    done = prove_copy(copy, binary, "snippets")
    for path, line in lines.items():
        for name in ("ImageFileSearch", "search with base64"):
            assert f"{path}:{line}:1 FAILED `{name}`: expected output differs: {path}:{line} " in done.stdout, (
                done.stdout
            )
    assert "which was printed with 4 decimals, actual 0.0" in done.stdout
    assert "12 failed, 28 passed" in done.stdout


@pytest.mark.parametrize(
    ("query", "flavours", "message"),
    [
        (
            "queries/rocket-mirrored.jpg",
            "python-*",
            '[0].title: expected "Chelsea the cat", actual "A rocket on its launch pad"',
        ),
        (
            "photos/cat.jpg",
            "*",
            "[0]._additional.distance: expected 0.0613, which was printed with 4 decimals, actual ",
        ),
    ],
    ids=["another photo", "another distance"],
)
def test_another_response_is_red_in_every_tab_at_its_own_line(
    copy: Path, binary: Path, query: str, flavours: str, message: str
) -> None:
    """The page shows one response after each group of tabs: it is that of each client, whatever the client prints."""
    gallery = copy / "snippets/gallery"
    (gallery / "queries/cat-crop.jpg").write_bytes((gallery / query).read_bytes())
    found = copy.glob("snippets/*/**/*earch*mage*.*")
    sources = [path for path in found if path.suffix != ".pyc" and "python-cloud" not in path.parts]  # in no group
    assert len(sources) == 7
    for path in sources:  # what is printed is another matter
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(f"{PRINTED}.*?# END Expected printed results", "", text, flags=re.DOTALL), encoding="utf-8"
        )
    proven = [path for path in sources if path.match(f"{flavours}/*")]
    names = [path.relative_to(copy).as_posix() for path in proven]
    done = prove_copy(copy, binary, *names, "-k", "ImageFileSearch or base64")
    for path in proven:
        lines = path.read_text(encoding="utf-8").split("\n")
        for snippet, shown_by in (("ImageFileSearch", TYPESCRIPT), ("search with base64", PYTHON)):
            name = path.relative_to(copy).as_posix()
            # If its own block shows the same, that one is reported first.
            holder = name if name == TYPESCRIPT else shown_by
            at = next(n for n, line in enumerate(lines, start=1) if f"START {snippet}" in line)
            own = rf"{re.escape(name)}:{'[0-9]+' if name == holder else at}:1 FAILED `{snippet}`: "
            block = rf"expected response differs: {re.escape(holder)}:[0-9]+ \$\.data\.Get\.Photo{re.escape(message)}"
            assert re.search(own + block, done.stdout), f"{own}{block}\n{done.stdout}"
