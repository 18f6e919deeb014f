# What people and machines do with a clone. Needs Python 3.11 or later (as python3), make and pip; nothing else.
# The long recipes are in scripts/, so that they can be read and tested.
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint bench docs lock clean

PYTHON ?= python3
BIN := .venv/bin
# Anything given here is passed on: make demo PORT=8080, make test ARGS="-k funnel"
PORT ?=
ARGS ?=

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: .venv/.run ## Make .venv with the evenhand command in it (does nothing when it is up to date)

.venv/.run: requirements/build.txt requirements/run.txt pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh run

.venv/.dev: .venv/.run requirements/dev.txt
	@PYTHON="$(PYTHON)" sh scripts/setup.sh dev

# Spark, for the tests of a national file on two engines: 450 MB, so nobody gets it who does not ask.
.venv/.scale: .venv/.run requirements/scale.txt
	@PYTHON="$(PYTHON)" sh scripts/setup.sh scale

.venv/.docs: .venv/.run requirements/docs.txt
	@PYTHON="$(PYTHON)" sh scripts/setup.sh docs

demo: .venv/.run ## Build the simulated England and serve it on this machine (PORT=8080 to choose the port)
	@$(BIN)/python scripts/demo.py $(PORT)

test: .venv/.dev ## Every check and test that this machine can run; says at the end what it could not (ARGS= for pytest)
	@$(BIN)/python scripts/check.py $(ARGS)

lint: .venv/.dev ## Style, types and who may import whom
	@$(BIN)/python scripts/check.py --lint

bench: .venv/.dev ## The promises about speed, each with a ratio to a named baseline
	@$(BIN)/python benchmarks/run.py $(ARGS)

docs: .venv/.docs ## The documentation, into site-build/; a broken link is an error
	@$(BIN)/python scripts/reference_measures.py
	@$(BIN)/python scripts/cld_methods.py
	@$(BIN)/python scripts/permissions.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The documentation is in site-build/index.html"

lock: .venv/.dev ## Make the lock files again from pyproject.toml
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/lock.sh $(ARGS)

clean: ## Remove everything that was made here, the demonstration's editions too
	rm -rf .venv .evenhand site-build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf tests/artefacts src/*.egg-info build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
