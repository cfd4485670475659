package analytics_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// On every path that survives the log parts add up to ln NAV, and on every
// path, ruined or not, the money parts add up to NAV − 1. The study must have
// met liquidations, ruin and every item, or it proves nothing.
func TestPartsAddUp(t *testing.T) {
	seen := map[string]bool{}
	spec := stormy(512)
	spec.Tokens = append(spec.Tokens, study.TokenSpec{Name: "vault",
		Policy: part("hold", nil), Mechanism: part("loan", nil),
		Values: param.Values{"target": 2, "performance-fee": 0.2, "mint-interval": 86400, "entry-fee": 0.01,
			"fee-to-vault": 0.5, "flows": float64(tokens.Chasing), "flow-response": 1}},
		study.TokenSpec{Name: "protected", Policy: part("hold", nil), Mechanism: part("option", nil),
			Values: param.Values{"target": 2}})
	for _, e := range run(t, spec) {
		logs, money := analytics.LogContributions(&e), analytics.MoneyContributions(&e)
		ruined, liquidated := e.Column("ruined"), e.Column("liquidations")
		worstLog, worstMoney := 0.0, 0.0
		for i := range e.N {
			seen["ruin"] = seen["ruin"] || ruined[i] > 0
			seen["liquidation survived"] = seen["liquidation survived"] || liquidated[i] > 0 && ruined[i] == 0
			sum, size := 0.0, 1.0
			for _, p := range money {
				sum += p.Paths[i]
				size += math.Abs(p.Paths[i])
				seen[p.Name] = seen[p.Name] || p.Paths[i] != 0
			}
			worstMoney = max(worstMoney, math.Abs(sum-(e.Column("nav")[i]-1))/size)
			sum = 0
			for _, p := range logs {
				if ruined[i] > 0 != math.IsInf(p.Paths[i], -1) {
					t.Fatalf("%s, path %d, ruined %v: %s = %v", e.Token.Name, i, ruined[i], p.Name, p.Paths[i])
				}
				sum += p.Paths[i]
			}
			if ruined[i] == 0 {
				worstLog = max(worstLog, math.Abs(sum-math.Log(e.Column("nav")[i])))
			}
		}
		t.Logf("%s: log parts add up to %.1g, money parts to %.1g", e.Token.Name, worstLog, worstMoney)
		if !(worstLog <= 1e-11) || !(worstMoney <= 1e-12) {
			t.Errorf("%s: log parts miss the total by %.2g, money parts by %.2g of their size; "+
				"want at most 1e-11 and 1e-12", e.Token.Name, worstLog, worstMoney)
		}
	}
	for _, what := range append([]string{"ruin", "liquidation survived"}, tokens.ItemNames[1:]...) {
		if !seen[what] {
			t.Errorf("the study has no %s; want one that has everything", what)
		}
	}
}

// Means of parts add up to the mean of the total: plain, controlled and within
// groups.
func TestMeansAddUp(t *testing.T) {
	spec := stormy(700)
	es := run(t, spec)
	calm := spec
	calm.Model.Kind, calm.Model.Values = "gbm", map[string]float64{"sigma": 0.6}
	calm.Tokens = spec.Tokens[2:]
	short := &run(t, calm)[0]
	years := short.Years()
	known := knownOf(t, models.GBM{Sigma: 0.6}, -2, years, -0.18*years, 0.36*years)
	for _, tt := range []struct {
		name string
		of   []analytics.Attribution
	}{
		{"log", []analytics.Attribution{analytics.AttributeLog(ofAll(&es[0], nil))}},
		{"money", []analytics.Attribution{analytics.AttributeMoney(ofAll(short, nil))}},
		{"controlled", []analytics.Attribution{analytics.AttributeLog(ofAll(short, known)),
			analytics.AttributeMoney(ofAll(short, known))}},
		{"by price", groups(analytics.AttributeBy(ofAll(&es[2], nil), "underlying", 5))},
		{"by variance", groups(analytics.AttributeBy(ofAll(&es[0], nil), "realised_variance", 3))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, a := range tt.of {
				over, yearly := 0.0, 0.0
				for _, c := range a.Causes {
					over += c.Over.Value
					yearly += c.Yearly.Value
					if c.Over.N != a.Total.Over.N {
						t.Errorf("%s over %d paths, the total over %d", c.Name, c.Over.N, a.Total.Over.N)
					}
				}
				if d := over - a.Total.Over.Value; !(math.Abs(d) <= 1e-11) {
					t.Errorf("causes add up to %v, the total is %v", over, a.Total.Over.Value)
				}
				if d := yearly - a.Total.Yearly.Value; !(math.Abs(d) <= 1e-11) {
					t.Errorf("a year: causes add up to %v, the total is %v", yearly, a.Total.Yearly.Value)
				}
				if tt.name == "controlled" && !(a.Total.Over.VarianceReduction > 10) {
					t.Errorf("gain %v; want the control to have been used", a.Total.Over.VarianceReduction)
				}
			}
		})
	}
}

