package paths

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/random"
)

// The bars that steps are drawn from begin where a path begins, go on to the end of its first block, and
// are those whose prices the bootstrap gives; nothing else of a path changes when they are asked for.
func TestDates(t *testing.T) {
	series := &models.Series{Name: "made", Start: time.Unix(0, 0), Step: time.Hour, Extremes: true}
	noise := random.NewSource(3, 1, random.Stream(random.Diffusion, 0))
	for range 1000 {
		r := 0.01 * noise.Norm()
		series.Bars = append(series.Bars, models.Bar{Move: r, Close: r, Lo: min(0, r), Hi: max(0, r)})
	}
	for _, m := range []models.Preparer{
		models.Bootstrap{KeepGrowth: true, Block: 30 * time.Hour},
		models.Bootstrap{KeepGrowth: true, Block: 30 * time.Hour, Extremes: true},
		models.FHS{Sigma: 0.9, Alpha: 0.1, Beta: 0.8, Step: time.Hour, Block: 30 * time.Hour},
		models.FHS{Sigma: 0.9, Alpha: 0.1, Beta: 0.8, Step: time.Hour, Block: 30 * time.Hour, Extremes: true},
	} {
		ready, err := m.Prepare(series, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		grid, err := NewGrid(200*time.Hour, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		g := Generator{Model: ready, Grid: grid, Seed: 8}
		plain := g.NewWalker()
		g.Dates = true
		dated := g.NewWalker()
		plain.Begin(5)
		dated.Begin(5)
		_, bootstrap := m.(models.Bootstrap)
		var bars [block.Lanes][]int
		for b := dated.Next(); b != nil; b = dated.Next() {
			other := plain.Next()
			for s := range b.Len {
				for l := range block.Lanes {
					bar := int(b.Bar[0][s][l])
					bars[l] = append(bars[l], bar)
					if r := b.Move[0][s][l]; r != other.Move[0][s][l] ||
						bootstrap && !(math.Abs(r-series.Bars[bar].Close) < 1e-15) {
						t.Fatalf("%T, step %d, lane %d: %v of bar %d, which has %v; without dates %v", m, b.First+s, l,
							r, bar, series.Bars[bar].Close, other.Move[0][s][l])
					}
				}
			}
		}
		for l, drawn := range bars {
			first, n := ready.(models.Dater).First(8, uint64(5*block.Lanes+l), 0)
			for i := range min(n, len(drawn)) {
				if want := (first + i) % 1000; drawn[i] != want && (bootstrap || first+i < 1000) {
					t.Fatalf("%T, lane %d: step %d is drawn from %d; want %d", m, l, i, drawn[i], want)
				}
			}
		}
	}
}
