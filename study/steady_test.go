package study_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/catalogue"
	"mcrisk/exact"
	"mcrisk/param"
	"mcrisk/study"
)

// shipped is a study of a catalogue token on its underlying's own volatility, with some
// of its parameters changed.
func shipped(t *testing.T, name string, horizon time.Duration, paths int, change param.Values) study.Spec {
	t.Helper()
	entry, err := catalogue.LookupToken(name)
	if err != nil {
		t.Fatal(err)
	}
	underlying, err := catalogue.LookupUnderlying(entry.Underlying)
	if err != nil {
		t.Fatal(err)
	}
	gbm := underlying.Model("gbm")
	token := entry.Spec()
	values := param.Values{}
	for _, from := range []param.Values{token.Values, change} {
		for name, v := range from {
			values[name] = v
		}
	}
	token.Values = values
	return study.Spec{Model: gbm, Horizon: horizon, Step: time.Hour, Paths: paths, Seed: 11,
		Tokens: []study.TokenSpec{token}}
}

// Where flows hold the vault steady the operator knows what gas and impact cost: of
// ETHBULL3X as shipped, with gas that is felt, with a vault in which impact is felt, and
// of a short that does not add to its position before that is worth the gas. Of 25
// comparisons within 4 standard errors one fails once in 630 seeds of a correct program.
func TestGasAndImpactAgainstOperator(t *testing.T) {
	long(t)
	const horizon = 90 * day
	for _, tt := range []struct {
		name, token string
		change      param.Values
	}{
		{"as shipped", "ETHBULL3X", nil},
		{"gas of 20 USD", "ETHBULL3X", param.Values{"gas": 20}},
		{"gas of 2000 USD, to target", "BTCBULL2X", param.Values{"gas": 2000}},
		{"a vault of 10 million", "ETHBULL3X", param.Values{"aum": 1e7, "gas": 0.5}},
		{"a short with gas of 100 USD", "BTCBEAR1X", param.Values{"gas": 100, "aum": 1e5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec := shipped(t, tt.token, horizon, 20_000, tt.change)
			if tt.name == "gas of 2000 USD, to target" {
				spec.Tokens[0].Policy.Values = param.Values{"low": 1.8, "high": 2.2, "to": 1}
			}
			s := built(t, spec)
			p, err := exact.NewProblem(s.Token(0), s.Model(), time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			want, err := p.Moments(s.Years())
			if err != nil {
				t.Fatal(err)
			}
			e := run(t, spec)[0]
			target, sigma := s.Token(0).Target, spec.Model.Values["sigma"]
			years := s.Years()
			power := values(&e, func(i int) float64 { return math.Exp(target * e.Column("log_underlying")[i]) })
			mean := math.Exp(target * (target - 1) / 2 * sigma * sigma * years)
			check(t, "NAV", analytics.ControlledMean(analytics.Sample{X: e.Column("nav")}, power, mean, confidence),
				want.NAV)
			logNAV := values(&e, func(i int) float64 { return math.Log(e.Column("nav")[i]) })
			check(t, "log growth a year", controlled(&e, scaled(logNAV, 1/years), -sigma*sigma/2*years), want.Log/years)
			check(t, "rebalances", analytics.Mean(analytics.Sample{X: e.Column("rebalances")}, confidence),
				want.Rebalances)
			check(t, "turnover", analytics.Mean(analytics.Sample{X: e.Column("turnover")}, confidence), want.Turnover)
			liquidated := values(&e, func(i int) float64 { return min(1, e.Column("liquidations")[i]) })
			check(t, "liquidated", analytics.Mean(analytics.Sample{X: liquidated}, confidence), want.Liquidated)
		})
	}
}

func scaled(xs []float64, by float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = x * by
	}
	return out
}

