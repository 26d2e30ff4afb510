// Package bench measures the program as a whole: from a request at the door to
// its answer, with real configuration, scripts and store. Read README.md for
// the commands. The parts have benchmarks of their own beside their code.
package bench
