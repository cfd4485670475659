package rates

import (
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/param"
)

// A Venue's rule for funding: what longs pay per eight hours at a premium P of the perpetual over
// its index, both fractions of notional, is
//
//	F = P + clamp(Interest − P, −Clamp, Clamp),
//
// of which each payment is Period/8h, at most Cap of notional either way.
type Rule struct {
	Interest, Clamp float64 // per eight hours
	Cap             float64 // of each payment
	Period          time.Duration
}

// Pays is what a payment takes from longs at a premium, a fraction of notional.
func (f Rule) Pays(premium float64) float64 {
	p := f.numbers()
	return max(-f.Cap, min(f.Cap, p.uncapped(premium)))
}

func (f Rule) numbers() paying { return paying{f.Interest, f.Clamp, f.Cap, f.share()} }

// share is the part of F that is paid at once.
func (f Rule) share() float64 { return float64(f.Period) / float64(8*time.Hour) }

// Premiums are the premiums at which a payment of this size is made: from low to high, equal where only one
// is, infinite where the cap hides it.
func (f Rule) Premiums(paid float64) (low, high float64) {
	share := f.share()
	eight := paid / share
	const same = 1e-9 // of the interest: payments on file have ten digits
	switch {
	case paid >= f.Cap:
		return f.Cap/share - f.away(f.Cap/share), math.Inf(1)
	case paid <= -f.Cap:
		return math.Inf(-1), -f.Cap/share - f.away(-f.Cap/share)
	case math.Abs(eight-f.Interest) <= same:
		return f.Interest - f.Clamp, f.Interest + f.Clamp
	}
	premium := eight - f.away(eight)
	return premium, premium
}

// away is what the clamp adds to the premium of an F that is not the interest.
func (f Rule) away(eight float64) float64 { return math.Copysign(f.Clamp, f.Interest-eight) }

// Funding is that of a perpetual whose premium reverts to its mean.
type Funding struct {
	Rule
	Mean, SD, Speed float64 // of the premium
	Correlation     float64 // of its shocks with returns
	LevelSD         float64 // of the mean of a lifetime
}

// The rules of venues, as of 2026-11.
var (
	hyperliquid = Rule{Interest: 0.0001, Clamp: 0.0005, Cap: 0.04, Period: time.Hour}
	binance     = Rule{Interest: 0.0001, Clamp: 0.0005, Cap: 0.003, Period: 8 * time.Hour}
)

var (
	premiumMean = param.Param{Name: "premium-mean", Unit: param.Fraction, Min: -0.1, Max: 0.1,
		Doc: "mean of the premium of the perpetual over its index, fraction of the price"}
	premiumSD = param.Param{Name: "premium-sd", Unit: param.Fraction, Min: 0, Max: 0.1,
		Doc: "standard deviation of the premium around the mean of the lifetime, fraction of the price"}
	premiumSpeed = param.Param{Name: "premium-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5,
		Doc: "speed at which the premium reverts to its mean, per year"}
	premiumLevel = param.Param{Name: "premium-level-sd", Unit: param.Fraction, Min: 0, Max: 0.1,
		Doc: "standard deviation of the mean premium of a lifetime, fraction of the price"}
	interest = param.Param{Name: "funding-interest", Unit: param.Fraction, Min: -0.01, Max: 0.01, Default: 0.0001,
		Doc: "interest in the venue's formula, fraction of notional per eight hours"}
	clamp = param.Param{Name: "funding-clamp", Unit: param.Fraction, Min: 0, Max: 0.1, Default: 0.0005,
		Doc: "how far the premium may be from the interest without effect, fraction of notional per eight hours"}
	limit = param.Param{Name: "funding-cap", Unit: param.Fraction, Min: 0, Max: 1, Default: 0.04,
		Doc: "largest payment, fraction of notional"}
)

func with(p param.Param, v float64) param.Param {
	p.Default = v
	return p
}

// fundingKind is one of the venues. Its defaults are fits to BTC's series, of Hyperliquid in 2024 and Binance in
// 2020 to 2024 (docs/evidence/random-rates.md); how Hyperliquid's years differ is assumed as Binance's.
func fundingKind(name, doc string, rule Rule, mean, sd, speed, level, rho float64) param.Kind[Law] {
	return param.Kind[Law]{Name: name, Doc: doc,
		Params: []param.Param{with(premiumMean, mean), with(premiumSD, sd), with(premiumSpeed, speed),
			with(premiumLevel, level), with(correlation, rho), with(interest, rule.Interest), with(clamp, rule.Clamp),
			with(limit, rule.Cap)},
		New: func(v param.Values) Law {
			return Funding{Rule{v["funding-interest"], v["funding-clamp"], v["funding-cap"], rule.Period},
				v["premium-mean"], v["premium-sd"], v["premium-speed"], v["rate-correlation"], v["premium-level-sd"]}
		}}
}

