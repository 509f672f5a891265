# Commonlight. `make` alone says what there is. Everything happens in .venv and var/; nothing else is touched.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# Python cannot find itself in an environment without a PATH.
export PATH := $(or $(PATH),/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
SERVER ?= daphne
PROCESSES ?= 2
ARGS ?=

# The demo is one process with fresh keys in var/. Its address is where a browser on this machine finds it.
DEMO_HOST = $(if $(filter 0.0.0.0 :: [::],$(HOST)),127.0.0.1,$(if $(findstring :,$(HOST)),[$(HOST)],$(HOST)))
DEMO = DEBUG=0 DEMO=1 BASE_URL=http://$(DEMO_HOST):$(PORT) ALLOWED_HOSTS=$(DEMO_HOST),127.0.0.1,localhost \
	EXTRA_ORIGINS=http://127.0.0.1:$(PORT),http://localhost:$(PORT)

# What `make check` pretends to be: a site as it should be in production, though nothing is served or stored.
PRODUCTION = DEBUG=0 DEMO=0 BASE_URL=https://commonlight.example ALLOWED_HOSTS=commonlight.example \
	SECRET_KEY=kf83hS-d92jLq_0plXw7Rz5nVb4mTy6uGc1oEaHi-Jx8QsWtNvB3 \
	FIELD_KEYS=1:pB7mXw2cLq9sVt4nRz6yHk1jGd8fUe3oTa5iWx0vQb= \
	DATABASE_URL=sqlite:///$(CURDIR)/var/check.sqlite3 REDIS_URL= EMAIL_URL=smtp://localhost:25

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/runs ## The demo community on http://127.0.0.1:8000 (HOST= and PORT= change it)
	@$(DEMO) exec $(BIN)/python manage.py serve --prepare --host '$(HOST)' --port '$(PORT)'

demo-code: $(VENV)/runs ## The current second-factor code of the demo's staff
	@$(DEMO) $(BIN)/python manage.py demo_code $(ARGS)

rehearse: $(VENV)/runs ## A shift to practise on: sixty invented cases, begun anew each time (HOST= and PORT=)
	@rm -f var/rehearsal.sqlite3* var/rehearsal-heads.log
	@$(DEMO) REHEARSAL=1 DATABASE_URL=sqlite:///$(CURDIR)/var/rehearsal.sqlite3 AUDIT_HEADS=$(CURDIR)/var/rehearsal-heads.log \
		exec $(BIN)/python manage.py serve --prepare --host '$(HOST)' --port '$(PORT)'

serve: $(VENV)/runs ## A real site with the settings in .env (SERVER=daphne|uvicorn, PROCESSES=2, HOST=, PORT=)
	@exec $(BIN)/python manage.py serve --host '$(HOST)' --port '$(PORT)' --server $(SERVER) --processes $(PROCESSES) $(ARGS)

sweep: $(VENV)/runs ## Every piece of recurring work, once
	@$(BIN)/python manage.py sweep

test: $(VENV)/tests ## Everything: Python on SQLite and PostgreSQL + Valkey, JavaScript, browsers (ALLOW_MISSING=1)
	@$(BIN)/python -m tests.everything $(ARGS)

check: $(VENV)/tests ## Formatting, lint, types, import contracts, templates, migrations, deployment settings
	@failed=; try() { echo "━━ $$*"; "$$@" || failed="$$failed $$1"; }; \
	try $(BIN)/ruff check .; \
	try $(BIN)/ruff format --check --quiet .; \
	mkdir -p var; try env TEST_DIRECTORY=$(CURDIR)/var $(BIN)/mypy; \
	try env PYTHONPATH=. $(BIN)/lint-imports --no-cache; \
	try $(BIN)/djlint --quiet --lint templates; \
	export $(PRODUCTION); \
	try $(BIN)/python manage.py makemigrations --check --dry-run; \
	try $(BIN)/python manage.py check --deploy --fail-level WARNING --database default; \
	if [ -n "$$failed" ]; then echo "━━ FAILED:$$failed" >&2; exit 1; fi; echo "━━ All checks passed"

format: $(VENV)/tests ## Formats Python, and fixes what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/tests ## Measures this machine; prints what ours costs beside a bare server and the usual pattern
	@$(BIN)/python -m bench $(ARGS)

evaluate: $(VENV)/runs ## Measures the detector on labelled texts outside the repository (DATA=folder)
	@$(BIN)/python manage.py evaluate_detector --data '$(DATA)'

browser: $(VENV)/tests ## Finds or installs a Chromium for the browser tests
	@$(BIN)/python -m tests.browser.chromium

lock: ## Writes requirements*.txt again from requirements*.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		-o requirements.txt requirements.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		-o requirements-dev.txt requirements-dev.in

clean: ## Removes the environment and the demo's data
	rm -rf $(VENV) var

# --- the environment: made once, brought up to date when a lock file changed -------------------

# The lock files are complete, so nothing is left to resolve; older pips stumble over extras when they try.
PIP = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes --no-deps

$(BIN)/python:
	@python=; for one in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$one; break; fi; done; \
	if [ -z "$$python" ]; then \
		echo "Commonlight needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2; exit 1; fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "This Python cannot make environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	echo "Making an environment in $(VENV) …"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/runs: requirements.txt | $(BIN)/python
	@echo "Installing what the server needs (once, a minute or two) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/tests: requirements-dev.txt $(VENV)/runs
	@echo "Installing what tests and checks need (once, a few minutes) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.PHONY: help run demo-code rehearse serve sweep test check format bench evaluate browser lock clean
