# Two commands: `make demo` shows what digitedge does, `make test` proves it. Both set up .venv first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A board gets what a board needs; a workstation gets TensorFlow too.
BOARD := $(filter aarch64 armv7l,$(shell uname -m))
INSTALL := $(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python

.PHONY: demo test test-fast lint setup lock clean

demo: $(VENV)/.$(if $(BOARD),base,dev)
	$(BIN)/digitedge demo

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -m "not slow"

test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow and not train"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(VENV)/.$(if $(BOARD),base,dev)

$(VENV)/.uv: requirements/build.txt
	@scripts/check-system $(PYTHON)
	# A board's camera bindings (libcamera) exist only as system packages.
	$(PYTHON) -m venv $(if $(BOARD),--system-site-packages) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.base: $(VENV)/.uv requirements/base.txt pyproject.toml
	@echo "Installing what a board needs ..."
	$(INSTALL) -r requirements/base.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "Installing the workstation's packages (TensorFlow: some minutes on a slow line) ..."
	$(INSTALL) -r requirements/dev.txt
	@touch $@

# Hashes for every platform and Python 3.11 to 3.13, and no addresses.
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade
lock:
	$(COMPILE) --universal requirements/build.in -o requirements/build.txt
	$(COMPILE) --universal pyproject.toml -o requirements/base.txt
	$(COMPILE) --universal pyproject.toml --all-extras --group dev -c requirements/base.txt -o requirements/dev.txt
	$(COMPILE) requirements/bookworm.in -o requirements/bookworm.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
