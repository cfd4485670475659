package tokens

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/block"
)

// must compiles a token that the generator promises to be in order.
func must(t *rapid.T, token Token, step time.Duration) *Kernel {
	k, err := Compile(token, step)
	if err != nil {
		t.Fatalf("%+v: %v", token, err)
	}
	return k
}

// The books close on every path, whatever the token: money is neither made nor
// lost outside the ledger, logs add up where there is something left, and net
// asset value stays between zero and its peak. The same path and token give the
// same lifetime with and without a trace.
func TestBooksClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		k := must(t, token, p.Step)
		f, events := k.Trace(p)
		balance(t, f)
		if g := k.Live(p); !same(f, g) {
			t.Errorf("traced %+v\nuntraced %+v", f, g)
		}
		peak, last := 1.0, Event{}
		for i, e := range events {
			if e.Time < last.Time || e.Time > p.length() {
				t.Errorf("event %d (%s) at %v, after %v", i, e.Name, e.Time, last.Time)
			}
			if e.Equity != e.Exposure+e.Cash || e.Name != "liquidation" && e.Name != "price" && e.Name != "carry" &&
				e.Name != "closed" && e.Equity < 0 {
				t.Errorf("%s: equity %v of exposure %v and cash %v", e.Name, e.Equity, e.Exposure, e.Cash)
			}
			peak, last = max(peak, e.Equity), e
		}
		if f.NAV > peak || f.MinNAV > f.NAV {
			t.Errorf("NAV %v between %v and %v", f.NAV, f.MinNAV, peak)
		}
		if f.NAV != 0 && f.NAV != last.Equity {
			t.Errorf("NAV %v, last equity %v", f.NAV, last.Equity)
		}
		if !same(f, k.Live(p)) {
			t.Error("the second run differs from the first")
		}
	})
}

// same reports whether two lifetimes have the same bits in all columns.
func same(a, b Lifetime) bool {
	for _, c := range Columns {
		if math.Float64bits(c.Of(&a)) != math.Float64bits(c.Of(&b)) {
			return false
		}
	}
	return true
}

// spy notes what its policy promised.
type spy struct {
	Policy
	promised *[]float64
}

func (s spy) Trade(v View, m *State) (float64, bool) {
	to, ok := s.Policy.Trade(v, m)
	if ok {
		*s.promised = append(*s.promised, to)
	}
	return to, ok
}

// After a trade and its cost leverage is what the policy said.
func TestLeverageIsWhatThePolicySaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		var promised []float64
		token.Policy = spy{token.Policy, &promised}
		_, events := must(t, token, p.Step).Trace(p)
		for _, e := range events {
			if e.Name != "rebalance" {
				continue
			}
			for len(promised) > 0 && (promised[0] > 1e6 ||
				!(math.Abs(math.Abs(e.Leverage)-promised[0]) <= 1e-11*(1+promised[0]))) {
				promised = promised[1:] // refused
			}
			if len(promised) == 0 {
				t.Fatalf("leverage after the trade at %v is %v, which nobody asked for", e.Time, e.Leverage)
			}
			promised = promised[1:]
			if e.Leverage*token.Target < 0 {
				t.Fatalf("leverage %v on the wrong side", e.Leverage)
			}
		}
	})
}

// varianceOf is the track of the realised variance that a token's stress follows.
func varianceOf(token Token, step time.Duration, alone *[block.Lanes]Path) *block.Track {
	measure := block.NewVariance(token.Stress.Window, step, token.Stress.Volatility)
	track := new(block.Track)
	for i := range alone {
		x := 1.0
		for s, bar := range alone[i].Bars {
			x = measure.Next(x, bar.Move+bar.Gap)
			track[s][i] = x
		}
	}
	return track
}

