.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/tessera/python:$(CURDIR)/layers/passbook/python
LAPTOP := $(BIN)/python -m tools.laptop

.PHONY: help
help: ## Say what each target does
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# Environments

.PHONY: venv dev setup lock
venv: .venv/.installed ## Make .venv with everything that development needs
dev: setup ## The same, with SAM, MiniStack and the commit hooks
	$(BIN)/pre-commit install --install-hooks
setup: .venv/.installed .tools/sam/.installed .tools/ministack/.installed

.venv/.installed: requirements/dev.txt
	@$(PYTHON) tools/environments.py dev
.tools/%/.installed: requirements/%.txt
	@$(PYTHON) tools/environments.py $*

.PHONY: vendor
vendor: .venv/.installed ## Fetch what the web faces ship from npm (PIN=1: accept its hashes)
	@$(BIN)/python -m tools.vendor $(if $(PIN),--pin)

lock: .venv/.installed ## Pin every dependency anew from pyproject.toml
	$(BIN)/python -m tools.lock

# The laptop stack

.PHONY: run stop reset logs status
run: setup ## Start the whole system on this machine and follow its logs (DETACH=1: return; CLOCK=2027-01-31: at that date)
	@$(LAPTOP) run $(if $(DETACH),--detach) $(if $(CLOCK),--clock $(CLOCK))
stop: setup ## Stop it and keep its state
	@$(LAPTOP) stop
reset: setup ## Stop it and forget everything
	@$(LAPTOP) reset
logs: setup ## Follow the logs of a running stack
	@$(LAPTOP) logs
status: setup ## Say what runs and where
	@$(LAPTOP) status

# On a running stack

.PHONY: demo till import articles clock verify staff
staff: setup ## Print a token for one of the demo staff: PERSON=maud (paul, antoine, alice, nadia)
	@$(BIN)/python -m tools.oidc_standin token "$(PERSON)" --port $$(( $${TESSERA_PORT_BASE:-4566} + 9 ))
demo: setup ## Follow a purchase from the till to the card on the phone
	@$(BIN)/python -m tools.demo show
till: setup ## Invite a browser to be a till, by a QR code (ARGS="clerk --name Zoé --pin 4711", ARGS=list)
	@$(BIN)/python -m tools.till $(or $(ARGS),invite)
import: setup ## Import purchases: FILE=… PRESET=cdnow or online-retail [CUSTOMERS=1000]
	@$(BIN)/python -m tools.import_purchases "$(FILE)" --preset "$(PRESET)" $(if $(CUSTOMERS),--customers $(CUSTOMERS))
articles: setup ## Bring articles into the catalogue: FILE=docs/how-to/articles.csv
	@$(BIN)/python -m tools.import_articles "$(FILE)" $(ARGS)
clock: setup ## Show the business clock, or move it: TO=2027-01-31 or ADVANCE=30d
	@$(BIN)/python -m tools.clock $(if $(TO),--to $(TO)) $(if $(ADVANCE),--advance $(ADVANCE))
verify: setup ## Prove the ledger twice: by the use case against its roots, by tools that share no code
	@$(BIN)/python -m tools.tessera verify
	@$(BIN)/python -m tools.verify

# Green

# Two workers fit two cores; tests/sharing.py says which tests stay on one of them.
PYTEST := $(BIN)/pytest -n 2 --dist loadscope
CODE := functions layers/tessera/python layers/passbook/python tools tests

.PHONY: pr lint format types imports template-check requirements needs test test-fast test-313
pr: lint types imports template-check reference-check test ## Everything that CI asks of a change

lint: .venv/.installed ## Rules of style, and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check
format: .venv/.installed ## Format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
types: .venv/.installed needs ## mypy, strict, everywhere; TypeScript on the pages
	$(BIN)/mypy
	$(BIN)/python -m tools.page_types
imports: .venv/.installed ## The dependency law
	$(BIN)/lint-imports --no-logo
template-check: setup ## The template against CloudFormation's and SAM's rules
	$(BIN)/cfn-lint template.yaml
	AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam validate --lint --template-file template.yaml

needs: ## Programs that tests need and pip cannot bring
	@$(PYTHON) tools/needs.py
test: setup needs ## All tests, on this machine's Python
	$(PYTEST) $(ARGS)
test-fast: .venv/.installed ## Tests that need no engine: seconds
	$(PYTEST) tests/unit tests/template $(ARGS)
test-313: ## The fast tests again on Python 3.13, where there is one
	@PYTHON=$(PYTHON) tools/test_on_313.sh

# Programmes

.PHONY: tessera
tessera: .venv/.installed ## Check, plan, try or explain a programme: ARGS="check my.yaml" (ARGS=--help)
	@$(BIN)/python -m tools.tessera $(ARGS)

# The ledger

.PHONY: simulate simulate-build units prove prove-google prove-kills prove-writers
prove: simulate prove-google prove-kills prove-writers ## The long proofs: five million operations under faults, twenty power cuts, 48 tills
prove-google: setup ## 2,000 objects through Google's rate, three senders at once: three minutes
	TESSERA_GOOGLE_CARDS=1000 $(BIN)/pytest -q tests/contract/wallet/test_google_rate.py -k three_machines
