"""Providers of models, such as OpenAI, in the documented network: what answers instead of them."""
