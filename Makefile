# Two commands are enough: `make demo` runs the main job, `make test` passes the tests.
# Both bring what they need (uv, a JRE, the Python packages, the two Delta jars) on a fresh Debian.
SHELL := /bin/bash
RUN := scripts/uv run --frozen --all-extras

.PHONY: demo test test-data faults bench model lint types setup judges clean

setup:
	@scripts/setup

demo: setup
	$(RUN) plummer demo --home $(or $(PLUMMER_HOME),plummer_home)

# Other people's MEDS software, in an environment of its own (tests/contract/judges): it can't share ours.
judges: setup
	scripts/uv sync --quiet --frozen --project tests/contract/judges --python "$$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

test: judges
	$(RUN) pytest -m "not faults and not slow" -n 2 --dist loadfile --no-loadscope-reorder --durations 25

test-data: judges
	PLUMMER_REQUIRE_SHARED=1 $(RUN) pytest -m "shared and not faults"

faults: judges
	$(RUN) pytest -m "faults or slow"

# Trains the text engine's tagger again, from the templates and lists in deid/corpus; it takes up to half an hour of one core.
model: setup
	$(RUN) python -m plummer.deid.tagger.train

bench: setup
	$(RUN) python -m bench.run
	$(RUN) python -m bench.landing
	$(RUN) python -m bench.conformance

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup
	$(RUN) mypy

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache
