# Everything here needs python3 >= 3.11, make and git; `make help` lists it.
# Paths are relative throughout, so the clone may lie in a folder with blanks in its name.

SHELL := /bin/sh
BIN := .venv/bin
PYTHON := $(BIN)/python
READY := .venv/ready
PACKAGES := state projections adapters engine
CHECKED := $(PACKAGES) tests scripts
WORKERS ?= 2
SEEDS ?= 100000
EXAMPLES ?= 1000
TRACKS ?= 100000
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup check test coverage kills simulate machine lab bench bench-audio bench-notion demo golden docs lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

setup: $(READY) ## make .venv with pinned dependencies, .venv/bin/sync and .venv/bin/cratelog

$(READY): requirements/dev.txt pyproject.toml
	@found=; for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "no python3 >= 3.11 with venv and pip was found" >&2; exit 1; \
	fi; \
	$$found -m venv .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(PYTHON) -m pip check
	@touch $(READY)

check: setup ## format, lint, types and import contracts: the fast part of `make test`
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy --strict $(CHECKED)
	$(BIN)/lint-imports

test: check ## everything: checks, then all tests
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal

coverage: check ## all tests once more, slower, with branch coverage and its floor
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term

kills: setup ## kills and errors at every single gate of a run; `make test` tries most of them
	KILL_EVERY=1 $(PYTHON) -m pytest -n $(WORKERS) tests/e2e

simulate: setup ## a file system that crashes, for as many seeds as you like: SEEDS=1000000
	$(PYTHON) -m scripts.simulate --seeds $(SEEDS) --workers $(WORKERS)

machine: setup ## histories of the whole engine, as many as you like: EXAMPLES=5000
	$(PYTHON) -m scripts.machine --examples $(EXAMPLES)

lab: setup ## power cuts, pulled drives and odd file systems (root on Linux): ONLY="ext4 xfs"
	$(PYTHON) -m tests.lab $(ONLY)

bench: setup ## speed against floors and peers, as ratios within one run (half an hour)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	$(PYTHON) -m scripts.bench

bench-audio: setup ## fingerprints, tempo, key, conversions; FOLDER=music to use your own
	$(PYTHON) -m scripts.bench.fingerprints $(FOLDER)
	$(PYTHON) -m scripts.bench.tempo_key $(FOLDER)
	$(PYTHON) -m scripts.bench.converting
	$(PYTHON) -m scripts.bench.fetching

bench-notion: setup ## requests that Notion gets, at 10,000 tracks, against a local stand-in (5 minutes)
	$(PYTHON) -m scripts.bench.notion

bench-watch: setup ## the standing watch: idle, a thousand files a minute, memory; SECONDS=60 TRACKS=100000
	$(PYTHON) -m scripts.bench.watching --tracks $(TRACKS) --seconds $(SECONDS)

demo: setup ## the whole journey of a song, on stand-ins of all services
	$(BIN)/sync demo

golden: setup ## write samples for events that have none yet
	$(PYTHON) -m scripts.golden

docs: setup ## write the generated pages of docs/ anew
	$(PYTHON) -m scripts.docs

lock: ## pin the newest dependencies that pyproject.toml allows
	@$(MAKE) --no-print-directory setup || echo "what is not pinned yet may be missing here"
	$(PYTHON) -m scripts.lock

clean: ## remove what make and the tools have made
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f .coverage .coverage.*
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +
