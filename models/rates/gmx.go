package rates

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/random"
)

// AdaptiveFunding is how GMX v2 moves the rate at which one side of a market pays the other, from the imbalance of
// its open interest,
//
//	(longs − shorts)/(longs + shorts),
//
// in [−1, 1]. Rates are a year's, signed: longs pay where they are above zero.
//
// Source: gmx-io/gmx-synthetics a5c0c88, README and MarketUtils.sol.
type AdaptiveFunding struct {
	Increase float64 // of the rate in a year at an imbalance of 1, 1/year²
	Decrease float64 // of the rate in a year, 1/year²
	Stable   float64 // the rate rises where the imbalance of the paying side is above this,
	Falling  float64 // and falls where it is below this
	Min, Max float64 // of the rate's size
}

// leastRate is what is left of a rate that has fallen: one unit of the contract's 30 decimals, a second.
const leastRate = 365 * 86400 * 1e-30

// After is the rate once an imbalance has lasted for some years. It moves towards the imbalance, unless that is the
// paying side's and small.
func (f AdaptiveFunding) After(rate, imbalance, years float64) float64 {
	over := f.over(years)
	next, _ := over.next(rate, imbalance)
	return next
}

// Paid is what longs and what shorts pay on their notional at a rate. The rate is on the larger side, whichever pays;
// what one side pays, the other receives, each in proportion to its size.
func (f AdaptiveFunding) Paid(rate, imbalance float64) (longs, shorts float64) {
	paid := float64(math.Copysign(max(f.Min, math.Abs(rate)), rate) * (1 + math.Abs(imbalance)))
	return paid / (1 + imbalance), -paid / (1 - imbalance)
}

// GMXFunding is the rule of BTC and ETH on GMX v2: 75 % a year after three hours at an imbalance of 1.
//
// Source: gmx-io/gmx-synthetics a5c0c88, config/markets.ts.
var GMXFunding = AdaptiveFunding{Increase: 0.75 * 8760 / 3, Stable: 0.04, Min: 0.01, Max: 0.75}

// An adapting is a rule of funding over some time.
type adapting struct{ rise, fall, stable, falling, least, most float64 }

func (f AdaptiveFunding) over(years float64) adapting {
	return adapting{float64(f.Increase * years), float64(f.Decrease * years), f.Stable, f.Falling, f.Min, f.Max}
}

// next is the rate after that time, and its mean in it: it moves evenly until it meets a bound.
func (a *adapting) next(rate, imbalance float64) (next, mean float64) {
	size := math.Abs(imbalance)
	move := float64(a.rise * imbalance)
	next = rate + move
	if next > a.most {
		next = a.most
	}
	if next < -a.most {
		next = -a.most
	}
	if float64(rate*imbalance) > 0 && size <= a.stable {
		next = rate
		if size < a.falling {
			move = -math.Copysign(a.fall, rate)
			next = math.Copysign(max(leastRate, math.Abs(rate)-a.fall), rate)
		}
	}
	d := next - rate
	const none = 1e-300 // nothing over it is zero
	return next, next - float64(float64(0.5*d)*(d/(move+none)))
}

// GMX is a market of GMX v2: the logarithm of its long over its short open interest reverts to its mean less Response
// times the funding rate, as traders follow what they are paid. The logit of the usage of the larger side, what is
// reserved for it over what may be, reverts to its mean. From these follow funding and the borrow fee, and if the
// open interest is given, what the side of a trade adds to its cost.
type GMX struct {
	Skew, SkewSD, SkewSpeed float64 // median imbalance without funding; of ln(longs/shorts)
	SkewLevelSD             float64 // of its mean of a lifetime
	Response                float64 // of its mean to the funding rate
	Usage, UsageSD          float64 // median usage; of its logit
	UsageSpeed              float64
	UsageLevelSD            float64 // of its mean of a lifetime
	Correlation             float64 // of both shocks with returns
	Funding                 AdaptiveFunding
	Borrow                  Slopes
	BothBorrow              bool // the smaller side pays the borrow fee too

	OpenInterest   float64 // longs and shorts, US dollars; 0: costs of trades are the token's own
	Worsens, Mends float64 // factor of the squared imbalance, 1/USD, for a trade that worsens it and one that mends it
	Rebate         float64 // what a trade that mends pays less of the fee, fraction of notional
}

