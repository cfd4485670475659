package rates

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/param"
)

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// GMX's funding (gmx-synthetics README): at a rate of factor·imbalance, 1/50,000
// of 100,000 over 200,000 USD, longs of 150,000 pay .001 % a second and shorts of
// 50,000 receive .003 %. In ten minutes an imbalance of 6 % adds .0036 %, a
// falling rate loses .0012 %, and a rate of the other side's moves by .0006 %
// at an imbalance of 1 %.
func TestAdaptiveFunding(t *testing.T) {
	readme := AdaptiveFunding{Increase: 1e-6, Decrease: 2e-8, Stable: 0.05, Falling: 0.02, Max: 1}
	const second = 1.0
	for _, r := range []struct {
		name                  string
		rate, imbalance, want float64
	}{
		{"rises", 1e-4, 0.06, 1e-4 + 3.6e-5},
		{"rises from nothing", 0, 0.06, 3.6e-5},
		{"shorts' rises", -1e-4, -0.06, -1e-4 - 3.6e-5},
		{"stays", 1e-4, 0.03, 1e-4},
		{"falls", 1e-4, 0.01, 1e-4 - 1.2e-5},
		{"shorts' falls", -1e-4, -0.01, -1e-4 + 1.2e-5},
		{"falls to nothing, not beyond", 1e-5, 0.01, 0},
		{"of the other side", 1e-4, -0.01, 1e-4 - 6e-6},
		{"turns", 1e-6, -0.01, 1e-6 - 6e-6},
		{"is bounded", 0.99999, 1, 1},
		{"on both sides", -0.99999, -1, -1},
	} {
		within(t, r.name, readme.After(r.rate, r.imbalance, 600*second), r.want, 1e-12)
	}
	longs, shorts := AdaptiveFunding{Max: 1}.Paid(1.0/50_000*0.5, 0.5)
	within(t, "longs pay", longs, 1e-5, 1e-12)
	within(t, "shorts pay", shorts, -3e-5, 1e-12)
	longs, shorts = AdaptiveFunding{Max: 1}.Paid(-1e-5, 0.5) // of the larger side's size, whichever pays
	within(t, "longs receive", longs, -1e-5, 1e-12)
	within(t, "shorts pay in turn", shorts, 3e-5, 1e-12)

	// BTC and ETH: 75 % a year after three hours at an imbalance of 1, fifteen at
	// one of 20 %, and at least 1 %.
	hour := 1.0 / 8760
	within(t, "three hours", GMXFunding.After(0, 1, 3*hour), 0.75, 1e-12)
	within(t, "a moment less", GMXFunding.After(0, 1, 2.99*hour), 0.7475, 1e-12)
	within(t, "fifteen", GMXFunding.After(0, 0.2, 15*hour), 0.75, 1e-12)
	within(t, "twelve", GMXFunding.After(0, -0.2, 12*hour), -0.6, 1e-12)
	longs, _ = GMXFunding.Paid(0, 0)
	within(t, "the least", longs, 0.01, 1e-12)
}

