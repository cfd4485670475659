package study_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// What a study estimates is compared with answers that need no sampling: the
// transfer operator of package exact, closed forms, and published values.
//
// Every comparison allows 4 standard errors, and demands that one is below
// 0.2 % of the value or 0.002. A correct program fails one comparison in
// 16,000 seeds; with about 60 comparisons and fixed seeds, a change of the
// random numbers has a chance of 1 in 260 to need another seed.

const confidence = 0.95

func check(t *testing.T, name string, e analytics.Estimate, want float64) {
	t.Helper()
	if want < 1e-8 && want >= 0 && e.Value == 0 {
		return // so rare that none is what to expect
	}
	t.Logf("%s = %v ± %.2g, want %v", name, e.Value, e.SE, want)
	if limit := max(0.002*math.Abs(want), 0.002); !(e.SE <= limit) {
		t.Errorf("%s: standard error %.3g; want at most %.3g to mean anything", name, e.SE, limit)
	}
	if z := (e.Value - want) / e.SE; !(math.Abs(z) < 4) {
		t.Errorf("%s = %v ± %.2g, want %v: %.1f standard errors off", name, e.Value, e.SE, want, z)
	}
}

// controlled is the mean of xs with ln S as control, whose mean is known.
func controlled(e *tokens.Ensemble, xs []float64, meanLogS float64) analytics.Estimate {
	c := analytics.ControlledMean(analytics.Sample{X: xs}, e.Column("log_underlying"), meanLogS, confidence)
	return c
}

func values(e *tokens.Ensemble, of func(i int) float64) []float64 {
	xs := make([]float64, e.N)
	for i := range xs {
		xs[i] = of(i)
	}
	return xs
}

func part(kind string, nameValue ...any) param.Part {
	p := param.Part{Kind: kind, Values: param.Values{}}
	for i := 0; i < len(nameValue); i += 2 {
		switch v := nameValue[i+1].(type) {
		case float64:
			p.Values[nameValue[i].(string)] = v
		case int:
			p.Values[nameValue[i].(string)] = float64(v)
		}
	}
	return p
}

