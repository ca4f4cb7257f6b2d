"""Suites with ``network: documented``: the documented addresses are right, and nothing else can be reached."""

from __future__ import annotations

import pytest
from tests.support.project import Project

pytestmark = pytest.mark.slow

SUITE = """flavour: py
language: python
sources: ["*.py"]
network: documented
env: {HOST: 'https://api.example.com'}
bindings:
  - find: connect_to_local()
    replace: connect_to_local(port={weaviate.port})
"""
SOURCE = '''import json
import os

import requests
import weaviate

# START connect
client = weaviate.connect_to_local()
print(client.is_ready())
# END connect

"""
# START Expected connect results
True
# END Expected connect results
"""

# START search
photos = client.collections.create("Photo")
photos.data.insert({"title": "A cat"})
photos.query.fetch_objects(limit=1)
# END search

"""
# START Expected search results {from: response}
{"data": {"Get": {"Photo": [{"title": "A cat", ...}]}}}
# END Expected search results
"""

# START cloud
print(requests.get("https://abc.weaviate.cloud/v1/meta").json()["version"].split(".")[0])
# END cloud
client.close()

"""
# START Expected cloud results
1
# END Expected cloud results
"""

# START elsewhere
requests.get(os.environ["HOST"])
# END elsewhere
'''


def test_documented_addresses_are_right_and_no_other_exists(project: Project) -> None:
    """On a server given by its address; no Binding is applied. A failure names the host that nothing answers for."""
    project.write("snippets/py/suite.yaml", SUITE)
    done = project.prove("-v", source=SOURCE)
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines(["snipproof: network: documented"])
    done.stdout.fnmatch_lines(
        ["snippets/py/source.py:*:1 FAILED `elsewhere`: ConnectionError: *(it connects to api.example.com, for which *"]
    )
    done.stdout.fnmatch_lines(["*3 snippets proven, 1 failed, 3 expectations matched*"])


def test_where_it_is_impossible_the_run_fails_or_uses_bindings(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name it is an infrastructure error with the reason; ``auto`` gives the reason and uses the Bindings."""
    bin_folder = project.pytester.mkdir("bin")
    for program in ("env", "sh"):
        (bin_folder / program).symlink_to(f"/usr/bin/{program}")
    monkeypatch.setenv("PATH", str(bin_folder))
    source = SOURCE.partition("# START search")[0] + "client.close()\n"
    project.write("snippets/py/suite.yaml", SUITE)
    done = project.prove(source=source)
    assert done.ret == 69
    done.stdout.fnmatch_lines(
        ["*network: documented is not possible here: unshare is not installed (package util-linux)*"]
    )
    project.write("snippets/py/suite.yaml", SUITE.replace("network: documented", "network: auto"))
    done = project.prove()
    done.stdout.fnmatch_lines(["snipproof: network: bindings (unshare is not installed (package util-linux))"])


SPY = """\
import os
from pathlib import Path

# START spy
def holds(path):
    try:
        return b"secret-of-the-other" in path.read_bytes()
    except OSError:
        return False

# Environments of processes, and the files of other runs and Suites.
home = Path(os.environ["HOME"])
places = [*Path("/proc").glob("[0-9]*/environ"), *Path("/proc").glob("[0-9]*/cwd/*"), *home.parents[3].rglob("*.txt")]
print([str(path) for path in places if holds(path)], os.environ.get("OTHER_KEY"))
for path in ("docs.md", "snippets/py/source.py"):
    try:
        Path(__file__).parents[2].joinpath(path).write_text("changed")
    except OSError as error:
        print(error.strerror)
# END spy

'''
# START Expected spy results
[] None
Read-only file system
Read-only file system
# END Expected spy results
'''
"""


def test_a_source_sees_nothing_of_another_suite(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose process waits for its next Source, with its environment and its files; nor can it change the docs."""
    other = (
        "flavour: other\nlanguage: python\nsources: ['*.py']\nnetwork: documented\nenv: {KEY: secret-of-the-other}\n"
        "secrets: [OTHER_KEY]\n"
    )
    monkeypatch.setenv("OTHER_KEY", "key, secret-of-the-other")
    settings = project.pytester.path / "pyproject.toml"
    settings.write_text(f"{settings.read_text()}run.env = ['OTHER_KEY']\n")
    project.write("snippets/apy/suite.yaml", f"{other}files: {{key.txt: key.txt}}\n")
    project.write("snippets/apy/key.txt", "secret-of-the-other")
    project.write("snippets/apy/first.py", "# START a\nopen('key.txt').read()\n# END a\n")
    project.write("snippets/apy/next.py", "import os\n# START a\nos.environ['OTHER_KEY'][22]\n# END a\n")
    project.write("docs.md", "a page")
    project.write("snippets/py/suite.yaml", SUITE.partition("env:")[0] + "secrets: []\n")
    project.write("snippets/py/source.py", SPY)
    done = project.prove("-v")
    done.assert_outcomes(passed=3)
    assert (project.pytester.path / "docs.md").read_text() == "a page"
