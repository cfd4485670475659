package study

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/tokens"
)

// ratesSpec is a study of two tokens on one price, each with the given rates.
func ratesSpec(loan, perp param.Part) Spec {
	band := param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}}
	days := time.Duration(60)
	if testing.Short() {
		days = 10 // the race detector sees the same goroutines
	}
	return Spec{Model: param.Part{Kind: "merton"}, Horizon: days * 24 * time.Hour, Step: time.Hour, Paths: 1500,
		Seed: 4, Marks: 5, Tokens: []TokenSpec{
			{Name: "loan", Policy: band, Mechanism: param.Part{Kind: "loan"}, Rates: loan,
				Values: param.Values{"fee": 0.001}},
			{Name: "perp", Policy: band, Mechanism: param.Part{Kind: "perp"}, Rates: perp,
				Values: param.Values{"fee": 0.001, "gas": 1, "impact": 1e-7}},
		}}
}

func ensembles(t *testing.T, spec Spec, workers int) []tokens.Ensemble {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Ensembles(context.Background(), s, Options{Workers: workers}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Rates leave the bits of prices alone; the results of a study do not depend on its workers, on which other tokens it
// has, or on being one cell of a sweep; a traced path is that of the ensemble.
func TestDrawnRates(t *testing.T) {
	constant := ensembles(t, ratesSpec(param.Part{}, param.Part{}), 2)
	for _, kinds := range [][2]param.Part{
		{{Kind: "level"}, {Kind: "level", Values: param.Values{"rate-sd": 0.1}}},
		{{Kind: "ou"}, {Kind: "ou", Values: param.Values{"rate-sd": 0.2, "rate-correlation": 0.5}}},
		{{Kind: "aave", Values: param.Values{"rate-correlation": 0.3}}, {Kind: "funding-hyperliquid"}},
		{{Kind: "level"}, {Kind: "funding-binance", Values: param.Values{"rate-correlation": -0.5}}},
		{{Kind: "ou"}, {Kind: "gmx", Values: param.Values{"rate-correlation": 0.5}}},
		{{Kind: "level"}, {Kind: "gmx", Values: param.Values{"open-interest": 5e7, "impact-mend": 3e-11}}},
	} {
		name := kinds[0].Kind + " and " + kinds[1].Kind
		spec := ratesSpec(kinds[0], kinds[1])
		all := ensembles(t, spec, 1)
		if Hash(all) != Hash(ensembles(t, spec, 3)) {
			t.Errorf("%s: results depend on the number of workers", name)
		}
		for i := range all {
			for _, col := range []string{"underlying", "realised_variance"} {
				for p, x := range all[i].Column(col) {
					if x != constant[i].Column(col)[p] {
						t.Fatalf("%s: path %d: %s is %v, and %v at constant rates", name, p, col, x,
							constant[i].Column(col)[p])
					}
				}
			}
			if a, b := all[i].Column("nav"), constant[i].Column("nav"); a[0] == b[0] && a[1] == b[1] {
				t.Errorf("%s: token %d has the results of constant rates", name, i)
			}
			one := spec
			one.Tokens = spec.Tokens[i : i+1]
			alone := ensembles(t, one, 2)
			for p, x := range alone[0].Column("nav") {
				if y := all[i].Column("nav")[p]; math.Float64bits(x) != math.Float64bits(y) {
					t.Fatalf("%s: path %d of %s: NAV %v alone, %v beside another", name, p, one.Tokens[0].Name, x, y)
				}
			}
		}
		s, err := New(spec)
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			for _, path := range []int{0, 17, 1499} {
				life, err := Observe(context.Background(), s, i, path, func(tokens.Event) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				if want := all[i].Column("nav")[path]; math.Float64bits(life.NAV) != math.Float64bits(want) {
					t.Errorf("%s: path %d of token %d: %v traced, %v in the ensemble", name, path, i, life.NAV, want)
				}
			}
		}
	}
}

// A cell of a sweep over a number of a law has the bits of its study, with shared tracks or not.
func TestSweepOfRates(t *testing.T) {
	sweepOf(t, ratesSpec(param.Part{Kind: "ou"}, param.Part{Kind: "ou"}), "rate-sd", "0.02,0.3")
	market := param.Part{Kind: "gmx", Values: param.Values{"rate-correlation": 0.5}}
	sweepOf(t, ratesSpec(param.Part{}, market), "skew-sd", "0.02,0.3")
	sweepOf(t, ratesSpec(param.Part{}, market), "open-interest", "0,3e7")
}

func sweepOf(t *testing.T, spec Spec, name, values string) {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
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

// Without a spread, a law has the results of its mean as a constant rate, to rounding.
func TestNoSpread(t *testing.T) {
	zero := param.Values{"rate-sd": 0}
	constant := ensembles(t, ratesSpec(param.Part{}, param.Part{}), 2)
	for _, kind := range []string{"level", "ou"} {
		part := param.Part{Kind: kind, Values: zero}
		for i, e := range ensembles(t, ratesSpec(part, part), 2) {
			for p, x := range e.Column("nav") {
				if y := constant[i].Column("nav")[p]; !(math.Abs(x-y) <= 1e-9*y) {
					t.Fatalf("%s, token %d, path %d: %v, at a constant rate %v", kind, i, p, x, y)
				}
			}
		}
	}
}

// What cannot have random rates says so by name.
func TestRefusedRates(t *testing.T) {
	for want, kinds := range map[string][2]param.Part{
		"it drives funding":    {{Kind: "funding-hyperliquid"}, {}},
		"it drives borrow":     {{}, {Kind: "aave"}},
		"kind \"none\"":        {{Kind: "none"}, {}},
		"above rate-floor":     {{Kind: "level", Values: param.Values{"rate-floor": 0.05}}, {}},
		"level has no":         {{Kind: "level", Values: param.Values{"premium-sd": 0.05}}, {}},
		"a number from 0 to 1": {{}, {Kind: "ou", Values: param.Values{"rate-sd": 11}}},
	} {
		if _, err := New(ratesSpec(kinds[0], kinds[1])); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want one with %q", kinds, err, want)
		}
	}
	s, err := New(ratesSpec(param.Part{}, param.Part{Kind: "funding-hyperliquid"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Spec().With("funding", 0.2); err == nil || !strings.Contains(err.Error(), "drawn by rates") {
		t.Errorf("funding set beside a law of its own: error %v", err)
	}
	if err := s.Recorded(); err == nil || !strings.Contains(err.Error(), "funding-hyperliquid") {
		t.Errorf("random rates on a history: error %v", err)
	}
	dated := ratesSpec(param.Part{}, param.Part{})
	dated.Tokens[0].Rates = param.Part{Kind: "level"}
	dated.Tokens[0].Changes = []Change{{At: time.Unix(0, 0), Name: "borrow", Value: 0.1}}
	if _, err := New(dated); err == nil || !strings.Contains(err.Error(), "beside rates level") {
		t.Errorf("a change beside random rates: error %v", err)
	}
}

// NAV is its ledger and ln NAV its log parts, in each lifetime of tokens on a market of GMX of any numbers.
func TestMarketBalances(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	between := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	for range 40 {
		target := []float64{-2, -1, 2, 4}[r.IntN(4)]
		part := param.Part{Kind: "gmx", Values: param.Values{"skew": between(-0.5, 0.5), "skew-sd": between(0, 1),
			"skew-speed": math.Exp(between(0, 9)), "skew-level-sd": between(0, 0.5), "usage": between(0.01, 0.99),
			"usage-sd": between(0, 2), "rate-correlation": between(-1, 1), "funding-most": between(0.01, 3),
			"funding-falling": between(0, 0.04), "borrow-sides": float64(r.IntN(2)),
			"open-interest": between(0, 1) * float64(r.IntN(2)) * 1e8, "impact-worse": between(1e-9, 2e-9),
			"impact-mend": between(0, 1e-9), "fee-mend": between(0, 5e-4)}}
		size := math.Abs(target)
		spec := Spec{Model: param.Part{Kind: "merton"}, Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 16,
			Seed: 8, Tokens: []TokenSpec{{Name: "t", Rates: part,
				Policy: param.Part{Kind: "band", Values: param.Values{"low": 0.9 * size, "high": 1.1 * size}},
				Mechanism: param.Part{Kind: "perp", Values: param.Values{"maintenance": 0.005,
					"maintenance-base": float64(r.IntN(2)), "spread": 0.01}},
				Values: param.Values{"target": target, "fee": 0.0006, "impact": 9e-11, "gas": 0.5, "impact-cap": 0.005,
					"rebate-cap": 0.004}}}}
		s, err := New(spec)
		if err != nil {
			t.Fatal(err)
		}
		for path := range spec.Paths {
			life, err := Observe(context.Background(), s, 0, path, func(tokens.Event) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			gross := 1.0
			for _, v := range life.Money {
				gross += math.Abs(v)
			}
			if d := life.NAV - 1 - life.Money.Sum(); !(math.Abs(d) < 1e-12*gross) {
				t.Errorf("%v: NAV %v is %g off its ledger", part.Values, life.NAV, d)
			}
			if d := math.Log(life.NAV) - life.Logs.Sum(); life.NAV > 0 && !(math.Abs(d) < 1e-10) {
				t.Errorf("%v: ln NAV is %g off its log parts", part.Values, d)
			}
		}
	}
}

// Numbers of laws at the ends of their ranges, over one step or many, give lifetimes that are numbers and whose ledger
// adds up.
func TestExtremeRates(t *testing.T) {
	one := func(kind string, values param.Values) param.Part { return param.Part{Kind: kind, Values: values} }
	for _, kinds := range [][2]param.Part{
		{one("level", param.Values{"rate-sd": 10}), one("level", param.Values{"rate-sd": 10, "rate-floor": -10})},
		{one("ou", param.Values{"rate-sd": 10, "rate-speed": 1e5, "rate-correlation": 1}),
			one("ou", param.Values{"rate-sd": 10, "rate-speed": 0.01, "rate-level-sd": 10, "rate-correlation": -1})},
		{one("aave", param.Values{"utilisation": 0.999, "utilisation-sd": 10, "utilisation-level-sd": 10,
			"slope-kink": 0.001, "slope-1": 10, "slope-2": 100, "rate-correlation": -1}),
			one("funding-hyperliquid", param.Values{"premium-mean": -0.1, "premium-sd": 0.1, "premium-speed": 1e5,
				"funding-cap": 1, "rate-correlation": 1})},
		{one("aave", param.Values{"utilisation": 0.001, "utilisation-sd": 0, "pool": 2.1e6, "reserve-factor": 1}),
			one("funding-binance", param.Values{"premium-mean": 0.1, "premium-speed": 0.01, "funding-clamp": 0,
				"premium-level-sd": 0.1, "rate-correlation": -1})},
		{one("aave", param.Values{"utilisation-speed": 0.01, "slope-base": 10}),
			one("funding-binance", param.Values{"funding-cap": 0, "funding-interest": -0.01, "funding-clamp": 0.1})},
	} {
		for _, step := range []time.Duration{5 * time.Minute, time.Hour, 8 * time.Hour, 24 * time.Hour} {
			for _, steps := range []int{1, 70} {
				spec := ratesSpec(kinds[0], kinds[1])
				spec.Step, spec.Horizon, spec.Paths, spec.Marks = step, time.Duration(steps)*step, 40, 0
				for i, e := range ensembles(t, spec, 1) {
					for p, nav := range e.Column("nav") {
						sum, size := 1.0, 1.0
						for _, name := range e.Token.Books() {
							item := e.Column("money_" + name)[p]
							sum, size = sum+item, size+math.Abs(item)
						}
						if !(nav >= 0) || math.IsInf(nav, 0) || !(math.Abs(sum-nav) <= 1e-11*size) {
							t.Fatalf("%s, %d steps of %v, token %d, path %d: NAV %v, ledger %v", kinds[i].Kind,
								steps, step, i, p, nav, sum)
						}
					}
				}
			}
		}
	}
}

// Rates correlated with prices that are drawn from a history with growth of its own, or that stand still, are numbers
// and as wide as their law says: within 5 standard errors.
func TestRatesOfUnusualPrices(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole 60 days, and has nothing for the race detector that TestDrawnRates has not")
	}
	series := &models.Series{Name: "made", Start: time.Unix(0, 0), Step: time.Hour}
	for i := range 300 {
		series.Bars = append(series.Bars, models.Bar{Close: 0.01 * math.Sin(float64(i*i))})
	}
	history := &History{File: "made.csv", Series: series}
	rate := param.Part{Kind: "ou", Values: param.Values{"rate-sd": 0.2, "rate-speed": 1000, "rate-correlation": 0.8}}
	for _, model := range []param.Part{{Kind: "gbm", Values: param.Values{"sigma": 0}}, {Kind: "bootstrap"},
		{Kind: "bootstrap", Values: param.Values{"growth": 1}}} {
		spec := ratesSpec(rate, rate)
		spec.Model, spec.Paths = model, 4000
		if spec.Marks = 0; model.Kind == "bootstrap" {
			spec.History = history
		}
		spec.Tokens[1].Policy, spec.Tokens[1].Values = param.Part{Kind: "hold"}, param.Values{"target": 1}
		all := ensembles(t, spec, 2)
		// A position that stays at leverage 1 pays the mean of the rate over the time: with many reversions of 1/1000
		// of a year in it, of a variance of 2·sd²/(speed·time).
		years := all[1].Years()
		var sum, square float64
		for p, paid := range all[1].Column("money_funding") {
			if math.IsNaN(paid) {
				t.Fatalf("%v: path %d pays %v", model, p, paid)
			}
			sum, square = sum+paid, square+paid*paid
		}
		n := float64(spec.Paths)
		sd, want := math.Sqrt(square/n-sum*sum/n/n), 0.2*math.Sqrt(2*years/1000)
		if model.Kind == "gbm" && math.Abs(sd/want-1) > 5/math.Sqrt(2*n)+0.02 {
			t.Errorf("%v: what is paid has a standard deviation of %v, want %v", model, sd, want)
		}
	}
}
