#pragma once

// What Swift's Glibc module does not offer of thread scheduling: GNU extensions and functions with variable arguments.

// Lets the calling thread run on these cores only. Returns 0 or an error number.
int scheduling_set_cores(const int *cores, int count);

// By how many nanoseconds the calling thread's sleep may be prolonged; 50,000 unless set. Returns 0 or an error number.
int scheduling_set_timer_slack(unsigned long nanoseconds);
