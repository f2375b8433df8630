# Each target sets up what it needs first; `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON_BIN := .venv/bin/python
SOURCES := dgm archive benchmarks sandbox seed_agent examples tests

.PHONY: help run test test-paid check check-all long lint types contracts lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: ## evolve an agent on the embedded defaults, in runs/
	@sh scripts/setup.sh run
	@$(PYTHON_BIN) -m dgm run $(ARGS)

test: ## the tests that need no engine and little time
	@sh scripts/setup.sh dev
	@$(PYTHON_BIN) -m pytest -q -m "not slow and not docker and not ray and not browser"

test-paid: ## one paid call for each provider whose key is in the environment
	@sh scripts/setup.sh dev
	@$(PYTHON_BIN) -m tests.paid.one_call

check: lint types contracts test ## everything that needs no engine

lint:
	@sh scripts/setup.sh dev
	@$(PYTHON_BIN) -m ruff check --no-cache $(SOURCES)
	@$(PYTHON_BIN) -m ruff format --no-cache --check $(SOURCES)

types:
	@sh scripts/setup.sh dev
	@$(PYTHON_BIN) -m mypy

contracts:
	@sh scripts/setup.sh dev
	@.venv/bin/python -c 'from importlinter.cli import lint_imports_command as command; command()' --no-cache

check-all: ## everything, engines and swebench included, with coverage
	@sh scripts/setup.sh swebench
	@$(MAKE) lint types contracts
	@$(PYTHON_BIN) -m pytest -q --cov --cov-report=term --cov-fail-under=85

long: ## forms too long for CI: performance against the named baselines
	@sh scripts/setup.sh dev
	@for script in tests/perf/*.py; do echo "== $$script"; $(PYTHON_BIN) $$script || exit 1; done

lock: ## pin the dependencies anew, with hashes and without addresses
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra isolation pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra isolation --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra isolation --extra swebench --group dev -c requirements/dev.txt pyproject.toml \
	    -o requirements/swebench.txt
