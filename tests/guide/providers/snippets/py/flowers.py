import os

import requests

# START prices
flowers = requests.get("https://raw.example.com/data/flowers.json").json()
print({flower["name"]: flower["price"] for flower in flowers})
# END prices

"""
# START Expected prices results
{'rose': 3, 'tulip': 2}
# END Expected prices results
"""

# START user
headers = {"Authorization": f"Bearer {os.environ['WEAVIATE_OIDC_ACCESS_TOKEN']}"}
print(requests.get("http://localhost:8080/v1/users/own-info", headers=headers).json())
# END user

"""
# START Expected user results
{'groups': ['/gardeners'], 'roles': None, 'username': 'ann'}
# END Expected user results
"""


def describe(question):
    messages = [{"role": "user", "content": question}]
    body = {"model": "gpt-5", "messages": messages}
    reply = requests.post("https://api.openai.com/v1/chat/completions", json=body)
    return reply.json().get("choices", [{"message": {"content": "no answer"}}])[0]["message"]["content"]


# START rose
print(describe("Describe a rose in two words"))
# END rose

"""
# START Expected rose results
Thorny elegance
# END Expected rose results
"""

# START tulip
print(describe("Describe a tulip in two words"))
# END tulip
