"""How long the vectors of each model are, from the providers' own documentation (November 2026)."""

from __future__ import annotations

import re

_LENGTHS: dict[int, str] = {
    64: "minishlab/potion-base-2m",
    128: "jina-colbert-v1-en jina-colbert-v2 modernvbert/colmodernvbert",
    256: "minishlab/potion-base-4m minishlab/potion-base-8m minishlab/m2v_base_output",
    384: "embed-english-light-v3.0 embed-multilingual-light-v3.0 all-minilm all-mini-lm-l6-v2 all-minilm-l6-v2 "
    "all-minilm-l12-v2 bge-small-en-v1.5 multilingual-e5-small",
    512: "voyage-3-lite jina-embeddings-v2-small-en marengo3.0 clip-vit-b-32 voyage-4-nano",
    768: "text-embedding-004 text-embedding-005 text-multilingual-embedding-002 textembedding-gecko embedding-001 "
    "embedding-gecko-001 embeddinggemma nomic-embed-text jina-embeddings-v2-base-en jina-embeddings-v2-base-de "
    "jina-embeddings-v2-base-es jina-embeddings-v2-base-zh jina-embeddings-v2-base-code jina-clip-v1 "
    "jina-embeddings-v5-text-nano embed-multilingual-v2.0 multilingual-22-12 snowflake-arctic-embed-m-v1.5 "
    "snowflake-arctic-embed-m-v2.0 all-mpnet-base-v2 multi-qa-mpnet-base-dot-v1 msmarco-bert-base-dot-v5 "
    "bert-base-uncased bge-base-en-v1.5",
    1024: "text-similarity-ada-001 text-search-ada-doc-001 text-search-ada-query-001 code-search-ada-code-001 "
    "code-search-ada-text-001 embed-english-v3.0 embed-multilingual-v3.0 embed-english-light-v2.0 small "
    "mistral-embed voyage-2 voyage-3 voyage-3-large voyage-3.5 voyage-3.5-lite voyage-4 voyage-4-large "
    "voyage-4-lite voyage-code-3 voyage-context-3 voyage-finance-2 voyage-law-2 voyage-multilingual-2 "
    "voyage-large-2-instruct voyage-lite-02-instruct voyage-multimodal-3 voyage-multimodal-3.5 jina-embeddings-v3 "
    "jina-clip-v2 jina-embeddings-v5-text-small nv-embedqa-e5-v5 nvclip arctic-embed-l snowflake-arctic-embed "
    "snowflake-arctic-embed-l-v2.0 snowflake-arctic-embed2 mxbai-embed-large mxbai-embed-large-v1 bge-m3 "
    "bge-large-en-v1.5 gte-large gte-large-en-v1.5 qwen3-embedding-0.6b databricks-bge-large-en "
    "databricks-gte-large-en amazon.titan-embed-text-v2 amazon.titan-embed-image-v1 cohere.embed-english-v3 "
    "cohere.embed-multilingual-v3 marengo-retrieval-2.7 multilingual-e5-large",
    1280: "marengo2.7",
    1408: "multimodalembedding",
    1536: "text-embedding-ada-002 text-embedding-3-small embed-v4.0 amazon.titan-embed-text-v1 cohere.embed-v4 "
    "codestral-embed voyage-large-2 voyage-code-2 morph-embedding-v2 morph-embedding-v4",
    2048: "text-similarity-babbage-001 text-search-babbage-doc-001 text-search-babbage-query-001 jina-embeddings-v4 "
    "llama-3.2-nv-embedqa-1b-v2 llama-3.2-nemoretriever-300m-embed-v1",
    3072: "text-embedding-3-large gemini-embedding-001 gemini-embedding-2 gemini-embedding-2-preview "
    "amazon.nova-2-multimodal-embeddings",
    4096: "embed-english-v2.0 large medium text-similarity-curie-001 text-search-curie-doc-001 "
    "text-search-curie-query-001 nv-embed-v1 nv-embedqa-mistral-7b-v2 e5-mistral-7b-instruct llama2 llama3",
    12288: "text-similarity-davinci-001 text-search-davinci-doc-001 text-search-davinci-query-001",
}
_BY_MODEL = {model: length for length, models in _LENGTHS.items() for model in models.split()}
_VERSION = re.compile(r"([:@].*|-v1:\d+)$")


def vector_length(model: str, default: int) -> int:
    """Return the length of the vectors of ``model``, ``default`` if it is unknown.

    Cases, the name before a slash, and a tag or version (``:latest``, ``@001``) do not matter.
    """
    name = model.lower()
    for known in (name, _VERSION.sub("", name), _VERSION.sub("", name).rpartition("/")[2]):
        if known in _BY_MODEL:
            return _BY_MODEL[known]
    return default
