# make demo   the tiny world's whole loop, about a quarter of an hour on two cores
# make test   everything that CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: install demo test check format clean

install: $(INSTALLED)

# torch comes first and by version: whichever build the index offers, CUDA or CPU, is taken, and
# nothing later replaces it. torchvision is not installed: its CUDA build breaks a CPU torch, and
# nothing here needs it.
$(INSTALLED): pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "blindspot needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet 'torch==2.13.0'
	$(BIN)/python -m pip install --quiet --editable '.[local,dev]'
	touch $@

demo: install
	$(BIN)/blindspot run examples/tiny/config.toml --out runs/tiny

test: check
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf build runs .pytest_cache .ruff_cache .hypothesis