var _ = Registry.Register(param.Kind[Law]{
	Name: "gmx", Doc: "funding and borrow fee of GMX, by the skew and the usage of its open interest, which revert; " +
		"with open-interest, price impact and fees by the skew too",
	Params: []param.Param{
		{Name: "skew", Unit: param.Plain, Min: -0.99, Max: 0.99, Default: 0.015,
			Doc: "median of (longs − shorts)/(longs + shorts) of the open interest, if there were no funding"},
		{Name: "skew-sd", Unit: param.Plain, Min: 0, Max: 1, Default: 0.1,
			Doc: "standard deviation of ln(longs/shorts), if there were no funding"},
		{Name: "skew-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5, Default: 365,
			Doc: "speed at which the skew reverts, per year"},
		{Name: "skew-level-sd", Unit: param.Plain, Min: 0, Max: 1, Default: 0.03,
			Doc: "standard deviation of the mean of ln(longs/shorts) of a lifetime"},
		{Name: "skew-response", Unit: param.Plain, Min: 0, Max: 10, Default: 0.3,
			Doc: "by how much a funding rate of 100 % a year moves the mean of ln(longs/shorts), against the side " +
				"that pays"},
		{Name: "usage", Unit: param.Fraction, Min: 0.001, Max: 0.999, Default: 0.25,
			Doc: "median usage of the larger side: what is reserved for it over what may be"},
		{Name: "usage-sd", Unit: param.Plain, Min: 0, Max: 10, Default: 0.5,
			Doc: "standard deviation of ln(u/(1 − u)) of the usage u"},
		{Name: "usage-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5, Default: 80,
			Doc: "speed at which the usage reverts, per year"},
		{Name: "usage-level-sd", Unit: param.Plain, Min: 0, Max: 10, Default: 0.5,
			Doc: "standard deviation of the mean of ln(u/(1 − u)) of a lifetime"},
		correlation,
		{Name: "funding-increase", Unit: param.Rate, Min: 0, Max: 10, Default: 0.25,
			Doc: "by how much an hour at a skew of one moves the funding rate"},
		{Name: "funding-decrease", Unit: param.Rate, Min: 0, Max: 10, Default: 0.015625,
			Doc: "by how much an hour at a skew below funding-falling lowers the funding rate"},
		{Name: "funding-stable", Unit: param.Plain, Min: 0, Max: 1, Default: 0.04,
			Doc: "skew of the paying side above which the funding rate rises"},
		{Name: "funding-falling", Unit: param.Plain, Min: 0, Max: 1,
			Doc: "skew of the paying side below which the funding rate falls; at most funding-stable"},
		{Name: "funding-least", Unit: param.Rate, Min: 0, Max: 10, Default: 0.01,
			Doc: "least size of the funding rate, per year"},
		{Name: "funding-most", Unit: param.Rate, Min: 0, Max: 10, Default: 0.75,
			Doc: "largest size of the funding rate, per year"},
		{Name: "usage-optimal", Unit: param.Fraction, Min: 0.001, Max: 0.999, Default: 0.85,
			Doc: "usage from which the borrow fee rises faster"},
		{Name: "borrow-base", Unit: param.Rate, Min: 0, Max: 10, Default: 0.45,
			Doc: "borrow fee over the usage, up to usage-optimal, per year"},
		{Name: "borrow-above", Unit: param.Rate, Min: 0, Max: 10, Default: 0.9,
			Doc: "borrow fee at a usage of one, per year; at least borrow-base"},
		{Name: "borrow-sides", Unit: param.Choice, Max: 1, Choices: []string{"larger", "both"},
			Doc: "which side of the open interest pays the borrow fee"},
		{Name: "open-interest", Unit: param.USD, Min: 0, Max: 1e12,
			Doc: "open interest of longs and shorts together, US dollars; 0: trades cost the same at any skew"},
		{Name: "impact-worse", Unit: param.Plain, Min: 0, Max: 1, Default: 9e-11, With: "open-interest",
			Doc: "with open-interest: price impact of a trade that worsens the skew, over the change of its square, " +
				"1/USD"},
		{Name: "impact-mend", Unit: param.Plain, Min: 0, Max: 1, With: "open-interest",
			Doc: "with open-interest: what a trade that mends the skew is paid, over the change of its square, 1/USD"},
		{Name: "fee-mend", Unit: param.Fraction, Min: 0, Max: 0.1, Default: 0.0002, With: "open-interest",
			Doc: "with open-interest: what a trade that mends the skew pays less of the fee, fraction of notional"},
	},
	New: func(v param.Values) Law {
		const hours = 8760 // a year
		optimal, base := v["usage-optimal"], v["borrow-base"]
		return GMX{
			Skew: v["skew"], SkewSD: v["skew-sd"], SkewSpeed: v["skew-speed"], SkewLevelSD: v["skew-level-sd"],
			Response: v["skew-response"],
			Usage:    v["usage"], UsageSD: v["usage-sd"], UsageSpeed: v["usage-speed"],
			UsageLevelSD: v["usage-level-sd"], Correlation: v["rate-correlation"],
			Funding: AdaptiveFunding{float64(hours * v["funding-increase"]), float64(hours * v["funding-decrease"]),
				v["funding-stable"], v["funding-falling"], v["funding-least"], v["funding-most"]},
			Borrow: Slopes{Kink: optimal, Slope1: float64(base * optimal),
				Slope2: v["borrow-above"] - float64(base*optimal)},
			BothBorrow:   v["borrow-sides"] == 1,
			OpenInterest: v["open-interest"], Worsens: v["impact-worse"], Mends: v["impact-mend"],
			Rebate: v["fee-mend"],
		}
	},
})