// A tick of funding is what the contract does in US dollars, updated each second at a constant skew: what each side
// pays per notional, and the rate after it, within a thousandth; where the rate comes below the least, within that.
func TestFundingBySeconds(t *testing.T) {
	falls := GMXFunding
	falls.Falling, falls.Stable, falls.Decrease = 0.02, 0.03, 137
	for _, c := range []struct {
		rule          AdaptiveFunding
		rate          float64 // before
		longs, shorts float64 // US dollars
		hours         int
	}{
		{GMXFunding, 0, 60e6, 40e6, 4},      // rises
		{GMXFunding, 0, 60e6, 40e6, 24},     // to its bound
		{GMXFunding, 0.3, 60e6, 40e6, 4},    //
		{GMXFunding, 0.75, 30e6, 70e6, 4},   // falls, the smaller side pays
		{GMXFunding, 0.3, 30e6, 70e6, 24},   // turns, to the other bound
		{GMXFunding, -0.2, 49e6, 51e6, 4},   // stays
		{GMXFunding, 0.002, 51e6, 49e6, 4},  // stays at less than the least
		{falls, 0.5, 50.5e6, 49.5e6, 4},     // falls
		{falls, -0.5, 49.5e6, 50.5e6, 24},   //
		{falls, 0.05, 50.5e6, 49.5e6, 10},   // falls to nothing
		{GMXFunding, -0.75, 40e6, 44e6, 10}, // at its bound
	} {
		const second = 1.0 / (365 * 86400)
		rate, paidLongs, paidShorts := c.rate, 0.0, 0.0
		imbalance := (c.longs - c.shorts) / (c.longs + c.shorts)
		n, near := 3600*c.hours, 0.0
		for range n {
			toward := rate*(c.longs-c.shorts) > 0
			switch small := math.Abs(imbalance); {
			case !toward || small > c.rule.Stable:
				rate += c.rule.Increase * second * imbalance
			case small < c.rule.Falling:
				rate -= math.Copysign(math.Min(math.Abs(rate), c.rule.Decrease*second), rate)
				if rate == 0 {
					rate = math.Copysign(1e-22, imbalance)
				}
			}
			rate = math.Max(-c.rule.Max, math.Min(rate, c.rule.Max))
			if math.Abs(rate) < c.rule.Min {
				near = c.rule.Min
			}
			usd := math.Max(c.longs, c.shorts) * math.Max(c.rule.Min, math.Abs(rate)) / float64(n)
			if rate < 0 {
				usd = -usd
			}
			paidLongs, paidShorts = paidLongs+usd/c.longs, paidShorts-usd/c.shorts
		}
		for side, want := range map[float64]float64{1: paidLongs, -1: -paidShorts} {
			p := market{GMX{Funding: c.rule}, side}
			state := make(models.State, p.State())
			state[ofSkew+valueNow][0] = -side * math.Log(c.longs/c.shorts) / turned
			state[fundingNow][0] = side * c.rate
			var z, move, funding, borrow [1]row
			tick := p.tick(float64(c.hours)/8760, true)
			tick.run(z[:], move[:], funding[:], borrow[:], state, Returns{})
			if got := funding[0][0]; math.Abs(got-want) > 1e-3*math.Abs(want)+2e-4+near {
				t.Errorf("%+v: side %v has a funding of %v, want %v", c, side, got, want)
			}
			if got := side * state[fundingNow][0]; math.Abs(got-rate) > 2e-4 {
				t.Errorf("%+v: rate after it %v, want %v", c, got, rate)
			}
		}
	}
}

// of1 is a market of GMX with some numbers, for a side.
func of1(t *testing.T, long bool, v param.Values) Process {
	t.Helper()
	of := ofPerp
	of.Long = long
	return process(t, "gmx", of, v)
}

// constantMarket has no spread.
func constantMarket(v param.Values) param.Values {
	all := param.Values{"skew-sd": 0, "skew-level-sd": 0, "skew-response": 0, "usage-sd": 0,
		"usage-level-sd": 0}
	for name, x := range v {
		all[name] = x
	}
	return all
}

// At a constant skew funding is a ramp to its bound, in steps of any length; at a constant usage the borrow fee is on
// its curve (base 45 %, 90 % when all is in use, optimal 85 %), for the larger side.
func TestConstantMarket(t *testing.T) {
	for _, step := range []time.Duration{7 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour} {
		for _, skew := range []float64{0.2, -0.6, 0.05} {
			for _, long := range []bool{true, false} {
				p := of1(t, long, constantMarket(param.Values{"skew": skew}))
				at := models.At{Step: step, Len: 64}
				state := make(models.State, p.State())
				p.Begin(at, state)
				size := math.Abs(skew)
				side := 1.0
				if !long {
					side = -1
				}
				within(t, "funding at the start, which has lasted", state[fundingNow][3],
					math.Copysign(0.75, side*skew), 1e-12)
				state[fundingNow] = row{}
				var draws Draws
				var funding, borrow, moves block.Track
				draws.Begin()
				p.Advance(at, Returns{Move: &moves, SD: 1}, state, []*block.Track{&funding, &borrow}, &draws)
				paid := 0.0
				for s := range funding {
					paid += funding[s-s%p.Holds(step)][0] * step.Hours()
				}
				total := 64 * step.Hours()
				ramp := math.Min(total, 3/size) // hours to 75 %
				want := math.Copysign(0.25*size*ramp*ramp/2+0.75*(total-ramp), skew)
				if (skew > 0) != long { // this side is the smaller: what the larger pays is shared
					want *= (1 + size) / (1 - size)
				}
				if ramp < total || math.Abs(want) > 0.2*total { // else the least rate counts in the first tick
					within(t, "funding over the steps", paid, want, 2e-3)
				}
			}
		}
	}
	for _, c := range []struct{ usage, want float64 }{{0.5, 0.225}, {0.85, 0.3825}, {0.95, 0.7275}, {0.999, 0.89655}} {
		for _, skew := range []float64{0.1, -0.1} {
			v := constantMarket(param.Values{"skew": skew, "usage": c.usage})
			_, borrow := marketWalk(of1(t, true, v), 0, time.Hour, 4)
			v["borrow-sides"] = 1
			_, both := marketWalk(of1(t, true, v), 0, time.Hour, 4)
			want := c.want
			if skew < 0 {
				want = 0
			}
			within(t, "borrow fee of the larger side", borrow[3][5], want, 1e-12)
			within(t, "borrow fee of both", both[3][5], c.want, 1e-12)
		}
	}
}

