"""Seeds: what is stored before a Suite's Sources, restored between them, and gone for other Suites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.project import Project

pytestmark = pytest.mark.slow

SUITE = """\
flavour: {flavour}
language: python
sources: ['*.py']
bindings: [{{find: 'http://localhost:8080', replace: '{{weaviate.url}}'}}]
"""
SOURCE = """
import json
from urllib.request import Request, urlopen
url = "http://localhost:8080"
def send(method, path, body=None):
    data = json.dumps(body).encode() if body else None
    urlopen(Request(url + path, data, {{"Content-Type": "application/json"}}, method=method)).close()
def titles():
    found = json.load(urlopen(url + "/v1/objects"))["objects"]
    return sorted(each["properties"]["title"] for each in found)
# START {name}
print(*titles())
# END {name}
{after}
'''
# START Expected {name} results
{shown}
# END Expected {name} results
'''
"""
DISH = {"class": "Dish", "vectorizer": "none", "properties": [{"name": "title", "dataType": ["text"]}]}
SOUP = {"class": "Dish", "id": "00000000-0000-0000-0000-000000000001", "properties": {"title": "Soup"}, "vector": [1]}
SALAD = {"class": "dish", "properties": {"title": "Salad"}, "vector": [2]}
CHANGE = 'send("PATCH", "/v1/objects/Dish/00000000-0000-0000-0000-000000000001", {"class": "Dish", "properties": {}})'


def lines(*values: object) -> str:
    """Return a seed file."""
    return "".join(f"{json.dumps(each)}\n" for each in values)


@pytest.fixture
def seeded(project: Project) -> Project:
    """Three Suites: one without a seed, two with different ones."""
    project.write("pyproject.toml", "[tool.snipproof]\npages = []\nsuites = ['snippets/*/suite.yaml']\n")
    project.write("snippets/dishes.jsonl", lines(SOUP, {"collection": DISH}, SALAD))
    project.write("snippets/a/cake.jsonl", lines({"collection": DISH}, {**SALAD, "properties": {"title": "Cake"}}))
    (project.pytester.path / "snippets/py/suite.yaml").unlink()
    for name, shown, seed in (("a", "Cake", "[cake.jsonl]"), ("b", "", ""), ("c", "Salad Soup", "[../dishes.jsonl]")):
        text = SUITE.format(flavour=name) + (f"seed: {seed}\n" if seed else "")
        project.write(f"snippets/{name}/suite.yaml", text)
        project.write(f"snippets/{name}/{name}1.py", SOURCE.format(name=f"{name}1", shown=shown, after=""))
    change = 'send("DELETE", "/v1/schema/Dish")'
    project.write("snippets/c/c0.py", SOURCE.format(name="c0", shown="Salad Soup", after=change))
    project.write("snippets/c/c2.py", SOURCE.format(name="c2", shown="Salad Soup", after=""))
    return project


def prove(project: Project, *args: str) -> pytest.RunResult:
    """Run ``pytest --snippets ARGS``."""
    return project.pytester.runpytest_subprocess("--snippets", *project.server_options, *args)


def test_each_suite_has_its_own_seed(seeded: Project) -> None:
    """In any order, and whole again behind a Source that changed it."""
    for order in (("-p", "no:randomly"), ("-p", "randomly", "--randomly-seed=1", "-n", "2")):
        result = prove(seeded, *order)
        result.assert_outcomes(passed=5)
        assert result.ret == 0


def test_mistakes_in_a_seed(seeded: Project) -> None:
    """What a file shows is an error of collection; what the server rejects is one error of the Suite."""
    seeded.write("snippets/a/cake.jsonl", lines({"collection": DISH}, {**SALAD, "vector": ["x"]}))
    seeded.write("snippets/dishes.jsonl", lines({"collection": DISH}, SOUP, {**SOUP, "class": "Wish"}))
    result = prove(seeded, "-p", "no:randomly", "--continue-on-collection-errors")
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "snippets/dishes.jsonl:3:2 no line of the seed defines the collection Wish",
            "snippets/a/cake.jsonl:2:1 Weaviate rejects it: *",
        ]
    )
    seeded.write("snippets/a/cake.jsonl", lines({"collection": DISH}, SOUP, {**SALAD, "properties": {"title": 3}}))
    (seeded.pytester.path / "snippets/dishes.jsonl").write_text(lines({"collection": DISH}, SOUP, SALAD))
    result = prove(seeded, "-p", "no:randomly")
    result.assert_outcomes(errors=1, passed=4)
    result.stdout.fnmatch_lines(["snippets/a/cake.jsonl:3:1 Weaviate rejects it: *title*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
