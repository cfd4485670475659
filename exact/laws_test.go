package exact

import (
	"fmt"
	"math"
	"testing"

	"mcrisk/exact/brownian"
	"mcrisk/models"
	"mcrisk/quad"
	"mcrisk/tokens"
)

// Without growth, carry and cost, expected equity is 1 for every policy, step
// and horizon.
func TestFairTokenStaysFair(t *testing.T) {
	for _, target := range []float64{3, 2, -1, -2} {
		for _, to := range []tokens.Destination{tokens.Target, tokens.Edge} {
			for _, step := range []float64{0, day, hour} {
				for _, years := range []float64{day, 30 * day, 1} {
					if step == 0 && to == tokens.Edge {
						continue
					}
					p := Problem{Token: band(target, 0.2, to), Model: gbm6, Step: step}.costing(0)
					id := fmt.Sprintf("%vx to %v every %v for %v", target, to, step, years)
					check(t, []row{{id, must(p.Moments(years)).NAV, 1, 2e-11}})
				}
			}
		}
	}
}

// The prices of both legs count: with every rate r, equity grows at r.
func TestCarryAloneGrowsEquity(t *testing.T) {
	for _, target := range []float64{3, -1} {
		p := Problem{Token: band(target, 0.2, tokens.Target), Model: models.GBM{Sigma: 0.6}, Step: day}.costing(0)
		p.Token.Loan.Borrow, p.Token.Loan.Supply, p.Token.Fee = 0.05, 0.05, 0.02
		check(t, []row{{"E NAV", must(p.Moments(1)).NAV, math.Exp(0.03), 1e-10}})
	}
}

// To the edge, at zero drift and without cost, growth is −½σ²·L₊·L₋ for any width.
func TestEdgeIdentity(t *testing.T) {
	for _, tt := range []struct{ target, width, sigma float64 }{
		{3, .2, .6}, {3, 1.5, 2}, {-1, .5, .6}, {10, 1, .1}, {1.5, .4, .8},
	} {
		p := Problem{Token: band(tt.target, tt.width, tokens.Edge), Model: models.GBM{Sigma: tt.sigma}}.costing(0)
		r := must(p.LongRun())
		product := tt.target*tt.target - tt.width*tt.width
		check(t, []row{
			{"growth", r.Growth, -tt.sigma * tt.sigma / 2 * product, 1e-12},
			{"E L²", r.Leverage2, product, 1e-12},
		})
	}
}

// As the band narrows: turnover to the edge is half of that to target, tracking
// error and turnover follow their expansions, and growth is the ideal token's.
func TestNarrowBand(t *testing.T) {
	const width = 1e-3
	for _, target := range []float64{3, -1} {
		p := Problem{Token: band(target, width, tokens.Target), Model: models.GBM{Mu: .1, Sigma: .6}}.costing(0)
		r, e := must(p.LongRun()), must(p.to(tokens.Edge).LongRun())
		square := target * target * (target - 1) * (target - 1)
		m := must(brownian.Ideal{Leverage: target, Model: p.Model}.Drawdown()).Drift
		check(t, []row{
			{"half", e.Turnover / r.Turnover, 0.5, 1e-5},
			{"rebalances", r.Rebalances, .36 * square / width / width, 1e-5},
			{"turnover", r.Turnover, .36 * square / width, 1e-5},
			{"tracking variance", r.Leverage2 - 2*target*r.Leverage + target*target, width * width / 6, 1e-4},
			{"tracking variance to edge", e.Leverage2 - 2*target*e.Leverage + target*target, width * width / 3, 1e-4},
			{"growth", r.Growth, m, 1e-5},
			{"growth to edge", e.Growth, m, 1e-5},
		})
	}
}

// A band of no width on a grid is the token reset at every step.
func TestNoWidthIsReset(t *testing.T) {
	p := Problem{Token: band(3, 0, tokens.Target), Model: gbm6, Step: day}.costing(0)
	m := must(p.Moments(1))
	r := must(brownian.Reset{Leverage: 3, Price: gbm6, Interval: day}.After(365))
	check(t, []row{
		{"E ln", m.Log, r.Log, 1e-10}, {"sd", m.LogSD * m.LogSD, r.LogVar, 1e-10},
		{"NAV sd", m.NAVSD, r.SD, 1e-9}, {"rebalances", m.Rebalances, 365, 1e-10},
	})
}