// marketWalk is what a market makes of the first two rates.
func marketWalk(p Process, group uint64, step time.Duration, steps int) (funding, borrow []row) {
	all, _ := walks(p, group, step, steps, 64)
	return all[0], all[1]
}

// What a trade adds to its cost is the change of the squared imbalance in dollars, times the factor of its kind, less
// the trade's own size: of SOL's market with 12 of 20 million long, for trades of either side.
func TestImpactBySkew(t *testing.T) {
	const interest, worse, mend, size = 2e7, 1.35e-9, 0.45e-9, 1e5
	for _, skew := range []float64{0.2, -0.2} {
		for _, long := range []bool{true, false} {
			p := of1(t, long, constantMarket(param.Values{"skew": skew, "open-interest": interest,
				"impact-worse": worse, "impact-mend": mend}))
			all, _ := walks(p, 0, time.Hour, 8, 64)
			for i, adds := range []bool{true, false} {
				before := skew * interest
				after := before + size
				if adds != long {
					after = before - size
				}
				factor, fee := worse, 0.0
				if math.Abs(after) < math.Abs(before) {
					factor, fee = mend, -0.0002
				}
				want := factor*(after*after-before*before)/size - factor*size
				within(t, "impact", all[2+i][7][9], want, 1e-9)
				within(t, "fee", all[4+i][7][9], fee, 1e-12)
			}
		}
	}
	// 1 million more at an imbalance of 10 million costs 1,890 USD at BTC's factor, of which 90 is its own size.
	p := of1(t, true, constantMarket(param.Values{"skew": 0.1, "open-interest": 1e8, "impact-worse": 9e-11}))
	all, _ := walks(p, 0, time.Hour, 1, 1)
	within(t, "a million", 1e6*(all[2][0][0]+9e-11*1e6), 1890, 1e-9)
}

// The states of a market have the moments of their laws in steps of any length, from the start on, and its funding rate
// starts from its long-run law: within 5 standard errors, of which a right law leaves one in two million.
func TestMarketMoments(t *testing.T) {
	const groups, later = 400, 160
	v := param.Values{"skew": 0.1, "skew-sd": 0.3, "skew-speed": 500, "skew-level-sd": 0, "skew-response": 0,
		"usage": 0.3, "usage-sd": 0.4, "usage-speed": 300, "usage-level-sd": 0, "rate-correlation": -0.4}
	for _, step := range []time.Duration{time.Hour, 5 * time.Hour} {
		p := of1(t, true, v)
		each := p.Holds(step)
		dt := float64(each) * models.Years(step)
		laws := []struct {
			at                int
			mean, sd, lasting float64
		}{{ofSkew, math.Log(1.1 / 0.9), 0.3, math.Exp(-500 * dt)},
			{ofUse, math.Log(0.3 / 0.7), 0.4, math.Exp(-300 * dt)}}
		var n, first, last float64
		var sum, square, lagged, with [2]float64
		for g := range uint64(groups) {
			at := models.At{Seed: 9, Group: g, Step: step, Len: each}
			state := make(models.State, p.State())
			tracks := []*block.Track{new(block.Track), new(block.Track)}
			var draws Draws
			draws.Begin()
			p.Begin(at, state)
			for l := range block.Lanes {
				first += math.Abs(state[fundingNow][l])
			}
			for at.First = 0; at.First < later*each; at.First += each {
				var moves block.Track
				for s := range each {
					for l := range block.Lanes {
						path := g*block.Lanes + uint64(l)
						moves[s][l] = 0.01 * testNormal(path, at.First+s)
					}
				}
				before := append(models.State{}, state...)
				p.Advance(at, Returns{&moves, 0, 0.01}, state, tracks, &draws)
				if at.First != 40*each {
					continue
				}
				for l := range block.Lanes {
					n++
					moved := 0.0
					for s := range each {
						moved += moves[s][l] / (0.01 * math.Sqrt(float64(each)))
					}
					for i, law := range laws {
						a, b := -turned*before[law.at][l]-law.mean, -turned*state[law.at][l]-law.mean
						sum[i], square[i], lagged[i] = sum[i]+a, square[i]+a*a, lagged[i]+a*b
						with[i] += (b - law.lasting*a) / (law.sd * math.Sqrt(1-law.lasting*law.lasting)) * moved
					}
				}
			}
			for l := range block.Lanes {
				last += math.Abs(state[fundingNow][l])
			}
		}
		check := func(what string, got, want, se float64) {
			t.Helper()
			if math.Abs(got-want) > 5*se {
				t.Errorf("steps of %v: %s is %v, want %v within %v", step, what, got, want, 5*se)
			}
		}
		for i, law := range laws {
			v := law.sd * law.sd
			check("mean", sum[i]/n, 0, law.sd/math.Sqrt(n))
			check("variance", square[i]/n, v, v*math.Sqrt(2/n))
			check("covariance", lagged[i]/n, v*law.lasting, v*math.Sqrt(2/n))
			check("correlation with returns", with[i]/n, -0.4, 1.1/math.Sqrt(n))
		}
		check("size of the funding rate at the start less later", first/n-last/n, 0, 0.3*math.Sqrt(2/n))
	}
}

