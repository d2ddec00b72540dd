# The commands of the project. Everything is made only if it is stale; `make help` lists them.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
APP := .venv/bin/python
RASA_PYTHON ?= $(CURDIR)/.venv-rasa/bin/python
TORCH_INDEX ?=
export RASA_PYTHON
export PYTHONPATH := $(CURDIR)
export ANONYMIZED_TELEMETRY := False
export RAGAS_DO_NOT_TRACK := true

.PHONY: help run demo test check index train eval bench env system clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort

run: env ## the assistant on this machine: environments, index, Rasa model (each if stale), then both servers on loopback
	@docker/system.sh
	@$(APP) -m channels run

demo: run ## the same as run

env: .venv/.done .venv-rasa/.done

.venv/.done: requirements/app.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed (found %s); install it or set PYTHON=" % sys.version.split()[0])'
	@echo "making .venv (a few minutes the first time)"
	@$(PYTHON) -m venv .venv
	@$(APP) -m pip install -q --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $$(grep -E '^torch==' requirements/app.txt | sed 's/+cpu//')
	@$(APP) -m pip install -q --disable-pip-version-check -r requirements/app.txt
	@touch $@

.venv-rasa/.done: requirements/rasa.txt
	@echo "making .venv-rasa (a few minutes the first time)"
	@$(PYTHON) -m venv .venv-rasa
	@.venv-rasa/bin/python -m pip install -q --disable-pip-version-check --no-deps --ignore-requires-python -r requirements/rasa.txt
	@touch $@

.venv-telemelya/.done:
	@$(PYTHON) -m venv .venv-telemelya
	@.venv-telemelya/bin/python -m pip install -q --disable-pip-version-check "telemelya==0.2.2" "moto[server]"
	@touch $@

system: ## Debian packages for the tests (as root)
	@docker/system.sh test

index: .venv/.done ## build the search index if content, model or translator changed
	@$(APP) -m retrieval index

train: env ## train the Rasa model if its files changed
	@$(APP) -m bot train

check: .venv/.done ## lint, types, imports, content
	$(APP) -m ruff check .
	$(APP) -m mypy knowledge_base retrieval bot channels evals
	.venv/bin/lint-imports
	$(APP) -m knowledge_base check

test: system env .venv-telemelya/.done check index ## everything that must hold
	$(APP) -m pytest -q

eval: .venv/.done index ## evaluation with its gate
	$(APP) -m evals run
	$(APP) -m evals gate

bench: .venv/.done index ## benchmark: answers with ratios, then every page and export of the desk
	$(APP) -m evals bench
	$(APP) -m tests.channels.desk.bench

clean: ## remove what was built, not what was said (the database stays)
	rm -rf var/index var/models var/rasa .mypy_cache .ruff_cache .pytest_cache
