# make run    install what is missing and open the window (or, without a display, do the job headless)
# make test   every test          make check   style, types, import rules          make bench   measured tables
# make matrix every fault at every command of a signing with a card (minutes)
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check
PO := $(wildcard resources/locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

.PHONY: run test check bench matrix lock clean packages-run packages-test

run: $(VENV)/run $(MO)
	packaging/linux/practice $(BIN)

test: $(VENV)/test $(MO)
	$(BIN)/python -m pytest

check: $(VENV)/test $(MO)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/test $(MO)
	$(BIN)/python -m tests.benchmarks

matrix: $(VENV)/test $(MO)
	PYTHONPATH=tests $(BIN)/python tests/pcsc/matrix.py

packages-run: python
	packaging/linux/packages run $(PYTHON)

packages-test: python
	packaging/linux/packages test $(PYTHON)

.PHONY: python
python:
	@[ -n "$(PYTHON)" ] || { echo "Natsuin needs Python 3.11 or newer (Debian 12, Ubuntu 24.04 or later have it)."; exit 1; }

$(VENV)/run: requirements.lock pyproject.toml packaging/build_hook.py | packages-run
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test: requirements-test.lock pyproject.toml packaging/build_hook.py | packages-test
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -q --require-hashes -r requirements-test.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/run

%.mo: %.po
	$(BIN)/python packaging/build_hook.py $< $@

# after a change of dependencies; needs uv
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra test --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements-test.lock

clean:
	rm -rf $(VENV) .tools practice dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -f $(MO)
