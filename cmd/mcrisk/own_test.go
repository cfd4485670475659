package main

import (
	"strings"
	"testing"
)

// The help of a command is without the flags that it refuses, and has those that
// take their place.
func TestOwnFlags(t *testing.T) {
	for command, lists := range map[string][2][]string{
		"liquidation": {{"--token ", "--spec ", "--model ", "--latency ", "--jump-mean ", "--jump-sd ", "--after-liquidation "}, {"--tokens ", "--latencies ", "--jumps "}},
		"breakeven":   {{"--mechanism ", "--borrow ", "--funding "}, {"--token ", "--borrow-rates ", "--funding-rates "}},
	} {
		help := resultsOf(t, command, "--help")
		for i, list := range lists {
			for _, flag := range list {
				if strings.Contains(help, " "+flag) != (i == 1) {
					t.Errorf("help of %s: has %s is %v", command, flag, i != 1)
				}
			}
		}
	}
}
