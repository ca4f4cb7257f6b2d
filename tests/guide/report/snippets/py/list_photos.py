import json
from pathlib import Path

Path("photos.json").write_text('["A cat", "A rocket"]')

# START list photos
try:
    titles = json.loads(Path("photos.json").read_text())
except FileNotFoundError:
    titles = []
if not titles:
    print("no photos yet")
for title in titles:
    print(title)
# END list photos

# START Expected list photos results
# A cat
# A rocket
# END Expected list photos results
