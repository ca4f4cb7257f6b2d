"""The model containers that run beside Weaviate, under the names that its documentation gives them.

https://docs.weaviate.io/weaviate/model-providers, and the repositories weaviate/t2v-transformers-models,
multi2vec-clip-inference, multi2vec-bind-inference, reranker-transformers and qna-transformers-models.
"""

from __future__ import annotations

import re
from typing import Any

from snipproof.services.providers.exchange import BadRequestError, Request, Response, get, plain_text, text_at
from snipproof.services.providers.models import Models, generated
from snipproof.services.providers.protocol import Protocol, Route

PORT = 8080
_SENTENCES, _MODEL2VEC, _CLIP, _BIND = 384, 256, 512, 1024
_SENTENCE = re.compile(r"[^.!?]*[.!?]?")
_MEDIA = {
    "images": "imageVectors",
    "audio": "audioVectors",
    "video": "videoVectors",
    "imu": "imuVectors",
    "thermal": "thermalVectors",
    "depth": "depthVectors",
}


def vectors(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/vectors``: of a text, or of a picture."""
    body = request.body
    if picture := text_at(body, "image"):
        vector = models.media_vector(picture, 1280)
        return {"id": text_at(body, "id"), "vector": vector, "dim": len(vector)}
    text = _text(body)
    length = _MODEL2VEC if "model2vec" in request.host else _SENTENCES
    wanted = get(body, "config", "dimensions")
    length = wanted if isinstance(wanted, int) and 0 < wanted < length else length
    (vector,) = models.vectors([text], length, query=text_at(body, "config", "task_type") == "query")
    return {"text": text, "vector": vector, "dim": len(vector)}


def vectorize(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/vectorize`` of CLIP and Bind (lists of texts and media) or of GPT4All (one text)."""
    body = request.body
    if get(body, "text") is not None:
        (vector,) = models.vectors([_text(body)], _SENTENCES)
        return {"text": _text(body), "vector": vector, "dim": len(vector)}
    length = _BIND if "bind" in request.host else _CLIP
    texts = get(body, "texts")
    found = {"textVectors": models.vectors(list(map(plain_text, texts)), length) if isinstance(texts, list) else []}
    for kind, name in _MEDIA.items():
        media = get(body, kind)
        if kind == "images" or isinstance(media, list):
            items = media if isinstance(media, list) else []
            found[name] = [models.media_vector(plain_text(each), length) for each in items]
    return found


def rerank(request: Request, models: Models) -> dict[str, Any]:
    """Answer ``/rerank``."""
    body = request.body
    query, documents = plain_text(get(body, "query")), get(body, "documents")
    if not isinstance(documents, list):
        raise BadRequestError("'documents' is required: a list of texts")
    texts = [plain_text(each) for each in documents]
    pairs = zip(texts, models.scores(query, texts), strict=True) if texts else ()
    return {"query": query, "scores": [{"document": text, "score": score} for text, score in pairs]}


def answers(request: Request, _: Models) -> dict[str, Any]:
    """Answer ``/answers/``: with the beginning of the text, since an answer must stand in it."""
    text = _text(request.body)
    found = _SENTENCE.match(text)
    answer = found[0].strip() if found else ""
    question = text_at(request.body, "question")
    return {"text": text, "question": question, "answer": answer or None, "certainty": 0.5, "distance": 0.5}


def summary(request: Request, _: Models) -> dict[str, Any]:
    """Answer ``/sum/``."""
    text = _text(request.body)
    return {"text": text, "summary": [{"result": generated(text)}]}


def ready(_: Request, __: Models) -> Response:
    """Answer that the container runs."""
    return Response(204, "", "text/plain")


def meta(_: Request, __: Models) -> dict[str, Any]:
    """Answer ``/meta``."""
    return {"model": "stand-in"}


def _text(body: Any) -> str:
    text = get(body, "text")
    if not isinstance(text, str):
        raise BadRequestError("'text' is required")
    return text


PROTOCOL = Protocol(
    "model containers",
    (
        *("text2vec-transformers", "t2v-transformers", "multi2vec-clip", "multi2vec-bind", "text2vec-model2vec"),
        *("reranker-transformers", "qna-transformers", "sum-transformers", "t2v-gpt4all", "text2vec-gpt4all"),
        *("i2v-neural", "img2vec-neural", "custom-inference"),
    ),
    (
        Route("/vectors/?", vectors),
        Route("/vectorize/?", vectorize),
        Route("/rerank/?", rerank),
        Route("/answers/?", answers),
        Route("/sum/?", summary),
        Route("/meta/?", meta, "GET"),
        Route(r"/\.well-known/(ready|live)/?", ready, "GET"),
    ),
    ports=(PORT,),
    plain_errors=True,
)
