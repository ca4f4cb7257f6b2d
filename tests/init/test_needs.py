"""What a Source needs, read from its text in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.init.needs import Need, NeedKind, Needs, find_needs
from snipproof.languages import languages


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        (NeedKind.CLOUD, "", "client = weaviate.connect_to_weaviate_cloud(cluster_url=url)"),
        (NeedKind.CLOUD, "", "const client = await weaviate.connectToWeaviateCloud(url, {"),
        (NeedKind.CLOUD, "", 'Host: "my-cluster.weaviate.network",'),
        (NeedKind.CLOUD, "", 'Scheme: "https",'),
        (
            NeedKind.CLOUD_HOST,
            "WEAVIATE_INSTANCE_URL",
            'connect_to_weaviate_cloud(cluster_url="https://WEAVIATE_INSTANCE_URL")',
        ),
        (NeedKind.KEY, "YOUR-KEY", 'auth_credentials=Auth.api_key("YOUR-KEY")'),
        (NeedKind.KEY, "YOUR-KEY", "new weaviate.ApiKey('YOUR-KEY')"),
        (NeedKind.KEY, "YOUR-KEY", 'auth.ApiKey{Value: "YOUR-KEY"}'),
        (NeedKind.PROVIDER, "openai", "Configure.Vectors.text2vec_openai()"),
        (NeedKind.PROVIDER, "openai", "weaviate.configure.vectors.text2VecOpenAI()"),
        (NeedKind.PROVIDER, "cohere", 'Vectorizer: "text2vec-cohere",'),
        (NeedKind.PROVIDER, "anthropic", "Configure.Generative.anthropic()"),
        (NeedKind.PROVIDER, "openai", 'headers={"X-OpenAI-Api-Key": key}'),
        (NeedKind.CONTAINER, "text2vec-transformers", "Configure.Vectors.text2vec_transformers()"),
        (NeedKind.CONTAINER, "text2vec-transformers", "vectors.text2VecTransformers()"),
        (NeedKind.CONTAINER, "multi2vec-clip", '"vectorizer": "multi2vec-clip"'),
        (NeedKind.PORT, "8090:50061", "weaviate.connect_to_local(port=8090, grpc_port=50061)"),
        (NeedKind.PORT, "8580:50551", "weaviate.connectToLocal({ port: 8580,\n  grpcPort: 50551,\n})"),
        (NeedKind.PORT, "8580", 'weaviate.Config{ Host: "localhost:8580",'),
        (NeedKind.PORT, "8180", "WeaviateClient.connectToLocal(c -> c.port(8180))"),
        (NeedKind.PORT_KEY, "8580 root-key", 'connect_to_local(port=8580, auth_credentials=Auth.api_key("root-key"))'),
        (
            NeedKind.PORT_ROLES,
            "8580",
            'connect_to_local(port=8580, auth_credentials=Auth.api_key("k")).roles.list_all()',
        ),
        (NeedKind.VARIABLE, "OPENAI_KEY", 'os.environ["OPENAI_KEY"]'),
        (NeedKind.VARIABLE, "OPENAI_KEY", "process.env.OPENAI_KEY as string"),
        (NeedKind.VARIABLE, "OPENAI_KEY", 'os.Getenv("OPENAI_KEY")'),
        (NeedKind.VARIABLE, "OPENAI_KEY", 'System.getenv("OPENAI_KEY")'),
        (NeedKind.DOWNLOAD, "example.org/a.json", 'requests.get("https://example.org/a.json")'),
        (NeedKind.DOWNLOAD, "raw.githubusercontent.com/x/y.json", "url = 'https://raw.githubusercontent.com/x/y.json'"),
        (NeedKind.DATA, "Question", 'client.collections.use("Question")'),
        (NeedKind.DATA, "Question", "client.collections.use<Question>('Question')"),
        (NeedKind.DATA, "Question", 'client.query.get("Question", ["title"])'),
        (NeedKind.DATA, "Question", 'client.GraphQL().Get(). WithClassName("Question")'),
        (NeedKind.DATA, "Question", 'client.GraphQL().Get().WithClassName("Question")'),
        (NeedKind.OIDC, "", 'Auth.client_password("me", "secret")'),
    ],
)
def test_a_need(kind: NeedKind, name: str, code: str) -> None:
    assert Need(kind, name, 2) in set(find_needs(f"\n{code}\n"))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (NeedKind.PORT, "weaviate.connect_to_local(port=8080, grpc_port=50051)"),
        (NeedKind.PORT, "app.run(port=8000)"),
        (NeedKind.VARIABLE, 'os.getenv("LIMIT", "3")'),
        (NeedKind.VARIABLE, 'os.environ["A"] = "x"\nprint(os.environ["A"])'),
        (NeedKind.DATA, 'client.collections.create("A")\nclient.collections.use("A")'),
        (NeedKind.DATA, "await client.collections.create({ name: 'A' });\nclient.collections.use('A');"),
        (NeedKind.DATA, 'models.Class{\n  Class: "A",\n}\nclient.Data().Creator().WithClassName("A")'),
        (NeedKind.PROVIDER, "generative_config = None"),
        (NeedKind.CLOUD_HOST, 'connect_to_weaviate_cloud(cluster_url="my.weaviate.cloud")'),
        (NeedKind.DOWNLOAD, 'requests.get("http://localhost:8080/v1/meta")'),
    ],
)
def test_not_a_need(kind: NeedKind, code: str) -> None:
    assert not [need for need in find_needs(code) if need.kind is kind]


def test_comments_need_nothing_and_keep_the_lines() -> None:
    needs = Needs()
    needs.add("a.py", '# os.environ["OLD"]\nos.environ["NEW"]\nos.environ["NEW"]\n', languages()["python"])
    needs.add("b.go", '// os.Getenv("OLD")\nos.Getenv("NEW")\n', languages()["go"])
    assert needs.names(NeedKind.VARIABLE) == ["NEW"]
    assert needs.sources(NeedKind.VARIABLE) == ["a.py:2", "b.go:2"]


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["port=", "8090", "Auth.api_key(", '"', "text2vec-", "\n"])).map("".join)
)
def test_any_text_can_be_read(text: str) -> None:
    for need in find_needs(text):
        assert 1 <= need.line <= text.count("\n") + 1
