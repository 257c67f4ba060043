# Two commands do everything on a fresh machine: `make run` and `make test`.
BIN := .venv/bin
# Files are read as UTF-8 whatever the locale of the machine.
export PYTHONUTF8 := 1

.PHONY: run test check setup test-long coverage bench gallery lock format

run: setup  ## the shop: backend, demo data, till, kiosk; offscreen with pictures where there is no display
	@$(BIN)/python -m demo

test: setup  ## everything that guards main, each suite within its time budget
	@$(BIN)/python .ci/suites.py

check: setup  ## the inner loop: format, lint, types, contracts, row ledger, fast tests
	@$(BIN)/python .ci/suites.py check

test-long: setup  ## the long ones: not in the gate
	@SDL_VIDEODRIVER=$${SDL_VIDEODRIVER:-offscreen} $(BIN)/pytest -q -m "slow and not hardware" tests

coverage: setup  ## which branches of the engine no test takes; fails below all of them
	@$(BIN)/coverage run --data-file=build/coverage --source=loyalty -m pytest -q -p no:cacheprovider -m "not slow" tests/loyalty
	@$(BIN)/coverage report --data-file=build/coverage --show-missing --skip-covered --fail-under=100

bench: setup  ## measures; nothing is asserted
	@$(BIN)/python -m benchmarks

gallery: setup  ## every screen, size and language as a picture in build/gallery/
	@$(BIN)/python -m tests.screenshots --out build/gallery

format: setup
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

lock: setup  ## compiles pyproject.toml's groups to hashed requirements
	@for group in kiosk backend; do \
	  $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	    --extra $$group pyproject.toml -o requirements/$$group.txt; done
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  --extra kiosk --extra backend --extra dev pyproject.toml -o requirements/dev.txt

setup:
	@sh deploy/workstation/setup.sh
