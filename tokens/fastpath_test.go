package tokens

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// anHour is stress of the last hour or so, and sizedCost a cost that depends on size alone besides a fee.
var (
	anHour = Stress{Window: 90 * time.Minute, Volatility: 0.8, Cap: 60, Gas: 1, Impact: 0.5, OutageRate: 50,
		Outages: 1}
	sizedCost = Cost{Fee: 0.0005, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 0.5}
)

// The fast path computes what steps one by one compute: all columns of lifetimes
// of a year of hours agree with those of a kernel without one, whose steps are
// checked against the token model written out literally.
func TestFastPathIsTheGridStep(t *testing.T) {
	loan := Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}
	free := Loan{Threshold: 0.85}
	fee := Cost{Fee: 0.0007, ImpactBase: 0.0003}
	dear := Cost{Fee: 0.0005, ImpactBase: 0.0002, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 0.5}
	funded := Perp{Funding: 0.1, BorrowFee: 0.05, Maintenance: 0.01, LiquidationFee: 0.01}
	tokens := []Token{
		{Name: "target", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan, Cost: fee},
		{Name: "edge", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: fee, StreamingFee: 0.03},
		{Name: "free of cost", Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: loan},
		{Name: "free of carry", Target: 2, Policy: Band{Low: 1.8, High: 2.2}, Mechanism: free, Cost: fee},
		{Name: "no width", Target: 2, Policy: Band{Low: 2, High: 2}, Mechanism: loan, Cost: fee},
		{Name: "short", Target: -1, Policy: Band{Low: 0.9, High: 1.1, To: Target}, Mechanism: loan, Cost: fee,
			StreamingFee: 0.01},
		{Name: "short to edge", Target: -2, Policy: Band{Low: 1.8, High: 2.2},
			Mechanism: Loan{Borrow: 0.02, Supply: -0.01, Threshold: 0.8, Bonus: 0.05}, Cost: fee},
		{Name: "stops", Target: 5, Policy: Band{Low: 4, High: 6, To: Target}, Mechanism: loan, Cost: fee,
			AfterLiquidation: Stop},
		{Name: "dear", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear},
		{Name: "dear to target", Target: 2, Policy: Band{Low: 1.9, High: 2.1, To: Target}, Mechanism: loan,
			Cost: dear, StreamingFee: 0.03},
		{Name: "dear, short", Target: -2, Policy: Band{Low: 1.8, High: 2.2}, Mechanism: loan, Cost: dear},
		{Name: "gas", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan, Cost: Cost{Gas: 5}},
		{Name: "dear without flows", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			Flows: Flows{Kind: NoFlows}},
		{Name: "gas without flows", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan,
			Cost: Cost{Gas: 5}, Flows: Flows{Kind: NoFlows}},
		{Name: "dear, closed when small", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			Flows: Flows{Kind: NoFlows, CloseBelow: 7e5}},
		{Name: "closed when small", Target: 3, Policy: Band{Low: 2.7, High: 3.3, To: Target}, Mechanism: loan,
			Cost: fee, Flows: Flows{Kind: NoFlows, CloseBelow: 7e5}},
		{Name: "tiers of a steady perpetual", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Cost: dear,
			Mechanism: Perp{Funding: 0.1, Maintenance: 0.1, Tier: 1e6, TierMaintenance: 0.35}},
		{Name: "square root", Target: 3, Policy: Band{Low: 2.8, High: 3.2}, Mechanism: loan,
			Cost: Cost{Fee: 0.001, Impact: 5e-6, Exponent: 0.5}},
		{Name: "linear", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan,
			Cost: Cost{Impact: 1e-8, Exponent: 1}},
		{Name: "quadratic", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan,
			Cost: Cost{Impact: 1e-13, Exponent: 2, Gas: 1}},
		{Name: "perpetual", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: funded, Cost: fee},
		{Name: "perpetual without carry", Target: 2, Policy: Geometric{High: 2.3}, Mechanism: Perp{Maintenance: 0.01},
			Cost: fee},
		{Name: "perpetual that earns", Target: 2, Policy: Band{Low: 1.8, High: 2.2},
			Mechanism: Perp{Funding: -0.4, BorrowFee: 0.1, Maintenance: 0.03}, Cost: fee, StreamingFee: 0.02},
		{Name: "short perpetual", Target: -1, Policy: Band{Low: 0.9, High: 1.1}, Mechanism: funded, Cost: fee,
			StreamingFee: 0.02},
		{Name: "dear perpetual", Target: 4, Policy: Band{Low: 3.6, High: 4.4}, Mechanism: funded, Cost: dear,
			StreamingFee: 0.02},
		{Name: "dear short perpetual", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: funded,
			Cost: dear},
		{Name: "perpetual held", Target: 2, Policy: Hold{}, Mechanism: funded},
		{Name: "daily perpetual", Target: 3, Policy: Every{Interval: 24 * time.Hour}, Mechanism: funded, Cost: dear},
		{Name: "hold", Target: 2, Policy: Hold{}, Mechanism: loan, StreamingFee: 0.02},
		{Name: "short hold", Target: -1, Policy: Hold{}, Mechanism: loan},
		{Name: "daily", Target: 3, Policy: Every{Interval: 24 * time.Hour}, Mechanism: loan, Cost: fee},
		{Name: "stressed", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: sizedCost,
			Stress: anHour},
		{Name: "stressed perpetual", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: funded,
			Cost: sizedCost, Stress: anHour},
		{Name: "stressed outages alone", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan,
			Cost: Cost{Fee: 0.001}, Stress: anHour},
		{Name: "stressed base", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			Stress: anHour},
		{Name: "partial, late", Target: 3, Policy: Band{Low: 2.7, High: 3.3, To: Partial, Speed: 0.4},
			Mechanism: loan, Cost: fee, Keeper: Keeper{Latency: 90 * time.Minute}},
	}
	r := rand.New(rand.NewPCG(9, 9))
	for _, token := range tokens {
		t.Run(token.Name, func(t *testing.T) {
			token.AUM = 1e6
			if token.Stress.Window > 0 {
				token.Keeper.Outage.Length = time.Hour
			}
			if err := token.Check(); err != nil {
				t.Fatal(err)
			}
			quick, plain := compile(t, token, time.Hour), compile(t, token, time.Hour)
			for path := range 40 {
				if path == 20 { // from here on at rates of each hour
					for _, k := range []*Kernel{quick, plain} {
						if err := k.Follow(hourly(token, 8760, 1)); err != nil {
							t.Fatal(err)
						}
					}
				}
				if quick.fast == nil || path >= 20 && quick.dated == nil {
					t.Fatal("has no fast path")
				}
				plain.fast = nil
				p := Path{Step: time.Hour, Bars: make([]Bar, 8760)}
				for i := range p.Bars {
					p.Bars[i].Move = 0.0085*r.NormFloat64() - 0.000036
					if path%2 == 1 && r.IntN(800) == 0 {
						p.Bars[i].Move += 0.1 * r.NormFloat64()
					}
					p.Bars[i].Down = token.Stress.Window > 0 && r.IntN(50) == 0
				}
				got, want := quick.Live(p), plain.Live(p)
				balance(t, got)
				tolerance := 1e-11
				if _, ok := token.Policy.(Hold); ok {
					// No trade resets the roundings of a year, and little equity between
					// much exposure and much debt magnifies them.
					tolerance = 1e-12 * (10 + 1/want.MinNAV)
				}
				agree(t, got, want, tolerance)
				if t.Failed() {
					t.Fatalf("path %d", path)
				}
			}
		})
	}
}

// agree fails unless two lifetimes are the same to a tolerance.
func agree(t *testing.T, got, want Lifetime, tolerance float64) {
	t.Helper()
	scale := 0.0 // of the ledger
	for _, v := range want.Money {
		scale += math.Abs(v)
	}
	for _, col := range Columns {
		if want.Ruined && strings.HasPrefix(col.Name, "log_") {
			continue // nothing has no logarithm
		}
		if col.Name == "aum" {
			continue // without flows NAV in dollars, else what they make of it
		}
		g, w := col.Of(&got), col.Of(&want)
		size := math.Abs(w)
		if strings.HasPrefix(col.Name, "money_") {
			size = max(size, scale)
		} else if strings.HasPrefix(col.Name, "log_") {
			size = max(size, 1)
		}
		if d := math.Abs(g - w); !(d <= tolerance*(size+1e-3)) && fmt.Sprint(g) != fmt.Sprint(w) {
			t.Errorf("%s: %v, step by step %v: %g off", col.Name, g, w, g-w)
		}
	}
}

// Vector code gives the bits of the plain code, and a lane's bits do not
// depend on its batch: groups of lifetimes, cut into blocks anywhere, against
// lifetimes alone, 4 million steps for each kind of vector code. Prices are calm, or such that lanes
// now and then are liquidated, ruined or near it.
func TestFastPathInBatches(t *testing.T) { eachWidth(t, fastPathInBatches) }

func fastPathInBatches(t *testing.T) {
	loan := Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}
	fee := Cost{Fee: 0.0007, ImpactBase: 0.0003}
	dear := Cost{Fee: 0.0005, ImpactBase: 0.0002, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 0.5}
	funded := Perp{Funding: 0.1, BorrowFee: 0.05, Maintenance: 0.01, LiquidationFee: 0.01}
	tokens := []Token{
		{Name: "target", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: loan, Cost: fee},
		{Name: "edge", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: fee, StreamingFee: 0.03},
		{Name: "free", Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: Loan{Threshold: 0.7}},
		{Name: "short", Target: -1, Policy: Band{Low: 0.9, High: 1.1, To: Target}, Mechanism: loan, Cost: fee},
		{Name: "short to edge", Target: -2, Policy: Band{Low: 1.5, High: 2.2}, Mechanism: loan, Cost: fee,
			StreamingFee: 0.01},
		{Name: "stops", Target: 5, Policy: Band{Low: 4, High: 6}, Mechanism: loan, Cost: fee, AfterLiquidation: Stop},
		{Name: "dear", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear, StreamingFee: 0.01},
		{Name: "dear to target", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: loan,
			Cost: dear},
		{Name: "dear without flows", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			Flows: Flows{Kind: NoFlows}},
		{Name: "dear, closed when small", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			Flows: Flows{Kind: NoFlows, CloseBelow: 2e5}},
		{Name: "dear perpetual without flows", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: funded,
			Cost: dear, Flows: Flows{Kind: NoFlows}},
		{Name: "much gas", Target: 3, Policy: Band{Low: 2.9, High: 3.1}, Mechanism: loan, Cost: Cost{Gas: 3000}},
		{Name: "much impact", Target: 3, Policy: Band{Low: 2.9, High: 3.1}, Mechanism: loan,
			Cost: Cost{Impact: 1e-7, Exponent: 1}},
		{Name: "hold", Target: 2, Policy: Hold{}, Mechanism: loan},
		{Name: "perpetual held", Target: -2, Policy: Hold{}, Mechanism: funded},
		{Name: "perpetual", Target: 3, Policy: Band{Low: 2.8, High: 3.2, To: Target}, Mechanism: funded, Cost: fee,
			StreamingFee: 0.01},
		{Name: "short perpetual", Target: -1, Policy: Band{Low: 0.9, High: 1.1}, Mechanism: funded, Cost: fee},
		{Name: "dear perpetual", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: funded, Cost: dear},
		{Name: "dear short perpetual", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: funded,
			Cost: dear, AfterLiquidation: Stop},
		{Name: "perpetual with impact", Target: 2, Policy: Band{Low: 1.9, High: 2.1, To: Target}, Mechanism: funded,
			Cost: Cost{Impact: 5e-6, Exponent: 0.5}, StreamingFee: 0.02},
		{Name: "loan that pays all", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: charged{loan}, Cost: fee},
		{Name: "perpetual that pays all", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target},
			Mechanism: charged{funded}, Cost: fee, StreamingFee: 0.01},
		{Name: "dear, pays all", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: charged{loan}, Cost: dear},
		{Name: "costs much", Target: 3, Policy: Band{Low: 2.9, High: 3.1}, Mechanism: loan, Cost: Cost{Fee: 0.25}},
		{Name: "stressed", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: sizedCost,
			Stress: anHour},
		{Name: "stressed perpetual without flows", Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target},
			Mechanism: funded, Cost: sizedCost, Stress: anHour, Flows: Flows{Kind: NoFlows}},
		{Name: "stressed gas", Target: 3, Policy: Band{Low: 2.9, High: 3.1}, Mechanism: loan, Cost: Cost{Gas: 30},
			Stress: anHour},
		{Name: "stressed outages alone", Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: funded,
			Cost: Cost{Fee: 0.001}, Stress: anHour},
	}
	groups := 24 // of 16 lanes and 2,100 steps, for each token: 2 million for each kind of vector code
	if testing.Short() {
		groups = 8
	}
	type rows struct {
		kind     rowKind
		sizeCost bool
	}
	seen := map[rows]bool{}
	r := rand.New(rand.NewPCG(5, 6))
	for _, token := range tokens {
		token.AUM = 1e6
		stressed := token.Stress.Window > 0
		if stressed {
			token.Keeper.Outage.Length = time.Hour
			token.Holder = Holder{Invest: 1e5, Parts: 1} // whose exit follows the variance
		}
		t.Run(token.Name, func(t *testing.T) {
			k := compile(t, token, time.Hour)
			if stressed {
				k.Variance(0)
				k.Outages(0)
			}
			constant, history := k, hourly(token, 3000, 3)
			for g := range groups {
				dated := g%9 == 1 && !stressed
				if dated {
					// Alone a path pays rates of its own steps, in a group those of the bars it is drawn from.
					k = compile(t, token, time.Hour)
					if err := k.Follow(history); err != nil {
						t.Fatal(err)
					}
					k.ByBar(3000)
					seen[rows{k.fast.dated.rows, k.fast.sizeCost != nil}] = true
				} else {
					k = constant
				}
				if k.fast == nil || !k.fast.trades || dated && k.dated == nil {
					t.Fatal("does not trade on its fast path")
				}
				sd := []float64{0.001, 0.0085, 0.03, 0.1}[g%4]
				var lanes Lanes
				k.BeginAll(&lanes)
				var paths [block.Lanes]Path
				for i := range paths {
					paths[i].Step = time.Hour
				}
				var bars [block.Lanes][]int32
				b := block.New(1)
				b.Step, b.Bar = time.Hour, []*block.Bars{new(block.Bars)}
				b.Variance, b.KeeperDown = []*block.Track{new(block.Track)}, []*block.Mask{new(block.Mask)}
				measure, variance := k.measure, slices.Repeat([]float64{1}, block.Lanes)
				for b.First = 0; b.First < 2100; b.First += b.Len {
					b.Len = 1 + r.IntN(block.Steps)
					for s := range b.Len {
						for i := range paths {
							bar := int32(r.IntN(3000))
							if n := len(bars[i]); n > 0 && r.IntN(24) > 0 {
								bar = (bars[i][n-1] + 1) % 3000
							}
							b.Bar[0][s][i] = bar
							bars[i] = append(bars[i], bar)
							x := sd * r.NormFloat64()
							b.Move[0][s][i], b.Gross[0][s][i] = x, fmath.Exp(x)
							variance[i] = measure.Next(variance[i], x)
							b.Variance[0][s][i] = variance[i]
							down := stressed && r.IntN(700) == 0
							b.KeeperDown[0][s] &^= 1 << i
							if down {
								b.KeeperDown[0][s] |= 1 << i
							}
							paths[i].Bars = append(paths[i].Bars, Bar{Move: x, Down: down})
						}
					}
					cut := r.IntN(b.Len + 1)
					k.AdvanceAll(b, 0, &lanes, 0, cut)
					if r.IntN(10) == 0 {
						lanes.Lane(r.IntN(block.Lanes)).Equity() // looking changes nothing
					}
					k.AdvanceAll(b, 0, &lanes, cut, b.Len)
				}
				for i := range paths {
					alone := k
					if dated {
						alone = compile(t, token, time.Hour)
						if err := alone.Follow(drawn(history, bars[i])); err != nil {
							t.Fatal(err)
						}
					}
					got, want := k.Finish(lanes.Lane(i), paths[i].length()), alone.Live(paths[i])
					for _, col := range Columns {
						if x, y := col.Of(&got), col.Of(&want); math.Float64bits(x) != math.Float64bits(y) &&
							(x == x || y == y) {
							t.Fatalf("group %d, lane %d: %s = %v in a batch, %v alone", g, i, col.Name, x, y)
						}
					}
				}
			}
		})
	}
	if vector && len(seen) != 2*int(rowKinds) {
		t.Errorf("rows %v; want all kinds, with and without cost that depends on size", seen)
	}
}

