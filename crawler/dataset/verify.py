"""Whether a data set is what its manifest says: every file whole, none missing, none added."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.dataset import folder, manifest
from crawler.errors import ConfigError


def verify(path: Path) -> list[str]:
    """What is wrong with a data set, a line each; empty if it is whole.

    Args:
        path: A folder of ``renmin export DIR/``, a file with its manifest beside it, or that.

    Raises:
        ConfigError: There is no manifest, so that nothing can be said.
    """
    facts = folder.read_manifest(path)
    if path.is_dir():
        return list(_folder_faults(path))
    file = path
    if path.name.endswith(".manifest.json"):
        file = path.with_name(str(facts.get("file")))
    if not file.is_file():
        return [f"{file}: is missing"]
    if manifest.sha256(file) != facts.get("sha256"):
        return [f"{file}: its SHA-256 is not the manifest's: it was changed, or cut off"]
    return []


def _folder_faults(path: Path) -> Iterator[str]:
    sums = folder.sums(path)
    if not sums:
        raise ConfigError(f"{path}: no {folder.SUMS}; renmin export writes one")
    for name, digest in sums.items():
        file = path / name
        if not file.is_file():
            yield f"{name}: is missing"
        elif manifest.sha256(file) != digest:
            yield f"{name}: its SHA-256 is not that of {folder.SUMS}: it was changed, or cut off"
    if strange := folder.foreign(path):
        yield f"{strange}: is not of this data set"
