# Two commands: `make run` and `make test`. `make` alone says what else there is.

# The first Python that is new enough; else python3, which then says so.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3.14 python3,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
BOOTSTRAP = command -v $(PYTHON) >/dev/null || { echo "Python is missing. Install Python 3.11 or newer."; exit 1; }; \
	exec $(PYTHON) ccgsite/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run test lint format

help: ## Say what there is
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Set up the site and serve it (HOST, PORT and the rest: README)
	@$(BOOTSTRAP) run

test: ## Set up and run every check and test
	@$(BOOTSTRAP) test

lint: ## Check the code and the templates, changing nothing
	@$(BOOTSTRAP) lint

format: ## Put the code and the templates in their standard form
	@$(BOOTSTRAP) format
