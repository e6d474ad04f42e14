PACKAGES = pkg-config libopenblas-dev libblosc-dev libzip-dev chipmunk-dev libcairo2-dev libgif-dev
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
FOLDERS = $(wildcard Sources Envs Audio Tests Examples) Package.swift

.PHONY: deps test lint clean

deps: ## installs the system packages that are missing
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q --no-install-recommends $$missing; fi

test: deps ## builds in release and runs the whole test suite
	swift build -c release --build-tests
	swift test -c release --disable-xctest --disable-testable-imports --skip-build

lint: ## checks the formatting of every Swift file
	swift format lint --strict --recursive --parallel $(FOLDERS)

clean:
	rm -rf .build out
