# Two commands: `make ablation` shows what ferbench is for, `make test` shows that it works.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: ablation test soak screenshots lint types clean

ablation: $(VENV)/installed  ## the paper's Table 1 in a small form, on the built-in faces
	$(BIN)/ferbench run quick

test: lint types  ## lint, types and the whole suite
	$(BIN)/python -m pytest -n auto --durations=5

KILLS ?= 1000
soak: $(VENV)/installed-test  ## workers killed a thousand times, and what came of it; KILLS=100 is shorter
	$(BIN)/python -m tests.soak --kills $(KILLS)

screenshots: $(VENV)/installed-test  ## pictures of the dashboard's pages, by a real Chromium
	$(BIN)/python -m tests.dashboard.screenshots screenshots $(if $(DB),--db $(DB))

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/mypy

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ferbench needs Python 3.11 or later; name one with make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing; PyTorch is large, so the first time takes some minutes."
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing; PyTorch is large, so the first time takes some minutes."
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
