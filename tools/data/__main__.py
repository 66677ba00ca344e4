"""Build the tables again that the tool reads, and hold them against their checksums: ``make data``.

``SOURCES.toml`` names each table with its builder and sources, and each source with its package,
version, licence and checksum. A table is built if all of its sources are installed (``pip install
-e '.[data]'``; packages of Debian unpacked below ``build/sources``), into a folder of its own;
``--write`` puts it in its place. Exit codes: 0 all that could be built is as it was, 1 a table
differs, 2 a source is not the one that is named.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
UNPACKED: Final = ROOT / "build" / "sources"


def load() -> dict[str, Any]:
    """Read ``SOURCES.toml``: ``source`` and ``table``, each by name."""
    return tomllib.loads((ROOT / "tools" / "data" / "SOURCES.toml").read_text("utf-8"))


def digest(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder by name, hexadecimal."""
    summed = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        summed.update(file.read_bytes())
    return summed.hexdigest()


def place(source: dict[str, Any]) -> Path | None:
    """Where a source is on this machine; ``None`` if it is not."""
    if source["from"] == "Debian":
        path = UNPACKED / source["file"]
        return path if path.exists() else None
    package, _, inside = source["file"].partition("/")
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / inside if folders else None
    return path if path and path.exists() else None


def build(name: str, table: dict[str, Any], places: dict[str, Path], target: Path) -> bytes:
    """Run the builder of a table and give what it wrote."""
    out = target / Path(name).name
    values = {**{key: str(path) for key, path in places.items()}, "out": str(out), "folder": target}
    words = [word.format(**values) for word in table["arguments"]]
    command = [sys.executable, "-m", f"tools.data.{table['builder']}", *words]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out.read_bytes()


def main(arguments: list[str]) -> int:
    """Build what can be built, and say of each table what came of it."""
    known, worst = load(), 0
    with tempfile.TemporaryDirectory() as folder:
        for name, table in known["table"].items():
            code, said = check(name, table, known["source"], Path(folder), "--write" in arguments)
            print(f"{name}: {said}")
            worst = max(worst, code)
    return worst


def check(
    name: str, table: dict[str, Any], sources: dict[str, Any], folder: Path, write: bool
) -> tuple[int, str]:
    """Build one table: the exit code and what to say of it."""
    places = {key: place(sources[key]) for key in table["sources"]}
    if missing := [key for key, path in places.items() if path is None]:
        return 0, f"not built: {', '.join(missing)} not installed"
    found = {key: path for key, path in places.items() if path is not None}
    for key, path in found.items():
        if digest(path) != sources[key]["sha256"]:
            return 2, f"not built: {key} is not {sources[key]['version']} ({path})"
    built = build(name, table, found, folder)
    if write:
        (ROOT / name).write_bytes(built)
    same = hashlib.sha256(built).hexdigest() == table["sha256"]
    return (0, "the same, byte for byte") if same else (1, "differs from its checksum")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