// A band that is not left is a leveraged loan held: NAV is 1 + b·(S − 1).
func TestWideBandIsHold(t *testing.T) {
	p := Problem{Token: Token{Target: 2, Band: tokens.Band{Low: 1.1, High: 10, To: tokens.Target}},
		Model: models.GBM{Mu: .1, Sigma: .3}, Step: day}
	m := must(p.Moments(20 * day))
	sd := math.Exp(.1*20*day) * math.Sqrt(math.Expm1(.09*20*day))
	law := must(p.Law(20 * day))
	median := math.Log(1 + 2*math.Expm1((.1-.045)*20*day))
	check(t, []row{
		{"mean", m.NAV, 1 + 2*math.Expm1(.1*20*day), 1e-11},
		{"sd", m.NAVSD, 2 * sd, 1e-9},
		{"median", must(law.Quantile(.5)), median, 1e-9},
		{"rebalances", 1 + m.Rebalances, 1, 1e-9},
	})
}

// The same year of hours, one step at a time: value functions on the nodes of a
// finer rule, and the closed-form probability of leaving kept by subtraction, so
// no mass is lost.
func TestHorizonBySteps(t *testing.T) {
	f := newFrame(caseB.Token, gbm6)
	inc := incrementOf(gbm6, hour)
	var in quad.Rule
	in.Add(f.low, f.high, 64)
	out := f.outsideRule(f.high, f.high+inc.hi, inc.narrow/2, inc.narrow/2)
	below := f.outsideRule(f.low, f.low+inc.lo, inc.narrow/2, inc.narrow/2)
	out.Join(below)
	points := append(append([]float64{}, in.X...), f.start[fromStart])
	w := len(points) - 1
	n := len(points)
	kernel := make([]float64, n*n)
	var leaves, gains, nav [65]float64
	for i, from := range points {
		stay := 0.0
		for j, to := range in.X {
			kernel[i*n+j] = in.W[j] * inc.density(to-from)
			stay += kernel[i*n+j]
		}
		leaves[i] = 1 - stay
		for j, y := range out.X {
			e := f.exitAt(y)
			p := out.W[j] * inc.density(y-from)
			gains[i] += p * (e.log - growth(from))
			nav[i] += p * math.Exp(e.log-growth(f.start[fromStart]))
		}
	}
	// inside moves gain growth(y) − growth(x); NAV is carried as E[NAV·e^{h(y)−h(w)}]
	count, log, value := make([]float64, n), make([]float64, n), make([]float64, n)
	next := [3][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
	heights := make([]float64, n)
	for i, y := range points {
		heights[i] = growth(y)
		value[i] = math.Exp(growth(y) - growth(f.start[fromStart]))
	}
	for range 8760 {
		for i := range points {
			c, l, v := leaves[i]*(1+count[w]), gains[i]+leaves[i]*log[w], nav[i]*value[w]
			for j := range in.X {
				k := kernel[i*n+j]
				c += k * count[j]
				l += k * (heights[j] - heights[i] + log[j])
				v += k * value[j]
			}
			next[0][i], next[1][i], next[2][i] = c, l, v
		}
		copy(count, next[0])
		copy(log, next[1])
		copy(value, next[2])
	}
	m := must(caseB.every(hour).Moments(1))
	check(t, []row{
		{"E N", m.Rebalances, count[w], 1e-11},
		{"E ln NAV", m.Log, log[w], 1e-11},
		{"E NAV", m.NAV, value[w], 1e-10},
	})
}

func TestDoublingNodesChangesNothing(t *testing.T) {
	for _, m := range []models.Model{
		gbm6, models.Merton{Sigma: .5, Rate: 20, JumpMean: -.01, JumpSD: .03},
		models.Kou{Sigma: .5, Rate: 12, Up: .45, EtaUp: 30, EtaDown: 25},
		models.Kou{Sigma: .25, Rate: 5000, Up: .53, EtaUp: 189, EtaDown: 173},
	} {
		for _, to := range []tokens.Destination{tokens.Target, tokens.Edge} {
			for _, step := range []float64{day, 2 * hour} {
				p := Problem{Token: band(3, .3, to), Model: m, Step: step}.liquidated(.78)
				r := must(p.Doubled(90 * day))
				if !(r.Bound < 1e-9) {
					t.Errorf("%+v to %v every %v: doubling changes %.2g", m, to, step, r.Bound)
				}
			}
		}
	}
}