// Sixteen lanes of a block, however it is cut, are sixteen lifetimes alone.
func TestAdvanceIsLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := anyToken(t)
		extremes := rapid.Bool().Draw(t, "extremes")
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		b := block.New(1)
		b.Len, b.Step = steps, time.Hour
		distinct := somePath(t, b.Step, extremes, 40)
		var alone [block.Lanes]Path
		for i := range alone { // a few draws make many different paths
			alone[i] = Path{Step: b.Step, Extremes: extremes}
			for s := range steps {
				bar := distinct.Bars[(s*(i+1)+i)%40]
				bar.Down = false // the block has no outages
				alone[i].Bars = append(alone[i].Bars, bar)
			}
			put(b, i, alone[i])
		}
		k := must(t, token, b.Step)
		if token.Stress.Window > 0 {
			k.Variance(0)
			b.Variance = []*block.Track{varianceOf(token, b.Step, &alone)}
		}
		var lanes [block.Lanes]Lane
		var markets [block.Lanes]Market
		for i := range lanes {
			lanes[i], markets[i] = k.Begin(), NewMarket()
		}
		for from := 0; from < steps; {
			to := rapid.IntRange(from+1, steps).Draw(t, "cut")
			advance(k, b, &lanes, from, to)
			advanceMarkets(b, &markets, from, to)
			from = to
		}
		horizon := time.Duration(steps) * b.Step
		for i := range lanes {
			p := alone[i]
			if got, want := k.Finish(&lanes[i], horizon), k.Live(p); !same(got, want) {
				t.Fatalf("lane %d: %+v\nalone: %+v", i, got, want)
			}
			sum, qv := 0.0, 0.0
			for _, bar := range p.Bars {
				sum += bar.Gap + bar.Move
				qv += (bar.Gap + bar.Move) * (bar.Gap + bar.Move)
			}
			m := markets[i].Finish(horizon)
			if math.Abs(m.LogPrice-sum) > 1e-13 || math.Abs(m.QV-qv) > 1e-13*(1+qv) ||
				math.Abs(m.Price-math.Exp(sum)) > 1e-12*m.Price {
				t.Fatalf("market %+v; want ln S = %v, QV = %v", m, sum, qv)
			}
		}
	})
}

// Leverage one without cost is the underlying, and a free token that does not
// trade is 1 + T·(S − 1).
func TestUnleveredAndUntraded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPath(t)
		sum := 0.0
		for _, b := range p.Bars {
			if p.Extremes {
				sum += b.Gap
			}
			sum += b.Move
		}
		price := math.Exp(sum)
		policy := rapid.SampledFrom([]Policy{Hold{}, Every{time.Hour, 0}}).Draw(t, "policy")
		if nav := must(t, free(1, policy), p.Step).Live(p).NAV; !(math.Abs(nav-price) <= 1e-12*price) {
			t.Errorf("1x ends at %v, the price at %v", nav, price)
		}
		target := rapid.OneOf(number(1.1, 5), number(-3, -0.1)).Draw(t, "target")
		size := math.Abs(target)
		wide := Band{Low: 1.0001, High: 1000, To: Destination(rapid.IntRange(0, 2).Draw(t, "to"))}
		if target < 0 {
			wide.Low = size / 1000
		}
		if f := must(t, free(target, wide), p.Step).Live(p); f.Rebalances == 0 && f.Liquidations == 0 {
			if want := 1 + target*(price-1); !(math.Abs(f.NAV-want) <= 1e-12*(1+size*price)) {
				t.Errorf("%vx that did not trade ends at %v, want %v", target, f.NAV, want)
			}
		}
	})
}

// A free token that is reset at every step loses ½T(T−1)Σr² against S^T, but
// for the third order: ln(1 + T(e^r − 1)) = Tr − ½T(T−1)r² + T(T−1)(2T−1)r³/6 − ….
func TestResetAtEveryStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := number(-3, 5).Draw(t, "target")
		size := number(1e-4, 0.01).Draw(t, "size")
		p := Path{Step: time.Hour}
		for range 50 {
			p.Bars = append(p.Bars, Bar{Move: size * number(-1, 1).Draw(t, "move")})
		}
		if math.Abs(target) < 0.01 {
			target = 1
		}
		f := must(t, free(target, Every{time.Hour, 0}), p.Step).Live(p)
		sum, qv, cubes := 0.0, 0.0, 0.0
		for _, b := range p.Bars {
			sum += b.Move
			qv += b.Move * b.Move
			cubes += math.Abs(b.Move * b.Move * b.Move)
		}
		band := f.Logs[Price] - target*sum - VolatilityDecay(target, qv)
		third := math.Abs(target*(target-1)*(2*target-1)) / 6
		if !(math.Abs(band) <= (1.1*third+100*size)*cubes+1e-13) {
			t.Errorf("band effect = %g with Σ|r|³ = %g", band, cubes)
		}
	})
}

