# Forbear 善还. `make demo` to see it, `make test` to check it; docs/tutorial.md explains both.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
STATIC := src/forbear_server/ui/static/vendor
SHARED ?= ../shared

.PHONY: help setup setup-develop front-end demo test check bench clean

help: ## what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

BUILT_FROM := setup.py $(wildcard src/forbear/evidence/sha256_*)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml $(BUILT_FROM)
	@test -x $(PY) || python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes -r requirements/runtime.txt
	$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.develop: requirements/develop.txt $(VENV)/.runtime
	$(VENV)/bin/pip install --quiet --require-hashes -r requirements/develop.txt
	@touch $@

$(VENV)/.front-end: package.json package-lock.json scripts/front_end.py
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(PY) scripts/front_end.py
	@touch $@

$(VENV)/.catalogues: $(shell find src/forbear_server/locale -name '*.po') scripts/compile_catalogues.py
	$(PY) scripts/compile_catalogues.py
	@touch $@

setup: $(VENV)/.runtime $(VENV)/.catalogues ## the environment only: gives .venv/bin/forbear

front-end: $(VENV)/.runtime $(VENV)/.front-end ## the pages' style and chart files from npm

demo: setup front-end ## everything: data, nightly run, console on 127.0.0.1:8000, sign-ins printed
	$(VENV)/bin/forbear demo

setup-develop: $(VENV)/.develop setup front-end
	@scripts/browser.sh
	@scripts/peers.sh

TEST_PROCESSES ?= 2

test: setup-develop ## all tests, browser included where there is one
	$(PY) -m pytest -n $(TEST_PROCESSES) --no-loadscope-reorder --doctest-modules src/forbear tests

check: setup-develop ## what .ci/run does: format, lint, types, imports, then the tests
	$(VENV)/bin/ruff format --check src tests bench scripts peers
	$(VENV)/bin/ruff check src tests bench scripts peers
	$(PY) scripts/lints.py
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(MAKE) test

# The engines held against ours live apart: they are no part of the product.
$(VENV)-bench/.bench: requirements/bench.txt
	@test -x $(VENV)-bench/bin/python || python3 -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --require-hashes -r requirements/bench.txt
	$(VENV)-bench/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

bench: setup-develop $(VENV)-bench/.bench ## speed, as ratios measured in one run (takes minutes and 3 GB of disk)
	$(PY) bench/aging.py
	$(PY) bench/importing.py
	$(VENV)-bench/bin/python bench/rules.py
	$(VENV)-bench/bin/python bench/evidence.py --json build/evidence.json
	$(PY) bench/evidence_http.py
	$(PY) bench/scoring_speed.py
	$(PY) bench/scoring_at_once.py
	$(PY) bench/screening.py
	$(PY) -m bench.gateways
	$(VENV)-bench/bin/python bench/outbox.py

clean: ## remove the environment, built files and the demo's data
	@if [ -x $(VENV)/bin/forbear ]; then $(VENV)/bin/forbear db stop || true; fi
	rm -rf $(VENV) $(VENV)-bench node_modules build $(STATIC) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
