# `make help` lists the targets. ARGS go to the command: make run ARGS="--orders 2000".
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
APT := DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -qq -o Dpkg::Use-Pty=0

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: $(BIN)/.installed ## the whole path: live databases to a tested, documented star schema
	@$(MAKE) -s $(BIN)/.mariadb || echo "no right to install mariadb-server: the Postgres half runs"
	@$(BIN)/landfall demo $(ARGS)

.PHONY: test
test: $(BIN)/.installed lint $(BIN)/.chromium $(BIN)/.mariadb ## every test, against real servers
	@$(BIN)/pytest $(ARGS)

.PHONY: lint
lint: $(BIN)/.installed ## ruff, mypy and sqlfluff
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy --no-error-summary
	@mkdir -p .landfall/lint && LANDFALL_HOME=$(CURDIR)/.landfall/lint \
		$(BIN)/sqlfluff lint -q --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

.PHONY: bench
bench: $(BIN)/.installed $(BIN)/.mariadb ## speed beside a named peer, as a ratio
	@$(BIN)/python bench/full_load.py $(ARGS)
	@PYTHONPATH=. $(BIN)/python bench/full_load_mysql.py $(ARGS)

.PHONY: soak
soak: $(BIN)/.installed ## 200 random histories of 10,000 operations; figures in bench/soak.json
	@$(BIN)/python -m tests.histories.soak --seeds 200 --operations 10000 --jobs 2 --out bench/soak.json $(ARGS)

.PHONY: guarantees
guarantees: $(BIN)/.installed ## the page of guarantees anew from tests/guarantees/guarantees.yml
	@$(BIN)/python -m tests.guarantees.matrix

.PHONY: lock
lock: $(BIN)/.installed ## requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --extra dev pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## removes what runs made; .venv stays
	@find .landfall -mindepth 1 ! -name .gitignore -delete
	@rm -rf dbt_project/target dbt_project/logs

# uv comes first, by pip and by hash, and brings the rest. An interrupted installation starts again.
$(BIN)/.installed: requirements.lock pyproject.toml
	@echo "installing into .venv"
	@[ -x $(BIN)/uv ] || { \
		python3 -m venv --clear .venv 2>/dev/null || { \
			$(APT) update; $(APT) install -y python3-venv >/dev/null; python3 -m venv --clear .venv; }; \
		awk '/^uv==/ {p = 1} p {print} p && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt; }
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync -q --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m ingestion.duckdb_extensions .venv/duckdb_extensions
	@[ -e dbt_project/profiles.yml ] || cp profiles.yml.example dbt_project/profiles.yml
	@touch $@

$(BIN)/.chromium: $(BIN)/.installed
	@command -v chromium >/dev/null || { echo "installing chromium"; $(APT) update; $(APT) install -y chromium >/dev/null; }
	@touch $@

# its server is never the system's own: tests start one of theirs beside it
$(BIN)/.mariadb: $(BIN)/.installed
	@[ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || { \
		echo "installing mariadb-server"; $(APT) update; \
		$(APT) install -y --no-install-recommends mariadb-server >/dev/null; }
	@touch $@
