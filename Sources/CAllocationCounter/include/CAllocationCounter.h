#pragma once

// Counts heap allocations. Linking this target into an executable replaces malloc and its
// relatives by forwarding versions; it belongs into tests and benchmarks' executables, never into a library.

/// Allocations that the calling thread has made so far.
long allocation_count(void);
/// Allocations that all threads have made so far.
long allocation_count_of_process(void);
