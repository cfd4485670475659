package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// What a vault pays for gas does not choose its band: with and without it a sweep finds
// the same best widths, each in the confidence set of the other, because deposits hold
// the vault at its size. A vault that shrinks with its token pays ever more of what is
// left, and the sweep of a year cannot tell the widths apart.
func TestGasDoesNotChooseTheBand(t *testing.T) {
	if testing.Short() {
		t.Skip("sweeps of a year")
	}
	best := func(args string) map[string]bestOf {
		var all struct{ Best []bestOf }
		text := resultsOf(t, strings.Fields("sweep --token ETHBULL3X --model gbm --rates constant "+
			"--over half-width=0.2:0.6:0.1 --step 4h --paths 400 --no-save --no-figures --json "+args)...)
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
		by := map[string]bestOf{}
		for _, b := range all.Best {
			by[b.Objective] = b
		}
		return by
	}
	free, paid, shrinking := best("--gas 0"), best("--gas 0.5"), best("--gas 0.5 --flows none --close-below 0")
	for _, objective := range []string{"log_growth", "cost_drag", "tracking_cost"} {
		a, b := free[objective], paid[objective]
		if !slices.Contains(a.Indistinguishable, b.Best) || !slices.Contains(b.Indistinguishable, a.Best) ||
			len(a.Indistinguishable) > 2 || len(b.Indistinguishable) > 2 {
			t.Errorf("%s: the best is %s of %v without gas and %s of %v with it", objective, a.Best,
				a.Indistinguishable, b.Best, b.Indistinguishable)
		}
	}
	if got := shrinking["tracking_cost"].Indistinguishable; len(got) < 4 {
		t.Errorf("of a vault that shrinks the sweep tells all but %v from the best; want most left", got)
	}
}
