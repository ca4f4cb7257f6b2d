"""The stand-in: for each protocol a request as Weaviate's modules or clients send it, and the response's shape."""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.services.providers.exchange import Request, Response, get
from snipproof.services.providers.models import MARK, Models, fitted, generated
from snipproof.services.providers.stand_in import PROTOCOLS, answer, protocols_of
from snipproof.services.providers.vector_lengths import vector_length

PICTURE = base64.b64encode(b"a picture").decode()
FILM = base64.b64encode(b"not a picture").decode()


def embed_texts(texts: Sequence[str], query: bool) -> list[list[float]]:
    """Give each text the direction of its first letter; queries have a part of their own, too."""
    vectors = []
    for text in texts:
        vector = [0.0] * 384
        vector[ord(text[:1] or " ") % 300] = 0.8
        vector[301 if query else 302] = 0.6
        vectors.append(vector)
    return vectors


def embed_picture(data: bytes) -> list[float]:
    if data != b"a picture":
        raise ValueError("not a picture")
    return [1.0] + [0.0] * 1279


MODELS = Models(embed_texts, embed_picture)


def respond(host: str, path: str, body: Any = None, method: str = "POST") -> Response:
    return answer(Request(host, method, path, {}, body), MODELS)


def at(found: Any, path: str) -> Any:
    """Return the member at a dotted path, in which numbers are indices of lists."""
    for step in filter(None, path.split(".")):
        found = found[int(step)] if step.isdecimal() else found[step]
    return found


