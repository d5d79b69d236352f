.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/tessera/python:$(CURDIR)/layers/passbook/python
LAPTOP := $(BIN)/python -m tools.laptop

.PHONY: help
help: ## Say what each target does
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# Environments

.PHONY: venv dev setup lock
venv: .venv/.installed ## Make .venv with everything that development needs
dev: setup ## The same, with SAM, MiniStack and the commit hooks
	$(BIN)/pre-commit install --install-hooks
setup: .venv/.installed .tools/sam/.installed .tools/ministack/.installed

.venv/.installed: requirements/dev.txt
	@$(PYTHON) tools/environments.py dev
.tools/%/.installed: requirements/%.txt
	@$(PYTHON) tools/environments.py $*

lock: .venv/.installed ## Pin every dependency anew from pyproject.toml
	$(PYTHON) tools/lock.py

# The laptop stack

.PHONY: run stop reset logs status
run: setup ## Start the whole system on this machine and follow its logs (DETACH=1: return)
	@$(LAPTOP) run $(if $(DETACH),--detach)
stop: setup ## Stop it and keep its state
	@$(LAPTOP) stop
reset: setup ## Stop it and forget everything
	@$(LAPTOP) reset
logs: setup ## Follow the logs of a running stack
	@$(LAPTOP) logs
status: setup ## Say what runs and where
	@$(LAPTOP) status