// While nothing is liquidated dearer carry and higher fees never leave more to
// a token that does not trade.
func TestMoreCostNeverMoreEquity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPath(t)
		target := rapid.OneOf(number(1.1, 5), number(-3, -0.1)).Draw(t, "target")
		token := Token{Target: target, Policy: Hold{}, AUM: 1e6, StreamingFee: number(0, 1).Draw(t, "fee")}
		loan := Loan{Borrow: number(0, 1).Draw(t, "rate"), Threshold: 0.9}
		perp := Perp{BorrowFee: number(0, 1).Draw(t, "rate")}
		more := number(0.01, 1).Draw(t, "more")
		dearLoan, dearPerp, dearFee := loan, perp, token
		dearLoan.Borrow += more
		dearPerp.BorrowFee += more
		dearFee.StreamingFee += more
		dearFee.Mechanism = perp
		for _, m := range [][2]Venue{{loan, dearLoan}, {perp, dearPerp}} {
			cheap, dear := token, token
			cheap.Mechanism, dear.Mechanism = m[0], m[1]
			a, b := must(t, cheap, p.Step).Live(p), must(t, dear, p.Step).Live(p)
			if a.Liquidations+b.Liquidations == 0 && a.NAV > 0 && !(b.NAV < a.NAV) {
				t.Errorf("%+v leaves %v, %+v leaves %v", m[1], b.NAV, m[0], a.NAV)
			}
		}
		token.Mechanism = perp
		a, b := must(t, token, p.Step).Live(p), must(t, dearFee, p.Step).Live(p)
		if a.Liquidations+b.Liquidations == 0 && a.NAV > 0 && !(b.NAV < a.NAV) {
			t.Errorf("a streaming fee of %v leaves %v, of %v %v", dearFee.StreamingFee, b.NAV, token.StreamingFee,
				a.NAV)
		}
	})
}

// A bar with known extremes is the limit of a grid through the same points.
func TestBarsAreTheLimitOfFineGrids(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.SampledFrom([]float64{3, 2, -1, -2}).Draw(t, "target")
		size := math.Abs(target)
		token := Token{Target: target, AUM: 1e6, Cost: Cost{Fee: sometimes(t, "fee", 0, 0.005)},
			Policy: Band{Low: 0.9 * size, High: 1.1 * size, To: Edge},
			Mechanism: rapid.SampledFrom([]Venue{Loan{Threshold: 0.85, Bonus: 0.05}, Perp{Maintenance: 0.01},
				Perp{Maintenance: 0.01, Base: EntrySize}}).Draw(t, "mechanism"),
			AfterLiquidation: Stop}
		if rapid.Bool().Draw(t, "hold") {
			token.Policy = Hold{}
		}
		p := Path{Step: 240 * time.Hour, Extremes: true}
		q := Path{Step: 6 * time.Minute}
		for range rapid.IntRange(1, 3).Draw(t, "bars") {
			b := Bar{Gap: 0.02 * number(-1, 1).Draw(t, "gap"), Move: 0.1 * number(-1, 1).Draw(t, "move")}
			b.Lo, b.Hi = min(b.Move, 0)-0.05*number(0, 1).Draw(t, "low"),
				max(b.Move, 0)+0.05*number(0, 1).Draw(t, "high")
			p.Bars = append(p.Bars, b)
			q.Bars = append(q.Bars, Bar{Move: b.Gap})
			near, far := b.Lo, b.Hi
			if b.Hi < -b.Lo {
				near, far = far, near
			}
			for _, w := range []float64{near, far - near, b.Move - far} {
				const n = 800
				for range n {
					q.Bars = append(q.Bars, Bar{Move: w / n})
				}
			}
		}
		f, g := must(t, token, p.Step).Live(p), must(t, token, q.Step).Live(q)
		if f.Liquidations != g.Liquidations {
			return // the last step decides; prices of liquidation have their own tests
		}
		if !(math.Abs(f.NAV-g.NAV) <= 2e-3*(f.NAV+g.NAV)) {
			t.Errorf("NAV = %v in bars, %v on a fine grid", f.NAV, g.NAV)
		}
		if !(math.Abs(f.Turnover-g.Turnover) <= 1e-2*(f.Turnover+g.Turnover)+0.01) {
			t.Errorf("turnover = %v in bars, %v on a fine grid", f.Turnover, g.Turnover)
		}
		if !(math.Abs(f.MinNAV-g.MinNAV) <= 2e-3) || !(math.Abs(f.Drawdown.Depth-g.Drawdown.Depth) <= 2e-3) {
			t.Errorf("least NAV and drawdown = %v and %v in bars, %v and %v on a fine grid", f.MinNAV,
				f.Drawdown.Depth, g.MinNAV, g.Drawdown.Depth)
		}
		if !(math.Abs(f.MaxLeverage-g.MaxLeverage) <= 0.02) || !(math.Abs(f.MinLeverage-g.MinLeverage) <= 0.02) {
			t.Errorf("leverage from %v to %v in bars, %v to %v on a fine grid", f.MinLeverage, f.MaxLeverage,
				g.MinLeverage, g.MaxLeverage)
		}
	})
}
