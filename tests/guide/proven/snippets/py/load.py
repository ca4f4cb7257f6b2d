from pathlib import Path


# START load a photo
def load(name):
    return Path(name).read_bytes()
# END load a photo
