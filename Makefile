# Two commands matter: `make run` starts the portal, `make test` proves it. Needs make and Python 3.11 or newer.
.DEFAULT_GOAL := help
.PHONY: help run test check fmt strings pins migrate bench clean

PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin
# Narrow a test run: make test TESTS=tests/charter ARGS="-k registry -x"
TESTS ?= tests
ARGS ?=
# One more than two cores: some tests wait for a browser or a server.
PROCESSES ?= 3

BOOTSTRAP = @command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python is missing: install Python 3.11 or newer, or name it with PYTHON=/path/to/python3." >&2; exit 1; }; $(PYTHON) tools/bootstrap.py

help:  ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run:  ## Start the portal with the real data at http://127.0.0.1:8000/ (PORT=… for another port)
	$(BOOTSTRAP) run && exec $(VENV)/icportal run --port "$(PORT)"

test:  ## Install what the tests need and run all of them (TESTS=…, ARGS=…, PROCESSES=…)
	$(BOOTSTRAP) test && $(VENV)/python tools/test_needs.py && exec $(VENV)/python -m pytest -n "$(PROCESSES)" --dist worksteal $(ARGS) $(TESTS)

check:  ## Check style, types, directions of imports, templates and catalogues
	$(BOOTSTRAP) test && exec $(VENV)/python tools/check.py

fmt:  ## Format the Python files
	$(BOOTSTRAP) test && $(VENV)/ruff check --fix-only --quiet . && exec $(VENV)/ruff format .

strings:  ## Collect the interface texts, bring the catalogues up to date and compile them
	$(BOOTSTRAP) test && exec $(VENV)/python tools/catalogues.py update

pins:  ## Choose exact versions anew from requirements/*.in
	$(BOOTSTRAP) test && exec $(VENV)/python tools/pins.py

migrate:  ## Write a migration for changed models (NAME=what_changes)
	$(BOOTSTRAP) run && exec $(VENV)/flask --app icportal.app:create_app db migrate -d migrations -m "$(NAME)"

bench:  ## Measure the speed against bare Flask pages, in one run
	$(BOOTSTRAP) test && exec $(VENV)/python -m benchmarks

clean:  ## Remove the virtual environment and the caches; the instance folder stays
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find icportal tests tools migrations translations -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -delete 2>/dev/null || true
