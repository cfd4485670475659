package tokens

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
)

// inf spares the tables a few brackets.
var inf, nan = math.Inf(1), math.NaN()

// free returns a token without carry and cost that only a jump could
// liquidate.
func free(target float64, p Policy) Token {
	return Token{Target: target, Policy: p, Mechanism: Perp{}, AUM: 1e6}
}

func compile(t testing.TB, token Token, step time.Duration) *Kernel {
	t.Helper()
	k, err := Compile(token, step)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// inside is a path whose extremes are known.
func inside(step time.Duration, bars []Bar) Path { return Path{Step: step, Bars: bars, Extremes: true} }

// bars returns a path of steps that move in straight lines from close to
// close: the price at the end of each, over the price at the start.
func bars(step time.Duration, prices ...float64) Path {
	p := grid(step, prices...)
	p.Extremes = true
	for i := range p.Bars {
		b := &p.Bars[i]
		b.Lo, b.Hi = min(0, b.Move), max(0, b.Move)
	}
	return p
}

// grid is bars seen at the end of each step only.
func grid(step time.Duration, prices ...float64) Path {
	p := Path{Step: step}
	last := 0.0
	for _, s := range prices {
		x := math.Log(s)
		p.Bars = append(p.Bars, Bar{Move: x - last})
		last = x
	}
	return p
}

func live(t testing.TB, token Token, p Path) Lifetime {
	t.Helper()
	return compile(t, token, p.Step).Live(p)
}

// within fails unless got is want to a relative tolerance.
func within(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) && got != want {
		t.Errorf("%s = %.13g, want %.13g to %g", what, got, want, tolerance)
	}
}

// balance checks both identities and the bounds that every lifetime keeps.
func balance(t interface {
	Helper()
	Errorf(string, ...any)
}, f Lifetime) {
	t.Helper()
	gross := 1.0
	for _, v := range f.Money {
		gross += math.Abs(v)
	}
	if d := f.NAV - 1 - f.Money.Sum(); !(math.Abs(d) <= 1e-12*gross) {
		t.Errorf("NAV %v is %g off its ledger %v", f.NAV, d, f.Money)
	}
	if f.NAV > 0 {
		if d := math.Log(f.NAV) - f.Logs.Sum(); !(math.Abs(d) <= 1e-11) {
			t.Errorf("ln NAV %v is %g off its log parts %v", math.Log(f.NAV), d, f.Logs)
		}
	}
	if f.Ruined != (f.NAV == 0) {
		t.Errorf("ruined = %v with NAV %v", f.Ruined, f.NAV)
	}
	if !(f.MinNAV >= 0 && f.MinNAV <= f.NAV && f.MinNAV <= 1) {
		t.Errorf("least NAV = %v, final %v", f.MinNAV, f.NAV)
	}
	if !(f.MinLeverage >= 0 && f.MinLeverage <= f.MaxLeverage) {
		t.Errorf("leverage from %v to %v", f.MinLeverage, f.MaxLeverage)
	}
	if d := f.Drawdown.Depth; !(d >= 0 && d <= 1) {
		t.Errorf("drawdown = %v", d)
	}
	for _, c := range Columns {
		if v := c.Of(&f); v != v && c.Name != "first_liquidation" && c.Name != "drawdown_recovery" && f.NAV > 0 {
			t.Errorf("%s is NaN", c.Name)
		}
	}
}

// advance walks all lanes of a group, one after another.
func advance(k *Kernel, b *block.Block, lanes *[block.Lanes]Lane, from, to int) {
	for i := range lanes {
		k.Advance(b, 0, &lanes[i], i, from, to)
	}
}

// advanceMarkets walks all markets of a group, one after another.
func advanceMarkets(b *block.Block, markets *[block.Lanes]Market, from, to int) {
	for i := range markets {
		markets[i].advance(b, 0, i, from, to)
	}
}

// put makes a path a lane of a block that is long enough.
func put(b *block.Block, lane int, p Path) {
	if p.Extremes && b.Ways[0] == nil {
		b.Inside(0)
	}
	for s, bar := range p.Bars {
		b.Move[0][s][lane] = bar.Move
		if p.Extremes {
			b.Ways[0][lane][s] = block.WayThrough(bar.Gap, bar.Lo, bar.Hi, bar.Move)
		}
	}
	b.Fill()
}

func (p Path) length() time.Duration { return time.Duration(len(p.Bars)) * p.Step }
