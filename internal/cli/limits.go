package cli

import (
	"fmt"
	"os"
	"strings"

	"mcrisk/analytics"
	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Fits refuses a study whose lifetimes would not fit into memory: columns with these names,
// nil for all, for each token of each cell, twice, for what is computed from them.
func Fits(s *study.Study, cells int, columns []string) error {
	return FitsMemory(s.Spec().Paths, lifetimesMemory(s, cells, columns))
}

// FitsMarks is Fits of all columns of a study, of whose tokens values are kept at every
// mark as well.
func FitsMarks(s *study.Study) error {
	return FitsMemory(s.Spec().Paths, lifetimesMemory(s, 1, nil)+marksMemory(s))
}

// marksMemory is what is kept at the marks of a study, in bytes.
func marksMemory(s *study.Study) float64 {
	spec := s.Spec()
	return float64(s.Tokens()) * analytics.HorizonsMemory(spec.Marks, spec.Paths)
}

// lifetimesMemory is what Fits counts, in bytes.
func lifetimesMemory(s *study.Study, cells int, columns []string) float64 {
	each := float64(cells*s.Columns(columns) + len(tokens.MarketColumns))
	return 2 * 8 * each * float64(s.Spec().Paths)
}

// FitsMemory refuses lifetimes of so many paths that take more bytes of memory than
// there are.
func FitsMemory(paths int, need float64) error {
	if free := freeMemory(); need > free {
		return Input("--paths = %d: the lifetimes would take %s of memory, and %s is free; want fewer",
			paths, report.Bytes(need), report.Bytes(free))
	}
	return nil
}

// freeMemory is the memory that the program can still have, in bytes; 64 GB where
// the system does not say.
func freeMemory() float64 { return min(systemMemory(), ownMemory()) }

// systemMemory is the memory that programs can still have, in bytes.
func systemMemory() float64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err == nil {
		for line := range strings.Lines(string(data)) {
			var kB float64
			if _, err := fmt.Sscanf(line, "MemAvailable: %f kB", &kB); err == nil {
				return 1024 * kB
			}
		}
	}
	return 64e9
}
