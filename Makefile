# vrrpd: everything there is to do here. `make` alone lists it.
#
# Every target installs what it needs and does not find, by package name (apt-get, cargo install). The lab needs root.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
# The tools that lint; their versions are part of the verdict.
CARGO_DENY := 0.20.2
# How long `make fuzz` runs each target.
FUZZ_SECONDS ?= 60

.PHONY: help build demo test unit sim kernel lab manifests images packages booted assure fuzz lint deny ci bench install-tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install-tools:
	@tests/install.sh

build: install-tools ## build the daemon: target/release/vrrpd
	$(CARGO) build --release -p vrrpd

demo: install-tools ## see it work: two hosts, a MASTER, a takeover, with packets and the measured outage
	$(CARGO) build -q -p vrrpd
	$(CARGO) run -q -p vrrp-lab --bin demo

test: unit sim kernel lab ## every test (root)

unit: install-tools ## tests that need no privilege
	$(CARGO) test -q

sim: install-tools ## 20,000 seeds of the simulator
	$(CARGO) run -q --release -p vrrp-sim -- --seeds 20000

kernel: install-tools ## sockets, netlink and scripts of other users, against the real kernel (root)
	$(CARGO) test -q -p vrrp-linux --test kernel
	$(CARGO) test -q -p vrrp-checks --test privileged

lab: install-tools ## hosts on a LAN, with real packets (root)
	$(CARGO) build -q -p vrrpd
	$(CARGO) test -q -p vrrp-lab -- --test-threads=4

manifests: install-tools ## deploy/ against the schemas of four Kubernetes versions, without a cluster
	@tests/manifests.sh

images: install-tools ## the image, built without a registry and run as pods are (root)
	@tests/images.sh
	$(CARGO) build -q -p vrrpd
	$(CARGO) test -q -p vrrp-lab --features containers --test pods -- --test-threads=2

packages: install-tools ## the Debian package and the RPM, in target/packages
	@deploy/packages/build.sh target/packages

booted: install-tools ## the Debian package under a really booted systemd (root)
	@tests/booted.sh

assure: install-tools manifests images ## what takes longer: packages, a booted systemd, more seeds, planted defects
	@tests/metrics.sh
	@tests/packages.sh
	@tests/booted.sh
	$(CARGO) run -q --release -p vrrp-sim -- --seeds 200000 --start 20000
	$(CARGO) run -q --release -p vrrp-sim -- defects
	$(CARGO) run -q --release -p vrrp-sim -- explore --routers 2 --depth 8
	$(CARGO) run -q --release -p vrrp-sim -- explore --routers 3 --depth 6

fuzz: ## a minute of fuzzing for each target, on a copy of its corpus (needs a nightly toolchain)
	@$(CARGO) +nightly --version >/dev/null 2>&1 || \
	    { echo "make fuzz: missing: a nightly toolchain: rustup toolchain install nightly" >&2; exit 1; }
	@command -v c++ >/dev/null || apt-get install --quiet --yes --no-install-recommends g++
	@$(CARGO) fuzz --version >/dev/null 2>&1 || $(CARGO) install -q --locked cargo-fuzz
	@corpus=$$(mktemp -d); trap 'rm -rf "$$corpus"' EXIT; cp -r tests/fuzz/corpus/. "$$corpus"; cd tests/fuzz; \
	for target in advert config; do \
	    $(CARGO) +nightly fuzz run --fuzz-dir . "$$target" "$$corpus/$$target" -- -max_total_time=$(FUZZ_SECONDS); \
	done

lint: install-tools ## format, clippy, documentation: a warning is an error
	$(CARGO) fmt --all --check
	$(CARGO) clippy -q --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc -q --workspace --no-deps --document-private-items

deny: ## licences and banned crates
	@$(CARGO) deny --version 2>/dev/null | grep -q " $(CARGO_DENY)$$" || $(CARGO) install -q --locked cargo-deny@$(CARGO_DENY)
	$(CARGO) deny --all-features check licenses bans sources

bench: install-tools ## timings: the codec, the state machine, adverts under load beside keepalived (root, 6 min)
	$(CARGO) bench -p vrrp-benches

ci: lint deny test assure ## what must hold before a change lands
