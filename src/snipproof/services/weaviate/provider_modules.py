"""What an embedded server needs so that its modules for providers of models work with what answers instead of these."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

_KEY = "stand-in"
# Some Sources send no key, as a server of the reader's own may have one.
_KEYS = (
    *("ANTHROPIC_APIKEY", "ANYSCALE_APIKEY", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AZURE_APIKEY", "COHERE_APIKEY"),
    *("CONTEXTUALAI_APIKEY", "DATABRICKS_TOKEN", "DEEPSEEK_APIKEY", "DIGITALOCEAN_APIKEY", "FRIENDLI_TOKEN"),
    *("GOOGLE_APIKEY", "HUGGINGFACE_APIKEY", "JINAAI_APIKEY", "MISTRAL_APIKEY", "MORPH_APIKEY", "NVIDIA_APIKEY"),
    *("OPENAI_APIKEY", "TWELVELABS_APIKEY", "VOYAGEAI_APIKEY", "XAI_APIKEY"),
)
_VOCABULARIES = ("o200k_base", "cl100k_base", "p50k_base", "r50k_base")
_VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


def provider_environment(folder: Path) -> dict[str, str]:
    """Return the environment in which the modules are enabled, each with a key that nobody checks.

    :param folder: of this server; gets vocabularies.
    """
    cache = folder / "vocabularies"
    cache.mkdir()
    for name in _VOCABULARIES:
        # The server downloads them to count tokens, and ends with a nil pointer if that fails. The name is that of
        # tiktoken's cache, the SHA-1 of the address.
        file = hashlib.sha1(_VOCABULARY_URL.format(name).encode(), usedforsecurity=False).hexdigest()
        (cache / file).write_bytes(_bytes_only())
    return {
        # Their APIs need no key, so that they are not enabled with the others.
        "ENABLE_MODULES": "text2vec-ollama,generative-ollama",
        "API_BASED_MODULES_DISABLED": "false",
        "ENABLE_API_BASED_MODULES": "true",  # for versions in which they are off by default
        "TIKTOKEN_CACHE_DIR": str(cache),
        **dict.fromkeys(_KEYS, _KEY),
    }


def _bytes_only() -> bytes:
    """Return a vocabulary in which each byte is a token, in tiktoken's format."""
    return b"".join(base64.b64encode(bytes([byte])) + b" %d\n" % byte for byte in range(256))
