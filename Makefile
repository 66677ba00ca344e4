# Everything a fresh machine needs: Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install demo test wheel-test check fix bench bench-scale campaign golden data clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 22

install: .venv/.installed  ## the tool itself, into .venv

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "renmin needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# pip before 24 stumbles over lxml[html_clean]
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.venv/.installed-bench: .venv/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

demo: install  ## crawl the stand-in site and show what came out
	$(BIN)/renmin demo

test: .venv/.installed-dev  ## all tests, offline
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup --doctest-modules

wheel-test: .venv/.installed-dev  ## build the wheel, install it elsewhere with an old pip, use it
	$(BIN)/python -m pytest -q -m wheel tests/wheel

check: .venv/.installed-dev  ## ruff, format, mypy strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

fix: .venv/.installed-dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed-bench  ## accuracy and time beside other tools: ratios count
	@for name in charset repair mirror extraction near_duplicates crawl reparse; do \
		echo; echo "== benchmarks/$$name.py"; $(BIN)/python benchmarks/$$name.py || exit 1; done

bench-scale: .venv/.installed-bench  ## what one more article costs in a store of a million
	$(BIN)/python benchmarks/scale.py

campaign: .venv/.installed-dev  ## kills, full disks, hostile sites, mutated pages: half an hour
	$(BIN)/python -m tests.campaign

golden: .venv/.installed-dev  ## write what a saved page gives: make golden PAGE=tests/pages/DESIGN/SLUG
	$(BIN)/python -m tests.golden $(PAGE)

data: .venv/.installed-dev  ## build the tables in crawler/text/data again and compare them, byte for byte
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[data]'
	@# open-gram is packed by Debian alone; without it, the language model is left as it is
	-test -d build/sources/usr || { mkdir -p build/sources && cd build/sources && apt-get download sunpinyin-data && dpkg -x sunpinyin-data_*.deb .; }
	$(BIN)/python -m tools.data

clean:  ## remove the environment and caches, keep output/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
