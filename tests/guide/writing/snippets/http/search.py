import base64
from pathlib import Path

import requests

image = base64.b64encode(Path("cat.jpg").read_bytes()).decode()

# START search with base64
query = f'{{Get {{Picture(nearImage: {{image: "{image}"}}, limit: 1) {{title _additional {{distance}}}}}}}}'
reply = requests.post("http://localhost:8080/v1/graphql", json={"query": query}, timeout=60)
print(reply.json()["data"]["Get"]["Picture"][0])
# END search with base64

# START Expected base64 results {of: search with base64, approx: {distance: 1e-4}}
# {'title': 'A cat', '_additional': {'distance': 0.0}}
# END Expected base64 results

"""
# START Expected wire results {of: search with base64, from: response}
{"data": {"Get": {"Picture": [{"title": "A cat", "_additional": {"distance": 0.00}}]}}}
# END Expected wire results
"""