var _ = Registry.Register(fundingKind("funding-hyperliquid",
	"funding of Hyperliquid, paid each hour, from a premium that reverts", hyperliquid, 0.0004, 0.00056, 760, 0.0003,
	0.16))

var _ = Registry.Register(fundingKind("funding-binance",
	"funding of Binance, paid every eight hours, from a premium that reverts", binance, 0.00001, 0.00051, 99, 0.0003,
	0.16))

// Check finds nothing wrong.
func (Funding) Check() error { return nil }

// KeepsMean says that the token's own funding is not used.
func (Funding) KeepsMean() bool { return false }

// Of wants a rate called funding.
func (m Funding) Of(t Token) (Process, error) {
	if err := t.has("funding"); err != nil {
		return nil, err
	}
	return m, nil
}

func (Funding) Drives() []string        { return []string{"funding"} }
func (Funding) Holds(time.Duration) int { return 1 }

// The state of a lane: the premium at the last payment, its mean, and the returns since.
const (
	premiumNow    = valueNow
	premiumAround = valueAround
	returnSum     = iota
	fundingState
)

func (Funding) State() int { return fundingState }

func (m Funding) Begin(at models.At, state models.State) {
	beginReverting(at, state, 0, m.Mean, m.SD, m.LevelSD)
	state[returnSum] = [block.Lanes]float64{}
}

// Advance makes the payments that are due from the start of each step to before its end, on what is held at
// its start.
func (m Funding) Advance(at models.At, r Returns, state models.State, rates []*block.Track, draws *Draws) {
	period, dt := models.Years(m.Period), models.Years(at.Step)
	o := over(period, m.SD, m.Speed, m.Correlation)
	if m.Period == at.Step { // a payment in each step, with the premium that follows the return of the step before
		o.steps(at, r, state, rates[0], &draws.shocks, 1)
		m.pay(rates[0].Flat(at.Len), 1/dt)
		return
	}
	now, around, sum := &state[premiumNow], &state[premiumAround], &state[returnSum]
	shares := r.SD > 0 && m.Correlation != 0
	keep, perYear := o.keep, 1/dt
	own, shared, mean := o.size(), 0.0, 0.0 // for a step of so many payments, so many steps after the last
	ofMany, ofSteps := 0, 0
	end := m.due(at.First, at.Step)
	summed := 0 // steps whose returns are in sum, or before a payment
	for s := range at.Len {
		step := at.First + s
		first := end
		for time.Duration(end)*m.Period < time.Duration(step+1)*at.Step {
			end++
		}
		to := &rates[0][s]
		if many := end - first; shares && first > 0 && many > 0 {
			// The return of the steps since the last payment is shared by those of this step.
			steps := step - int(time.Duration(first-1)*m.Period/at.Step)
			if many != ofMany || steps != ofSteps {
				n := float64(many)
				own = float64(o.size() * math.Sqrt(1-float64(m.Correlation*m.Correlation)/n))
				shared = o.shared / float64(float64(r.SD*math.Sqrt(float64(steps)))*math.Sqrt(n))
				mean, ofMany, ofSteps = float64(float64(steps)*r.Mean), many, steps
			}
		}
		if shares && end > first {
			draws.add(sum, r.Move[summed:s])
			summed = s
		}
		*to = [block.Lanes]float64{}
		for number := first; number < end; number++ {
			if number > 0 { // the first is at the start
				z := draws.shocks.row(at, number)
				for l, a := range around {
					now[l] = (a + float64(keep*(now[l]-a))) + (float64(own*z[l]) + float64(shared*(sum[l]-mean)))
				}
			}
			paid := *now
			m.pay(paid[:], perYear)
			for l, x := range &paid {
				to[l] += x
			}
		}
		if end > first {
			*sum = [block.Lanes]float64{}
		}
	}
	if shares {
		draws.add(sum, r.Move[summed:at.Len])
	}
}

// A paying is a rule as numbers.
type paying struct{ interest, clamp, limit, share float64 }

// uncapped is the payment at a premium without the cap. A clamp of d is (|d + c| − |d − c|)/2, which processors
// do without branches.
func (p *paying) uncapped(premium float64) float64 {
	d := p.interest - premium
	return float64((premium + float64(0.5*(math.Abs(d+p.clamp)-math.Abs(d-p.clamp)))) * p.share)
}

// pay turns premiums into what is paid at them, per year where a payment is made in each step.
func (f Rule) pay(premiums []float64, perYear float64) {
	if payVector(premiums, f, perYear) {
		return
	}
	interest, clamp, limit, share := f.Interest, f.Clamp, f.Cap, f.share()
	for i, premium := range premiums {
		d := interest - premium
		v := float64((premium + float64(0.5*(math.Abs(d+clamp)-math.Abs(d-clamp)))) * share)
		if math.Abs(v) > limit {
			v = math.Copysign(limit, v)
		}
		premiums[i] = float64(v * perYear)
	}
}

// due is the number of payments before a step.
func (m Funding) due(step int, length time.Duration) int {
	return int((time.Duration(step)*length + m.Period - 1) / m.Period)
}
