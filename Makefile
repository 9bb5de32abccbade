# jumou: `make demo` and `make test` are all a fresh machine needs; `make help` lists the rest.
# Plain python3 -m venv and pip; every version comes from requirements/, with its hash.

PYTHON ?= python3
VENV ?= .venv
REGION ?= changchun
OUT ?= out/$(REGION)
WORKERS ?= auto

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUNTIME := $(VENV)/.runtime.stamp
DEV := $(VENV)/.dev.stamp
LOCKER := $(VENV)/.uv
UV := 0.13.8

.DEFAULT_GOAL := help
.PHONY: help demo demo-llm serve test check hostile audit format bench faults lock docs pictures wheel image-lint clean distclean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# --- installation ------------------------------------------------------------------------------------------------------

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "需要 Python 3.11 或更新版本；当前：$$($(PYTHON) -V 2>&1)。可用 make PYTHON=python3.12 指定。"; \
	  echo "jumou needs Python 3.11 or newer; this is: $$($(PYTHON) -V 2>&1). Name another with make PYTHON=python3.12."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "无法建立虚拟环境（Debian/Ubuntu 请先安装 python3-venv）。"; \
	  echo "The virtual environment cannot be made (on Debian and Ubuntu, install python3-venv first)."; exit 1; }

$(RUNTIME): requirements/build.lock.txt requirements/lock.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "安装依赖（首次约一分钟） · installing (about a minute the first time)"
	@$(PIP) install -q --require-hashes -r requirements/build.lock.txt
	@$(PIP) install -q --no-build-isolation --require-hashes -r requirements/lock.txt
	@$(PIP) install -q --no-build-isolation --no-deps -e .
	@touch $@

$(DEV): requirements/dev.lock.txt $(RUNTIME)
	@$(PIP) install -q --no-build-isolation --require-hashes -r requirements/dev.lock.txt
	@touch $@

# --- using it ----------------------------------------------------------------------------------------------------------

demo: $(RUNTIME) ## install, build the index, draft a plan for a sample region; the files are in out/
	@$(BIN)/jumou index
	@$(BIN)/jumou plan $(REGION) --out $(OUT)
	@echo
	@echo "完成。请从 $(OUT)/plan.docx 看起；项目清单在 $(OUT)/projects.xlsx。"
	@echo "Done. Start with $(OUT)/plan.docx; the project list is $(OUT)/projects.xlsx."
	@ls -1 $(OUT)

demo-llm: $(RUNTIME) ## the same with a language model: the one JUMOU_LLM names, else a scripted stand-in on this machine
	@$(BIN)/jumou index
	@if test -n "$$JUMOU_LLM"; then $(BIN)/jumou llm check && $(BIN)/jumou plan $(REGION) --drafter llm --out $(OUT)-llm; else \
	  echo "未设置 JUMOU_LLM，改用脚本模型演示（不懂内容，只走通流程）。 No JUMOU_LLM: a scripted stand-in shows the way through."; \
	  address=$$(mktemp); $(BIN)/python -m jumou.testing >$$address & server=$$!; trap 'kill $$server; rm -f $$address' EXIT; \
	  until test -s $$address; do sleep 0.2; kill -0 $$server || exit 1; done; \
	  export JUMOU_LLM=openai:scripted JUMOU_LLM_BASE_URL=$$(head -1 $$address); \
	  $(BIN)/jumou llm check && $(BIN)/jumou plan $(REGION) --drafter llm --out $(OUT)-llm; fi
	@ls -1 $(OUT)-llm

serve: $(RUNTIME) ## web page and HTTP API on http://127.0.0.1:8000 (API documentation under /docs)
	@$(BIN)/jumou serve

# --- checking it -------------------------------------------------------------------------------------------------------

audit: $(DEV) ## bandit, a scan for secrets, advisories on the locked dependencies
	@$(BIN)/python .ci/audit.py

hostile: $(DEV) ## every hostile file through every door (make test takes a sample); some minutes
	JUMOU_HOSTILE=all $(BIN)/pytest tests/hostile

check: $(DEV) ## formatting, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: check ## everything `check` does, then the tests
	$(BIN)/pytest -n $(WORKERS)

format: $(DEV) ## put the code into house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV) ## the performance suite, with its peers in the same run; results in out/bench
	@$(BIN)/jumou index
	@mkdir -p out/bench; failed=""; for script in evals/performance/*.py; do \
	  grep -q '__main__' $$script || continue; echo "== $$script"; \
	  $(BIN)/python $$script || failed="$$failed $$script"; done; \
	test -z "$$failed" || { echo "missed:$$failed"; exit 1; }

faults: $(DEV) ## kill, cut off, starve and load it (about 25 minutes); SEED=1 repeats a run, ONLY=kill-batch, MINUTES=5; report in out/faults
	@$(BIN)/python tests/faults/run.py $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ONLY),--only $(ONLY)) $(FAULTS)

image-lint: $(DEV) ## check the Dockerfile
	$(BIN)/hadolint Dockerfile

wheel: $(DEV) ## sdist and wheel in dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

# --- keeping it --------------------------------------------------------------------------------------------------------

pictures: $(DEV) ## pictures of the web page for the documentation (needs chromium)
	@$(BIN)/python tests/web/pictures.py

docs: $(RUNTIME) ## regenerate what the documentation takes from the code
	@$(BIN)/jumou schemas --out docs/schemas
	@$(BIN)/python docs/settings.py >docs/settings.md

lock: | $(VENV)/pyvenv.cfg ## resolve all versions anew (Linux and others, x86_64 and aarch64, Python 3.11 and later)
	@test -x $(LOCKER)/bin/uv || { $(PYTHON) -m venv $(LOCKER) && $(LOCKER)/bin/pip install -q uv==$(UV); }
	@set -e; export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	compile="$(LOCKER)/bin/uv pip compile -q --universal --python-version 3.11 $(LOCKFLAGS)"; \
	$$compile --generate-hashes --allow-unsafe requirements/build.in -o requirements/build.lock.txt; \
	$$compile --generate-hashes pyproject.toml -o requirements/lock.txt; \
	$$compile --generate-hashes pyproject.toml --extra postgres --extra telemetry -c requirements/lock.txt -o requirements/postgres.lock.txt; \
	$$compile --generate-hashes pyproject.toml --extra postgres --extra telemetry --group dev -c requirements/lock.txt -o requirements/dev.lock.txt; \
	$$compile pyproject.toml --extra transformers -c requirements/lock.txt -o requirements/transformers.lock.txt

clean: ## remove what was built and drafted; the index and the virtual environment stay
	rm -rf out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

distclean: clean ## as new: also the virtual environment and the local state
	rm -rf $(VENV) .jumou
