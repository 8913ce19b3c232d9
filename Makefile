# Settlement for Odoo. "make" alone lists the commands.
# SETTLEMENT_RUNTIME=/folder puts the runtime elsewhere than in .runtime/;
# ODOO_SOURCE=/folder uses an Odoo 19 tree that is already there.

SHELL := /bin/bash
RUNTIME := $(abspath $(or $(SETTLEMENT_RUNTIME),.runtime))
export SETTLEMENT_RUNTIME := $(RUNTIME)
SETUP := runtime/setup.sh

.DEFAULT_GOAL := help
.PHONY: help setup demo serve shell test test-odoo lint pot bench corpus up down clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## Build or complete the private runtime
	@$(SETUP) demo

demo: ## Build a demo company, print a summary, start Odoo (SERVE=0: do not start)
	@$(SETUP) demo
	@runtime/demo.sh

serve: ## Start Odoo on the demo company (WORKERS=2: with processes)
	@$(SETUP) demo
	@runtime/serve.sh $(or $(DB),settlement_demo)

shell: ## Open Odoo's Python shell on the demo company (DB=name: on another one)
	@$(SETUP) demo
	@"$(RUNTIME)/bin/odoo" shell -d $(or $(DB),settlement_demo) --no-http --log-level=warn

test: ## Run all tests (ADDONS="settlement settlement_bank": those of some addons)
	@$(SETUP) test
	@"$(RUNTIME)/venv/bin/python" runtime/run_tests.py $(ADDONS)

test-odoo: ## Run all of Odoo's own tests of accounting with our addons installed
	@$(SETUP) test
	@"$(RUNTIME)/venv/bin/python" runtime/own_suites.py

lint: ## Check the style of all files
	@runtime/lint.sh

pot: ## Write the translation templates (ADDONS="settlement": those of some addons)
	@[ -n "$(DB)" ] || $(SETUP) bench
	@DB="$(DB)" runtime/pot.sh $(ADDONS)

corpus: ## Match the corpus of known truth (SEEDS=5,6 REPETITIONS=40 OUT=report.json)
	@$(SETUP) bench
	@runtime/corpus.sh "$(SEEDS)" "$(REPETITIONS)" "$(OUT)"

bench: ## Measure: make bench BENCH=ingest ROWS=10000 OUT=result.json
	@$(SETUP) bench
	@runtime/bench.sh "$(BENCH)" "$(ROWS)" "$(OUT)"

up: ## Start the private PostgreSQL if it is down
	@"$(RUNTIME)/bin/pg" up

down: ## Stop the private PostgreSQL
	@"$(RUNTIME)/bin/pg" stop

clean: ## Stop the private PostgreSQL and remove the runtime with all its databases
	@runtime/clean.sh