func run(t *testing.T, s study.Spec, sinks ...study.Sink) []tokens.Ensemble {
	t.Helper()
	es, err := study.Ensembles(context.Background(), built(t, s), study.Options{}, nil, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

const day, year = 24 * time.Hour, 365 * 24 * time.Hour

func long(t *testing.T) {
	if testing.Short() {
		t.Skip("millions of path-steps: not with -short, which the race detector uses")
	}
}

// A band token on hourly and daily prices, to both destinations, with cost,
// carry and liquidation: against the operator. The first row is case B of the
// literature values, repeated literally below.
func TestBandAgainstOperator(t *testing.T) {
	long(t)
	gbm := func(sigma, mu float64) (param.Part, models.Model, float64) {
		return part("gbm", "sigma", sigma, "mu", mu), models.GBM{Sigma: sigma, Mu: mu}, mu - sigma*sigma/2
	}
	caseB, exactB, nuB := gbm(0.6, 0)
	caseC, exactC, nuC := gbm(0.8, 0.1)
	merton := part("merton", "sigma", 0.5, "jump-rate", 10, "jump-mean", -0.03, "jump-sd", 0.06)
	exactMerton := models.Merton{Sigma: 0.5, Rate: 10, JumpMean: -0.03, JumpSD: 0.06}
	nuMerton := -0.125 - 10*(math.Exp(-0.03+0.0018)-1) - 0.3
	kou := part("kou", "sigma", 0.5, "jump-rate", 12, "jump-up", 0.45, "eta-up", 30, "eta-down", 25)
	exactKou := models.Kou{Sigma: 0.5, Rate: 12, Up: 0.45, EtaUp: 30, EtaDown: 25}
	nuKou := -0.125 - 12*(0.45*30/29.0+0.55*25/26.0-1) + 12*(0.45/30-0.55/25)

	for _, tt := range []struct {
		name    string
		model   param.Part
		exact   models.Model
		logS    float64 // mean a year
		token   exact.Token
		step    time.Duration
		horizon time.Duration
		paths   int
		seed    uint64
	}{
		{"B hourly to target", caseB, exactB, nuB,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.8, High: 3.2, To: tokens.Target},
				Loan: tokens.Loan{Threshold: 0.85}, Buy: 0.001, Sell: 0.001},
			time.Hour, year, 2048, 1},
		{"B hourly to edge", caseB, exactB, nuB,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.8, High: 3.2, To: tokens.Edge},
				Loan: tokens.Loan{Threshold: 0.85}, Buy: 0.001, Sell: 0.001},
			time.Hour, year, 2048, 2},
		{"B daily to target", caseB, exactB, nuB,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.8, High: 3.2, To: tokens.Target},
				Loan: tokens.Loan{Threshold: 0.85}, Buy: 0.001, Sell: 0.001},
			day, year, 15_000, 3},
		{"C 2x with carry, 4 h", caseC, exactC, nuC,
			exact.Token{Target: 2, Band: tokens.Band{Low: 1.8, High: 2.2, To: tokens.Edge},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.01, Threshold: 0.8}, Buy: 0.001, Sell: 0.001, Fee: 0.02},
			4 * time.Hour, year, 10_000, 4},
		{"-1x to target, 4 h", caseB, exactB, nuB,
			exact.Token{Target: -1, Band: tokens.Band{Low: 0.9, High: 1.1, To: tokens.Target},
				Loan: tokens.Loan{Borrow: 0.01, Supply: 0.04, Threshold: 0.78}, Buy: 0.001, Sell: 0.001},
			4 * time.Hour, year, 10_000, 5},
		{"Merton hourly, liquidation", merton, exactMerton, nuMerton,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
				Loan: tokens.Loan{Threshold: 0.78, Bonus: 0.07}, Buy: 0.001, Sell: 0.001},
			time.Hour, 30 * day, 40_000, 6},
		{"Merton 2 h to edge, carry", merton, exactMerton, nuMerton,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Edge},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.01, Threshold: 0.78, Bonus: 0.07}, Buy: 0.001, Sell: 0.001},
			2 * time.Hour, 30 * day, 80_000, 7},
		{"Kou 2 h to target, liquidation", kou, exactKou, nuKou,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
				Loan: tokens.Loan{Threshold: 0.78, Bonus: 0.07}, Buy: 0.001, Sell: 0.001},
			2 * time.Hour, 30 * day, 80_000, 8},
		{"Kou 2 h to edge, carry", kou, exactKou, nuKou,
			exact.Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Edge},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.01, Threshold: 0.78, Bonus: 0.07}, Buy: 0.001, Sell: 0.001},
			2 * time.Hour, 30 * day, 80_000, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := tt.token
			to := 0
			if x.Band.To == tokens.Target {
				to = 1
			}
			es := run(t, study.Spec{Model: tt.model, Horizon: tt.horizon, Step: tt.step, Paths: tt.paths,
				Seed: tt.seed, Tokens: []study.TokenSpec{{
					Name: "t", Policy: part("band", "low", x.Band.Low, "high", x.Band.High, "to", to),
					Mechanism: part("loan", "borrow", x.Loan.Borrow, "supply", x.Loan.Supply,
						"liquidation-threshold", x.Loan.Threshold, "liquidation-bonus", x.Loan.Bonus),
					Values: param.Values{"target": x.Target, "fee": x.Buy,
						"streaming-fee": x.Fee, "after-liquidation": 1}}}})
			e := &es[0]
			years := e.Years()
			want, err := exact.Problem{Token: x, Model: tt.exact, Step: float64(tt.step) / float64(year)}.Moments(years)
			if err != nil {
				t.Fatal(err)
			}
			if tt.horizon < year { // resolvable without a control, which would hide a wrong drift
				check(t, "E ln S", analytics.Mean(analytics.Sample{X: e.Column("log_underlying")}, confidence),
					tt.logS*years)
				check(t, "E S", analytics.Mean(analytics.Sample{X: e.Column("underlying")}, confidence), 1)
			}
			logNAV := analytics.LogNAV(e)
			if slices.Max(e.Column("ruined")) > 0 { // survivors' prices are not all prices, so there is no control
				check(t, "E ln NAV", analytics.MeanFinite(analytics.Sample{X: logNAV}, confidence), want.Log)
			} else {
				check(t, "E ln NAV", controlled(e, logNAV, tt.logS*years), want.Log)
			}
			check(t, "E rebalances", controlled(e, e.Column("rebalances"), tt.logS*years), want.Rebalances)
			check(t, "E turnover", controlled(e, e.Column("turnover"), tt.logS*years), want.Turnover)
			check(t, "E cost drag", controlled(e, values(e, func(i int) float64 {
				return -e.Column("log_trade_fee")[i]
			}), tt.logS*years), want.CostDrag)
			check(t, "P liquidated", controlled(e, values(e, func(i int) float64 {
				return min(e.Column("liquidations")[i], 1)
			}), tt.logS*years), want.Liquidated)
		})
	}
}

