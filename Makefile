# Roost: every way to build, try and check it. `make` alone lists them.

SWIFT ?= swift
# Products and tests share one release build: without testable imports neither command rebuilds what the other built.
FLAGS := -c release --explicit-target-dependency-import-check error
TEST_FLAGS := $(FLAGS) --disable-testable-imports --disable-xctest
BUILD := .build/release
ROOST := $(BUILD)/roost

# How long `make fuzz` runs, in seconds.
FUZZ_SECONDS ?= 3600
# How long `make soak` runs, in seconds.
SOAK_SECONDS ?= 600
# How long `make lockstep` compares the engines, in seconds, and how long a part of `make test` does.
LOCKSTEP_SECONDS ?= 600
LOCKSTEP_TEST_SECONDS ?= 600
# Processes that it uses, and the seed of its first program: others each time, but for those that are kept.
LOCKSTEP_JOBS ?= $(shell nproc)
LOCKSTEP_SEED ?= $(shell date +%s)000
# Passed on to the tools: `make bench BENCH="--rounds 3 guests"`; each explains itself with --help.
BENCH ?=
CONFORMANCE ?=
LOCKSTEP ?=
LINUX := guests/build/linux

say = @printf '\033[1m==> %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help build packages demo test check fmt conformance lockstep fuzz bench determinism soak linux guests firmware docs clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

packages:
	@scripts/ensure-packages libelf-dev libseccomp-dev libxxhash-dev zlib1g-dev pkg-config python3

build: packages ## Build the roost command in release mode (.build/release/roost)
	$(call say,building roost)
	$(SWIFT) build $(FLAGS) --product roost

demo: build guests ## Bring up a fleet of four unlike guests side by side, and tell what each got
	$(call say,bringing up a fleet)
	@scripts/demo $(ROOST)

test: build guests ## Run the tests, and the scenarios of the project's guests
	$(call say,running the tests)
	$(SWIFT) test $(TEST_FLAGS)
	$(call say,running the small guests)
	@guests/try $(ROOST)
	$(call say,running the scenarios)
	@$(ROOST) test scenarios
	@$(MAKE) --no-print-directory lockstep LOCKSTEP_SECONDS=$(LOCKSTEP_TEST_SECONDS) LOCKSTEP_SEED=1

check: packages ## Check formatting, warnings, layering and generated files
	$(call say,checking the formatting)
	@scripts/check-format
	$(call say,checking that imports point down the layers)
	@scripts/check-imports
	$(call say,building everything: a warning is an error)
	$(SWIFT) build $(FLAGS) --build-tests
	$(call say,building the firmware again: it must give the same bytes)
	@$(MAKE) --no-print-directory -C firmware check
	$(call say,checked)

fmt: ## Format every Swift file
	@scripts/check-format --fix

conformance: packages ## Run a million instructions of every kind in lockstep with Spike (CONFORMANCE="--budget …")
	$(call say,comparing with Spike)
	$(SWIFT) build $(FLAGS) --product conformance
	$(BUILD)/conformance --spike "$$(scripts/ensure-spike)" $(CONFORMANCE)

lockstep: packages ## Run random programs on both engines and compare them all the time (LOCKSTEP_SECONDS=600)
	$(call say,running both engines in lockstep for $(LOCKSTEP_SECONDS) seconds)
	$(SWIFT) build $(FLAGS) --product lockstep
	@[ ! -f $(LINUX)/Image ] || $(BUILD)/lockstep --engines interpreter translator --kernel $(LINUX)/Image \
	  --initrd $(LINUX)/initramfs.cpio.gz --append console=ttyS0 --milliseconds 3000 --type 'ls -l /bin | md5sum'
	$(BUILD)/lockstep --kept Tests/ConformanceTests/Fixtures/lockstep-seeds.txt --seed $(LOCKSTEP_SEED) \
	  --seconds $(LOCKSTEP_SECONDS) --jobs $(LOCKSTEP_JOBS) $(LOCKSTEP)

fuzz: packages ## Fuzz loader, device tree, instructions and devices (FUZZ_SECONDS=3600)
	$(call say,fuzzing for $(FUZZ_SECONDS) seconds)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz

bench: build guests ## Race QEMU and the host itself, and print a table (BENCH="--rounds 5 …")
	@scripts/ensure-packages qemu-system-misc
	$(call say,building the bench guests and the runner)
	@$(MAKE) --no-print-directory -s -C Benchmarks/guests all native
	$(SWIFT) build $(FLAGS) --product bench
	$(SWIFT) build $(FLAGS) --product monitor-bench
	$(BUILD)/bench $(BENCH)
	$(call say,measuring how the monitor shares the host)
	$(BUILD)/monitor-bench all

determinism: build ## Boot Linux 100 times under virtual time on a busy host, and compare (DETERMINISM="--runs 100")
	$(call say,comparing runs of Linux under virtual time)
	$(SWIFT) build $(FLAGS) --product determinism
	$(BUILD)/determinism $(DETERMINISM)

soak: build guests ## Start, pause, reset and kill 50 mixed guests at random, and look for leaks (SOAK_SECONDS=600)
	$(call say,soaking the monitor for $(SOAK_SECONDS) seconds)
	$(SWIFT) build $(FLAGS) --product monitor-bench
	$(BUILD)/monitor-bench soak --seconds $(SOAK_SECONDS)

linux: ## Build RV32 Linux and its initramfs from nothing (guests/build/linux)
	@guests/linux/recipe

guests: ## Build the small guests: hello, hello-swift, nest and its broken variants, … (guests/build)
	$(call say,building the guests)
	@$(MAKE) --no-print-directory -C guests

firmware: ## Build the SBI firmware that roost carries
	$(call say,building the firmware)
	@$(MAKE) --no-print-directory -C firmware

docs: build ## Build the API documentation (docs/build/index.html)
	$(call say,building the documentation)
	@scripts/build-docs

clean: ## Remove everything that was built, except for the cache outside the clone
	rm -rf .build docs/build guests/build
	@$(MAKE) --no-print-directory -C firmware clean
	@$(MAKE) --no-print-directory -C Benchmarks/guests clean
