package study

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/tokens"
)

// calls is a study of a protected token whose funding rate follows a skew.
func calls(rates param.Part, mechanism param.Values) Spec {
	return Spec{Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6}}, Horizon: 90 * 24 * time.Hour,
		Step: time.Hour, Paths: 40, Seed: 1,
		Tokens: []TokenSpec{{Name: "call",
			Policy:    param.Part{Kind: "band", Values: param.Values{"low": 1.8, "high": 2.2}},
			Mechanism: param.Part{Kind: "option", Values: mechanism}, Rates: rates,
			Values: param.Values{"target": 2}}}}
}

func lifetimesOf(t *testing.T, spec Spec) (lives []tokens.Lifetime) {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := Run(context.Background(), s, Options{}, func(c *Chunk) error {
		lives = append(lives, c.Tokens[0]...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return lives
}

// A skew that is drawn and does not move has the funding of the closed form, up to a cap and down to zero.
func TestFundingOfASteadySkew(t *testing.T) {
	for _, mechanism := range []param.Values{
		{"skew": 0.9, "funding-cap": 1}, {"skew": 0.83, "funding-cap": 3, "funding-start": 0.05},
		{"skew": 0.78, "funding-start": 0.4, "funding-cap": 9}, {"funding-start": 0.3, "funding-cap": 1},
	} {
		mechanism["margin-reset"] = 0.0937 // funding meets the default at the end of a step, but for rounding
		closed := lifetimesOf(t, calls(param.Part{}, mechanism))
		steady := param.Part{Kind: "skew", Values: param.Values{"skew-sd": 0, "skew-response": 0}}
		drawn := lifetimesOf(t, calls(steady, mechanism))
		for i := range closed {
			if a, b := closed[i], drawn[i]; math.Abs(a.NAV-b.NAV) > 1e-9 || math.Abs(a.MinNAV-b.MinNAV) > 1e-9 {
				t.Errorf("%v, path %d: NAV %v and %v drawn", mechanism, i, a.NAV, b.NAV)
			}
		}
	}
}

// A drawn skew leaves prices alone; results do not depend on workers, a trace, or on being one cell of a sweep.
func TestDrawnSkew(t *testing.T) {
	skew := param.Part{Kind: "skew", Values: param.Values{"rate-correlation": 0.4}}
	spec, plain := calls(skew, nil), calls(param.Part{}, nil)
	all, constant := ensembles(t, spec, 1), ensembles(t, plain, 2)
	if Hash(all) != Hash(ensembles(t, spec, 3)) {
		t.Error("results depend on the number of workers")
	}
	differ := 0
	for p, x := range all[0].Column("underlying") {
		if x != constant[0].Column("underlying")[p] {
			t.Fatalf("path %d: the price is %v, and %v at a constant skew", p, x, constant[0].Column("underlying")[p])
		}
		if all[0].Column("nav")[p] != constant[0].Column("nav")[p] {
			differ++
		}
	}
	if differ < 30 {
		t.Errorf("%d of 40 lifetimes have other results than at a constant skew; want most", differ)
	}
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	for path := range 5 {
		life, err := Observe(context.Background(), s, 0, path, func(tokens.Event) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if want := all[0].Column("nav")[path]; life.NAV != want {
			t.Errorf("path %d: %v traced, %v in the ensemble", path, life.NAV, want)
		}
	}
	for _, name := range []string{"roll-trigger", "skew", "skew-sd"} {
		values := map[string]string{"roll-trigger": "0.05,0.2", "skew": "0.79,0.81", "skew-sd": "0.01,0.05"}[name]
		axis, err := ParseAxis(s.Spec(), name, values)
		if err != nil {
			t.Fatal(err)
		}
		sweep, err := NewSweep(s, []Axis{axis}, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, cells, err := sweep.Collect(context.Background(), Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range axis.Values {
			of, err := s.Spec().With(name, v)
			if err != nil {
				t.Fatal(err)
			}
			if Hash(cells[i].Ensembles) != Hash(ensembles(t, of, 2)) {
				t.Errorf("%s %v: a cell has other bits than its study", name, v)
			}
		}
	}
}

// A funding rate without a level or a bound is refused beyond thirty days, by name.
func TestEndlessFunding(t *testing.T) {
	for _, tt := range []struct {
		name      string
		rates     param.Part
		mechanism param.Values
		days      int
		want      string
	}{
		{"constant", param.Part{}, param.Values{"skew": 0.81}, 31, "constant skew of 0.81"},
		{"constant, short", param.Part{}, param.Values{"skew": 0.81}, 30, ""},
		{"constant, capped", param.Part{}, param.Values{"skew": 0.81, "funding-cap": 1}, 31, ""},
		{"constant, falling", param.Part{}, param.Values{"skew": 0.79}, 31, ""},
		{"drawn", param.Part{Kind: "skew"}, nil, 31, ""},
		{"drawn, no response", param.Part{Kind: "skew", Values: param.Values{"skew-response": 0}}, nil, 31,
			"no level that it returns to"},
		{"another law", param.Part{Kind: "ou"}, nil, 31, "want constant or skew"},
	} {
		spec := calls(tt.rates, tt.mechanism)
		spec.Horizon = time.Duration(tt.days) * 24 * time.Hour
		_, err := New(spec)
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
}

// The floor holds on every path of a keeper without latency whose hedge is whole, under normal, jumping and clustered
// returns: a law, so it has no false alarms. Without funding and interest the price, then, never costs anything: the
// books say so by another route, as the item of the price is what rolls have realised, and the call's value.
func TestFloorHolds(t *testing.T) {
	paths := 4000
	if testing.Short() {
		paths = 300
	}
	free := param.Values{"funding-start": 0, "hedge-borrow": 0, "hedge-supply": 0}
	for _, model := range []param.Part{
		{Kind: "gbm", Values: param.Values{"sigma": 0.8}}, {Kind: "kou"}, {Kind: "gjr"},
	} {
		for _, mechanism := range []param.Values{{"roll-part": 0.7}, free} {
			spec := calls(param.Part{}, nil)
			spec.Model, spec.Paths, spec.Step, spec.Horizon = model, paths, 4*time.Hour, 60*24*time.Hour
			token := &spec.Tokens[0]
			token.Mechanism.Values = param.Values{"hedge-ltv": 0.97, "hedge-threshold": 0.99, "roll-down": 1}
			for name, v := range mechanism {
				token.Mechanism.Values[name] = v
			}
			token.Values["fee"] = 0.0005
			rolled, lowest := 0, math.Inf(1)
			for i, f := range lifetimesOf(t, spec) {
				rolled += min(1, f.Rolls)
				lowest = min(lowest, f.MinNAV)
				if f.Liquidations > 0 {
					continue // of the hedge: only a jump up by more than the threshold leaves
				}
				if f.FloorBreach != 0 {
					t.Errorf("%s, path %d: the floor is broken by %v", model.Kind, i, f.FloorBreach)
				}
				if mechanism["funding-start"] == 0 && len(mechanism) == 3 {
					costs := f.Money.Sum() - f.Money[tokens.Price]
					if f.Money[tokens.Price] < -1e-9 || f.MinNAV < 1+costs-1e-9 {
						t.Errorf("%s, path %d: the price takes %v; NAV falls to %v, costs leave %v", model.Kind, i,
							-f.Money[tokens.Price], f.MinNAV, 1+costs)
					}
				}
			}
			if rolled < paths/3 || lowest > 0.97 {
				t.Errorf("%s: %d of %d paths roll, lowest NAV %v; want a test that has both", model.Kind, rolled,
					paths, lowest)
			}
		}
	}
}
