# `make` alone says what there is.

PYTHONS = python3.13 python3.12 python3.11 python3.14 python3
# The first Python that is new enough, or the one that PYTHON names, does the rest.
SET_UP = @for python in $(or $(PYTHON),$(PYTHONS)); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && exec "$$python" ccgsite/bootstrap.py $@ $(ARGUMENTS); \
	done; \
	echo "This site needs Python 3.11 or newer. Install one," \
	  "or say where it is: make $@ PYTHON=/path/to/python3.12" >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help run demo-data test lint format bench stack backup restore

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\): ## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Set up the site and serve it (HOST, PORT and more: see README.md)
	$(SET_UP)

demo-data: ## Add sample pages and entries for every list, each labelled as one
	$(SET_UP)

test: ## Set up, then run every check and test
	$(SET_UP)

lint: ## Check the code and the templates, changing nothing
	$(SET_UP)

format: ## Put the code and the templates in their standard form
	$(SET_UP)

bench: ## Measure pages under load, and how well and fast search finds
	$(SET_UP)

stack: ## Start all that a real server has on this machine: database, nginx, three roles
	$(SET_UP)

backup: ## Write the database and all uploads to one file in var/backups
	$(SET_UP)

restore: ARGUMENTS = $(FROM)
restore: ## Make a back-up the site: make restore FROM=/folder/back-up.tar
	$(SET_UP)
