# `make up` and `make test` do all set-up: they need git, make and any Python 3.9 or newer, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
STARTS := import sys; sys.exit(sys.version_info < (3, 9))
# Set-up starts with PYTHON, the first Python on PATH that is new enough, or one that a uv on PATH has.
START = $(if $(PYTHON),"$(PYTHON)",$(or $(shell for name in python3 python python3.{9..20}; do \
  $$name -c '$(STARTS)' 2> /dev/null && command -v $$name && break; done),uv run --quiet --no-project python))
BIN := .venv/bin
UV := .venv-uv/bin/uv
BENCH ?=
CODE := tools policies tests bench requirements infrastructure .github .ci Makefile pyproject.toml
# Where TESTS names some, there may be none among them of a tier (5: pytest ran nothing).
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "$(1)" \
	$(if $(TESTS),$(TESTS) || [ $$? = 5 ])
OPA = $(shell command -v opa || ls -d "$${XDG_CACHE_HOME:-$$HOME/.cache}"/mlplatform/opa-*/opa 2> /dev/null | tail -n 1)

ACTIONLINT = $(shell command -v actionlint || \
  ls -d "$${XDG_CACHE_HOME:-$$HOME/.cache}"/mlplatform/actionlint-*/actionlint 2> /dev/null | tail -n 1)
WORKFLOWS = $(wildcard .github/workflows/*.yml .github/workflows/*.yaml)

.PHONY: help setup up down test test-all check check-code hook rego workflows bench lock format schemas docs clean
help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/platform.stamp ## set up `platform`, and nothing else

up: .venv/platform.stamp .venv-serving/serving.stamp ## set up, train what is missing, reconcile every environment
	@$(BIN)/platform up

down: ## stop what `make up` started
	@$(BIN)/platform down

test: .venv/dev.stamp .venv-serving/serving.stamp ## set up and run the tests, in minutes; TESTS=path for some
	$(call PYTEST,not exhaustive)

test-all: test ## run the tests, and then the whole matrices, of which they are a part
	$(call PYTEST,exhaustive)

check-code: ## lint and test where code changed since the commit BASE, as a pull request's workflow does
	@if git diff --quiet "$$BASE...HEAD" -- $(CODE); then echo "no code changed since $$BASE"; else $(MAKE) check test; fi

check: .venv/dev.stamp rego workflows ## lint, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

hook: .venv/dev.stamp ## have every commit judged before it is made
	$(BIN)/pre-commit install

rego: ## check, format and test the policies as their authors do, where there is opa
	@if [ -n "$(OPA)" ]; then set -ex; \
	  "$(OPA)" check --strict --capabilities policies/capabilities.json policies/rego; \
	  "$(OPA)" fmt --diff --fail policies/rego; \
	  "$(OPA)" test policies/rego; \
	else \
	  echo "left out: opa check, fmt and test of policies/rego, as there is no opa (python -m tests.support.opa builds it)"; \
	  [ "$$CI" != true ]; fi

workflows: .venv/dev.stamp ## judge the workflows as their authors do, where there are any
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@if [ -n "$(WORKFLOWS)" ]; then set -ex; \
	  $(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS); \
	  $(BIN)/zizmor --offline --no-config --no-progress --persona pedantic .github; \
	  if [ -n "$(ACTIONLINT)" ]; then "$(ACTIONLINT)" -shellcheck= -pyflakes= $(WORKFLOWS); else \
	    echo "left out: actionlint, as there is none (python -m tests.support.actionlint builds it)"; \
	    [ "$$CI" != true ]; fi; \
	fi

bench: .venv/dev.stamp .venv-serving/serving.stamp ## measure; BENCH=name for one
	@for script in $(if $(BENCH),bench/$(BENCH).py,$(wildcard bench/*.py)); do $(BIN)/python $$script || exit 1; done

format: .venv/dev.stamp ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: .venv/platform.stamp ## write policies/schemas/ anew from the models
	$(BIN)/python -m mlplatform.report.schemas policies/schemas

docs: .venv/platform.stamp ## write docs/rules.md anew from the rules, and .github/CODEOWNERS from the documents
	$(BIN)/python -m mlplatform.report.rules docs/rules.md
	$(BIN)/python -m mlplatform.report.codeowners .github/CODEOWNERS

lock: .venv-uv/uv.stamp ## lock the requirements anew
	@for name in bootstrap platform dev serving; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-header --custom-compile-command "make lock" requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## remove the environments and the local state
	@test ! -x $(BIN)/platform || $(BIN)/platform down
	rm -rf .venv .venv-serving .venv-uv .platform

.venv-uv/uv.stamp: requirements/bootstrap.txt
	@$(START) -c '$(STARTS)' || { echo "set-up needs Python 3.9 or newer and finds none: put any python3 or uv on PATH," \
	  "or run make with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(START) tools/bootstrap.py uv
	@touch $@

.venv/bootstrap.stamp: .venv-uv/uv.stamp
	@$(START) tools/bootstrap.py venv $(if $(PYTHON),"$(PYTHON)")
	@touch $@

# Compiled at once, as nothing ever is afterwards where PYTHONDONTWRITEBYTECODE is set.
.venv/platform.stamp: .venv/bootstrap.stamp requirements/platform.txt pyproject.toml
	@echo "installing the control plane into .venv"
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/platform.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q tools/mlplatform tools/mlgateway
	@touch $@

.venv/dev.stamp: .venv/platform.stamp requirements/dev.txt
	@echo "installing the development tools into .venv"
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

.venv-serving/serving.stamp: .venv/bootstrap.stamp requirements/serving.txt
	@echo "installing Triton into .venv-serving"
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-serving
	@$(UV) pip install --quiet --compile-bytecode --python .venv-serving/bin/python --require-hashes -r requirements/serving.txt
	@touch $@
