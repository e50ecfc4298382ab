# Two commands: `make demo` shows it, `make test` proves it. Both set the machine up first, and say what they do.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint images bench

help: ## what can be made here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## .venv, a Docker Engine, the service images: whatever is missing
	@scripts/setup

demo: setup ## a whole shop comes up on this branch, and an order goes through it
	@.venv/bin/python examples/shop/demo.py

lint: ## style and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

test: setup ## style, types and every test, the scenarios on the real daemon included
	@scripts/test-tools
	@$(MAKE) --no-print-directory lint
	@scripts/run-tests

images: ## the service images alone, made again from nothing: ARGS=--rebuild
	@scripts/images $(ARGS)

bench: setup ## envctl against Compose, as ratios: ARGS="--rounds 9", ARGS=--quick
	@.venv/bin/python -m bench.up $(ARGS); up=$$?; .venv/bin/python -m bench.gc $(ARGS) && exit $$up
