package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// scripted is a policy that says the same whatever happens, and counts how
// often it is asked.
type scripted struct {
	watch func(View) Trigger
	trade func(View) (float64, bool)
	asked *int
}

func (s scripted) Trigger(v View, _ *State) Trigger { return s.watch(v) }

func (s scripted) Trade(v View, _ *State) (float64, bool) {
	if *s.asked++; *s.asked > 10_000 {
		panic("asked without end")
	}
	return s.trade(v)
}

// A bar is walked to its end in a bounded number of trades whatever a policy
// watches and wants. The bar falls by a quarter, rises by a half and falls
// back: at pieces of a thousandth some 1,400 questions.
func TestWalkEnds(t *testing.T) {
	p := inside(time.Hour, []Bar{{Gap: 0.01, Lo: -0.25, Hi: 0.25}, {Hi: 0.1, Move: 0.1}})
	watches := map[string]func(View) Trigger{
		"at the leverage it has": func(v View) Trigger { return Trigger{v.Leverage, v.Leverage, Never} },
		"above it":               func(v View) Trigger { return Trigger{v.Leverage * 2, v.Leverage * 3, Never} },
		"below it":               func(v View) Trigger { return Trigger{0, v.Leverage / 2, Never} },
		"inside out":             func(v View) Trigger { return Trigger{v.Leverage * 2, v.Leverage / 2, Never} },
		"nothing":                func(View) Trigger { return Trigger{} },
		"NaN":                    func(View) Trigger { return Trigger{nan, nan, Never} },
		"now":                    func(v View) Trigger { return Trigger{2.9, 3.1, v.Now} },
		"the past":               func(v View) Trigger { return Trigger{2.9, 3.1, -time.Hour} },
		"always outside, now":    func(v View) Trigger { return Trigger{9, 9, v.Now} },
		"soon":                   func(v View) Trigger { return Trigger{0, inf, v.Now + time.Second} },
	}
	flip := 0
	trades := map[string]func(View) (float64, bool){
		"to what it has":     func(v View) (float64, bool) { return v.Leverage, true },
		"to almost that":     func(v View) (float64, bool) { return v.Leverage * (1 + 1e-8), true },
		"to the target":      func(v View) (float64, bool) { return v.Target, true },
		"to three":           func(v View) (float64, bool) { return 3, true },
		"to liquidation":     func(v View) (float64, bool) { return 500, true },
		"to nothing":         func(v View) (float64, bool) { return 0, true },
		"to a half":          func(v View) (float64, bool) { return 0.5, true },
		"to NaN":             func(v View) (float64, bool) { return nan, true },
		"to infinity":        func(v View) (float64, bool) { return inf, true },
		"never":              func(v View) (float64, bool) { return 0, false },
		"never, with a name": func(v View) (float64, bool) { return v.Leverage, false },
		"to and fro":         func(v View) (float64, bool) { flip++; return 2.5 + float64(flip%2), true },
	}
	targets := []float64{3, -2, 1}
	if testing.Short() {
		targets = targets[:1]
	}
	for _, target := range targets {
		for mechanism, m := range map[string]Venue{"loan": Loan{Threshold: 0.9}, "perp": Perp{Maintenance: 0.02}} {
			for cost, c := range map[string]Cost{"free": {}, "no root": {Fee: 0.6}, "gas": {Gas: 1}} {
				for watch, w := range watches {
					for trade, tr := range trades {
						for _, keeper := range []Keeper{{}, {Latency: time.Second}, {Interval: time.Minute},
							{Interval: time.Minute, Latency: time.Minute}} {
							asked := 0
							token := Token{Target: target, Mechanism: m, Cost: c, Keeper: keeper, AUM: 1e6,
								Policy: scripted{w, tr, &asked}}
							if f := live(t, token, p); !(f.NAV >= 0 && f.MinNAV >= 0 && f.NAV < 1e6) {
								t.Errorf("%v %s, %s, watching %s, trading %s, keeper %v: %+v", target, mechanism,
									cost, watch, trade, keeper, f)
							}
						}
					}
				}
			}
		}
	}
}

// A band turned inside out has no inside, on a grid as in bars.
func TestInsideOutIsOutside(t *testing.T) {
	asked := 0
	token := Token{Target: 3, Mechanism: Loan{Threshold: 0.85}, AUM: 1e6, Policy: scripted{
		watch: func(View) Trigger { return Trigger{3.3, 2.7, Never} },
		trade: func(v View) (float64, bool) { return v.Target, true },
		asked: &asked,
	}}
	f := live(t, token, grid(time.Hour, 1.01, 1, 0.99))
	if asked != 3 || f.Rebalances != 3 {
		t.Errorf("asked %d times, %d rebalances; want 3 and 3", asked, f.Rebalances)
	}
}

