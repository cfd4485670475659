package tokens

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// drawnTokens are tokens of all kinds of rows, with the terms that a drawn rate has at a value.
func drawnTokens() map[string]func(rates ...float64) Token {
	band := Band{Low: 2.7, High: 3.3, To: Edge}
	sized := Cost{Fee: 0.0005, Impact: 4.6e-7, Exponent: 0.68, Gas: 0.5}
	return map[string]func(...float64) Token{
		"loan": func(r ...float64) Token {
			return Token{Target: 3, Policy: band, AUM: 1e6, Mechanism: Loan{Borrow: r[0] + 0.001, Supply: 0.017,
				Threshold: 0.84, Bonus: 0.05}, Cost: Cost{Fee: 0.001}}
		},
		"loan of a size": func(r ...float64) Token {
			return Token{Target: 3, Policy: band, AUM: 1e6, Mechanism: Loan{Borrow: r[0], Threshold: 0.84, Bonus: 0.05},
				Cost: sized}
		},
		"short loan": func(r ...float64) Token {
			return Token{Target: -1, Policy: Band{Low: 0.9, High: 1.1, To: Target}, AUM: 1e6,
				Mechanism: Loan{Borrow: 0.02, Supply: r[0], Threshold: 0.78, Bonus: 0.05}, Cost: Cost{Fee: 0.001}}
		},
		"perpetual": func(r ...float64) Token {
			return Token{Target: 3, Policy: band, AUM: 1e6, Mechanism: Perp{Funding: r[0], Maintenance: 0.01},
				Cost: Cost{Fee: 0.001}, StreamingFee: 0.02}
		},
		"two rates of a short perpetual of a size": func(r ...float64) Token {
			return Token{Target: -2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, AUM: 1e6,
				Mechanism: Perp{Funding: r[0], BorrowFee: r[1], CashRate: 0.03, Maintenance: 0.01}, Cost: sized}
		},
		"index": func(r ...float64) Token {
			return Token{Target: 3, Policy: band, AUM: 1e6, Cost: Cost{Fee: 0.001},
				Mechanism: Perp{Funding: r[0], BorrowFee: r[1], UnderlyingFee: 0.01, Maintenance: 0.01}}
		},
	}
}

// drawKernel compiles a token whose rates are drawn.
func drawKernel(t *testing.T, token func(...float64) Token, holds int) *Kernel {
	t.Helper()
	terms := func(r ...float64) Terms { v := token(r...); return v.Mechanism.Terms(v) }
	d := Drawn{Terms: terms(0, 0), Holds: holds}
	for i := range 2 {
		one, half := [2]float64{}, [2]float64{}
		one[i], half[i] = 1, 0.5
		per, err := d.Terms.Slope(terms(one[:]...), terms(half[:]...))
		if err != nil {
			t.Fatal(err)
		}
		d.Per, d.Track = append(d.Per, per), append(d.Track, i)
	}
	k := compile(t, token(0.05, 0.02), time.Hour)
	if err := k.Draw(d); err != nil {
		t.Fatal(err)
	}
	return k
}

// Rates drawn with the paths give a lane the same bits in a batch as alone, and the numbers of a token that
// follows the same rates as dated series.
func TestDrawnRates(t *testing.T) { eachWidth(t, ratesInBatches) }