// E[NAV] is dominated by its tail at long horizons; a month resolves it with
// S^T as control. Without carry and cost it is 1 whatever the policy.
func TestExpectedNAV(t *testing.T) {
	long(t)
	spec := study.Spec{Model: part("gbm", "sigma", 0.6), Horizon: 30 * day, Step: time.Hour, Paths: 8_000, Seed: 7}
	for to, name := range []string{"edge", "target"} {
		spec.Tokens = append(spec.Tokens,
			study.TokenSpec{Name: name + " free", Policy: part("band", "low", 2.8, "high", 3.2, "to", to),
				Mechanism: part("loan", "borrow", 0)},
			study.TokenSpec{Name: name + " 10 bp", Policy: part("band", "low", 2.8, "high", 3.2, "to", to),
				Mechanism: part("loan", "borrow", 0), Values: param.Values{"fee": 0.001}})
	}
	es := run(t, spec)
	for i := range es {
		e := &es[i]
		want, destination := 1.0, tokens.Edge
		if i >= 2 {
			destination = tokens.Target
		}
		if i%2 == 1 {
			m, err := exact.Problem{Token: exact.Token{Target: 3,
				Band: tokens.Band{Low: 2.8, High: 3.2, To: destination},
				Loan: tokens.Loan{Threshold: 0.85}, Buy: 0.001, Sell: 0.001},
				Model: models.GBM{Sigma: 0.6}, Step: 1.0 / 8760}.Moments(e.Years())
			if err != nil {
				t.Fatal(err)
			}
			want = m.NAV
		}
		// E S^3 = e^{3(mu − σ²/2)t + 9σ²t/2}; the control is S^3 itself.
		cube := values(e, func(i int) float64 { return math.Exp(3 * e.Column("log_underlying")[i]) })
		got := analytics.ControlledMean(analytics.Sample{X: e.Column("nav")},
			cube, math.Exp(3*0.36*e.Years()), confidence)
		check(t, "E NAV "+e.Token.Name, got, want)
	}
}

// Published values of the hourly and daily band: renewal-reward theory with
// discrete monitoring, and propagation over a year (theory of threshold
// rebalancing, case B: 3x, 2.8 to 3.2, σ 0.6, 10 bp; ids M01 to M05).
func TestPublishedBandValues(t *testing.T) {
	long(t)
	tok := func(name string, to int) study.TokenSpec {
		return study.TokenSpec{Name: name, Policy: part("band", "low", 2.8, "high", 3.2, "to", to),
			Mechanism: part("loan", "borrow", 0), Values: param.Values{"fee": 0.001}}
	}
	spec := study.Spec{Model: part("gbm", "sigma", 0.6), Horizon: year, Step: time.Hour, Paths: 2048, Seed: 11,
		Tokens: []study.TokenSpec{tok("edge", 0), tok("target", 1)}}
	one := run(t, spec)
	spec.Horizon = 2 * year
	two := run(t, spec)
	const nu = -0.18
	// Rates of the long run are differences between the second year and the
	// first: the start's transient drops out. Both years share their paths.
	longRun := func(token int, of func(e *tokens.Ensemble, i int) float64) analytics.Estimate {
		a, b := &one[token], &two[token]
		return controlled(b, values(b, func(i int) float64 { return of(b, i) - of(a, i) }), 2*nu)
	}
	column := func(name string) func(e *tokens.Ensemble, i int) float64 {
		return func(e *tokens.Ensemble, i int) float64 { return e.Column(name)[i] }
	}
	decay := func(e *tokens.Ensemble, i int) float64 {
		return math.Log(e.Column("nav")[i]) - 3*(e.Column("log_underlying")[i]-nu*e.Years())
	}
	check(t, "M01 rebalances", longRun(1, column("rebalances")), 258.505931085)
	check(t, "M01 turnover", longRun(1, column("turnover")), 57.6794928)
	check(t, "M01 growth", longRun(1, decay), -1.671944320)
	check(t, "M02 trades", longRun(0, column("rebalances")), 1064.877244)
	check(t, "M02 turnover", longRun(0, column("turnover")), 29.5320002)
	check(t, "M02 growth", longRun(0, decay), -1.645157731)
	check(t, "M05 rebalances", controlled(&one[1], one[1].Column("rebalances"), nu), 258.3536095608)
	check(t, "M05 ln NAV", controlled(&one[1], analytics.LogNAV(&one[1]), nu), -1.671922126044)

	spec.Step, spec.Horizon, spec.Paths, spec.Tokens = day, year, 10_000, spec.Tokens[1:]
	one = run(t, spec)
	spec.Horizon = 2 * year
	two = run(t, spec)
	check(t, "M03 rebalances", longRun(0, column("rebalances")), 122.222537149)
	check(t, "M03 growth", longRun(0, decay), -1.667226919)
}

