package tokens

import (
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"mcrisk/param"
)

// Random tokens and paths for the laws. They lean to the places where things
// break: thin margins, dear trades, late keepers, crashes.

func number(lo, hi float64) *rapid.Generator[float64] { return rapid.Float64Range(lo, hi) }

// sometimes is zero half of the time.
func sometimes(t *rapid.T, name string, lo, hi float64) float64 {
	if rapid.Bool().Draw(t, name+"?") {
		return number(lo, hi).Draw(t, name)
	}
	return 0
}

// anyToken is a token at any venue that is registered.
func anyToken(t *rapid.T) Token {
	token := knownToken(t)
	if rapid.IntRange(0, 3).Draw(t, "protected") == 0 {
		return protected(t, token)
	}
	if others := otherVenues(); len(others) > 0 && rapid.IntRange(0, 2).Draw(t, "other") == 0 {
		other := token
		other.Policy, other.Mechanism = Hold{}, venueOf(t, rapid.SampledFrom(others).Draw(t, "kind"))
		if other.Check() == nil {
			token.Mechanism = other.Mechanism
		}
	}
	return token
}

// protected is a token with a call, of any numbers, in place of its venue.
func protected(t *rapid.T, token Token) Token {
	token.Target = number(0.1, 3.5).Draw(t, "size")
	token.Holder = Holder{}
	m := Option{TradeFee: sometimes(t, "option fee", 0, 0.1),
		Margin:      number(0.02, 0.9).Draw(t, "margin") / token.Target,
		RollTrigger: sometimes(t, "roll trigger", 0.002, 0.3), RollPart: number(0.1, 1).Draw(t, "roll part"),
		RollDown: rapid.Bool().Draw(t, "roll down"),
		Funding:  sometimes(t, "option funding", 0, 50), Velocity: sometimes(t, "velocity", 0, 1),
		Skew: number(0.5, 1.2).Draw(t, "skew"), SkewMax: number(0.7, 1.3).Draw(t, "skew max"),
		Borrow: sometimes(t, "hedge borrow", -1, 5), Supply: sometimes(t, "hedge supply", -1, 5),
		HedgeThreshold: number(0.3, 0.99).Draw(t, "hedge threshold"), HedgeBonus: sometimes(t, "hedge bonus", 0, 0.2),
		MarginReset: sometimes(t, "margin reset", 0.001, 0.9)}
	m.Maintenance = min(m.Margin, 1) * number(0, 0.9).Draw(t, "option maintenance")
	m.HedgeLTV = m.HedgeThreshold * number(0.1, 0.99).Draw(t, "hedge ltv")
	if rapid.Bool().Draw(t, "cap") {
		m.Cap = m.Funding + number(0, 100).Draw(t, "over")
	}
	token.Mechanism, token.Policy = m, anyPolicy(t, token.Target)
	if rapid.Bool().Draw(t, "plain call") { // so that calm steps are made at once
		token.Keeper, token.StreamingFee = Keeper{Outage: Outage{Length: time.Hour}}, 0
		token.Minting, token.Flows = Minting{}, Flows{}
	}
	return token
}

