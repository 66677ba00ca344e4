"""``python -m crawler.cli``: the command line without the installed script."""

from crawler.cli.main import main

main()