BEDROCK, SAGEMAKER = "bedrock-runtime.us-east-1.amazonaws.com", "runtime.sagemaker.eu-west-1.amazonaws.com"
VERTEX = "/v1/projects/p/locations/us-central1/publishers/google/models/"
STUDIO = "/v1beta/models/"
# host, path, body, where the vector is, its length
EMBEDDINGS: list[tuple[str, str, Any, str, int]] = [
    ("api.openai.com", "/v1/embeddings", {"input": ["a", "b"]}, "data.1.embedding", 1536),
    ("api.openai.com", "/v1/embeddings", {"input": "a", "model": "text-embedding-3-large"}, "data.0.embedding", 3072),
    ("api.openai.com", "/v1/embeddings", {"input": [[1, 2], [3]], "dimensions": 256}, "data.1.embedding", 256),
    ("r.openai.azure.com", "/openai/deployments/text-embedding-3-large/embeddings", {"input": ["a"]},
     "data.0.embedding", 3072),
    ("api.mistral.ai", "/v1/embeddings", {"input": ["a"], "model": "mistral-embed"}, "data.0.embedding", 1024),
    ("inference.do-ai.run", "/v1/embeddings", {"input": ["a"], "model": "all-mini-lm-l6-v2"}, "data.0.embedding", 384),
    ("api.cohere.ai", "/v2/embed", {"texts": ["a"], "model": "embed-v4.0"}, "embeddings.float.0", 1536),
    ("api.cohere.com", "/v1/embed", {"texts": ["a"], "model": "embed-english-light-v3.0"}, "embeddings.0", 384),
    ("api.cohere.com", "/v2/embed", {"images": [f"data:image/png;base64,{PICTURE}"]}, "embeddings.float.0", 1024),
    ("generativelanguage.googleapis.com", f"{STUDIO}gemini-embedding-001:batchEmbedContents",
     {"requests": [{"content": {"parts": [{"text": "a"}]}, "taskType": "RETRIEVAL_DOCUMENT"}]},
     "embeddings.0.values", 3072),
    ("generativelanguage.googleapis.com", f"{STUDIO}gemini-embedding-2-preview:batchEmbedContents",
     {"requests": [{"content": {"parts": [{"inline_data": {"mime_type": "image/jpeg", "data": PICTURE}}]},
                    "outputDimensionality": 768}]}, "embeddings.0.values", 768),
    ("generativelanguage.googleapis.com", f"{STUDIO}text-embedding-004:embedContent",
     {"content": {"parts": [{"text": "a"}]}}, "embedding.values", 768),
    ("generativelanguage.googleapis.com", "/v1beta3/models/embedding-gecko-001:batchEmbedText", {"texts": ["a"]},
     "embeddings.0.value", 768),
    ("us-central1-aiplatform.googleapis.com", f"{VERTEX}textembedding-gecko@001:predict",
     {"instances": [{"content": "a", "task_type": "RETRIEVAL_QUERY"}]}, "predictions.0.embeddings.values", 768),
    ("us-central1-aiplatform.googleapis.com", f"{VERTEX}multimodalembedding@001:predict",
     {"instances": [{"text": "a", "image": {"bytesBase64Encoded": PICTURE}}], "parameters": {}},
     "predictions.0.imageEmbedding", 1408),
    ("us-central1-aiplatform.googleapis.com", f"{VERTEX}multimodalembedding@001:predict",
     {"instances": [{"video": {"bytesBase64Encoded": FILM}}]}, "predictions.0.videoEmbeddings.0.embedding", 1408),
    ("api.jina.ai", "/v1/embeddings", {"input": ["a"], "model": "jina-embeddings-v2-base-en"}, "data.0.embedding", 768),
    ("api.jina.ai", "/v1/embeddings", {"input": [{"image": PICTURE}], "model": "jina-clip-v1"},
     "data.0.embedding", 768),
    ("api.jina.ai", "/v1/multi-vector", {"input": ["one two"], "model": "jina-colbert-v2"}, "data.0.embeddings.1", 128),
    ("api.jina.ai", "/v1/embeddings", {"input": [{"text": "one two"}], "return_multivector": True},
     "data.0.embeddings.1", 128),
    ("api.voyageai.com", "/v1/embeddings", {"input": ["a"], "model": "voyage-3-lite"}, "data.0.embedding", 512),
    ("api.voyageai.com", "/v1/contextualizedembeddings", {"inputs": [["a", "b"]], "model": "voyage-context-3"},
     "data.0.data.1.embedding", 1024),
    ("api.voyageai.com", "/v1/multimodalembeddings",
     {"inputs": [{"content": [{"type": "image_base64", "image_base64": f"data:image/png;base64,{PICTURE}"}]}]},
     "data.0.embedding", 1024),
    ("integrate.api.nvidia.com", "/v1/embeddings", {"input": ["a"], "model": "nvidia/nv-embed-v1"},
     "data.0.embedding", 4096),
    ("integrate.api.nvidia.com", "/v1/embeddings", {"input": [f"data:image/png;base64,{PICTURE}"]},
     "data.0.embedding", 1024),
    ("api.embedding.weaviate.io", "/v1/embeddings/embed",
     {"input": ["a"], "model": "Snowflake/snowflake-arctic-embed-m-v1.5"}, "embeddings.0", 768),
    ("api.embedding.weaviate.io", "/v1/embeddings/embed",
     {"input": ["one two"], "model": "ModernVBERT/colmodernvbert"}, "embeddings.0.1", 128),
    ("x.cloud.databricks.com", "/serving-endpoints/bge/invocations", {"input": ["a"]}, "data.0.embedding", 1024),
    ("router.huggingface.co",
     "/hf-inference/models/sentence-transformers/all-MiniLM-L6-v2/pipeline/feature-extraction", {"inputs": ["a"]},
     "0", 384),
    ("x.us-east-1.aws.endpoints.huggingface.cloud", "/", {"inputs": ["a"]}, "0", 768),
    (BEDROCK, "/model/amazon.titan-embed-text-v1/invoke", {"inputText": "a"}, "embedding", 1536),
    (BEDROCK, "/model/amazon.titan-embed-text-v2%3A0/invoke", {"inputText": "a"}, "embedding", 1024),
    (BEDROCK, "/model/cohere.embed-english-v3/invoke", {"texts": ["a"], "input_type": "x"}, "embeddings.0", 1024),
    (BEDROCK, "/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke",
     {"singleEmbeddingParams": {"text": {"value": "a"}, "embeddingDimension": 256}}, "embeddings.0.embedding", 256),
    (BEDROCK, "/model/amazon.titan-embed-image-v1/invoke", {"inputImage": PICTURE}, "embedding", 1024),
    (SAGEMAKER, "/endpoints/ep/invocations", {"inputs": ["a"]}, "0", 768),
    ("api.twelvelabs.io", "/v1.3/embed", {"text": "a", "model_name": "marengo3.0"},
     "text_embedding.segments.0.float", 512),
    ("ollama", "/api/embed", {"input": ["a"], "model": "mxbai-embed-large:latest"}, "embeddings.0", 1024),
    ("host.docker.internal", "/api/embeddings", {"prompt": "a", "model": "nomic-embed-text"}, "embedding", 768),
    ("text2vec-transformers", "/vectors", {"text": "a", "config": {"task_type": "query"}}, "vector", 384),
    ("text2vec-model2vec", "/vectors", {"text": "a"}, "vector", 256),
    ("multi2vec-clip", "/vectorize", {"texts": ["a"], "images": [PICTURE]}, "imageVectors.0", 512),
    ("multi2vec-bind", "/vectorize", {"texts": ["a"], "audio": [FILM]}, "audioVectors.0", 1024),
    ("i2v-neural", "/vectors", {"id": "1", "image": PICTURE}, "vector", 1280),
]  # fmt: skip