// knownToken is a token at a venue of this package.
func knownToken(t *rapid.T) Token {
	token := Token{
		Target: rapid.OneOf(rapid.SampledFrom([]float64{3, 2, 4, 1, -1, -2}), number(0.1, 5),
			number(-3, -0.1)).Draw(t, "target"),
		AUM: rapid.SampledFrom([]float64{1e6, 3000, 1e9}).Draw(t, "AUM"),
		Keeper: Keeper{
			Interval: time.Minute *
				time.Duration(rapid.SampledFrom([]int{0, 0, 0, 20, 60, 90, 300}).Draw(t, "interval")),
			Latency: time.Duration(rapid.SampledFrom([]int{0, 0, 0, 7, 60, 100}).Draw(t, "latency")) * time.Minute,
		},
		StreamingFee:     sometimes(t, "streaming fee", 0, 2),
		AfterLiquidation: AfterLiquidation(rapid.IntRange(0, 1).Draw(t, "after liquidation")),
		EntryFee:         sometimes(t, "entry fee", 0, 0.1),
	}
	token.Flows = anyFlows(t, token.AUM)
	token.FeeToVault = sometimes(t, "fee to vault", 0, 1)
	if rapid.IntRange(0, 3).Draw(t, "minting") == 0 {
		token.Minting = Minting{PerformanceFee: sometimes(t, "performance fee", 0, 0.5),
			Interval: time.Minute * time.Duration(rapid.SampledFrom([]int{0, 7, 60, 1440}).Draw(t, "mint interval"))}
	}
	if rapid.IntRange(0, 3).Draw(t, "holder") == 0 {
		token.ExitFee = 0.003
		token.Holder = Holder{Invest: 1e5, Parts: 3, PaidIn: Underlying, ExitFlashFee: 0.0005}
	}
	if rapid.IntRange(0, 3).Draw(t, "outages") == 0 {
		token.Keeper.Outage = Outage{Rate: 100, Length: time.Hour}
	}
	if !rapid.Bool().Draw(t, "free") {
		token.Cost = Cost{
			Fee: sometimes(t, "fee", 0, 0.02), ImpactBase: sometimes(t, "impact base", 0, 0.01),
			Impact: sometimes(t, "impact", 0, 1e-6), Exponent: number(0, 1.5).Draw(t, "exponent"),
			Gas:      sometimes(t, "gas", 0, 0.01) * token.AUM,
			Increase: sometimes(t, "increase", -0.005, 0.01), Decrease: sometimes(t, "decrease", -0.005, 0.01),
		}
		if rapid.IntRange(0, 3).Draw(t, "bounds") == 0 {
			c := &token.Cost
			c.Cap, c.Claim = sometimes(t, "cap", 1e-4, 0.01), number(0, 1).Draw(t, "claim")
			c.RebateCap = sometimes(t, "rebate cap", 1e-4, 0.003)
			c.FeeIncrease = sometimes(t, "fee of increases", 0, 0.005)
			c.FeeDecrease = -c.Fee * sometimes(t, "fee of decreases", 0, 1)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "stress") == 0 {
		token.Stress = Stress{Window: time.Hour * time.Duration(rapid.IntRange(1, 48).Draw(t, "window")),
			Volatility: number(0.1, 3).Draw(t, "normal"), Cap: number(1, 30).Draw(t, "cap"),
			Gas: sometimes(t, "gas exponent", 0, 1.5), Impact: sometimes(t, "impact exponent", 0, 1),
			OutageRate: sometimes(t, "outages", 0, 100), Outages: 1}
		token.Keeper.Outage.Length = time.Hour
	}
	size := math.Abs(token.Target)
	if rapid.Bool().Draw(t, "loan") && !(token.Target > 0 && token.Target < 1) {
		least := size / (1 + size) // below this threshold the target is liquidated at once
		if token.Target > 0 {
			least = max(1-1/size, 0)
		}
		token.Mechanism = Loan{
			Borrow: sometimes(t, "borrow", -1, 5), Supply: sometimes(t, "supply", -1, 2),
			Threshold: least + (0.999-least)*number(0.01, 1).Draw(t, "threshold"),
			Bonus:     number(0, 0.2).Draw(t, "bonus"), UnderlyingFee: sometimes(t, "underlying fee", -0.1, 0.2),
		}
	} else {
		m := number(0, 0.9/max(size, 1)).Draw(t, "maintenance")
		part := number(0, 1).Draw(t, "part")
		perp := Perp{
			Funding: sometimes(t, "funding", -3, 3), BorrowFee: sometimes(t, "borrow fee", 0, 2),
			CashRate: sometimes(t, "cash rate", -1, 2), UnderlyingFee: sometimes(t, "underlying fee", -0.1, 0.2),
			Maintenance: m * part, CloseFee: m * (1 - part), LiquidationFee: sometimes(t, "liquidation fee", 0, 0.05),
			Base: Base(rapid.IntRange(0, 1).Draw(t, "base")),
		}
		if tier := number(0, 2).Draw(t, "tier"); rapid.IntRange(0, 2).Draw(t, "tiers") == 0 {
			perp.Tier = tier * size * token.AUM
			perp.TierMaintenance = perp.Maintenance + (0.9/max(size, 1)-m)*number(0, 1).Draw(t, "more")
			if perp.Tier > 0 && rapid.Bool().Draw(t, "more tiers") {
				perp.Tiers[0] = Tier{1.5 * perp.Tier, perp.TierMaintenance}
				perp.Tiers[1] = Tier{2 * perp.Tier,
					perp.TierMaintenance + max(0, 0.5*(0.9/max(size, 1)-perp.TierMaintenance-perp.CloseFee))}
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "order book") == 0 {
			perp.Slippage, perp.Backstop = sometimes(t, "slippage", 0, 0.05), sometimes(t, "backstop", 0, 0.9)
			perp.PartialAbove = sometimes(t, "partial above", 0, 2) * size * token.AUM
			perp.Part = number(0.1, 1).Draw(t, "part")
		}
		if perp.Base == EntrySize && rapid.IntRange(0, 2).Draw(t, "deleveraged") == 0 {
			perp.ADL = ADL{number(0.001, 0.2).Draw(t, "profit"), number(0.01, 0.9).Draw(t, "part closed")}
		}
		perp.MinCollateral = sometimes(t, "least collateral", 0, 0.9) * token.AUM
		token.Mechanism = perp
	}
	token.Policy = anyPolicy(t, token.Target)
	if loan, ok := token.Mechanism.(Loan); ok && rapid.Bool().Draw(t, "plain") { // so that it takes the fast path
		token.Keeper = Keeper{Outage: Outage{Length: time.Hour}}
		token.Cost.Impact, token.Cost.Gas = 0, 0
		if rapid.IntRange(0, 3).Draw(t, "one-sided") > 0 {
			token.Cost.Increase, token.Cost.Decrease = 0, 0
		}
		loan.Borrow, loan.Supply = loan.Borrow/10, loan.Supply/10
		token.Mechanism = loan
	}
	return token
}

// anyFlows are flows of any kind, of a vault that may become small or large.
func anyFlows(t *rapid.T, aum float64) Flows {
	switch kind := FlowKind(rapid.IntRange(0, 2).Draw(t, "flows")); kind {
	case NoFlows:
		return Flows{Kind: kind, CloseBelow: aum * sometimes(t, "close below", 0, 1)}
	case Chasing:
		return Flows{Kind: kind, Response: number(-3, 3).Draw(t, "response"), Cap: number(0, 0.99).Draw(t, "cap"),
			LookBack: day * time.Duration(rapid.IntRange(1, 4).Draw(t, "look-back"))}
	default:
		return Flows{Kind: kind}
	}
}

// otherVenues are the kinds that are registered besides those of this package.
func otherVenues() []param.Kind[Venue] {
	return slices.DeleteFunc(Mechanisms.Kinds(), func(k param.Kind[Venue]) bool {
		return k.Name == "loan" || k.Name == "perp" || k.Name == "option"
	})
}

// venueOf is a venue with numbers drawn from around the defaults of its kind.
func venueOf(t *rapid.T, kind param.Kind[Venue]) Venue {
	values := param.Values{}
	for _, p := range kind.Params {
		v := float64(p.Default * number(0.1, 5).Draw(t, p.Name))
		if p.Unit == param.Choice {
			v = float64(rapid.IntRange(0, int(p.Max)).Draw(t, p.Name))
		}
		values[p.Name] = max(p.Min, min(p.Max, v))
	}
	return kind.New(values)
}

func anyPolicy(t *rapid.T, target float64) Policy {
	size := math.Abs(target)
	switch rapid.IntRange(0, 7).Draw(t, "policy") {
	case 0:
		return Hold{}
	case 1:
		minutes := rapid.SampledFrom([]int{10, 60, 150, 1440})
		return Every{time.Duration(minutes.Draw(t, "every")) * time.Minute,
			time.Duration(rapid.IntRange(0, 200).Draw(t, "offset")) * time.Minute}
	case 2:
		return whim{rapid.Uint64().Draw(t, "whim")}
	case 3, 4, 5:
		return registered(t, target)
	}
	low := size * number(0.3, 1).Draw(t, "low")
	if target > 0 {
		if target <= 1 {
			return Every{time.Hour, 0}
		}
		low = 1 + (size-1)*number(0.01, 1).Draw(t, "low")
	}
	return Band{low, size * number(1, 2).Draw(t, "high"), Destination(rapid.IntRange(0, 2).Draw(t, "to")),
		number(0, 1).Draw(t, "speed")}
}

// registered is a policy of any kind that is registered.
func registered(t *rapid.T, target float64) Policy {
	return ofKind(t, rapid.SampledFrom(Policies.Kinds()).Draw(t, "kind"), target)
}

// ofKind is a policy with numbers drawn from the ranges that its kind gives them.
// Of the leverages of a kind, which are declared from the least to the largest,
// the first of several is below the target and all others are above it.
func ofKind(t *rapid.T, kind param.Kind[Policy], target float64) Policy {
	size := math.Abs(target)
	values, levers := param.Values{}, 0
	for _, p := range kind.Params {
		if p.Unit == param.Leverage {
			levers++
		}
	}
	last := size
	for _, p := range kind.Params {
		v := p.Default
		switch p.Unit {
		case param.Leverage:
			if last == size && levers > 1 {
				levers = 0
				if v = size * number(0.3, 1).Draw(t, p.Name); target > 1 {
					v = 1 + (size-1)*number(0.01, 1).Draw(t, p.Name)
				}
				break
			}
			v = last * number(1.001, 1.5).Draw(t, p.Name)
			last = v
		case param.Time:
			v = 60 * float64(rapid.SampledFrom([]int{1, 10, 60, 150, 1440}).Draw(t, p.Name))
		case param.USD:
			v = math.Pow(10, number(2, 9).Draw(t, p.Name))
		case param.Choice:
			v = float64(rapid.IntRange(0, int(p.Max)).Draw(t, p.Name))
		case param.Fraction, param.Plain:
			v = max(p.Min, min(p.Max, 2*p.Default*number(0.01, 0.99).Draw(t, p.Name)))
		}
		values[p.Name] = v
	}
	policy := kind.New(values)
	if c, ok := policy.(interface{ Check(float64) error }); ok && c.Check(target) != nil {
		return Hold{} // such as a band for a token that has none
	}
	return policy
}

// whim is a policy without sense: what it watches and wants is noise, among it
// clocks that stand still, bands turned inside out, and leverages that are not
// numbers. It stays a function of what it sees and remembers.
type whim struct{ seed uint64 }

func (w whim) draw(m *State) uint64 {
	m[0]++
	if m[0] > 1e5 {
		panic("the policy is asked without end")
	}
	x := w.seed + uint64(m[0])*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (w whim) Trigger(v View, m *State) Trigger {
	x := w.draw(m)
	unit := float64(x>>40) / (1 << 24)
	watch := Trigger{v.Target * (0.5 + unit), v.Target * (0.8 + unit), Never}
	switch x % 8 {
	case 0:
		watch.Low, watch.High = watch.High, watch.Low
	case 1:
		watch.Low, watch.High = v.Leverage, v.Leverage
	case 2:
		watch.Low, watch.High = 0, inf
	case 3:
		watch.Low, watch.High = nan, nan
	case 4:
		watch.Low = -1
	}
	switch x / 8 % 6 {
	case 0:
		watch.At = v.Now
	case 1:
		watch.At = 0
	case 2:
		watch.At = v.Now + 11*time.Minute
	}
	return watch
}

func (w whim) Trade(v View, m *State) (float64, bool) {
	x := w.draw(m)
	unit := float64(x>>40) / (1 << 24)
	switch x % 12 {
	case 0:
		return v.Leverage, true
	case 1:
		return v.Leverage * (1 + 1e-10), true
	case 2:
		return 0, true
	case 3:
		return []float64{nan, inf, -1, 1e300, 5e-324}[x/16%5], true
	case 4, 5:
		return 0, false
	case 6, 7:
		return v.Target, true
	}
	return v.Target * 2 * unit, true
}

// anyPath is up to forty hours or days, calm or wild.
func anyPath(t *rapid.T) Path {
	step := rapid.SampledFrom([]time.Duration{time.Hour, day, 10 * time.Minute}).Draw(t, "step")
	return somePath(t, step, rapid.Bool().Draw(t, "extremes"), rapid.IntRange(1, 40).Draw(t, "steps"))
}

func somePath(t *rapid.T, step time.Duration, extremes bool, steps int) Path {
	p := Path{Step: step, Extremes: extremes}
	size := rapid.SampledFrom([]float64{0.001, 0.02, 0.1}).Draw(t, "size")
	crashes := rapid.Bool().Draw(t, "crashes")
	for range steps {
		b := Bar{Move: size * number(-2, 2).Draw(t, "move")}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			b.Move = 0
		case 1:
			if crashes {
				b.Move = number(-0.5, 0.5).Draw(t, "jump")
			}
		case 2:
			if extremes {
				b.Gap = 3 * size * number(-1, 1).Draw(t, "gap")
			}
		}
		b.Down = rapid.IntRange(0, 3).Draw(t, "down") == 0
		if extremes {
			b.Lo, b.Hi = min(b.Move, 0), max(b.Move, 0)
			if rapid.Bool().Draw(t, "low?") {
				b.Lo -= size * number(0, 2).Draw(t, "low")
			}
			if rapid.Bool().Draw(t, "high?") {
				b.Hi += size * number(0, 2).Draw(t, "high")
			}
		}
		p.Bars = append(p.Bars, b)
	}
	return p
}
