"""Case tables: one JSON object a line in tests/cases/<name>.jsonl."""

import json
from pathlib import Path

CASES = Path(__file__).parent.parent / "cases"


def cases(name):
    """Return the rows of a table."""
    lines = (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
