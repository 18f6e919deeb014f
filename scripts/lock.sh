#!/bin/sh
# Make requirements/*.txt again from pyproject.toml, each package with its hashes and no line that names an index.
# Pins stay as they are where they still fit; `make lock ARGS=--upgrade` takes the newest of everything.
set -eu

compile() {
    out=requirements/$1
    shift
    uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
        --output-file "$out" "$@"
    echo "$out: $(grep -c '==' "$out") packages"
}

# run < dev < scale, docs: each takes the pins of the one before it, because all may stand in one .venv.
compile run.txt "$@" pyproject.toml --extra web --extra reports
compile dev.txt "$@" pyproject.toml --extra web --extra reports --extra dev --constraints requirements/run.txt
compile scale.txt "$@" pyproject.toml --extra web --extra reports --extra scale --constraints requirements/dev.txt
compile docs.txt "$@" pyproject.toml --extra docs --constraints requirements/dev.txt
printf 'setuptools>=77\n' | compile build.txt "$@" --no-annotate -
