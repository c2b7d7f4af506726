# Nancheng: one command for each thing a person does. `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
DEMO_SERVE ?= 1
override VENV := $(abspath $(VENV))
export NANCHENG_VENV = $(VENV)
RUN = PYTHONPATH=src $(VENV)/bin/python
DJANGO = DJANGO_SETTINGS_MODULE=nancheng.config.settings $(RUN) -m django
NANCHENG = $(RUN) -m nancheng.config.command
SOURCES = src tests scripts bench conftest.py manage.py
CHROMIUM ?=
export CHROMIUM

.DEFAULT_GOAL = help
.PHONY: help setup setup-development demo run test check fix verify bench pictures lock clean

help:
	@echo "make demo     set up, fill the demonstration and serve it at http://127.0.0.1:$(PORT)"
	@echo "make test     set up and run every test; says what was left out"
	@echo "make check    format, lint, types, import contracts, templates, migrations, texts, tidy"
	@echo "make fix      put format and simple lint faults right"
	@echo "make run      serve what is there, without filling the demonstration"
	@echo "make verify   read every process and decision table in the tree and judge it"
	@echo "make bench    measure, beside other engines and a bare transaction (BENCH_WRITE=1 keeps it)"
	@echo "make pictures take the front pages' pictures anew, with a Chromium"
	@echo "make lock     choose newest versions anew and write the locks, with hashes"
	@echo "make clean    remove everything that was made (the data in var/ stays)"

setup:
	@$(PYTHON) scripts/prepare.py runtime

setup-development:
	@$(PYTHON) scripts/prepare.py development

demo: setup
	@$(NANCHENG) demo --port $(PORT) $(if $(filter 0,$(DEMO_SERVE)),--no-serve)

run: setup
	@$(NANCHENG) serve --port $(PORT)

test: setup-development
	@$(RUN) scripts/run_tests.py $(ARGS)

check: setup-development
	@$(RUN) scripts/run_checks.py

fix: setup-development
	$(VENV)/bin/ruff format $(SOURCES)
	$(VENV)/bin/ruff check --fix $(SOURCES)

verify: setup
	@$(NANCHENG) verify

bench: setup-development
	@PYTHONPATH=src:. $(VENV)/bin/python -m bench $(ARGS)

pictures: setup-development
	@PYTHONPATH=src:. $(VENV)/bin/python -m tests.browser.pictures

lock:
	@$(PYTHON) scripts/lock.py

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
