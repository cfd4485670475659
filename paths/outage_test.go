package paths_test

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/paths"
	"mcrisk/random"
)

// Which steps are down is worked out again, without blocks: gaps one by one,
// each step asked whether its end lies in an outage.
func TestOutagesByHand(t *testing.T) {
	for _, o := range []paths.Outage{
		{Rate: 200, Length: 90 * time.Minute}, {Rate: 30, Length: 100 * time.Hour},
		{Rate: 5000, Length: time.Minute}, {Rate: 0, Length: time.Hour},
	} {
		grid, err := paths.NewGrid(20*24*time.Hour, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		g := paths.Generator{Model: models.GBM{Sigma: 0.5},
			Grid: grid, Seed: 7, Outages: []paths.Outage{{Rate: 1, Length: time.Hour}, o}}
		w := g.NewWalker()
		for _, group := range []uint64{3, 0} {
			w.Begin(group)
			for b := w.Next(); b != nil; b = w.Next() {
				for s := range b.Len {
					for lane := range block.Lanes {
						path := group*block.Lanes + uint64(lane)
						end := float64(b.First+s+1) / 8760
						start, want := 0.0, false
						for n := uint64(0); start <= end; n++ {
							start += random.ExpAt(7, path, random.Stream(random.Outage, 0), n) / o.Rate
							want = want || start <= end && end < start+o.Length.Hours()/8760
							start += o.Length.Hours() / 8760
						}
						if got := b.KeeperDown[1].Has(s, lane); got != want {
							t.Fatalf("%+v: path %d, step %d: %v; want %v", o, path, b.First+s, got, want)
						}
					}
				}
			}
		}
	}
}

// Keepers are down Rate·Length/(1 + Rate·Length) of the time once the start is
// forgotten. With m independent paths of n outages each the share is off by five
// standard errors once in 1.7 million runs; its relative error is that of the
// number of gaps, about 1/√(outages).
func TestOutageShare(t *testing.T) {
	o := paths.Outage{Rate: 365, Length: 6 * time.Hour}
	grid, err := paths.NewGrid(100*24*time.Hour, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	g := paths.Generator{Model: models.GBM{Sigma: 0.5}, Grid: grid, Seed: 11, Outages: []paths.Outage{o}}
	w := g.NewWalker()
	down, steps := 0, 0
	for group := range uint64(20) {
		w.Begin(group)
		for b := w.Next(); b != nil; b = w.Next() {
			for s := range b.Len {
				for lane := range block.Lanes {
					if b.KeeperDown[0].Has(s, lane) {
						down++
					}
					steps++
				}
			}
		}
	}
	share := float64(down) / float64(steps)
	x := o.Rate * o.Length.Hours() / 8760 // .25
	want := x / (1 + x)
	outages := float64(steps) / 8760 * o.Rate / (1 + x)
	if rel := share/want - 1; math.Abs(rel) > 5/math.Sqrt(outages)+0.002 { // and the start, at which all are up
		t.Errorf("down %v of the time; want %v (%.1f %% off, %v outages)", share, want, 100*rel, outages)
	}
}