@pytest.mark.parametrize(("host", "path", "body", "place", "length"), EMBEDDINGS)
def test_vectors_have_the_length_that_the_model_has(host: str, path: str, body: Any, place: str, length: int) -> None:
    response = respond(host, path, body)
    assert response.status == 200, response
    vector = at(response.body, place)
    assert len(vector) == length
    assert math.isclose(sum(number * number for number in vector), 1.0, abs_tol=1e-6)


CHAT = {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Hello"}]}
GENERATED: list[tuple[str, str, Any, str]] = [
    ("api.openai.com", "/v1/chat/completions", CHAT, "choices.0.message.content"),
    ("api.openai.com", "/v1/chat/completions",
     {"messages": [{"content": [{"type": "text", "text": "Hello"}, {"type": "image_url"}]}]},
     "choices.0.message.content"),
    ("api.openai.com", "/v1/completions", {"prompt": "Hello"}, "choices.0.text"),
    ("r.openai.azure.com", "/openai/deployments/d/chat/completions", CHAT, "choices.0.message.content"),
    ("api.deepseek.com", "/chat/completions", CHAT, "choices.0.message.content"),
    ("api.anthropic.com", "/v1/messages", CHAT, "content.0.text"),
    ("api.cohere.ai", "/v2/chat", CHAT, "message.content.0.text"),
    ("api.cohere.ai", "/v1/chat", {"message": "Hello"}, "text"),
    ("api.cohere.ai", "/v1/generate", {"prompt": "Hello"}, "generations.0.text"),
    ("generativelanguage.googleapis.com", f"{STUDIO}gemini-2.5-flash:generateContent",
     {"contents": [{"parts": [{"text": "Hello"}]}]}, "candidates.0.content.parts.0.text"),
    ("generativelanguage.googleapis.com", "/v1beta2/models/chat-bison-001:generateMessage",
     {"prompt": {"messages": [{"content": "Hello"}]}}, "candidates.0.content"),
    ("us-central1-aiplatform.googleapis.com", f"{VERTEX}chat-bison:predict",
     {"instances": [{"messages": [{"content": "Hello"}]}]}, "predictions.0.candidates.0.content"),
    ("integrate.api.nvidia.com", "/v1/chat/completions", CHAT, "choices.0.message.content"),
    ("x.azuredatabricks.net", "/serving-endpoints/llama/invocations", CHAT, "choices.0.message.content"),
    ("x.azuredatabricks.net", "/serving-endpoints/llama/invocations", {"prompt": "Hello"}, "choices.0.text"),
    ("api.contextual.ai", "/v1/generate", CHAT, "response"),
    (BEDROCK, "/model/us.anthropic.claude-3-5-sonnet-20240620-v1%3A0/invoke", CHAT, "content.0.text"),
    (BEDROCK, "/model/anthropic.claude-v2/invoke", {"prompt": "\n\nHuman: Hello\n\nAssistant:"}, "completion"),
    (BEDROCK, "/model/amazon.nova-lite-v1%3A0/invoke", {"messages": [{"content": [{"text": "Hello"}]}]},
     "output.message.content.0.text"),
    (BEDROCK, "/model/amazon.titan-text-express-v1/invoke", {"inputText": "Hello"}, "results.0.outputText"),
    (BEDROCK, "/model/meta.llama3-8b-instruct-v1:0/invoke", {"prompt": "Hello"}, "generation"),
    (BEDROCK, "/model/mistral.mistral-7b-instruct-v0:2/invoke", {"prompt": "<s>[INST] Hello [/INST]"},
     "outputs.0.text"),
    (BEDROCK, "/model/cohere.command-r-v1:0/invoke", {"message": "Hello"}, "text"),
    (BEDROCK, "/model/cohere.command-text-v14/invoke", {"prompt": "Hello"}, "generations.0.text"),
    (BEDROCK, "/model/ai21.j2-mid-v1/invoke", {"prompt": "Hello"}, "completions.0.data.text"),
    (SAGEMAKER, "/endpoints/ep/invocations", {"prompt": "Hello"}, "generations.0.text"),
    ("ollama", "/api/generate", {"prompt": "Hello", "stream": False}, "response"),
    ("ollama", "/api/chat", {**CHAT, "stream": False}, "message.content"),
    ("sum-transformers", "/sum/", {"text": "Hello"}, "summary.0.result"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "path", "body", "place"), GENERATED)
def test_generated_text_is_marked_and_repeats_the_prompt(host: str, path: str, body: Any, place: str) -> None:
    response = respond(host, path, body)
    assert response.status == 200, response
    assert at(response.body, place) == f"{MARK} Hello"


DOCUMENTS = {"query": "violin", "documents": ["train", "violins"]}
RANKED = [
    ("api.cohere.ai", "/v2/rerank", DOCUMENTS, "results", "index", "relevance_score"),
    ("api.jina.ai", "/v1/rerank", DOCUMENTS, "results", "index", "relevance_score"),
    ("api.contextual.ai", "/v1/rerank", DOCUMENTS, "results", "index", "relevance_score"),
    ("api.voyageai.com", "/v1/rerank", DOCUMENTS, "data", "index", "relevance_score"),
    ("ai.api.nvidia.com", "/v1/retrieval/nvidia/reranking",
     {"query": {"text": "violin"}, "passages": [{"text": "train"}, {"text": "violins"}]}, "rankings", "index", "logit"),
    ("reranker-transformers", "/rerank", DOCUMENTS, "scores", "document", "score"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "path", "body", "place", "name", "score"), RANKED)
def test_the_relevant_document_has_the_better_score(
    host: str, path: str, body: Any, place: str, name: str, score: str
) -> None:
    rows = {row[name]: row[score] for row in at(respond(host, path, body).body, place)}
    assert set(rows) in ({0, 1}, {"train", "violins"})
    assert max(rows, key=rows.__getitem__) in (1, "violins")
    if name == "index":  # as the providers return them
        first = at(respond(host, path, {**body, "top_n": 1, "top_k": 1}).body, place)
        assert first[0]["index"] == 1


def test_a_query_differs_from_a_passage_where_the_protocol_makes_a_difference() -> None:
    pairs: list[tuple[str, str, Any, Any, str]] = [
        ("api.cohere.ai", "/v2/embed", {"input_type": "search_query"}, {"texts": ["a"]}, "embeddings.float.0"),
        ("api.jina.ai", "/v1/embeddings", {"task": "retrieval.query"}, {"input": ["a"]}, "data.0.embedding"),
        ("api.voyageai.com", "/v1/embeddings", {"input_type": "query"}, {"input": ["a"]}, "data.0.embedding"),
        ("integrate.api.nvidia.com", "/v1/embeddings", {"input_type": "query"}, {"input": ["a"]}, "data.0.embedding"),
        ("api.embedding.weaviate.io", "/v1/embeddings/embed", {"is_search_query": True}, {"input": ["a"]},
         "embeddings.0"),
        ("text2vec-transformers", "/vectors", {"config": {"task_type": "query"}}, {"text": "a"}, "vector"),
    ]  # fmt: skip
    for host, path, more, body, place in pairs:
        passage, query = (at(respond(host, path, each).body, place) for each in (body, {**body, **more}))
        assert (passage[301], passage[302], query[301], query[302]) == (0, 0.6, 0.6, 0), host


def test_numbers_in_base64() -> None:
    body = {"input": "a", "encoding_format": "base64", "dimensions": 400}
    packed = base64.b64decode(at(respond("api.openai.com", "/v1/embeddings", body).body, "data.0.embedding"))
    assert struct.unpack("<400f", packed)[97] == pytest.approx(0.8)


def test_streams() -> None:
    """The text of all events is the generated one; each protocol ends its stream in its own way."""
    chat = respond("api.openai.com", "/v1/chat/completions", {**CHAT, "stream": True})
    events = [line.removeprefix("data: ") for line in chat.body.split("\n\n") if line]
    assert (chat.kind, events[-1]) == ("text/event-stream", "[DONE]")
    assert "".join(get(json.loads(each)["choices"][0], "delta", "content") or "" for each in events[:-1]) == (
        f"{MARK} Hello"
    )
    claude = respond("api.anthropic.com", "/v1/messages", {**CHAT, "stream": True}).body
    assert re.findall(r"^event: (\w+)", claude, re.MULTILINE)[::5] == ["message_start", "message_stop"]
    assert f"{MARK} Hello" in claude
    lines = respond("ollama", "/api/generate", {"prompt": "Hello"})
    assert json.loads(lines.body)["done"] is True
    assert respond("api.cohere.ai", "/v2/chat", {"stream": True}).status == 400


def test_what_only_shows_that_a_service_runs() -> None:
    assert respond("text2vec-transformers", "/.well-known/ready", method="GET").status == 204
    assert respond("multi2vec-clip", "/meta", method="GET").status == 200
    assert at(respond("ollama", "/api/tags", method="GET").body, "models.0.name") == "nomic-embed-text:latest"
    assert at(respond("inference.do-ai.run", "/v1/models", method="GET").body, "data.0.object") == "model"


def test_an_answer_stands_in_the_text() -> None:
    body = {"text": "The liver. And more.", "question": "which organ?"}
    assert at(respond("qna-transformers", "/answers/", body).body, "answer") == "The liver."


def test_an_unknown_path_is_reported_with_host_and_path() -> None:
    """In a shape in which the client of each provider finds the message."""
    response = respond("api.openai.com", "/v1/files", {})
    assert response.status == 404
    message = "snipproof: the stand-in does not know POST /v1/files of api.openai.com (OpenAI and compatible)"
    assert response.body["error"]["message"] == response.body["message"] == response.body["detail"] == message
    assert isinstance(respond("ollama", "/api/nothing", {}).body["error"], str)
    assert respond("api.openai.com", "/v1/embeddings", method="GET").status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'input' is required: a text, or a list of texts"),
        ({"input": []}, "'input' is required: a text, or a list of texts"),
        ({"input": "a", "dimensions": 0}, "'dimensions' must be a whole number from 1 to 12288, not 0"),
        ({"input": "a", "dimensions": True}, "'dimensions' must be a whole number from 1 to 12288, not True"),
    ],
)
def test_a_bad_request_names_what_is_expected(body: Any, message: str) -> None:
    response = respond("api.openai.com", "/v1/embeddings", body)
    assert (response.status, response.body["message"]) == (400, f"snipproof: {message}")


