# Two commands: `make run` (the desk on the simulated port) and `make test` (everything green). Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
XVFB := xvfb-run --auto-servernum --server-args="-screen 0 1920x1080x24 +extension GLX"

.PHONY: run test lint types contracts tests system-run system-test clean

run: system-run $(VENV)/.run-ready
	$(BIN)/python main.py $(ARGS)

test: system-test $(VENV)/.test-ready lint types contracts tests

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports

tests:
	$(XVFB) $(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

system-run:
	@sh setup/system_libraries.sh run

system-test:
	@sh setup/system_libraries.sh test

$(BIN)/python:
	@sh setup/environment.sh "$(PYTHON)" "$(VENV)"

$(VENV)/.run-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,bench]"
	@touch $@ $(VENV)/.run-ready

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache

# Texts of the screen: collects them from the panels and compiles the Chinese ones.
.PHONY: texts soak
texts:
	$(BIN)/pyside6-lupdate panels/*.py -locations none -source-language en_US -target-language zh_CN -ts resources/texts/zh_CN.ts
	$(BIN)/pyside6-lrelease resources/texts/zh_CN.ts -qm resources/texts/zh_CN.qm

# A whole simulated day, checked for stuck trucks and lost containers; 20,000 sequences of three operators' steps:
# minutes long, so apart from `make test`.
soak: system-test $(VENV)/.test-ready
	JIANGYIN_LIFE_SEQUENCES=20000 $(BIN)/python -m pytest tests/core/test_warning_life.py $(ARGS)
	$(BIN)/python -m pytest -m soak $(ARGS)