func ratesInBatches(t *testing.T) {
	const groups = 6
	for name, token := range drawnTokens() {
		for _, holds := range []int{1, 4, block.Steps} {
			t.Run(fmt.Sprintf("%s, holds %d", name, holds), func(t *testing.T) {
				r := rand.New(rand.NewPCG(8, 9))
				k := drawKernel(t, token, holds)
				if k.fast == nil || !k.fast.trades {
					t.Fatal("does not trade on its fast path")
				}
				for g := range groups {
					sd := []float64{0.001, 0.0085, 0.04}[g%3]
					var together Lanes
					var alone [block.Lanes]Lane
					var follow [block.Lanes][]Dated
					var paths [block.Lanes]Path
					k.BeginAll(&together)
					var levels, now [block.Lanes]float64
					for i := range alone {
						alone[i], paths[i].Step = k.Begin(), time.Hour
						levels[i] = 0.1 + 0.3*r.NormFloat64()
					}
					b := block.New(1)
					b.Step, b.Rates = time.Hour, []*block.Track{new(block.Track), new(block.Track)}
					for ; b.First < 900; b.First += b.Len {
						b.Len = 1 + r.IntN(block.Steps)
						for s := range b.Len {
							for i := range alone {
								x := sd * r.NormFloat64()
								b.Move[0][s][i], b.Gross[0][s][i] = x, fmath.Exp(x)
								paths[i].Bars = append(paths[i].Bars, Bar{Move: x})
								b.Rates[0][s][i], b.Rates[1][s][i] = math.NaN(), math.NaN()
								if s%holds == 0 {
									now[i] = levels[i]
									if holds < block.Steps {
										now[i] += 0.5 * r.NormFloat64()
										if r.IntN(200) == 0 {
											now[i] *= 60 // too much for the fast path
										}
									}
									b.Rates[0][s][i], b.Rates[1][s][i] = now[i], now[i]/3
								}
								rate := now[i]
								of := token(rate, rate/3)
								follow[i] = append(follow[i], Dated{From: b.First + s, Terms: of.Mechanism.Terms(of),
									Cost: of.Cost})
							}
						}
						cut := r.IntN(b.Len + 1)
						k.AdvanceAll(b, 0, &together, 0, cut)
						if r.IntN(8) == 0 {
							together.Lane(r.IntN(block.Lanes)).Equity()
						}
						k.AdvanceAll(b, 0, &together, cut, b.Len)
						for i := range alone {
							k.Advance(b, 0, &alone[i], i, 0, b.Len)
						}
					}
					for i := range alone {
						horizon := paths[i].length()
						got, want := k.Finish(together.Lane(i), horizon), k.Finish(&alone[i], horizon)
						series := compile(t, token(0.05, 0.02), time.Hour)
						if err := series.Follow(follow[i]); err != nil {
							t.Fatal(err)
						}
						agree(t, want, series.Live(paths[i]), 1e-9)
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
	}
}

// growth is e^x − 1 on both sides of where the series ends.
func TestGrowth(t *testing.T) {
	for _, x := range []float64{0, 1e-12, -3e-6, 9.99e-4, -9.99e-4, 1.001e-3, 0.3, -5} {
		if got, want := growth(x), math.Expm1(x); math.Abs(got-want) > 4e-16*math.Abs(want) {
			t.Errorf("growth(%v) = %v, want %v", x, got, want)
		}
	}
}

// growths has the bits of growth, wherever numbers are beyond its series.
func TestGrowths(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const a, b = 1e-5, 0.25
	for range 200 {
		x := make([]float64, block.Lanes*r.IntN(block.Steps+1))
		for i := range x {
			x[i] = 0.001 * r.NormFloat64()
			if r.IntN(100) == 0 {
				x[i] = []float64{math.NaN(), 40, -40, (mostGrowth - a) / b, (-mostGrowth - a) / b}[r.IntN(5)]
			}
		}
		dst := make([]float64, len(x))
		growths(dst, x, a, b)
		for i, v := range x {
			if want := growth(a + float64(b*v)); math.Float64bits(dst[i]) != math.Float64bits(want) {
				t.Fatalf("number %d of %d, %v: %v, want %v", i, len(x), v, dst[i], want)
			}
		}
	}
}

// Charges that are not linear in a rate are refused, and so are tracks that are missing.
func TestDrawnRefused(t *testing.T) {
	terms := func(funding float64) Terms { return Terms{Funding: Charge{Rate: funding, Item: Funding}} }
	zero := terms(0.1)
	if _, err := zero.Slope(terms(1), terms(0.2)); err == nil {
		t.Error("a rate whose square is charged: no error")
	}
	k := compile(t, drawnTokens()["perpetual"](0.05), time.Hour)
	for _, d := range []Drawn{{}, {Per: []Terms{{}}, Track: []int{-1}}, {Per: []Terms{{}}},
		{Per: []Terms{terms(math.Inf(1))}, Track: []int{0}}} {
		if err := k.Draw(d); err == nil {
			t.Errorf("%+v: no error", d)
		}
	}
}

// Costs by side that are drawn are those of a token that changes them on a date: in steps seen at their ends and
// through their extremes, with bounds of the impact, and along an edge.
func TestDrawnSides(t *testing.T) {
	const steps, change = 600, 250
	sides := [2]sideNumbers{{0.004, -0.001, 0, -0.0002}, {-0.0012, 0.003, -0.0002, 0}}
	for name, cost := range map[string]Cost{
		"bounded":      {Fee: 0.0006, Impact: 9e-11, Exponent: 1, Gas: 0.5, Cap: 0.003, Claim: 1, RebateCap: 0.001},
		"proportional": {Fee: 0.0006},
	} {
		for _, inside := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, extremes %v", name, inside), func(t *testing.T) {
				of := func(n sideNumbers) Token {
					return Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3, To: Edge}, AUM: 1e6, Cost: n.in(cost),
						Holder:    Holder{Invest: 1e4},
						Mechanism: Perp{Funding: 0.1, BorrowFee: 0.05, Maintenance: 0.005, Base: EntrySize}}
				}
				plain := of(sideNumbers{})
				terms := func(v Perp) Terms { v.Maintenance, v.Base = 0.005, EntrySize; return v.Terms(plain) }
				d := Drawn{Terms: terms(Perp{BorrowFee: 0.05}), Track: []int{0}, Sides: []int{1, 2, 3, 4}}
				per, err := d.Terms.Slope(terms(Perp{Funding: 1, BorrowFee: 0.05}),
					terms(Perp{Funding: 0.5, BorrowFee: 0.05}))
				if err != nil {
					t.Fatal(err)
				}
				d.Per = []Terms{per}
				k := compile(t, plain, time.Hour)
				if err := k.Draw(d); err != nil {
					t.Fatal(err)
				}
				r := rand.New(rand.NewPCG(3, 4))
				b := block.New(1)
				if inside {
					b.Inside(0)
				}
				b.Step = time.Hour
				for range 5 {
					b.Rates = append(b.Rates, new(block.Track))
				}
				path := Path{Step: time.Hour}
				lane := k.Begin()
				for ; b.First < steps; b.First += b.Len {
					b.Len = min(block.Steps, steps-b.First)
					for s := range b.Len {
						x := 0.01 * r.NormFloat64()
						bar := Bar{Move: x}
						if inside {
							bar.Lo, bar.Hi = min(x, 0)-0.004, max(x, 0)+0.002
							b.Ways[0][5][s] = block.WayThrough(0, bar.Lo, bar.Hi, x)
						}
						path.Bars = append(path.Bars, bar)
						b.Move[0][s][5] = x
						b.Rates[0][s][5] = 0.1
						now := sides[0]
						if b.First+s >= change {
							now = sides[1]
						}
						for i, v := range now {
							b.Rates[1+i][s][5] = v
						}
					}
					b.Fill()
					k.Advance(b, 0, &lane, 5, 0, b.Len)
				}
				got := k.Finish(&lane, path.length())
				first, next := compile(t, of(sides[0]), time.Hour), compile(t, of(sides[1]), time.Hour)
				if err := first.Then(change*time.Hour, next); err != nil {
					t.Fatal(err)
				}
				path.Extremes = inside
				want := first.Live(path)
				agree(t, got, want, 1e-9)
				balance(t, got)
				if got.Rebalances < 20 {
					t.Errorf("%d trades; want enough to tell", got.Rebalances)
				}
			})
		}
	}
	k := compile(t, drawnTokens()["perpetual"](0.05), time.Hour)
	if err := k.Draw(Drawn{Per: []Terms{{}}, Track: []int{0}, Sides: []int{1, 2}}); err == nil {
		t.Error("two costs by side: no error")
	}
}