def test_a_host_that_is_not_known_speaks_the_protocol_that_has_the_path() -> None:
    assert protocols_of("models.example.com") == ()
    assert respond("models.example.com", "/v1/chat/completions", CHAT).status == 200
    assert respond("models.example.com", "/v2/embed", {"texts": ["a"]}).status == 200
    assert respond("models.example.com", "/elsewhere", {}).body["message"].endswith("/elsewhere of models.example.com")


def test_every_host_has_one_protocol() -> None:
    hosts = [host for protocol in PROTOCOLS for host in protocol.hosts]
    assert len(hosts) == len(set(hosts))
    assert all(len(protocols_of(host.replace("*", "x"))) == 1 for host in hosts)


def test_a_medium_has_the_same_vector_again() -> None:
    first, again, other = (MODELS.media_vector(each, 64) for each in (FILM, FILM, base64.b64encode(b"x").decode()))
    assert first == again != other
    assert respond("i2v-neural", "/vectors", {"image": "%"}).body["error"].endswith("a picture in base64 is required")


@pytest.mark.parametrize(
    ("model", "length"),
    [
        ("text-embedding-3-large", 3072),
        ("sentence-transformers/all-MiniLM-L6-v2", 384),
        ("textembedding-gecko@003", 768),
        ("nomic-embed-text:v1.5", 768),
        ("amazon.titan-embed-text-v2:0", 1024),
        ("models/gemini-embedding-001", 3072),
        ("", 99),
        ("mine", 99),
    ],
)
def test_the_length_of_a_model(model: str, length: int) -> None:
    assert vector_length(model, 99) == length


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20), st.integers(1, 40))
def test_zeros_keep_a_vector_and_a_cut_one_has_length_one(vector: list[float], length: int) -> None:
    found = fitted(vector, length)
    assert len(found) == length
    if length >= len(vector):
        assert found[: len(vector)] == vector
        assert not any(found[len(vector) :])
    elif sum(abs(number) for number in vector[:length]) > 1e-100:
        assert math.isclose(sum(number * number for number in found), 1.0, rel_tol=1e-6)