prove-kills: setup ## Kill everything twenty times during an import: [FILE=… CUSTOMERS=… KILLS=20 REPORT=1]
	@$(BIN)/python -m tests.prove.kills $(FILE) $(if $(CUSTOMERS),--customers $(CUSTOMERS)) $(if $(KILLS),--kills $(KILLS)) $(if $(REPORT),--report)
prove-writers: setup ## 48 tills on one account of DynamoDB Local: [SALES=1000 REPORT=1]
	@$(BIN)/python -m tests.prove.writers $(if $(SALES),--sales $(SALES)) $(if $(REPORT),--report)
# A run that was stopped goes on where it was; its journal is begun anew when a source changes.
simulate: .venv/.installed ## Prove the ledger under faults, then its seeded bugs: [OPERATIONS=5000000 SEED=… PROCESSES=… REPORT=1]
	@$(BIN)/python -m tests.simulation --operations $(or $(OPERATIONS),5000000) $(if $(SEED),--seed $(SEED)) $(if $(PROCESSES),--processes $(PROCESSES)) $(if $(REPORT),--report) --journal build/simulation.jsonl
	@$(BIN)/python -m tests.simulation --bugs $(if $(PROCESSES),--processes $(PROCESSES)) $(if $(REPORT),--report)
simulate-build: .venv/.installed ## What every build simulates: a million operations, or what nine minutes hold
	@$(BIN)/python -m tests.simulation --operations 1000000 --seed 1000 --minutes-max 9
units: setup ## What each operation costs: by the calculator, DynamoDB Local and MiniStack
	@$(BIN)/python -m tools.table_units

.PHONY: screens
screens: setup needs ## Take the pictures of docs/screens anew, after looking at what changed
	$(BIN)/pytest tests/browser/test_craft.py --write-screens

# What is derived

.PHONY: template golden mutate-golden reference reference-check
template: .venv/.installed ## Write the generated blocks of template.yaml
	$(BIN)/python -m tools.template
golden: .venv/.installed ## Accept the permissions of template.yaml after a review
	$(BIN)/python -m tools.template.permissions
mutate-golden: .venv/.installed ## Raise each expected number of tests/golden: exactly its ID turns red
	@$(BIN)/python -m tools.mutate_golden $(ARGS) | grep -v '^{'
requirements: .venv/.installed ## Say of each requirement whether a test proves it
	@$(BIN)/python -m tools.requirements_table
reference: .venv/.installed ## Write every generated page under docs/reference
	$(BIN)/python -m tools.reference
reference-check: .venv/.installed ## Fail when a generated page or block is stale
	$(BIN)/python -m tools.reference --check

# Cards

bench-web: setup needs ## First card read by the till's camera, beside other scanners
	@$(BIN)/python -m tools.bench_web
.PHONY: bench bench-web bench-start bench-decide bench-wallet judge-cards doctor doctor-page assets designs previews redrive fleet
bench: bench-decide bench-wallet bench-start ## Every measurement that has its reference beside it
bench-start: .venv/.installed ## What the till's function costs to start, beside boto3.client (ARGS="--modules 20")
	@$(BIN)/python -m tools.bench_start $(ARGS)
bench-decide: .venv/.installed ## Decisions per second of the engine, checked (ARGS=--profile: where the time goes)
	@$(BIN)/python -m tools.bench_decide $(ARGS)
bench-wallet: .venv/.installed ## Cards per second beside other libraries (REPORT=1: keep it in docs/reports)
	@$(BIN)/python -m tools.bench_wallet $(if $(REPORT),--report) $(ARGS)
judge-cards: .venv/.installed ## Let two other libraries judge every example and 500 cards
	@$(BIN)/python -m tools.bench_wallet --judge
doctor: .venv/.installed ## Examine cards or certificates, or a stack: ARGS="card.pkpass" or "--live LINK" (ARGS=--help)
	@$(BIN)/python -m tools.doctor $(ARGS)
designs: .venv/.installed ## A merchant's own card designs: ARGS="check FOLDER", preview, upload, push … (ARGS=--help)
	@$(BIN)/python -m tools.designs $(ARGS)
redrive: setup ## What lies in the dead-letter queues; ARGS="cards --go" delivers it again
	@$(BIN)/python -m tools.redrive $(ARGS)
doctor-page: .venv/.installed ## Write docs/reference/doctor.md anew: what the doctor says of twenty broken inputs
	$(BIN)/pytest -q tests/functional/wallet/test_twenty_failures.py --write-doctor
previews: .venv/.installed ## Show every card design as phones draw it: docs/images/cards
	@$(BIN)/python -m tools.preview_cards $(ARGS)
fleet: .venv/.installed ## 10,000 phones on the running stack, with a bad day at Apple's (ARGS="--phones 1000")
	@$(BIN)/python -m tools.fleet $(ARGS)
assets: .venv/.installed ## Draw the images of the card design anew
	@$(BIN)/python -m tools.draw_assets

# The cloud

.PHONY: deploy
deploy: setup ## Build and deploy to AWS: make deploy STACK=tessera ARGUMENTS="Stage=production"
	$(BIN)/python -m tools.deploy --stack $(or $(STACK),tessera) $(ARGUMENTS)