// Daily reset (Cheng and Madhavan 2009), values by quadrature.
func TestDailyReset(t *testing.T) {
	long(t)
	for _, tt := range []struct {
		name                  string
		target, sigma, mu     float64
		step                  time.Duration
		paths                 int
		logMean, logVar, mean float64
	}{
		{"3x daily", 3, 0.6, 0, day, 40_000, -1.63304066398, 3.2859121529, 0},
		{"2x daily", 2, 0.8, 0.1, day, 40_000, -1.08499675523, 2.57908646062, 1.22136930469},
		{"-1x daily", -1, 0.6, 0, day, 40_000, -0.18071533089, 0.362150278431, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			es := run(t, study.Spec{Model: part("gbm", "sigma", tt.sigma, "mu", tt.mu),
				Horizon: year, Step: tt.step, Paths: tt.paths, Seed: 21,
				Tokens: []study.TokenSpec{{Name: "reset",
					Policy: part("every", "reset-interval", 86400), Mechanism: part("loan", "borrow", 0),
					Values: param.Values{"target": tt.target}}}})
			e := &es[0]
			logS := tt.mu - tt.sigma*tt.sigma/2
			log := analytics.LogNAV(e)
			check(t, "E ln NAV", controlled(e, log, logS), tt.logMean)
			// The variance of ln NAV, with that of the ideal token's log as control.
			squares := values(e, func(i int) float64 { return (log[i] - tt.logMean) * (log[i] - tt.logMean) })
			ideal := values(e, func(i int) float64 {
				d := tt.target * (e.Column("log_underlying")[i] - logS)
				return d * d
			})
			v := analytics.ControlledMean(analytics.Sample{X: squares},
				ideal, tt.target*tt.target*tt.sigma*tt.sigma, confidence)
			check(t, "Var ln NAV", v, tt.logVar)
			if tt.mean != 0 && math.Abs(tt.target) < 3 {
				power := values(e, func(i int) float64 {
					return math.Exp(tt.target * (e.Column("log_underlying")[i] - logS))
				})
				m := analytics.ControlledMean(analytics.Sample{X: e.Column("nav")},
					power, math.Exp(tt.target*tt.target*tt.sigma*tt.sigma/2), confidence)
				check(t, "E NAV", m, tt.mean)
			}
		})
	}
}

// The ideal token: lognormal with the volatility T·σ. How likely a 3x token
// loses more than half in a month is 13.9 % at σ 0.6 and 25.4 % at σ 0.8.
func TestIdealToken(t *testing.T) {
	long(t)
	phi := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	for _, tt := range []struct{ sigma, p float64 }{{0.6, 0.139}, {0.8, 0.254}} {
		var ideal []float64
		spec := study.Spec{Model: part("gbm", "sigma", tt.sigma),
			Horizon: 30 * day, Step: 6 * time.Hour, Paths: 60_000, Seed: 31, Marks: 1,
			Tokens: []study.TokenSpec{{Name: "hold", Policy: part("hold"), Mechanism: part("loan", "borrow", 0)}}}
		es := run(t, spec, func(c *study.Chunk) error { ideal = append(ideal, c.Marks[0].Ideal[0]...); return nil })
		e := &es[0]
		years := e.Years()
		m, v := -4.5*tt.sigma*tt.sigma*years, 3*tt.sigma*math.Sqrt(years)
		want := phi((math.Log(0.5) - m) / v)
		if math.Abs(want-tt.p) > 0.0005 {
			t.Fatalf("closed form %v, published %v", want, tt.p)
		}
		// Realised variance stands for σ²t; the difference is of second order.
		check(t, "P(loss > 50 %)", analytics.LossProbability(analytics.Sample{X: ideal}, 0.5, confidence), want)
		log := values(e, func(i int) float64 { return math.Log(ideal[i]) })
		check(t, "E ln ideal", controlled(e, log, -tt.sigma*tt.sigma/2*years), m)
		cube := values(e, func(i int) float64 { return math.Exp(3 * e.Column("log_underlying")[i]) })
		nav := analytics.ControlledMean(analytics.Sample{X: ideal},
			cube, math.Exp(3*tt.sigma*tt.sigma*years), confidence)
		// E e^{−3·QV} for QV of n normal steps is (1 + …)^…: exactly 1 only in the
		// limit; at 120 steps E[S³e^{−3QV}] exceeds 1 by less than 0.003.
		if math.Abs(nav.Value-1) > 0.003+4*nav.SE {
			t.Errorf("E ideal = %v ± %.2g, want 1", nav.Value, nav.SE)
		}
	}
}