// Where traders follow funding, without thresholds and bounds, and the skew is small, skew and funding are a linear
// process: the rate has the mean that turns the mean skew away, and the variance a·sd²/(κ·R), with a the rise of the
// rate over ln(longs/shorts), κ the speed and R the response; the skew keeps its own. Within 5 standard errors, from
// groups that are independent, and 2 % for steps.
func TestFundingSteersTheSkew(t *testing.T) {
	const groups, ticksEach, from = 24, 4000, 1000
	p := of1(t, true, param.Values{"skew": 0.015, "skew-sd": 0.02, "skew-level-sd": 0, "funding-stable": 0,
		"funding-least": 0, "funding-most": 10})
	var moments [4][]float64
	for g := range uint64(groups) {
		state := make(models.State, p.State())
		at := models.At{Seed: 21, Group: g, Step: 15 * time.Minute, Len: block.Steps}
		var draws Draws
		draws.Begin()
		p.Begin(at, state)
		var move block.Track
		tracks := []*block.Track{new(block.Track), new(block.Track)}
		var sums [4]float64
		n := 0.0
		for ; at.First < 4*ticksEach; at.First += at.Len {
			p.Advance(at, Returns{Move: &move}, state, tracks, &draws)
			if at.First < 4*from {
				continue
			}
			for l := range block.Lanes {
				y, f := -turned*state[ofSkew][l], state[fundingNow][l]
				sums[0], sums[1], sums[2], sums[3], n = sums[0]+y, sums[1]+y*y, sums[2]+f, sums[3]+f*f, n+1
			}
		}
		for i, v := range sums {
			moments[i] = append(moments[i], v/n)
		}
	}
	mean := math.Log(1.015/0.985) / 0.3
	for i, want := range []float64{0, 0.02 * 0.02, mean, mean*mean + 1095*0.02*0.02/(365*0.3)} {
		m, square := 0.0, 0.0
		for _, v := range moments[i] {
			m, square = m+v/groups, square+v*v/groups
		}
		se := math.Sqrt((square - m*m) / (groups - 1))
		if math.Abs(m-want) > 5*se+0.02*math.Abs(want) {
			t.Errorf("moment %d: %v ± %v, want %v", i, m, se, want)
		}
	}
}

// shortExp is e^x.
func TestShortExp(t *testing.T) {
	for _, x := range []float64{0, 0.001, 0.01, -0.02, 0.03, 0.1, -0.3} {
		if got, want := shortExp(x), math.Exp(x); math.Abs(got-want) > 3e-16+math.Pow(x, 6)/600 {
			t.Errorf("at %v: %v, want %v", x, got, want)
		}
	}
	within(t, "a side of seven times the other", unturned(shortExp(math.Log(7)/turned)), 7, 1e-11)
}
