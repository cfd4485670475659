package study_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// stressedX is threeX with costs, and the same token under stress.
func stressedX() study.Spec {
	spec := threeX()
	spec.Paths = 200
	plain := spec.Tokens[0]
	plain.Values = param.Values{"target": 3, "gas": 5, "impact": 1e-8, "outage-length": 2 * 3600}
	under := plain
	under.Name = "stressed"
	under.Values = param.Values{"target": 3, "gas": 5, "impact": 1e-8, "outage-length": 2 * 3600, "stressed": 1,
		"stress-outage-rate": 200}
	spec.Tokens = []study.TokenSpec{plain, under}
	return spec
}

func navs(t *testing.T, spec study.Spec, token int) []float64 {
	t.Helper()
	es, err := study.Ensembles(context.Background(), built(t, spec), study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return es[token].Column("nav")
}

// A token under stress is the same alone, among others, traced and on other walkers; the token beside it is
// what it is without; and trades cost more gas and impact.
func TestStressed(t *testing.T) {
	both := stressedX()
	es, err := study.Ensembles(t.Context(), built(t, both), study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for token, name := range []string{"three", "stressed"} {
		alone := both
		alone.Tokens = both.Tokens[token : token+1]
		for path, nav := range navs(t, alone, 0) {
			if got := es[token].Column("nav")[path]; got != nav {
				t.Fatalf("%s, path %d: %v among others, %v alone", name, path, got, nav)
			}
		}
	}
	life, events, err := study.Trace(t.Context(), built(t, both), 1, 17)
	if err != nil {
		t.Fatal(err)
	}
	if got := es[1].Column("nav")[17]; got != life.NAV || len(events) == 0 {
		t.Errorf("path 17: %v among others, %v traced", got, life.NAV)
	}
	sum := func(token int, column string) (s float64) {
		for _, v := range es[token].Column(column) {
			s += v
		}
		return s
	}
	for _, item := range []string{"gas", "impact"} {
		if a, b := sum(0, "money_"+item), sum(1, "money_"+item); !(b < 1.02*a && a < 0) {
			t.Errorf("%s: %v, and %v under stress; want more to be paid", item, a, b)
		}
	}
	if a, b := sum(0, "steps_outside"), sum(1, "steps_outside"); !(b > 50*a+50) { // gas alone keeps it outside at times
		t.Errorf("%v and %v steps outside the band; want many more under stress", a, b)
	}
}

// With all exponents zero and no outages, a token is what it is without stress, to rounding.
func TestStressOfNothing(t *testing.T) {
	spec := stressedX()
	for name, v := range map[string]float64{"stress-gas": 0, "stress-impact": 0, "stress-outage-rate": 0} {
		spec.Tokens[1].Values[name] = v
	}
	calm, under := navs(t, spec, 0), navs(t, spec, 1)
	for path := range calm {
		if math.Abs(calm[path]-under[path]) > 1e-10*calm[path] {
			t.Errorf("path %d: %v, and %v under stress", path, calm[path], under[path])
		}
	}
}

// The price models' long-run volatility is that of their steps: on the mean of many steps the measure is 1.
func TestStressIsMeasuredAgainstTheModel(t *testing.T) {
	eth, err := catalogue.LookupUnderlying("ETH")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range models.Registry.Kinds() {
		spec := stressedX()
		spec.Model, spec.Paths = eth.Model(kind.Name), 64
		if spec.Model.Values == nil || kind.Name == "bootstrap" || kind.Name == "fhs" {
			continue // not fitted, or drawn from a history
		}
		spec.Tokens = spec.Tokens[1:]
		// Gas that grows as the measure, of one trade at the end of every hour, is on average what it is
		// without: the measure's mean.
		spec.Tokens[0].Policy = part("every", "reset-interval", 3600)
		spec.Tokens[0].Mechanism = part("perp", "funding", 0, "maintenance", 0)
		spec.Tokens[0].Values = param.Values{"target": 0.5, "gas": 1e-3, "stressed": 1, "stress-outage-rate": 0,
			"stress-window": 4 * 3600, "stress-cap": 1e6}
		spec.Horizon = 90 * day
		es, err := study.Ensembles(t.Context(), built(t, spec), study.Options{}, nil)
		if err != nil {
			t.Fatalf("%s: %v", kind.Name, err)
		}
		mean := 0.0
		for path, gas := range es[0].Column("money_gas") {
			mean -= gas / es[0].Column("rebalances")[path] / 1e-9 / float64(spec.Paths)
		}
		if !(mean > 0.6 && mean < 1.5) { // tails are heavy
			t.Errorf("%s: the measure is %v on average; want 1", kind.Name, mean)
		}
	}
}

// A model without a volatility, and a replay with outages, are refused.
func TestStressRefused(t *testing.T) {
	spec := stressedX()
	spec.Model = part("gbm", "sigma", 0)
	if _, err := study.New(spec); err == nil || !strings.Contains(err.Error(), "want a stress-volatility") {
		t.Errorf("%v; want that a volatility is wanted", err)
	}
	spec.Tokens[1].Values["stress-volatility"] = 0.5
	built(t, spec)
	spec.Tokens[0].Values["stress-volatility"] = 1e-9
	if _, err := study.New(spec); err == nil {
		t.Error("a volatility out of its range is no error")
	}
}
