package tokens

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/block"
	"mcrisk/fmath"
)

// Lanes with calls have the same bits in batches as one by one, whatever the option, also where its funding and the
// venue's skew are drawn with the paths.
func TestCallsInBatches(t *testing.T) {
	batched, steps := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		token := protected(t, Token{AUM: 1e6, Cost: Cost{Fee: 0.0005, Impact: 1e-7, Exponent: 0.7}})
		drawn := rapid.Bool().Draw(t, "drawn")
		sd := rapid.SampledFrom([]float64{0.0005, 0.005, 0.02, 0.08}).Draw(t, "sd")
		k := must(t, token, time.Hour)
		if drawn {
			k.DrawFunding(0, 1)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var together Lanes
		var alone [block.Lanes]Lane
		k.BeginAll(&together)
		for i := range alone {
			alone[i] = k.Begin()
		}
		b := block.New(1)
		b.Step, b.Rates = time.Hour, []*block.Track{new(block.Track), new(block.Track)}
		b.KeeperDown = []*block.Mask{new(block.Mask)}
		for ; b.First < 600; b.First += b.Len {
			b.Len = 1 + r.IntN(block.Steps)
			for s := range b.Len {
				for i := range alone {
					x := sd * r.NormFloat64()
					b.Move[0][s][i], b.Gross[0][s][i] = x, fmath.Exp(x)
					b.Rates[0][s][i], b.Rates[1][s][i] = r.Float64(), 0.7+0.35*r.Float64()
				}
			}
			cut := r.IntN(b.Len + 1)
			k.AdvanceAll(b, 0, &together, 0, cut)
			k.AdvanceAll(b, 0, &together, cut, b.Len)
			for i := range alone {
				k.Advance(b, 0, &alone[i], i, 0, b.Len)
			}
			if k.batchesCalls(b, 0) {
				batched += b.Len
			}
			steps += b.Len
		}
		for i := range alone {
			horizon := time.Duration(b.First) * time.Hour
			if got, want := k.mark(together.Lane(i)), k.mark(&alone[i]); got != want && got.NAV == got.NAV {
				t.Errorf("lane %d: %+v in a batch, %+v alone", i, got, want)
			}
			got, want := k.Finish(together.Lane(i), horizon), k.Finish(&alone[i], horizon)
			for _, col := range Columns {
				x, y := col.Of(&got), col.Of(&want)
				if math.Float64bits(x) != math.Float64bits(y) && (x == x || y == y) {
					t.Errorf("lane %d: %s = %v in a batch, %v alone", i, col.Name, x, y)
				}
			}
		}
	})
	if vector && batched < steps/10 {
		t.Errorf("%d of %d steps in batches; want a tenth at least", batched, steps)
	}
}
