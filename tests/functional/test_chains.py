"""The running order, chains of Sources that share what is stored, and seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.server import call

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

SUITE = "flavour: {0}\nlanguage: python\nsources: {1}\n"
BINDING = "bindings: [{find: 'http://localhost:8080', replace: '{weaviate.url}'}]\n"
NOTHING = "# START one\nx = 1\n# END one\n# START two\nx = 2\n# END two\n"

SOURCE = """
import json, pathlib
from urllib.request import Request, urlopen
url = "http://localhost:8080"
def send(path, body):
    urlopen(Request(url + path, json.dumps(body).encode(), {{"Content-Type": "application/json"}})).close()
def count():
    return len(json.load(urlopen(url + "/v1/objects"))["objects"])
pathlib.Path({log!r}).open("a").write("{name} ")
# START {name}
{code}
print(count(), "objects")
# END {name}
'''
# START Expected {name} results
{count} objects
# END Expected {name} results
'''
"""
CREATE = 'send("/v1/schema", {"class": "Dish", "vectorizer": "none"})'
LOOK = 'urlopen(url + "/v1/schema/Dish").close()\n'
ADD = 'send("/v1/objects", {"class": "Dish", "properties": {"title": "Soup"}, "vector": [1]})'


def collected(pytester: pytest.Pytester, *args: str) -> list[str]:
    """Return the ids of what is collected, in the order in which it runs."""
    result = pytester.runpytest_subprocess("--collect-only", "-q", "--snippets", *args)
    return [line for line in result.outlines if "::" in line]


@pytest.fixture
def ordered(project: Project) -> pytest.Pytester:
    """Two Suites with Sources whose order is not that of their paths; two chains."""
    project.write(
        "pyproject.toml", "[tool.snipproof]\npages = []\nsuites = ['snippets/z.yaml', 'snippets/py/suite.yaml']\n"
    )
    project.write("snippets/z.yaml", SUITE.format("z", "['z*.py']"))
    project.write("snippets/z1.py", "# START a\nx = 1\n# END a\n")
    project.write(
        "snippets/py/suite.yaml", SUITE.format("py", "['e.py', 'd.py', '*.py']") + "chains: [[c.py, b.py, d.py]]\n"
    )
    for name in "abcde":
        project.write(f"snippets/py/{name}.py", NOTHING)
    return project.pytester


def both(*names: str) -> list[str]:
    """Return the ids of both Snippets of Sources."""
    return [f"snippets/py/{name}.py::{snippet}" for name in names for snippet in ("one", "two")]


def test_the_running_order(ordered: pytest.Pytester) -> None:
    """That of the settings and of ``sources``, whatever the arguments are; a chain stands where its first one does."""
    assert collected(ordered, "-p", "no:randomly") == ["snippets/z1.py::a", *both("e", "c", "b", "d", "a")]
    assert collected(ordered, "-p", "no:randomly", "snippets/py/a.py", "snippets/py/d.py", "snippets/z1.py") == [
        "snippets/z1.py::a",
        *both("d", "a"),
    ]


def test_other_plugins_change_the_order_but_not_that_of_a_chain(ordered: pytest.Pytester) -> None:
    """Those that shuffle all items, and those that begin with what failed."""
    found = set()
    for seed in (1, 2, 3):
        ids = collected(ordered, "-p", "randomly", f"--randomly-seed={seed}")
        begin = ids.index("snippets/py/c.py::one")
        assert ids[begin : begin + 6] == both("c", "b", "d")
        assert sorted(ids) == sorted(["snippets/z1.py::a", *both("a", "b", "c", "d", "e")])
        found.add(tuple(ids))
    assert len(found) > 1
    (ordered.path / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(trylast=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items.sort(key=lambda item: (item.name, item.path.name), reverse=True)\n"
    )
    ids = collected(ordered, "-p", "no:randomly")
    z, b, a, e = ids.index("snippets/z1.py::a"), *(ids.index(f"snippets/py/{name}.py::two") for name in "bae")
    assert ids[b - 3 : b + 3] == both("c", "b", "d")
    assert e < b < a < z


@pytest.fixture
def chained(project: Project) -> Project:
    """A chain that creates, fills and reads a collection; and a Source that requires an empty server."""
    project.write(
        "snippets/py/suite.yaml", SUITE.format("py", "['*.py']") + BINDING + "chains: [[z.py, add.py, read.py]]\n"
    )
    for name, code, count in (("z", CREATE, 0), ("add", LOOK + ADD, 1), ("read", LOOK, 1), ("lone", "", 0)):
        write(project, name, code, count)
    return project


def write(project: Project, name: str, code: str, count: int) -> None:
    log = str(project.pytester.path / "log")
    project.write(f"snippets/py/{name}.py", SOURCE.format(name=name, code=code, count=count, log=log))


def prove(project: Project, *args: str) -> pytest.RunResult:
    """Run ``pytest --snippets ARGS``, in the order of the Suites unless ``args`` have another one."""
    return project.pytester.runpytest_subprocess("-p", "no:randomly", "--snippets", *project.server_options, *args)


def ran(project: Project) -> str:
    """Return which Sources have run since the last call."""
    log = project.pytester.path / "log"
    text = log.read_text()
    log.unlink()
    return text.strip()


def test_sources_of_a_chain_share_what_is_stored(chained: Project) -> None:
    """It is restored behind the last one that runs. A selection brings along those before it, unreported."""
    result = prove(chained)
    result.assert_outcomes(passed=4)
    assert ran(chained) == "z add read lone"
    result = prove(chained, "-v", "-p", "randomly", "snippets/py/lone.py", "snippets/py/add.py::add")
    result.assert_outcomes(passed=2)
    assert ran(chained) in ("z add lone", "lone z add")
    result.stdout.no_fnmatch_line("*z.py*")
    prove(chained, "-k", "read or lone").assert_outcomes(passed=2)
    assert ran(chained) == "z add read lone"


def test_a_failure_in_a_chain(chained: Project) -> None:
    """What follows still runs, and names the failure that may be its cause, also if that is unreported."""
    write(chained, "z", "1 / 0", 0)
    result = prove(chained)
    result.assert_outcomes(failed=3, passed=1)
    cause = (
        "the Source before it in the chain, snippets/py/z.py, failed: snippets/py/z.py:11:1 `z`: ZeroDivisionError: *"
    )
    result.stdout.fnmatch_lines([f"snippets/py/read.py:11:1 FAILED `read`: HTTPError: *404* ({cause})"])
    assert ran(chained) == "z add read lone"
    result = prove(chained, "-k", "read")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"snippets/py/read.py:11:1 FAILED `read`: HTTPError: *404* ({cause})"])
    assert ran(chained) == "z add read"
    write(chained, "z", CREATE, 0)
    write(chained, "read", LOOK, 2)
    prove(chained).assert_outcomes(failed=1, passed=3)
    ran(chained)
    for option, expected, passed in (
        ("--ff", "z add read lone", 3),
        ("--lf", "z add read", 0),
        ("--sw", "z add read", 2),
        ("--sw", "z add read", 0),
    ):
        result = prove(chained, option)
        result.assert_outcomes(failed=1, passed=passed)
        assert ran(chained) == expected
        result.stdout.no_fnmatch_line("*before it in the chain*")


@pytest.mark.parametrize("dist", ["load", "worksteal", "loadfile", "loadscope", "loadgroup"])
def test_a_chain_runs_once_on_one_worker(chained: Project, dist: str) -> None:
    """However its items are distributed, and with a shuffled order; a server of its own for each worker."""
    server = ["--snippets-weaviate", "embedded"] if dist == "load" else chained.server_options
    args = ("-n", "2", "--dist", dist, "-p", "randomly", "--snippets", *server)
    result = chained.pytester.runpytest_subprocess(*args)
    result.assert_outcomes(passed=4)
    order = ran(chained).split()
    assert sorted(order) == ["add", "lone", "read", "z"]
    assert [name for name in order if name != "lone"] == ["z", "add", "read"]
    if dist != "load":
        return
    for shard, names in (("1/2", "z add read"), ("2/2", "lone")):
        prove(chained, f"--snippets-shard={shard}").assert_outcomes(passed=len(names.split()))
        assert ran(chained) == names


def test_output_behind_a_failure_is_not_updated(chained: Project) -> None:
    """It may be another one when that is corrected."""
    write(chained, "z", CREATE + "\n" + ADD + "\n1 / 0", 0)
    write(chained, "read", LOOK, 7)
    result = prove(chained, "--snippets-update", "-k", "read")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*failed: *ZeroDivisionError: division by zero); not updated: correct that Source first"]
    )
    assert "7 objects" in (chained.pytester.path / "snippets/py/read.py").read_text()


def test_what_a_chain_cannot_put_back_is_an_error_behind_it(chained: Project) -> None:
    """Of another kind than a defect of the docs, once; what follows is proven."""
    address = chained.services.weaviate
    call(address, "POST", "/v1/schema", {"class": "Foreign"})
    try:
        write(chained, "z", CREATE + '\nsend("/v1/objects", {"class": "Foreign"})', 1)
        write(chained, "add", ADD, 2)
        result = prove(chained, "-k", "z or add")
    finally:
        call(address, "DELETE", "/v1/schema/Foreign")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of add*", "a Source changed what cannot be restored: the collection Foreign"]
    )
    assert result.ret == InfrastructureError.exit_code


BATCH = '[{"class": "Dish", "vector": [i, 1]} for i in range(100)]'
FILL = f"""{CREATE}
send("/v1/batch/objects", {{"objects": {BATCH}}})
send("/v1/backups/filesystem", {{"id": "night"}})
"""
SEARCH = "{Get {Dish(nearVector: {vector: [1, 1]} limit: 200) {_additional {id}}}}"
FOUND = f"""query = json.dumps({{"query": "{SEARCH}"}}).encode()
found = urlopen(Request(url + "/v1/graphql", query, {{"Content-Type": "application/json"}}))
assert json.load(urlopen(url + "/v1/backups/filesystem/night"))["status"] == "SUCCESS"
assert len(json.load(found)["data"]["Get"]["Dish"]) == 100
"""
SETTINGS = """[tool.snipproof]
suites = ['snippets/py/suite.yaml']
[tool.snipproof.weaviate]
modules = ['backup-filesystem']
env = { ASYNC_INDEXING = 'true' }
"""


def test_the_next_source_finds_what_the_server_still_works_on(project: Project) -> None:
    """Vectors that are not in their index yet, and a backup: a reader takes a while from one page to the next."""
    project.write("pyproject.toml", SETTINGS)
    project.write(
        "snippets/py/suite.yaml", SUITE.format("py", "['*.py']") + BINDING + "chains: [[fill.py, search.py]]\n"
    )
    write(project, "fill", FILL, 25)
    write(project, "search", FOUND, 25)
    result = project.pytester.runpytest_subprocess("--snippets", "--snippets-weaviate", "embedded")
    result.assert_outcomes(passed=2)
