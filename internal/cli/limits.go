package cli

import (
	"fmt"
	"os"
	"strings"

	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Fits refuses a study whose lifetimes would not fit into memory: this many
// columns for each token of each cell, twice, for what is computed from them.
func Fits(s *study.Study, cells, columns int) error {
	each := float64(cells*s.Tokens()*columns + len(tokens.MarketColumns))
	paths := s.Spec().Paths
	return FitsMemory(paths, 2*8*each*float64(paths))
}

// AllColumns is how many columns a token's lifetimes have.
var AllColumns = len(tokens.Columns)

// FitsMemory refuses lifetimes of so many paths that take more bytes of memory than
// there are.
func FitsMemory(paths int, need float64) error {
	if free := freeMemory(); need > free {
		return Input("--paths = %d: the lifetimes would take %s of memory, and %s is free; want fewer",
			paths, report.Bytes(need), report.Bytes(free))
	}
	return nil
}

// freeMemory is the memory that programs can still have, in bytes; 64 GB where
// the system does not say.
func freeMemory() float64 {
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
