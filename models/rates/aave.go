package rates

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
)

// Slopes are the rate of a money market by its utilisation u: Base + Slope1·u/Kink up to the kink, and
// Slope2·(u − Kink)/(1 − Kink) more above it, per year.
type Slopes struct{ Base, Kink, Slope1, Slope2 float64 }

// Borrow is the rate that borrowers pay at a utilisation from 0 to 1.
func (s Slopes) Borrow(u float64) float64 {
	rate := s.Base + float64(s.Slope1*min(u/s.Kink, 1))
	if u > s.Kink {
		rate += float64(s.Slope2*(u-s.Kink)) / (1 - s.Kink)
	}
	return rate
}

// Supply is the rate that lenders earn, of which the market keeps a fraction of the interest.
func (s Slopes) Supply(u, reserve float64) float64 {
	return float64(float64(s.Borrow(u)*u) * (1 - reserve))
}

// Utilisation is that of a borrow rate, from 0 to 1.
func (s Slopes) Utilisation(borrow float64) float64 {
	u := s.Kink
	switch above := borrow - s.Base - s.Slope1; {
	case above > 0 && s.Slope2 > 0:
		u += float64(above/s.Slope2) * (1 - s.Kink)
	case above <= 0 && s.Slope1 > 0:
		u = float64(s.Kink * (borrow - s.Base) / s.Slope1)
	}
	return max(0, min(1, u))
}

// Aave is the reserve of dollars of a money market: the logit of its utilisation, ln(u/(1 − u)), reverts to its
// mean. A long token borrows from it, a short one lends to it. What the token itself borrows is added to the
// utilisation.
type Aave struct {
	Slopes
	Median, SD, Speed float64 // of the utilisation; of its logit
	LevelSD           float64 // of the mean logit of a lifetime
	Correlation       float64 // of its shocks with returns
	Reserve           float64 // part of the interest that the market keeps
	Pool              float64 // US dollars supplied; 0: the token is too small to matter
}

var _ = Registry.Register(param.Kind[Law]{
	Name: "aave", Doc: "interest of Aave, by a utilisation that reverts and two slopes: " +
		"a long token borrows from the reserve, a short one lends to it",
	Params: []param.Param{
		{Name: "utilisation", Unit: param.Fraction, Min: 0.001, Max: 0.999, Default: 0.78,
			Doc: "median utilisation of the reserve without the token's own debt"},
		{Name: "utilisation-sd", Unit: param.Plain, Min: 0, Max: 10, Default: 0.5,
			Doc: "standard deviation of ln(u/(1 − u)) of the utilisation u"},
		{Name: "utilisation-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5, Default: 80,
			Doc: "speed at which the utilisation reverts, per year"},
		{Name: "utilisation-level-sd", Unit: param.Plain, Min: 0, Max: 10,
			Doc: "standard deviation of the mean of ln(u/(1 − u)) of a lifetime"},
		correlation,
		{Name: "slope-base", Unit: param.Rate, Min: 0, Max: 10, Doc: "borrow rate at a utilisation of zero, per year"},
		{Name: "slope-kink", Unit: param.Fraction, Min: 0.001, Max: 0.999, Default: 0.9,
			Doc: "utilisation from which the second slope applies"},
		{Name: "slope-1", Unit: param.Rate, Min: 0, Max: 10, Default: 0.065,
			Doc: "rise of the borrow rate up to the kink, per year"},
		{Name: "slope-2", Unit: param.Rate, Min: 0, Max: 100, Default: 0.4,
			Doc: "further rise of the borrow rate above the kink, up to a utilisation of one, per year"},
		{Name: "reserve-factor", Unit: param.Fraction, Min: 0, Max: 1, Default: 0.1,
			Doc: "part of the interest that the market keeps"},
		{Name: "pool", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "US dollars supplied to the reserve; 0: the token's own debt does not move the rate"},
	},
	New: func(v param.Values) Law {
		return Aave{Slopes{v["slope-base"], v["slope-kink"], v["slope-1"], v["slope-2"]},
			v["utilisation"], v["utilisation-sd"], v["utilisation-speed"], v["utilisation-level-sd"],
			v["rate-correlation"],
			v["reserve-factor"], v["pool"]}
	},
})

