package main

import (
	"fmt"
	"os"
	"strings"

	"mcrisk/study"
	"mcrisk/tokens"
)

// fits refuses a study whose lifetimes would not fit into memory: this many
// columns for each token of each cell, twice, for what is computed from them.
func fits(s study.Spec, cells, columns int) error {
	each := float64(cells*len(s.Tokens)*columns + len(tokens.MarketColumns))
	need, free := 2*8*each*float64(s.Paths), freeMemory()
	if need > free {
		return badInput("--paths = %d: the lifetimes would take %s of memory, and %s is free; want fewer", s.Paths, bytesText(need), bytesText(free))
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

func bytesText(n float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}} {
		if n >= u.size {
			return short(n/u.size) + " " + u.name
		}
	}
	return short(n/1e6) + " MB"
}
