package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/random"
)

// normalBlock returns a block of hours of a driftless geometric Brownian
// motion; with extremes, each hour reaches a little beyond both its ends.
func normalBlock(sigma float64, seed, group uint64, first int, extremes bool) *block.Block {
	b := block.New(1)
	b.Group, b.First, b.Len, b.Step = group, first, block.Steps, time.Hour
	random.Normals(b.Move[0], seed, group, random.Stream(random.Diffusion, 0), first, block.Steps)
	if extremes {
		b.Inside(0)
	}
	sd := sigma * math.Sqrt(1.0/8760)
	beyond := float64(0.3 * sd) // rounded, so that it cannot be fused into the sums below
	for s := range block.Steps {
		for i := range block.Lanes {
			move := float64(sd*b.Move[0][s][i]) - 0.5*float64(sd*sd)
			b.Move[0][s][i] = move
			if extremes {
				b.Ways[0][i][s] = block.WayThrough(0, min(0, move)-beyond, max(0, move)+beyond, move)
			}
		}
	}
	b.Fill()
	return b
}

// tilted is a policy of a user's own: a band whose upper edge is its target.
type tilted struct{ low, to float64 }

func (p tilted) Trigger(View, *State) Trigger       { return Trigger{p.low, p.to, Never} }
func (p tilted) Trade(View, *State) (float64, bool) { return p.to, true }

// The tokens whose speed is measured: ETH3x as Toros runs it, and its relatives.
var measured = []struct {
	name  string
	token Token
}{
	{"policy=edge/mechanism=loan", Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3},
		Mechanism: Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}, Cost: Cost{Fee: 0.001}, AUM: 1e6}},
	{"policy=target/mechanism=loan", Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3, To: Target},
		Mechanism: Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}, Cost: Cost{Fee: 0.001}, AUM: 1e6}},
	{"policy=edge/mechanism=perp", Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3},
		Mechanism: Perp{Funding: 0.1, Maintenance: 0.01}, Cost: Cost{Fee: 0.001}, AUM: 1e6}},
	{"policy=target/mechanism=option", callToken()},
	{"policy=own/mechanism=loan", Token{Target: 3, Policy: tilted{2.7, 3.3},
		Mechanism: Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}, Cost: Cost{Fee: 0.001}, AUM: 1e6}},
}

// BenchmarkAdvance walks the 16 lanes of a group over 64 hours of 80 %
// volatility, prices known at the ends of hours (monitoring=grid) or with their
// extremes (monitoring=bars).
func BenchmarkAdvance(b *testing.B) {
	for _, m := range measured {
		for _, extremes := range []bool{false, true} {
			monitoring := "grid"
			if extremes {
				monitoring = "bars"
			}
			b.Run(m.name+"/monitoring="+monitoring, func(b *testing.B) {
				k := compile(b, m.token, time.Hour)
				var blocks []*block.Block
				for i := range 16 {
					blocks = append(blocks, normalBlock(0.8, 1, 0, i*block.Steps, extremes))
				}
				var lanes [block.Lanes]Lane
				n := 0
				for b.Loop() {
					if n%len(blocks) == 0 {
						for i := range lanes {
							lanes[i] = k.Begin()
						}
					}
					advance(k, blocks[n%len(blocks)], &lanes, 0, block.Steps)
					n++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*block.Steps*block.Lanes), "ns/step")
			})
		}
	}
}

// A lane is a value: a lifetime among thousands allocates nothing, and one
// alone only the lane that the policy gets to see.
func TestAllocations(t *testing.T) {
	for _, m := range measured {
		for _, extremes := range []bool{false, true} {
			t.Run(fmt.Sprint(m.name, extremes), func(t *testing.T) {
				k := compile(t, m.token, time.Hour)
				b := normalBlock(0.8, 1, 0, 0, extremes)
				var lanes [block.Lanes]Lane
				if n := testing.AllocsPerRun(10, func() {
					for i := range lanes {
						lanes[i] = k.Begin()
					}
					advance(k, b, &lanes, 0, b.Len)
					for i := range lanes {
						k.Finish(&lanes[i], 64*time.Hour)
					}
				}); n != 0 {
					t.Errorf("a group allocates %v times, want 0", n)
				}
				p := Path{Step: time.Hour, Extremes: extremes}
				for s := range b.Len {
					move := b.Move[0][s][3]
					p.Bars = append(p.Bars, Bar{Move: move, Lo: min(0, move), Hi: max(0, move)})
				}
				if n := testing.AllocsPerRun(10, func() { k.Live(p) }); n > 1 {
					t.Errorf("one lifetime alone allocates %v times, want at most 1", n)
				}
			})
		}
	}
}