// Check wants numbers in their order, and a largest impact below one half.
func (m GMX) Check() error {
	f, b := m.Funding, m.Borrow
	switch above := b.Slope1 + b.Slope2; {
	case f.Falling > f.Stable:
		return fmt.Errorf("funding-falling = %v; want at most funding-stable, %v", f.Falling, f.Stable)
	case f.Min > f.Max:
		return fmt.Errorf("funding-least = %v; want at most funding-most, %v", f.Min, f.Max)
	case above < b.Slope1/b.Kink*(1-1e-12):
		return fmt.Errorf("borrow-above = %v; want at least borrow-base, %v", above, b.Slope1/b.Kink)
	}
	if most := 2 * max(m.Worsens, m.Mends) * m.OpenInterest; !(most < 0.5) {
		return fmt.Errorf("price impact = %v of a trade's notional with all of open-interest, %v USD, on one side; "+
			"want below 0.5", most, m.OpenInterest)
	}
	return nil
}

// KeepsMean says that the token's own rates are not used.
func (GMX) KeepsMean() bool { return false }

// Of wants a token with funding and a borrow fee.
func (m GMX) Of(t Token) (Process, error) {
	p := market{m, 1}
	if !t.Long {
		p.side = -1
	}
	for _, name := range marketRates {
		if err := t.has(name); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// marketRates are the rates that a market of GMX makes, and marketCosts what it adds to the cost of trades.
var (
	marketRates = []string{"funding", "borrow-fee"}
	marketCosts = []string{"impact-increase", "impact-decrease", "fee-increase", "fee-decrease"}
)

// A market is GMX's for a token.
type market struct {
	GMX
	side float64 // of the token, +1 or −1
}

func (p market) Drives() []string {
	if p.OpenInterest > 0 {
		return append(marketRates[:len(marketRates):len(marketRates)], marketCosts...)
	}
	return marketRates
}

// The state of a lane: the logarithm of the open interest of the token's side over the other, and the logit of the
// usage, each over −turned and with its mean; and the funding rate, above zero where the token's side pays it.
const (
	ofSkew       = 0
	ofUse        = 2
	fundingNow   = 4
	marketStates = 5
)

func (market) State() int { return marketStates }

// The market has run for so many ticks of so long before the start.
const (
	pastTick  = 4 * time.Hour
	pastTicks = block.Steps
)

// Begin draws the skew with the funding rate where traders want it, and lets both run.
func (p market) Begin(at models.At, state models.State) {
	scale := float64(p.side / -turned)
	mean := fmath.Log((1 + p.Skew) / (1 - p.Skew))
	beginReverting(at, state[ofSkew:], 0, float64(scale*mean), p.SkewSD/turned, p.SkewLevelSD/turned)
	beginReverting(at, state[ofUse:], 2, fmath.Log((1-p.Usage)/p.Usage)/turned, p.UsageSD/turned,
		p.UsageLevelSD/turned)
	for l, around := range state[ofSkew+valueAround] {
		rate := 0.0
		if p.Response > 0 {
			rate = max(-p.Funding.Max, min(-float64(turned*around)/p.Response, p.Funding.Max))
		}
		state[ofSkew+valueNow][l] += float64(p.Response*rate) / turned
		state[fundingNow][l] = rate
	}
	var z, move, funding, borrow block.Track
	random.Normals(&z, at.Seed, at.Group, stream(at, ofPast), 0, pastTicks)
	t := p.tick(models.Years(pastTick), false)
	t.run(z[:], move[:], funding[:], borrow[:], state, Returns{})
}

// Holds is four where steps are an hour at most: that is how often the market is looked at.
func (market) Holds(step time.Duration) int {
	if step <= time.Hour {
		return 4
	}
	return 1
}

func (p market) Advance(at models.At, r Returns, state models.State, rates []*block.Track, draws *Draws) {
	each := p.Holds(at.Step)
	tick := at
	tick.First, tick.Len, tick.Step = at.First/each, (at.Len+each-1)/each, time.Duration(each)*at.Step
	r = draws.over(r, each, at.Len)
	funding, borrow := rates[0], rates[1]
	years := models.Years(tick.Step)
	over(years, p.UsageSD/turned, p.UsageSpeed, -p.Correlation).
		steps(tick, r, state[ofUse:], borrow, &draws.usage, 0)
	all := borrow.Flat(tick.Len)
	fmath.Exps(all, all)
	p.Borrow.of(all, 0)
	t := p.tick(years, true)
	for s := 0; s < tick.Len; {
		z := draws.shocks.rows(tick, tick.First+s)
		n := min(tick.Len-s, len(z))
		t.run(z[:n], r.Move[s:s+n], funding[s:s+n], borrow[s:s+n], state, r)
		s += n
	}
	if p.OpenInterest > 0 {
		p.costs(r.Move[:tick.Len], rates[len(marketRates):])
	}
	for _, t := range rates {
		for s := tick.Len - 1; s > 0; s-- {
			t[s*each] = t[s]
		}
	}
}

// A marketTick is what a market does in a tick.
type marketTick struct {
	skew reverting
	adapting
	pull float64 // of the funding rate on the skew
	side float64 // of the token
	free float64 // the smaller side's share of the borrow fee
}

func (p market) tick(years float64, correlated bool) marketTick {
	t := marketTick{adapting: p.Funding.over(years), side: p.side}
	correlation := 0.0
	if correlated {
		correlation = -float64(p.side * p.Correlation)
	}
	t.skew = over(years, p.SkewSD/turned, p.SkewSpeed, correlation)
	t.pull = float64((1-t.skew.keep)*p.Response) / turned
	if p.BothBorrow {
		t.free = 1
	}
	return t
}

// run makes len(z) ticks: it writes the funding that longs pay, takes the borrow fee of the smaller side away, and
// puts the imbalance of the token's side in the place of the returns.
func (t *marketTick) run(z, move, funding, borrow []row, state models.State, r Returns) {
	own, shared, rest := t.skew.around(state[ofSkew:], r)
	tick := *t
	tick.skew.own, t = own, &tick
	value, rate := &state[ofSkew+valueNow], &state[fundingNow]
	if tickVector(t, z, move, funding, borrow, value, rate, &rest, shared) {
		return
	}
	for k := range z {
		for l, x := range value {
			other := unturned(shortExp(x)) // open interest of the other side over this one
			imbalance := (1 - other) / (1 + other)
			next, mean := t.next(rate[l], imbalance)
			paid := float64(t.side * math.Copysign(max(t.least, math.Abs(mean)), mean))
			funding[k][l] = float64(paid * max(1, other))
			if other > 1 {
				borrow[k][l] = float64(t.free * borrow[k][l])
			}
			value[l] = ((rest[l] + float64(t.skew.keep*x)) + float64(t.pull*next)) +
				(float64(t.skew.own*z[k][l]) + float64(shared*move[k][l]))
			rate[l], move[k][l] = next, imbalance
		}
	}
}

// shortExp is e^x, good to x⁶/720. Sums are made apart, so that the processor overlaps them.
func shortExp(x float64) float64 {
	x2 := float64(x * x)
	tail := float64(x*(1.0/120)) + 1.0/24
	return float64(((float64(x*(1.0/6))+0.5)+float64(tail*x2))*x2) + (x + 1)
}

// costs writes what the side of a trade adds to its impact and to its fee. A trade that increases the position worsens
// the skew where the token's side is the larger, and mends it where it is the smaller.
func (p market) costs(imbalance []row, to []*block.Track) {
	for k := range imbalance {
		for l, x := range imbalance[k] {
			usd := float64(x * p.OpenInterest)
			worse, mend := float64(2*p.Worsens*math.Abs(usd)), -float64(2*p.Mends*math.Abs(usd))
			if usd < 0 {
				to[0][k][l], to[1][k][l], to[2][k][l], to[3][k][l] = mend, worse, -p.Rebate, 0
			} else {
				to[0][k][l], to[1][k][l], to[2][k][l], to[3][k][l] = worse, mend, 0, -p.Rebate
			}
		}
	}
}
