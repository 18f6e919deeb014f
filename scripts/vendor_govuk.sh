#!/bin/sh
# Compile and vendor GOV.UK Frontend's style sheet and script, and the accessible autocomplete, into the design app.
# For whoever raises their versions: needs node and npm; nobody else does. The versions must match govuk-frontend-jinja's.
set -eu
cd "$(dirname "$0")/.."
design=$PWD/src/evenhand/site/design
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --no-fund --no-audit --save-exact govuk-frontend@6.3.0 accessible-autocomplete@3.0.1 sass@1 >/dev/null
npx sass --no-source-map --style=compressed --quiet-deps --load-path=node_modules \
    "$design/scss/evenhand.scss" "$design/static/design/evenhand.css"
cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js "$design/static/design/vendor/"
cp node_modules/accessible-autocomplete/dist/accessible-autocomplete.min.js "$design/static/design/vendor/"
for name in govuk-frontend.min.js accessible-autocomplete.min.js; do
    # The maps stay behind, and a link to a missing map is an error in every developer's console.
    sed -i 's,//# sourceMappingURL=.*$,,' "$design/static/design/vendor/$name"
done
for package in govuk-frontend accessible-autocomplete; do
    for licence in node_modules/$package/LICEN[CS]E*; do
        [ -e "$licence" ] && cp "$licence" "$design/static/design/vendor/$package-licence.txt"
    done
done
ls -l "$design/static/design" "$design/static/design/vendor"
