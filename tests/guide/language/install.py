"""Installs the given files of a distribution into the folder `installed`, as an installer does."""

import sys
import tomllib
from pathlib import Path

project, *modules = map(Path, sys.argv[1:])
for module in modules:
    target = Path("installed", module)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(module.read_text())
table = tomllib.loads(project.read_text())["project"]
info = Path("installed", f"{table['name'].replace('-', '_')}-{table['version']}.dist-info")
info.mkdir()
(info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: {table['version']}\n")
with (info / "entry_points.txt").open("w") as file:
    for group, entries in table["entry-points"].items():
        file.write(f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items()))
