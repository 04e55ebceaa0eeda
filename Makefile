# Owns what a developer types. `make demo` shows the product, `make test` proves it; both work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AS_OF := 2026-11-20T12:00:00+08:00

.PHONY: demo test check format docs bench sweep man clean help

help:
	@echo "make demo    what is overdue in the example register, today and at a fixed moment"
	@echo "make test    all checks and tests (programs that are missing are counted)"
	@echo "make check   style, types, layers, layout of the TOML files"
	@echo "make bench   start-up, completion, growth, the proof against git, as ratios in one run"
	@echo "make sweep   every fault at every write of every recording command (long)"
	@echo "make man     the manual pages, into build/man"
	@echo "make format  lay the code out"
	@echo "make docs    write .github/audit.md anew from the pages of the audit's problems"

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "complaint needs Python 3.11 or later; say which: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.ready
	@echo '$$ complaint overdue'
	@$(BIN)/complaint overdue --exit-zero
	@echo
	@echo '$$ complaint overdue --as-of $(AS_OF) --due-within 1d'
	@$(BIN)/complaint overdue --as-of $(AS_OF) --due-within 1d --exit-zero

check: $(VENV)/.ready-dev
	@$(BIN)/ruff check cli tests
	@$(BIN)/ruff format --check --quiet cli tests || { echo "run make format"; exit 1; }
	@$(BIN)/mypy
	@PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/lint-imports --no-cache | tail -n 8
	@$(BIN)/tombi format --offline --check --quiet complaints.d templates

test: check
	@$(BIN)/complaint policy test --shipped
	@$(BIN)/complaint audit --as-of $(AS_OF) --min-tickets 1
	@$(BIN)/pytest

bench: $(VENV)/.ready-dev
	@a=0; for each in startup completing growth proof; do $(BIN)/python tests/bench/$$each.py || a=1; done; exit $$a

sweep: $(VENV)/.ready-dev
	@COMPLAINT_FULL_SWEEP=1 $(BIN)/pytest tests/faults

man: $(VENV)/.ready-dev
	@$(BIN)/python .ci/man.py build/man

format: $(VENV)/.ready-dev
	@$(BIN)/ruff check --fix --quiet cli tests
	@$(BIN)/ruff format --quiet cli tests
	@$(BIN)/tombi format --offline --quiet complaints.d templates

docs: $(VENV)/.ready-dev
	@$(BIN)/python tests/audit/build_catalogue.py

clean:
	rm -rf $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache dist build
