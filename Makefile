# make demo   the bundled policy pushes the T: out/pusht.gif, out/pusht.json, out/pusht.png
#             the bundled voice speaks: out/speech.wav, out/speech.png, out/speech.json
# make test   builds and runs all tests
# make mpi    builds .build/mpi/release/saltus for several machines, over Open MPI, and tests it with mpirun
# make lint   checks the Swift sources' format
# make deps   installs the Debian packages that are missing (the others do this first)
# make clean  removes build products and out/

SALTUS := .build/release/saltus

# Debian 12 packages, by the part that needs them.
PACKAGES := pkg-config
PACKAGES += libopenblas-dev                       # Sources/LinearAlgebra
PACKAGES += libblosc-dev libzip-dev               # Sources/Datasets
PACKAGES += libchipmunk-dev                       # Envs/PushT
PACKAGES += libcairo2-dev libgif-dev              # Envs/Environments, Sources/Charts
PACKAGES += libsndfile1-dev libsamplerate0-dev    # Audio/AudioFile
PACKAGES += libfftw3-dev                          # Audio/Spectral
PACKAGES += flite1-dev                            # Audio/TextFrontEnd

# For make mpi only.
MPI_PACKAGES := libopenmpi-dev openmpi-bin

SWIFT_FOLDERS := $(wildcard Sources Envs Audio Tests Examples Package.swift)

.PHONY: all deps build demo test mpi mpi-program lint clean
all: build

deps:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: https://www.swift.org/install/linux" >&2; exit 1; }
	@command -v dpkg-query >/dev/null || { echo "Not Debian: install what is like $(PACKAGES)" >&2; exit 1; }
	@missing=""; \
	for package in $(PACKAGES); do \
	  status=$$(dpkg-query --show --showformat='$${db:Status-Status}' $$package 2>/dev/null) || true; \
	  [ "$$status" = installed ] || missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing$$missing"; \
	sudo=""; \
	if [ "$$(id -u)" != 0 ]; then \
	  command -v sudo >/dev/null || { echo "as root: apt-get install$$missing" >&2; exit 1; }; \
	  sudo="sudo"; \
	fi; \
	$$sudo apt-get update && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing

build: deps
	swift build -c release

demo: build
	mkdir -p out
	$(SALTUS) evaluate bundled:pusht --env pusht --episodes 50 --first-seed 100000 --reset legacy --steps 1 \
	  --json out/pusht.json --gif out/pusht.gif
	$(SALTUS) plot out/pusht.json -o out/pusht.png
	$(SALTUS) speak "Hello! It is 5 p.m. on Jan. 3rd, and this voice takes one network call." \
	  -o out/speech.wav --spectrogram out/speech.png --json out/speech.json

# `swift test` alone would build everything a second time, in another configuration.
test: deps
	swift build -c release --build-tests
	swift test -c release --disable-xctest --disable-testable-imports --skip-build

mpi: mpi-program
	.ci/mpi

# A build of its own: the trait changes every module's flags. It takes the dependencies that the other build has fetched.
mpi-program: PACKAGES += $(MPI_PACKAGES)
mpi-program: deps
	mkdir -p .build/mpi
	for part in checkouts repositories workspace-state.json; do \
	  [ -e .build/mpi/$$part ] || [ ! -e .build/$$part ] || cp -r .build/$$part .build/mpi/; \
	done
	swift build -c release --traits MPI --scratch-path .build/mpi --product saltus

lint:
	swift format lint --strict --recursive --parallel $(SWIFT_FOLDERS)

clean:
	rm -rf .build out
