package exact

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mcrisk/models"
	"mcrisk/tokens"
)

// Whatever sensible thing is asked, the answer is right or refused with a
// reason, and never NaN. Known truths stand in for the right answer.
func TestAnyProblem(t *testing.T) {
	refused, asked := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		// numbers spread evenly over their ranges, in logs: rapid's own floats
		// crowd at the ends
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		pick := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, random.Float64()) }
		target := rapid.SampledFrom([]float64{1.25, 2, 3, 5, 10, -.5, -1, -3}).Draw(r, "target")
		token := Token{Target: target}
		token.Band.To = rapid.SampledFrom([]tokens.Destination{tokens.Target, tokens.Edge}).Draw(r, "to")
		size := math.Abs(target)
		token.Loan.Threshold = rapid.SampledFrom([]float64{0, .95}).Draw(r, "threshold")
		worst, least := 20*size, 0.0
		if token.Loan.Threshold > 0 {
			worst = token.liquidationLeverage()
		}
		if target > 1 {
			least = 1
		}
		token.Band.High = size + (worst-size)*pick(.001, .99)
		token.Band.Low = size - (size-least)*pick(.001, .99)
		free := rapid.Bool().Draw(r, "free")
		if !free {
			token.Buy, token.Sell = pick(1e-5, .01), pick(1e-5, .01)
			token.Loan.Borrow, token.Loan.Supply, token.Fee = pick(.001, .3), pick(.001, .1), pick(.001, .05)
		}
		sigma := pick(.01, 3)
		mu := rapid.SampledFrom([]float64{0, .5, -.5}).Draw(r, "mu")
		model := rapid.SampledFrom([]models.Model{
			models.GBM{Mu: mu, Sigma: sigma}, models.GBM{Mu: mu, Sigma: sigma},
			models.Merton{Mu: mu, Sigma: sigma, Rate: 20, JumpMean: -.02, JumpSD: .05},
			models.Kou{Mu: mu, Sigma: sigma, Rate: 20, Up: .4, EtaUp: 25, EtaDown: 20},
		}).Draw(r, "model")
		step := rapid.SampledFrom([]float64{0, hour / 60, hour / 12, hour, 4 * hour, day}).Draw(r, "step")
		days := rapid.SampledFrom([]float64{1, 7, 30, 365, 3650}).Draw(r, "days")
		p := Problem{Token: token, Model: model, Step: step}
		n := newFrame(token, model).nodesFor(step, usual)
		if step > 0 && n > 60 && random.IntN(10) > 0 || n > 200 && n <= chosenNodes {
			return // much work, or a refusal: a few will do
		}
		asked++

		rates, err := p.LongRun()
		refusedProperly(r, err)
		if err == nil {
			notNaN(r, p, rates.Rebalances, rates.UpShare, rates.Turnover, rates.CostDrag, rates.Growth, rates.Decay,
				rates.LogVariance, rates.DecayVariance, rates.Leverage, rates.Leverage2, rates.Liquidations,
				rates.Hazard)
			if rates.Rebalances < 0 || rates.CostDrag < 0 || !(rates.UpShare >= -1e-12 && rates.UpShare <= 1) ||
				rates.Hazard < -1e-6 {
				r.Fatalf("%+v: impossible rates %+v", p, rates)
			}
			if step > 0 && rates.Rebalances*step > 1+1e-9 {
				r.Fatalf("%+v: more than one rebalance a step: %+v", p, rates)
			}
			lo, hi := min(-token.Band.Low, -token.Band.High), token.Band.High
			if step == 0 && (rates.Leverage < lo-1e-6*size || rates.Leverage > hi*(1+1e-6)) {
				r.Fatalf("%+v: mean leverage outside the band: %+v", p, rates)
			}
		}
		m, err := p.Moments(days * day)
		refusedProperly(r, err)
		if err != nil {
			refused++
			return
		}
		notNaN(r, p, m.NAV, m.NAVSD, m.Log, m.LogSD, m.Decay, m.DecaySD, m.Rebalances, m.RebalancesSD, m.Turnover,
			m.CostDrag, m.Liquidated, m.Ruined)
		if m.NAV < 0 || m.Rebalances < -1e-9 || m.Liquidated > 1+1e-9 || m.Ruined > m.Liquidated+1e-9 {
			r.Fatalf("%+v: impossible moments %+v", p, m)
		}
		if step > 0 && m.Rebalances > days*day/step*(1+1e-9) {
			r.Fatalf("%+v: more than one rebalance a step: %+v", p, m)
		}
		_, gbm := model.(models.GBM)
		fair := gbm && free && mu == 0 && token.Loan.Threshold == 0 && m.Ruined < 1e-12
		if fair && math.Abs(m.NAV-1) > 1e-6 {
			r.Fatalf("a fair token is worth %v: %+v", m.NAV, m)
		}
		if math.Abs(m.Log) < 1e-12+m.LogSD*1e-9 {
			return
		}
		floor := math.Log(max(m.NAV, math.SmallestNonzeroFloat64)) // a mean may be too small for a float64
		if m.Ruined < 1e-12 && m.Log > floor+1e-6 {
			r.Fatalf("%+v: mean log %v above log of mean %v", p, m.Log, math.Log(m.NAV))
		}
		if testing.Short() || rapid.IntRange(0, 9).Draw(r, "law") > 0 {
			return // they take longest
		}
		law, err := p.Law(days * day)
		refusedProperly(r, err)
		if err == nil {
			q, err := law.Quantile(.5)
			refusedProperly(r, err)
			if err == nil && !math.IsInf(q, -1) &&
				math.Abs(q-m.Log) > 1.01*m.LogSD+10*law.Bound+10*m.Ruined*m.LogSD+1e-9 {
				r.Fatalf("%+v: median %v is more than a standard deviation %v from the mean %v (ruined %v)", p, q,
					m.LogSD, m.Log, m.Ruined)
			}
		}
	})
	t.Logf("%d of %d moments refused", refused, asked)
}

func notNaN(r *rapid.T, what Problem, values ...float64) {
	for _, v := range values {
		if math.IsNaN(v) {
			r.Fatalf("%+v: NaN among %v", what, values)
		}
	}
}

func refusedProperly(r *rapid.T, err error) {
	if err != nil && (!strings.HasPrefix(err.Error(), "exact: ") || strings.Contains(err.Error(), "NaN")) {
		r.Fatalf("refusal %q; want the package, and the value and what was wanted", err)
	}
}