// A recentring so slow that its trades have a limit is made in pieces.
func TestSlowRecentringEnds(t *testing.T) {
	band := func(speed float64) Lifetime {
		f := live(t, free(3, Band{Low: 2.7, High: 3.3, To: Partial, Speed: speed}), bars(day, 0.5))
		balance(t, f)
		return f
	}
	edge := live(t, free(3, Band{Low: 2.7, High: 3.3}), bars(day, 0.5))
	for _, speed := range []float64{1e-12, 1e-9, 1e-7, 1e-5} {
		f := band(speed)
		within(t, fmt.Sprint("NAV at speed ", speed), f.NAV, edge.NAV, 3e-3)
		if f.Rebalances > 1000 {
			t.Errorf("speed %v trades %d times", speed, f.Rebalances)
		}
	}
	// Half way from 3.3 to 3 is 3.15, each time: the closed form of a trade to
	// the target from there.
	first, next := 22.0/23, 3.3*2.15/(3.15*2.3)
	n := math.Floor(math.Log(0.5/first) / math.Log(next))
	last := first * math.Pow(next, n)
	f := band(0.5)
	within(t, "NAV at speed ½", f.NAV, 20.0/23*math.Pow(2.15/2.3, n)*(1+3.15*(0.5/last-1)), 1e-12)
	if f.Rebalances != int(n)+1 {
		t.Errorf("%d rebalances, want %v", f.Rebalances, n+1)
	}
}

// Where there is nothing to trade a token is a token that holds.
func TestRefusedTradesLeaveAHolder(t *testing.T) {
	down := []Bar{{Lo: -0.1, Hi: 0.01, Move: -0.08}, {Gap: -0.02, Lo: -0.05, Hi: 0.01, Move: -0.02}}
	up := []Bar{{Lo: -0.01, Hi: 0.2, Move: 0.15}, {Gap: 0.1, Lo: -0.01, Hi: 0.2, Move: 0.1}}
	rows := []struct {
		name   string
		target float64
		cost   Cost
		bars   []Bar
	}{
		{"gas, long", 3, Cost{Gas: 2e6}, down},
		{"gas, long in a rise", 3, Cost{Gas: 2e6}, up},
		{"gas, short", -1, Cost{Gas: 2e6}, down},
		{"selling at 40 % only chases its cost at 3.3x", 3, Cost{Fee: 0.4}, down},
		{"so does buying back at 92 % at -1.1x", -1, Cost{Fee: 0.92}, up},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			p := inside(time.Hour, r.bars)
			size := math.Abs(r.target)
			hold := live(t, free(r.target, Hold{}), p)
			for _, to := range []Destination{Edge, Target} {
				token := free(r.target, Band{Low: 0.91 * size, High: 1.1 * size, To: to})
				token.Cost = r.cost
				f := live(t, token, p)
				within(t, "NAV", f.NAV, hold.NAV, 1e-13)
				if f.Rebalances != 0 {
					t.Errorf("%d rebalances, want none", f.Rebalances)
				}
			}
		})
	}
}

// A step in which the price stands still has the same bits with and without a trace: leverage
// that interest has moved is not gauged before the fee.
func TestStillStep(t *testing.T) {
	token := free(3, Band{Low: 2.5, High: 3.5})
	token.Mechanism = Perp{BorrowFee: 1, Maintenance: 0.01}
	token.StreamingFee = 1
	for hours := range time.Duration(48) { // in some of which the fee rounds leverage down
		p := Path{Step: (hours + 1) * time.Hour, Bars: make([]Bar, 1), Extremes: true}
		k := compile(t, token, p.Step)
		if traced, _ := k.Trace(p); !same(traced, k.Live(p)) {
			t.Errorf("steps of %v h: traced %+v, untraced %+v", int(hours), traced, k.Live(p))
		}
	}
}

// A close beyond the extremes that a caller gives is an extreme itself: the token is liquidated there.
func TestCloseBeyondExtremes(t *testing.T) {
	token := Token{Target: 3, Policy: Hold{}, Mechanism: Loan{Threshold: 0.85, Bonus: 0.05}, AUM: 1e6}
	k := compile(t, token, time.Hour)
	bar := Bar{Move: math.Log(0.7), Lo: -0.01, Hi: 0.01}
	got := k.Live(inside(time.Hour, []Bar{bar}))
	bar.Lo = bar.Move
	want := k.Live(inside(time.Hour, []Bar{bar}))
	if want.Liquidations == 0 || !same(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