// The law of the decay, ln NAV − T·ln S, of ETHBULL3X with gas and impact is that of
// its lifetimes: by Kolmogorov's distance, which a correct program exceeds once in
// 10,000 seeds. The same token without gas and impact is told from it.
func TestGasAndImpactInTheLaw(t *testing.T) {
	long(t)
	const paths = 20_000
	decays := func(change param.Values) (*study.Study, []float64) {
		spec := shipped(t, "ETHBULL3X", 30*day, paths, change)
		e := run(t, spec)[0]
		s := built(t, spec)
		return s, values(&e, func(i int) float64 {
			return math.Log(e.Column("nav")[i]) - s.Token(0).Target*e.Column("log_underlying")[i]
		})
	}
	s, dear := decays(param.Values{"gas": 20})
	p, err := exact.NewProblem(s.Token(0), s.Model(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	law, err := p.DecayLaw(s.Years())
	if err != nil {
		t.Fatal(err)
	}
	most := 2.23 / math.Sqrt(paths)
	if d := distance(dear, law.CDF); !(d < most) {
		t.Errorf("the laws are %.4g apart; want less than %.4g", d, most)
	}
	_, cheap := decays(param.Values{"impact": 0})
	if d := distance(cheap, law.CDF); d < 2*most {
		t.Errorf("without gas and impact the laws are %.4g apart; want them told apart", d)
	}
}

// distance is the largest difference of a sample's distribution from a law.
func distance(xs []float64, cdf func(float64) float64) (d float64) {
	sorted := slices.Sorted(slices.Values(xs))
	n := float64(len(sorted))
	for i, x := range sorted {
		p := cdf(x)
		d = max(d, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	return d
}

// Whatever a token's vault would have become without deposits, no liquidation and no
// cost of the catalogue's tokens comes from its size: under geometric Brownian motion
// over a year of hours the paths liquidated are those that are liquidated where nothing
// is paid in dollars, gas takes its share of the vault's AUM at each trade and no more,
// and the vaults stand at their AUM. SOLBULL3X, whose lifetimes end at a millionth of
// their start and below, and ETHBULL3X are never liquidated, as is everything that
// rebalances on a loan. Tokens without a fast path live 500 paths instead of 2,000, for
// the time it takes.
func TestNoSmallVaults(t *testing.T) {
	long(t)
	for _, entry := range catalogue.Tokens() {
		t.Run(entry.Name, func(t *testing.T) {
			paths := 2000
			if entry.Mechanism.Kind == "perp" && entry.Name != "SOLBULL3X" {
				paths = 500
			}
			spec := shipped(t, entry.Name, year, paths, nil)
			e := run(t, spec)[0]
			free := run(t, shipped(t, entry.Name, year, paths, param.Values{"gas": 0, "impact": 0}))[0]
			liquidations, other := e.Column("liquidations"), free.Column("liquidations")
			gas, aum := e.Token.Cost.Gas/e.Token.AUM, e.Token.AUM
			liquidated, differ := 0, 0
			for i := range e.N {
				if liquidations[i] > 0 {
					liquidated++
				}
				if (liquidations[i] > 0) != (other[i] > 0) {
					differ++
				}
				ruined := e.Column("ruined")[i] > 0
				if v := e.Column("aum")[i]; !ruined && v != aum {
					t.Fatalf("path %d: a vault of %v USD; want %v", i, v, aum)
				}
				paid, most := -e.Column("log_gas")[i], -math.Log1p(-gas)*e.Column("rebalances")[i]
				if !ruined && paid > 1.02*most { // a part of a trade's cost, which may be 2 % of equity
					t.Fatalf("path %d: gas took %v of log equity in %v trades; want at most %v", i, paid,
						e.Column("rebalances")[i], most)
				}
			}
			held := entry.Policy.Kind == "hold"
			if entry.Mechanism.Kind == "loan" && !held && liquidated > 0 ||
				entry.Name == "SOLBULL3X" && liquidated > 0 {
				t.Errorf("%d of %d paths liquidated; want none", liquidated, e.N)
			}
			if float64(differ) > 0.05*float64(liquidated) {
				t.Errorf("%d paths liquidated, and %d otherwise than without gas and impact", liquidated, differ)
			}
		})
	}
}