@given(st.text())
def test_generated_text_is_short_and_the_same_again(prompt: str) -> None:
    assert generated(prompt) == generated(prompt)
    assert generated(prompt).startswith(MARK)
    assert len(generated(prompt)) < 250


ROUTES = sorted(
    {
        (protocol.hosts[0].replace("*", "x"), path, method)
        for protocol in PROTOCOLS
        for path, _, method in protocol.routes
    }
)
BODIES: list[Any] = [*(row[2] for row in EMBEDDINGS), *(row[2] for row in GENERATED), *(row[2] for row in RANKED)]
NAMES = sorted({name for body in BODIES for name in body} | {"model", "config", "parameters", "stream"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([PICTURE, FILM]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NAMES, "text", "content", "parts", "image"]) | st.text(max_size=3), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(ROUTES), JSON)
def test_any_json_has_a_response_that_is_json_or_text(route: tuple[str, str, str], body: Any) -> None:
    """Never an exception, whatever a Source sends to a path that exists."""
    host, path, method = route
    concrete = re.sub(r"\(\.\*/\)\?|\(/\.\*\)\?|/\?$", "", path).replace(".*", "x").replace(".+", "amazon.embed")
    concrete = re.sub(r"\\(.)|\[12\]|\(models/x\)\?|\(ready\|live\)|\(api/version\)\?", _plain, concrete)
    response = answer(Request(host, method, concrete, {}, body), MODELS)
    assert response.status in (200, 204, 400), (concrete, response)
    assert isinstance(response.body, str) or json.dumps(response.body)


def _plain(found: re.Match[str]) -> str:
    """Return text that a part of a regular expression matches."""
    return {"[12]": "2", "(ready|live)": "ready", r"\d": "3"}.get(found[0], found[1] or "")


@pytest.mark.parametrize("depth", [5, 500, 900])
def test_deep_json_is_no_exception(depth: int) -> None:
    body: Any = "a"
    for _ in range(depth):
        body = {"content": [body]}
    for key in ("input", "messages", "prompt", "texts", "contents"):
        for host, path in (("api.openai.com", "/v1/chat/completions"), ("api.cohere.ai", "/v2/embed")):
            assert respond(host, path, {key: body}).status in (200, 400)
