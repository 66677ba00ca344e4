"""Try to break the tool: kills, scarcity, hostile sites, mutated pages, the dashboard's guard.

    python -m tests.campaign [--mutants 100000] [--rounds 3] [--seed 1] [--only PART] [--row WORDS]

Prints one row a kind: how often it was tried, what was lost, what is there twice, what crashed, the
worst time. Exit code 0 if nothing was. It takes under half an hour on two cores; some rows need
to mount a disk in memory and so to be root.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.campaign import fleet, guard, hostile, kills, mutants, patterns, scarcity
from tests.campaign.rows import COLUMNS, Row


def parts(options: argparse.Namespace, folder: Path) -> dict[str, Callable[[], Iterator[Row]]]:
    """The parts of the campaign by their names."""
    rng = random.Random(options.seed)
    return {
        "kills": lambda: kills.rows(folder, options.rounds, rng),
        "scarcity": lambda: scarcity.rows(folder / "scarcity"),
        "hostile": lambda: hostile.rows(folder / "hostile", options.row),
        "mutants": lambda: mutants.rows(options.mutants, options.seed),
        "patterns": patterns.rows,
        "guard": lambda: guard.rows(folder / "guard"),
        "fleet": lambda: fleet.rows(folder / "fleet", options.rounds, rng, options.row),
    }


# Waits for a minute again and again: only when it is asked for.
BY_NAME = ("fleet",)


def show(cells: tuple[str, ...]) -> None:
    """Print one row, its columns under their heads."""
    what, *numbers, said = cells
    print(
        f"{what:52}" + "".join(f"{number:>9}" for number in numbers) + f"  {said[:110]}", flush=True
    )


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="kills, scarcity, hostile, mutants, patterns, guard or fleet"
    )
    parser.add_argument("--row", default="", help="of hostile and fleet: rows with these words")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="renmin-campaign-") as name:
        wanted = {
            part: make
            for part, make in parts(options, Path(name)).items()
            if options.only == part or (not options.only and part not in BY_NAME)
        }
        show(COLUMNS)
        done = []
        for row in itertools.chain.from_iterable(make() for make in wanted.values()):
            show(row.cells())
            done.append(row)
    held = sum(row.holds for row in done)
    minutes = (time.monotonic() - began) / 60
    print(f"{held} of {len(done)} rows hold; {minutes:.0f} minutes, seed {options.seed}")
    return int(held != len(done))


if __name__ == "__main__":
    sys.exit(main())