// Check finds nothing wrong.
func (Aave) Check() error { return nil }

// KeepsMean says that the token's own rate is not used.
func (Aave) KeepsMean() bool { return false }

// Of wants the rate that the token pays or earns on dollars: borrow if long, supply if short.
func (m Aave) Of(t Token) (Process, error) {
	p := reserve{Aave: m, name: "supply"}
	if t.Long {
		p.name = "borrow"
		if m.Pool > 0 {
			p.own = t.Debt / m.Pool
		}
		if !(p.own < 1) {
			return nil, fmt.Errorf("the token owes %v USD to a reserve of %v USD; want less than it has", t.Debt,
				m.Pool)
		}
	}
	return p, t.has(p.name)
}

// A reserve is Aave's for a token.
type reserve struct {
	Aave
	name string
	own  float64 // the token's debt, a fraction of the pool
}

func (p reserve) Drives() []string      { return []string{p.name} }
func (reserve) Holds(time.Duration) int { return 1 }
func (reserve) State() int              { return 2 }

func (p reserve) mean() float64 { return fmath.Log(p.Median / (1 - p.Median)) }

// A lane's state is its logit y over −turned: u = 1/(1 + e^−y), and e^−y is the 128th power of what vector code
// takes quickly, for y up to 4 either way. It is good to 1e-14.
const turned = 128

// Begin draws the logit from its long-run law.
func (p reserve) Begin(at models.At, state models.State) {
	beginReverting(at, state, 0, -p.mean()/turned, p.SD/turned, p.LevelSD/turned)
}

func (p reserve) Advance(at models.At, r Returns, state models.State, rates []*block.Track, draws *Draws) {
	o := over(models.Years(at.Step), p.SD/turned, p.Speed, -p.Correlation)
	o.steps(at, r, state, rates[0], &draws.shocks, 0)
	all := rates[0].Flat(at.Len)
	fmath.Exps(all, all)
	if p.name == "borrow" {
		p.Slopes.of(all, p.own)
	} else {
		p.supply(all)
	}
}

// unturned is e^−y of e^(−y/turned).
func unturned(x float64) float64 {
	x = float64(x * x)
	x = float64(x * x)
	x = float64(x * x)
	x = float64(x * x)
	x = float64(x * x)
	x = float64(x * x)
	return float64(x * x)
}

// of turns the numbers e^(−y/turned) of utilisations into borrow rates, with so much more of the pool in use.
func (s Slopes) of(all []float64, own float64) {
	l := s.lines()
	if slopesVector(all, own, l) {
		return
	}
	for i, x := range all {
		u := 1/(1+unturned(x)) + own
		if u > 1 {
			u = 1
		}
		all[i] = l.at(u)
	}
}

// supply turns the numbers e^(−y/turned) of utilisations into supply rates.
func (p reserve) supply(all []float64) {
	l, lent := p.lines(), 1-p.Reserve
	if supplyVector(all, lent, l) {
		return
	}
	for i, x := range all {
		u := 1 / (1 + unturned(x))
		all[i] = float64(float64(l.at(u)*u) * lent)
	}
}

// lines are slopes per unit of utilisation.
type lines struct{ base, kink, below, above float64 }

func (s Slopes) lines() lines {
	return lines{s.Base, s.Kink, s.Slope1 / s.Kink, s.Slope2 / (1 - s.Kink)}
}

// at is Borrow without a branch, which nobody can predict.
func (l *lines) at(u float64) float64 {
	over := u - l.kink
	over = float64(0.5 * (over + math.Abs(over)))
	return l.base + float64(l.below*(u-over)) + float64(l.above*over)
}