// drawn are the rates of a history's bars, step by step.
func drawn(history []Dated, bars []int32) (list []Dated) {
	for step, bar := range bars {
		d := history[bar/3]
		d.From = step
		list = append(list, d)
	}
	return list
}

// Markets have the same bits in vector code as one by one.
func TestMarketsInBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for g := range 210 { // of 16 lanes and 3,000 steps: 10 million
		sd := []float64{0.001, 0.0085, 0.1}[g%3]
		var together Markets
		var alone [block.Lanes]Market
		together.Begin()
		for i := range alone {
			alone[i] = NewMarket()
		}
		b := block.New(1)
		b.Step = time.Hour
		for b.First = 0; b.First < 3000; b.First += b.Len {
			b.Len = 1 + r.IntN(block.Steps)
			for s := range b.Len {
				for i := range alone {
					x := sd * r.NormFloat64()
					b.Move[0][s][i], b.Gross[0][s][i] = x, fmath.Exp(x)
				}
			}
			cut := r.IntN(b.Len + 1)
			together.Advance(b, 0, 0, cut)
			if r.IntN(10) == 0 {
				together.Market(3).Price() // looking changes nothing
			}
			together.Advance(b, 0, cut, b.Len)
			advanceMarkets(b, &alone, 0, b.Len)
		}
		for i := range alone {
			got, want := together.Market(i).Finish(3000*time.Hour), alone[i].Finish(3000*time.Hour)
			for _, col := range MarketColumns {
				if x, y := col.Of(&got), col.Of(&want); math.Float64bits(x) != math.Float64bits(y) &&
					(x == x || y == y) {
					t.Fatalf("group %d, lane %d: %s = %v in a batch, %v alone", g, i, col.Name, x, y)
				}
			}
		}
	}
}
