package rates

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/param"
)

// Skew is what holders of a venue's calls have together, size over collateral, and the funding rate that follows it.
// Skew reverts to the token's own, less Response for each unit per year by which the funding rate is above the
// token's: dear funding drives holders away. The rate changes as that of the venue does, see tokens.Option.
type Skew struct{ SD, Speed, Response, Correlation float64 }

var _ = Registry.Register(param.Kind[Law]{
	Name: "skew", Doc: "size over collateral of an option venue, which reverts and sets its funding rate",
	Params: []param.Param{
		{Name: "skew-sd", Unit: param.Plain, Max: 1, Default: 0.03,
			Doc: "standard deviation of size over collateral at a constant funding rate"},
		{Name: "skew-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5, Default: 365,
			Doc: "speed at which size over collateral reverts, per year"},
		{Name: "skew-response", Unit: param.Plain, Max: 100, Default: 0.25,
			Doc: "fall of size over collateral for a funding rate higher by 1 a year"},
		correlation,
	},
	New: func(v param.Values) Law {
		return Skew{v["skew-sd"], v["skew-speed"], v["skew-response"], v["rate-correlation"]}
	},
})

// Check finds nothing wrong.
func (Skew) Check() error { return nil }

// KeepsMean says that the skew's mean and the rate at the start are the token's numbers.
func (Skew) KeepsMean() bool { return true }

// Of wants a token that holds an option.
func (m Skew) Of(t Token) (Process, error) {
	p := skewed{Skew: m, mean: t.Value("skew"), funding: t.Value("funding-start"), limit: t.Value("funding-cap"),
		velocity: t.Value("velocity"), target: t.SkewTarget, width: t.SkewWidth}
	if err := t.has("funding-start"); err != nil {
		return nil, err
	}
	if !(p.width > 0) {
		return nil, fmt.Errorf("it wants a venue whose funding follows the skew; width = %v", p.width)
	}
	return p, nil
}

// Bounded reports whether the funding rate has a level or a cap, whatever the skew's mean: without either it drifts
// further away the longer it is followed.
func (m Skew) Bounded(limit float64) error {
	if m.Response > 0 || limit > 0 {
		return nil
	}
	return fmt.Errorf("skew-response = %v and no funding-cap: the funding rate has no level that it returns to; "+
		"want one of them, or a shorter horizon", m.Response)
}

// A skewed is the skew of a token's venue.
type skewed struct {
	Skew
	mean, funding, limit, velocity float64
	target, width                  float64 // of the venue, see Token
}

// Drives names the funding rate, its mean over each step, and the skew at the start of the step.
func (skewed) Drives() []string { return []string{"funding-start", "skew"} }
func (skewed) State() int       { return 2 }

// Holds says that each step has its own.
func (skewed) Holds(time.Duration) int { return 1 }

// The state of a lane: its skew and the funding rate, per year.
const (
	optionSkew = iota
	optionFunding
)

// daysSquared are squared days in a squared year.
const daysSquared = 365 * 365

func (p skewed) Begin(at models.At, state models.State) {
	for lane := range block.Lanes {
		state[optionSkew][lane] = p.mean
		if p.SD > 0 {
			state[optionSkew][lane] += float64(p.SD * startNormal(at, lane, 1))
		}
		state[optionFunding][lane] = p.funding
	}
}

func (p skewed) Advance(at models.At, r Returns, state models.State, tracks []*block.Track, draws *Draws) {
	dt := models.Years(at.Step)
	o := over(dt, p.SD, p.Speed, p.Correlation)
	shared := 0.0
	if o.shared != 0 && r.SD > 0 {
		shared = o.shared / r.SD
	}
	for s := range at.Len {
		z := draws.shocks.row(at, at.First+s)
		for lane := range block.Lanes {
			skew, rate := max(0, state[optionSkew][lane]), state[optionFunding][lane]
			mean, next := p.follow(rate, skew, dt)
			tracks[0][s][lane], tracks[1][s][lane] = mean, skew
			level := p.mean - float64(p.Response*(rate-p.funding))
			state[optionSkew][lane] = level + float64(o.keep*(state[optionSkew][lane]-level)) +
				float64(o.own*z[lane]) + float64(shared*(r.Move[s][lane]-r.Mean))
			state[optionFunding][lane] = next
		}
	}
}

// follow is the mean of the funding rate over a step at a skew, and the rate after it.
func (p skewed) follow(rate, skew, dt float64) (mean, next float64) {
	v := float64(float64(p.velocity*daysSquared) * max(-1, min(1, (skew-p.target)/p.width)))
	limit := p.limit
	switch {
	case v < 0:
		limit = 0
	case limit == 0:
		limit = math.Inf(1)
	}
	next = rate + float64(v*dt)
	if v == 0 || v > 0 && next <= limit || v < 0 && next >= limit {
		return (rate + next) / 2, next
	}
	part := (limit - rate) / float64(v*dt) // of the step, until the bound is met
	return float64((rate+limit)/2*part) + float64(limit*(1-part)), limit
}
