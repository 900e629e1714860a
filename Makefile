.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help setup demo test unit lint format types layers docs bench lock clean

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv, fetch Delta's JARs, build the JVM's class archive
	scripts/setup

demo: ## Run the main job on a small synthetic set of readings
	scripts/demo

test: ## Everything continuous integration runs
	scripts/test

unit: setup ## Tests that need no JVM
	$(PYTHON) -m pytest -n 2 tests/unit

lint: setup ## Check style
	.venv/bin/ruff check lib jobs scripts tests && .venv/bin/ruff format --check lib jobs scripts tests

format: setup ## Put the code into the house format
	.venv/bin/ruff check --fix lib jobs scripts tests; .venv/bin/ruff format lib jobs scripts tests

types: setup ## Check types
	.venv/bin/mypy

layers: setup ## Check which part imports which
	.venv/bin/lint-imports

docs: setup ## Write the generated pages of docs/ again
	.venv/bin/powerlake catalogue

bench: setup ## Measure against DuckDB, Polars and numpy (minutes)
	scripts/bench

lock: setup ## Resolve the pinned versions again into requirements.lock
	.venv/bin/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock

clean: ## Remove what runs leave behind; the environment and the lake stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis spark-warehouse
