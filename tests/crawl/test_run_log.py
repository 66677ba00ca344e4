"""Every run keeps its log, bounded, and renmin logs prints it."""

import logging

from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.config import Config
from crawler.crawl import run_log


def test_a_run_keeps_its_log_with_the_zone_of_its_times(database):
    """Beside the archive, under the number of the run."""
    config = Config(database=database)
    handler = run_log.keep(config, 7)
    logging.getLogger("crawler.test").warning("something is odd")
    logging.getLogger().removeHandler(handler)
    handler.close()

    printed = CliRunner().invoke(app, ["logs", "7", "--database", database])
    other = CliRunner().invoke(app, ["logs", "8", "--database", database])

    assert (printed.exit_code, other.exit_code) == (0, 1)
    assert printed.stdout.endswith("WARNING crawler.test something is odd\n")
    assert printed.stdout.split()[2][0] in "+-"


def test_the_logs_of_old_runs_are_dropped(database):
    """A hundred are kept, however many runs there were."""
    config = Config(database=database)
    for run_id in range(1, run_log.MOST_RUNS + 4):
        handler = run_log.keep(config, run_id)
        logging.getLogger().removeHandler(handler)
        handler.close()

    kept = {path.name for path in run_log.path_of(config, 1).parent.iterdir()}

    assert len(kept) == run_log.MOST_RUNS
    assert run_log.path_of(config, 3).name not in kept
    assert run_log.path_of(config, 4).name in kept


def test_a_log_that_is_a_link_is_not_followed(database, tmp_path):
    """A file that is none of ours stays as it is."""
    config = Config(database=database)
    letter = tmp_path / "letter.txt"
    letter.write_text("dear editor")
    path = run_log.path_of(config, 7)
    path.parent.mkdir(parents=True)
    path.symlink_to(letter)

    handler = run_log.keep(config, 7)
    logging.getLogger("crawler.test").warning("something is odd")
    logging.getLogger().removeHandler(handler)
    handler.close()

    assert letter.read_text() == "dear editor"
    assert "odd" in path.read_text()
