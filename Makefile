# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Every target does its own set-up. Without root, or on another distribution than Debian, a target says in one line
# what it can't have and runs the rest. FLOWOPS_LAB chooses the cache folder (default: ~/.cache/flowops-lab).

PYTHON ?= python3
SUITES := $(PYTHON) tests/suites
LAB := $(PYTHON) tests/lab/lab

.DEFAULT_GOAL := help
.PHONY: help demo test unit gates lint integration e2e test-hosts endurance bench lab-up lab-down lab-reset clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## build the lab, converge it twice, run a flow on it, print a summary
	@$(PYTHON) tests/demo/demo

test: ## everything: unit tests, gates, integration, end to end
	@$(SUITES)

unit: ## the pure tests alone (seconds)
	@$(SUITES) unit

gates: ## linters, ansible-test, packaging, documentation
	@$(SUITES) gates

lint: gates ## the same as gates

integration: ## modules against a real Prefect server, the double of Prefect Cloud and a real domain controller
	@$(SUITES) standin cloud prefect cloud-modules ad

e2e: ## roles and playbooks against the whole lab
	@$(SUITES) e2e service

test-hosts: ## the end-to-end story on your own hosts: make test-hosts FLOWOPS_INVENTORY=path
	@FLOWOPS_INVENTORY="$(FLOWOPS_INVENTORY)" $(SUITES) hosts

endurance: ## hours: kills at random moments, a rolling change of many hosts (FLOWOPS_LAB_HOSTS, FLOWOPS_KILLS)
	@FLOWOPS_LAB_HOSTS="$(or $(FLOWOPS_LAB_HOSTS),20)" $(SUITES) endurance

bench: ## our modules against what a user would use instead, as ratios
	@$(PYTHON) tests/bench/bench

lab-up: ## start the lab
	@$(LAB) up

lab-down: ## stop the lab; nothing is left running
	@$(LAB) down

lab-reset: ## bring the lab back to its empty state
	@$(LAB) reset

clean: ## remove what was built in this folder (the cache folder stays)
	rm -rf build tests/output
