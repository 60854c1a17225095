# Everything that a developer or a CI runs. Each target sets up .venv first, from requirements.lock, with uv where it is
# installed and with venv and pip where it is not. Nothing else is needed: Python 3.11 or newer, make, a package index.
#
#   make test ARGS="-k bands"      pytest with arguments of its own
#   make run PYTHON=python3.12     the interpreter to build .venv with (first: make clean)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
LOCKED := $(VENV)/.locked
ENGINE := $(VENV)/duckdb-2
PYTHON ?=
ARGS ?=

# How to install into .venv; each takes the arguments of `install`.
UV_INSTALL := uv pip install --quiet --python $(BIN)/python
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
# For whichever made .venv: only the venv module puts a pip there.
INSTALL = $$(if [ -x $(BIN)/pip ]; then echo "$(PIP_INSTALL)"; else echo "$(UV_INSTALL)"; fi)

export DAGSTER_DISABLE_TELEMETRY := yes

.PHONY: help run test coverage engine lint format docs contract site lock dev clean with-uv with-pip

help:
	@echo "make run      the embedded example, end to end, without a network"
	@echo "make test     all tests (ARGS goes to pytest)"
	@echo "make coverage all tests, with what they reach"
	@echo "make engine   the tests of SQL once more, on DuckDB 2"
	@echo "make lint     ruff and mypy"
	@echo "make format   let ruff put the code in form"
	@echo "make docs     docs/tables.md and docs/cookbook.md from sql/"
	@echo "make site     the documentation site, in build/site"
	@echo "make contract promise the public tables as they are now (sql/recon/contract.json)"
	@echo "make dev      Dagster with its UI"
	@echo "make lock     resolve requirements.lock anew (needs uv)"
	@echo "make clean    remove .venv, caches and builds"

run: $(STAMP)
	@$(BIN)/recon demo

test: $(STAMP)
	@$(BIN)/python -m pytest $(ARGS)

coverage: $(STAMP)
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

engine: $(ENGINE)/.stamp
	@PYTHONPATH=$(ENGINE) $(BIN)/python -c 'import duckdb; print("DuckDB", duckdb.__version__); assert duckdb.__version__[:2] == "2."'
	@PYTHONPATH=$(ENGINE) $(BIN)/python -m pytest -m engine $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: $(STAMP)
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: $(STAMP)
	@mkdir -p docs
	@$(BIN)/python -m recon_pipeline.dictionary > docs/tables.md
	@$(BIN)/python -m recon_pipeline.cookbook > docs/cookbook.md
	@echo "docs/tables.md: $$(grep -c '^### ' docs/tables.md) tables; docs/cookbook.md: $$(grep -c '^## ' docs/cookbook.md) queries"

# What consumers may rely on from now on; refused while the version is too low for what changed.
contract: $(STAMP)
	@$(BIN)/python -m recon_pipeline.contract freeze

# Warnings are errors, and nothing is fetched: what the site shows is in the repository.
site: $(STAMP)
	@$(BIN)/python -m sphinx -W --keep-going -q -b html -d build/doctrees docs build/site
	@echo "build/site/index.html: $$(find build/site -name '*.html' | wc -l) pages"

dev: $(STAMP)
	@mkdir -p $${DAGSTER_HOME:-.dagster}
	@DAGSTER_HOME=$${DAGSTER_HOME:-$(CURDIR)/.dagster} $(BIN)/dagster dev -w workspace.yaml

# Names, versions and hashes for every platform and Python; neither an index host nor a path of the machine.
lock:
	@uv pip compile pyproject.toml --extra dev --constraint lock-constraints.txt --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-header --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock
	@echo "requirements.lock: $$(grep -c '^[a-z]' requirements.lock) packages"

clean:
	@rm -rf $(VENV) dist build htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- .venv ------------------------------------------------------------------------------------------------------------

# The project itself, editable. Its build backend comes from the lock too, hence no isolation.
$(STAMP): $(LOCKED) pyproject.toml
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# A new lock makes a new environment: nothing of the old one can linger in it.
$(LOCKED): requirements.lock
	@rm -rf $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory with-uv || { \
			echo "uv could not set up $(VENV) (see above); trying venv and pip" >&2; \
			rm -rf $(VENV); $(MAKE) --no-print-directory with-pip; }; \
	else \
		$(MAKE) --no-print-directory with-pip; \
	fi
	@touch $@

with-uv:
	@echo "setting up $(VENV) with uv"
	@uv venv --quiet --no-project --python "$(or $(PYTHON),>=3.11)" $(VENV)
	@$(UV_INSTALL) --compile-bytecode --require-hashes --requirement requirements.lock

with-pip:
	@python=; for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14 python); do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "recon_pipeline needs Python 3.11 or newer and found none: looked for $(or $(PYTHON),python3 python3.11 .. python3.14 python)" \
			"on PATH. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "setting up $(VENV) with $$($$python --version), venv and pip: a minute or two"; \
	$$python -m venv $(VENV)
	@$(PIP_INSTALL) --require-hashes --requirement requirements.lock

# DuckDB 2 on a path of its own, laid over .venv by `make engine`.
$(ENGINE)/.stamp: $(STAMP)
	@echo "setting up DuckDB 2 beside the locked one"
	@rm -rf $(ENGINE)
	@$(INSTALL) --no-deps --target $(ENGINE) 'duckdb==2.*'
	@touch $@
