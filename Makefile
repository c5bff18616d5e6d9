# Everything a developer runs. Needs Python 3.11 or newer and nothing else; npm is used when it is there.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.PHONY: help setup run test lint docs bench translations icons lock check style types laws words pages

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup: $(STAMP) ## make .venv with the command pelatis in it
	@$(BIN)/python -m tools.catalogues compile
	@$(BIN)/python -m tools.styles

# Somebody may have cleaned the assets away (they are not in the repository); setting up brings them back.
ifeq ($(wildcard core/static/vendor/.stamp),)
.PHONY: $(STAMP)
endif

$(STAMP): pyproject.toml requirements.lock package.json package-lock.json .npmrc hatch_build.py tools/assets.py tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	@touch $(STAMP)

run: setup ## serve the CRM with demo data on http://127.0.0.1:8000
	@$(BIN)/pelatis run --demo $(ARGS)

test: setup ## run the tests; the end of the output says what did not run
	@sh tools/test.sh $(BIN) $(ARGS)

lint: style types laws ## check style, types and import laws

style: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup
	$(BIN)/mypy

laws: setup
	$(BIN)/lint-imports

check: lint words pages ## lint, and see that the catalogues and the generated docs are current

words: setup
	$(BIN)/python -m tools.translations check

pages: setup
	$(BIN)/python -m tools.docs check

docs: setup ## write the generated pages of docs/
	$(BIN)/python -m tools.docs write

bench: setup ## measure Pelatis against its floor
	@$(BIN)/pelatis bench $(ARGS)

translations: setup ## bring the Greek and Polish catalogues up to date with the sources
	$(BIN)/python -m tools.translations update

icons: ## list in package.json every icon that the sources name; the next setup puts them into the sprite
	@python3 -m tools.icons update

lock: setup ## write requirements.lock and package-lock.json anew
	@sh tools/lock.sh $(BIN)