// What is told of money is told once: the total of the attribution, total_return and
// NAV − 1 are one estimate, corrected or not, and decay_vs_linear is NAV less a known
// number. Where few paths decide NAV none of them is said, and no cause that varies.
func TestMoneyIsOneEstimate(t *testing.T) {
	spec := stormy(700)
	spec.Model = part("gbm", param.Values{"sigma": 0.6})
	for i := range run(t, spec) {
		e := &run(t, spec)[i]
		years := e.Years()
		known := knownOf(t, models.GBM{Sigma: 0.6}, e.Token.Target, years, -0.18*years, 0.36*years)
		for name, c := range map[string]*analytics.Case{"plain": ofAll(e, nil), "controlled": ofAll(e, known)} {
			nav, total := c.Estimate(analytics.MustLookup("nav")), analytics.AttributeMoney(c).Total.Over
			moved := nav
			moved.Value, moved.Lo, moved.Hi = nav.Value-1, nav.Lo-1, nav.Hi-1
			if !sameEstimate(moved, total) || !sameEstimate(total, c.Estimate(analytics.MustLookup("total_return"))) {
				t.Errorf("%s, %s: NAV %+v, total of the attribution %+v", e.Token.Name, name, nav, total)
			}
			if linear := c.Estimate(analytics.MustLookup("decay_vs_linear")); name == "controlled" &&
				nav.Warning != analytics.NotEstimable && !(math.Abs(linear.Value-total.Value) < 1e-12 &&
				linear.SE == total.SE && linear.Hi == total.Hi) {
				t.Errorf("%s: decay_vs_linear %+v where E[S] is 1; NAV %+v", e.Token.Name, linear, nav)
			}
		}
	}
	wild := spec
	wild.Model = part("gbm", param.Values{"sigma": 3})
	e := &run(t, wild)[0]
	a := analytics.AttributeMoney(ofAll(e, nil))
	withheld := 0
	for _, c := range append(a.Causes, a.Total) {
		varies := false
		for _, p := range analytics.MoneyContributions(e) {
			varies = varies || p.Name == c.Name && slices.Max(p.Paths) > slices.Min(p.Paths)
		}
		if varies = varies || c.Name == "total"; varies != (c.Over.Warning == analytics.NotEstimable) ||
			varies != math.IsNaN(c.Over.Value) {
			t.Errorf("%s, which varies: %v, is %+v", c.Name, varies, c.Over)
		}
		if varies {
			withheld++
		}
	}
	if withheld < 5 {
		t.Errorf("%d causes of a wild price are withheld; want most", withheld)
	}
}

// sameEstimate compares two estimates of which both may be undefined.
func sameEstimate(a, b analytics.Estimate) bool {
	return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b)
}

func groups(gs []analytics.Group) (as []analytics.Attribution) {
	for _, g := range gs {
		as = append(as, g.Attribution)
	}
	return as
}

// Groups hold each path once, in the order of the column, and differ by one
// path at most.
func TestGroups(t *testing.T) {
	e := run(t, stormy(102))[0]
	by := slices.Sorted(slices.Values(e.Column("underlying")))
	gs := analytics.AttributeBy(ofAll(&e, nil), "underlying", 5)
	from := 0
	for i, g := range gs {
		if g.N != g.Total.Over.N+g.Ruined || g.N < 20 || g.N > 21 {
			t.Errorf("group %d has %d paths, %d survivors and %d ruined", i, g.N, g.Total.Over.N, g.Ruined)
		}
		if g.Lo != by[from] || g.Hi != by[from+g.N-1] {
			t.Errorf("group %d reaches from %v to %v; want %v to %v", i, g.Lo, g.Hi, by[from], by[from+g.N-1])
		}
		from += g.N
	}
	if from != 102 {
		t.Errorf("%d paths in the groups, want 102", from)
	}
}

// A token that never trades, free, on a price known by hand: +10 % then −10 %.
// At 2x: 1 → 1.2, leverage 2.2/1.2, then 1.2 − 0.22 = 0.98.
func TestPartsByHand(t *testing.T) {
	k, err := tokens.Compile(tokens.Token{Target: 2, AUM: 1, Policy: tokens.Hold{},
		Mechanism: tokens.Loan{Threshold: 0.95}}, year)
	if err != nil {
		t.Fatal(err)
	}
	path := tokens.Path{Step: year, Bars: []tokens.Bar{{Move: math.Log(1.1)}, {Move: math.Log(0.9)}}}
	life := k.Live(path)
	e := tokens.NewEnsemble(tokens.Token{Target: 2}, 2*year, 1)
	for _, c := range tokens.Columns {
		e.Add(c.Name, []float64{c.Of(&life)})
	}
	qv := math.Pow(math.Log(1.1), 2) + math.Pow(math.Log(0.9), 2)
	e.Add("underlying", []float64{0.99})
	e.Add("log_underlying", []float64{math.Log(0.99)})
	e.Add("realised_variance", []float64{qv})
	want := map[string]float64{
		"log underlying": 2 * math.Log(0.99), "log volatility_decay": -qv,
		"log band_effect":  math.Log(0.98) - 2*math.Log(0.99) + qv,
		"money underlying": -0.02, "money path": 0,
	}
	for prefix, parts := range map[string][]analytics.Contribution{"log ": analytics.LogContributions(&e),
		"money ": analytics.MoneyContributions(&e)} {
		for _, p := range parts {
			if got := p.Paths[0]; math.Abs(got-want[prefix+p.Name]) > 1e-15 {
				t.Errorf("%s%s = %v, want %v", prefix, p.Name, got, want[prefix+p.Name])
			}
		}
	}
}

// Every item of the ledger but the price and the shortfall is a cost item, so
// that none can be forgotten when the ledger grows.
func TestCostItemsAreAll(t *testing.T) {
	for i := range tokens.Items {
		if is := slices.Contains(analytics.CostItems, i); is == (i == tokens.Price || i == tokens.Shortfall) {
			t.Errorf("%s is a cost item: %v", tokens.ItemNames[i], is)
		}
	}
}
