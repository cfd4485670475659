package exact

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/quad"
	"mcrisk/tokens"
)

// HalfWidth returns the half-width δ of the band Target ± δ that costs least,
//
//	min over δ of CostDrag + (aversion/2)·Sigma²·E[(L − Target)²],
//
// under GBM in the long run, monitored as the problem says, and the small-cost
// approximation of it when monitored continuously,
// (6kP²/aversion)^{1/3} to Target and (3kP²/(2·aversion))^{1/3} to Edge, with
// P = Target(Target − 1) and k the mean of Buy and Sell; Low and High are ignored.
// Growth alone has no interior optimum without drift, where it rises with the
// width: a band saves cost, not decay. Without cost the optimum is 0, which is an error.
//
// Source: minimum of [Problem.LongRun]'s closed forms; cube root as in Rogers,
// "Why is the effect of proportional transaction costs O(δ^{2/3})?", 2004.
func (p Problem) HalfWidth(aversion float64) (exact, small float64, err error) {
	m, ok := p.Model.(models.GBM)
	if !ok {
		return 0, 0, fmt.Errorf("exact: best half-width under %T; want GBM", p.Model)
	}
	if err := errors.Join(levy.Positive("tracking aversion", aversion), levy.Check(m)); err != nil {
		return 0, 0, err
	}
	t := p.Token
	cost := (t.Buy + t.Sell) / 2
	if !(cost > 0) {
		return 0, 0, fmt.Errorf("exact: best half-width at trading cost %v; "+
			"want a cost above 0: without it the best band has no width", cost)
	}
	gain := t.Target * (t.Target - 1)
	factor := 6.0
	if t.Band.To == tokens.Edge {
		factor = 1.5
	}
	small = fmath.Cbrt(factor * cost * gain * gain / aversion)
	room := math.Abs(t.Target) // to the innermost leverage
	if t.Target > 1 {
		room--
	}
	var fault error
	objective := func(logWidth float64) float64 {
		d := fmath.Exp(logWidth)
		moved := t
		moved.Band.Low, moved.Band.High = math.Abs(t.Target)-d, math.Abs(t.Target)+d
		r, err := Problem{Token: moved, Model: m, Step: p.Step}.LongRun()
		if err != nil {
			fault = err
			return math.Inf(1)
		}
		spread := r.Leverage2 - float64(2*t.Target*r.Leverage) + float64(t.Target*t.Target)
		return r.CostDrag + float64(aversion/2*m.Sigma*m.Sigma*spread)
	}
	low, high := fmath.Log(small)-3, math.Min(fmath.Log(small)+2, fmath.Log(room*0.9999))
	tolerance := 1e-7
	if p.Step > 0 {
		tolerance = 1e-4 // each look costs a linear system
	}
	at := quad.Least(objective, low, high, tolerance)
	if math.IsInf(objective(at), 1) {
		return 0, small, fault
	}
	if at > high-float64(10*tolerance) || at < low+float64(10*tolerance) {
		return 0, small, fmt.Errorf("exact: the best half-width is not inside (%.4g, %.4g); "+
			"want another aversion or cost", fmath.Exp(low), fmath.Exp(high))
	}
	return fmath.Exp(at), small, nil
}

// BestBand returns the edges of the band, traded only at its edges, that
// maximise the value of an investor of the given risk aversion,
//
//	Mu·E[L] − (aversion/2)·Sigma²·E[L²] − cost,
//
// when sales lose the fraction sell of what is sold and purchases nothing. With
// aversion 1 it maximises growth (Taksar, Klass and Assaf 1988); with aversion 0
// value/Mu is the largest multiple of the asset's return that costs allow. It is
// sought for bands of leverage above 1.
//
// Source: Guasoni and Mayerhofer, "The limits of leverage", Mathematical Finance
// 29 (2019), 249–284; here by maximising the closed form.
func BestBand(m models.GBM, aversion, sell float64) (low, high, value float64, err error) {
	if err := errors.Join(levy.Check(m), levy.Positive("mu", m.Mu), levy.Positive("sell cost", sell)); err != nil {
		return 0, 0, 0, err
	}
	if !(aversion >= 0 && sell < 0.2) || math.IsInf(aversion, 0) {
		return 0, 0, 0, fmt.Errorf("exact: aversion %v, sell cost %v; "+
			"want a finite aversion of at least 0 and a cost below 0.2", aversion, sell)
	}
	v := m.Sigma * m.Sigma
	worth := func(low, high float64) float64 {
		if !(1 < low && low < high && sell*high < 1) {
			return math.Inf(-1)
		}
		token := Token{Target: (low + high) / 2, Band: tokens.Band{Low: low, High: high, To: tokens.Edge}, Sell: sell}
		r, err := Problem{Token: token, Model: m}.LongRun()
		if err != nil {
			return math.Inf(-1)
		}
		return r.Growth + float64((1-aversion)*v/2*r.Leverage2)
	}
	// begin at the small-cost band, or for no aversion at its limit
	const k = 0.582811643865811 // (3/2)k + ln(1 − k) = 0
	begin := []float64{(1 - k) * math.Sqrt(k*m.Mu/v/sell), math.Sqrt(k * m.Mu / v / sell)}
	if aversion > 0 {
		if p := m.Mu / (aversion * v); p > 1 {
			d := fmath.Cbrt(3 / (4 * aversion) * p * p * (p - 1) * (p - 1) * sell)
			if p-d > 1 && p+d < begin[1] {
				begin = []float64{p - d, p + d}
			}
		}
	}
	if begin[0] <= 1 {
		begin[0] = 1 + (begin[1]-1)/10
	}
	if math.IsInf(worth(begin[0], begin[1]), -1) {
		return 0, 0, 0, fmt.Errorf("exact: no band of leverage above 1 suits mu %v, sigma %v, aversion %v; "+
			"want more drift for the risk", m.Mu, m.Sigma, aversion)
	}
	// in logs of low − 1 and of high − low
	at := func(x []float64) (low, high float64) { low = 1 + fmath.Exp(x[0]); return low, low + fmath.Exp(x[1]) }
	x := []float64{fmath.Log(begin[0] - 1), fmath.Log(begin[1] - begin[0])}
	for range 3 { // restarts shake off a collapsed simplex
		result, err := optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 { return -worth(at(x)) }}, x,
			&optimize.Settings{
				Converger:       &optimize.FunctionConverge{Absolute: 1e-15, Iterations: 40},
				FuncEvaluations: 2000,
			}, &optimize.NelderMead{SimplexSize: 0.05})
		if result == nil {
			return 0, 0, 0, fmt.Errorf("exact: best band: %w", err)
		}
		x = result.X
	}
	low, high = at(x)
	if !(low > 1+1e-6) {
		return 0, 0, 0, fmt.Errorf("exact: the best band reaches down to leverage 1; "+
			"want more drift for the risk than mu %v, sigma %v, aversion %v", m.Mu, m.Sigma, aversion)
	}
	return low, high, worth(low, high), nil
}
