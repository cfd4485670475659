package exact

import (
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/models"
)

// A frame is a token and a price in the coordinate y.
type frame struct {
	token      Token
	nu, sigma  float64 // of y between jumps: drift of ln S plus carry, and volatility
	low, high  float64 // the band
	start      [3]float64
	safe, base float64 // rate of the safe leg; growth rate common to all paths, safe − Fee
	carry      float64 // rate of the risky leg minus that of the safe leg

	trend, spread float64 // of ln S, jumps included: drift and variance, 1/year
}

// The starts of cycles: the target, where the lifetime starts, and the destinations of
// trades at the upper and at the lower end.
const (
	fromStart = iota
	fromUp
	fromDown
	ended // not a start: after liquidation or ruin nothing follows
)

func newFrame(t Token, m models.Model) frame {
	risky, safe := t.legs()
	nu, sigma := levy.Diffusion(m)
	low, high := t.triggers()
	up, down := t.resets()
	trend, spread := nu, float64(sigma*sigma)
	if rate, law := levy.Jumps(m, math.NaN(), math.Inf(1)); rate > 0 {
		trend += float64(rate * law.Sum(func(x float64) float64 { return x }))
		spread += float64(rate * law.Sum(func(x float64) float64 { return float64(x * x) }))
	}
	return frame{
		trend: trend, spread: spread,
		token: t, nu: nu + risky - safe, sigma: sigma, low: low, high: high,
		start: [3]float64{coordinate(t.Target), up, down},
		safe:  safe, base: safe - t.Fee, carry: risky - safe,
	}
}

// same reports whether every cycle starts at the target.
func (f frame) same() bool {
	return f.start[fromStart] == f.start[fromUp] && f.start[fromStart] == f.start[fromDown]
}

// slowest is the rate of leaving of Brownian motion without drift, π²sigma²/(2D²):
// drift and jumps only add to it (in the real part of the generator's numerical
// range), and monitoring at steps acts like a band wider by about 0.6 standard
// deviations at each end.
func (f frame) slowest(step float64) float64 {
	d := (f.high - f.low) + float64(1.2*f.sigma*math.Sqrt(step))
	return math.Pi * math.Pi * f.sigma * f.sigma / (2 * d * d)
}

// An exit is a point outside the band where a cycle may end, and the trade or
// liquidation there.
type exit struct {
	y     float64
	next  int     // fromUp, fromDown or ended
	log   float64 // growth(y) plus the log of what cost or liquidation leave of equity
	cost  float64 // minus the log of what the trade's cost leaves
	trade float64 // notional over equity before the trade

	unsolved bool // the trade has no solution, because of its impact
}

func (f frame) exitAt(y float64) exit {
	t := f.token
	if y*t.Target <= 0 { // equity is gone
		return exit{y: y, next: ended, log: math.Inf(-1)}
	}
	ratio := fmath.Exp(math.Abs(y)) // collateral over debt
	if t.Loan.Threshold > 0 && ratio*t.Loan.Threshold < 1 {
		return exit{y: y, next: ended, log: growth(y) + t.afterLiquidation(ratio)}
	}
	next := fromUp
	if y <= f.low {
		next = fromDown
	}
	log, trade := t.trade(leverage(y), leverage(f.start[next]))
	if math.IsInf(log, -1) {
		return exit{y: y, next: ended, log: log, unsolved: t.Impact > 0}
	}
	return exit{y: y, next: next, log: growth(y) + log, cost: -log, trade: trade}
}

// checkSolvable returns an error if a trade without a solution is reached with a
// probability that matters, given the probabilities of all exits.
func checkSolvable(exits []exit, probability []float64) error {
	sum, nearest := 0.0, math.Inf(1)
	for k, e := range exits {
		if e.unsolved {
			sum += probability[k]
			nearest = min(nearest, math.Abs(leverage(e.y)))
		}
	}
	if sum > 1e-12 {
		return fmt.Errorf("exact: a trade from leverage %.4g, which is reached with probability %.2g at a look, "+
			"has no solution under its impact; want less AUM or impact", nearest, sum)
	}
	return nil
}

// A visit holds the Laplace transforms at s of one cycle from one start: the
// expectations of ∫e^{−s·t} dt spent near each inside node, and of e^{−s·τ} with the
// cycle ending at each exit.
type visit struct{ inside, exits []complex128 }

// A cycle is the law of y from a start until it leaves the band.
type cycle interface {
	// points returns the nodes inside the band and the exits.
	points() (inside []float64, exits []exit)
	// visits returns the transforms at s for each start.
	visits(s complex128) [3]visit
	// slowest is a lower bound of the rate at which y leaves the band: the transforms
	// are analytic right of −slowest.
	slowest() float64
	// clock is the transform of time itself, 1/s, or step/(1 − e^{−s·step}) on a grid.
	clock(s complex128) complex128
}

func total(weights []complex128) complex128 {
	var t complex128
	for _, w := range weights {
		t += w
	}
	return t
}
