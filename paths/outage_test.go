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

// Under stress of exponent 0 outages are those of the sum of both rates. With other exponents, which steps
// are down is worked out again: the rate is added up step by step until it comes to the numbers.
func TestOutagesUnderStress(t *testing.T) {
	const hours, group = 60 * 24, 5
	grid, err := paths.NewGrid(hours*time.Hour, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	length := 5 * time.Hour / 2
	follows := paths.OutageStress{Rate: 40, Exponent: 0.7, Cap: 6}
	flat := follows
	flat.Exponent = 0
	g := paths.Generator{Model: models.GBM{Sigma: 0.5}, Grid: grid, Seed: 7,
		Variances: []paths.Variance{{Window: 3 * time.Hour, Volatility: 0.4}},
		Outages: []paths.Outage{{Rate: 100, Length: length}, {Rate: 60, Length: length, Stress: flat},
			{Rate: 60, Length: length, Stress: follows}}}
	w := g.NewWalker()
	w.Begin(group)
	var x [block.Lanes][]float64
	var down [block.Lanes][3][]bool
	for b := w.Next(); b != nil; b = w.Next() {
		for s := range b.Len {
			for l := range block.Lanes {
				last, r := 1.0, b.Move[0][s][l]
				if n := len(x[l]); n > 0 {
					last = x[l][n-1]
				}
				want := last*math.Exp(-1.0/3) + (1-math.Exp(-1.0/3))*r*r*8760/(0.4*0.4)
				if got := b.Variance[0][s][l]; math.Abs(got-want) > 1e-12*want {
					t.Fatalf("lane %d, step %d: variance %v; want %v", l, b.First+s, got, want)
				}
				x[l] = append(x[l], b.Variance[0][s][l])
				for o := range down[l] {
					down[l][o] = append(down[l][o], b.KeeperDown[o].Has(s, l))
				}
			}
		}
	}
	differ, outs := 0, 0
	for l := range block.Lanes {
		until, n, sum := 0.0, uint64(0), 0.0
		next := func() float64 {
			return random.ExpAt(7, group*block.Lanes+uint64(l), random.Stream(random.Outage, 0), n) * 8760
		}
		for s := range hours {
			if down[l][0][s] != down[l][1][s] {
				t.Fatalf("lane %d, step %d: %v at a rate of 100, %v at 60 and 40", l, s, down[l][0][s], down[l][1][s])
			}
			const parts = 1000 // of an hour
			rate := 60 + 40*math.Pow(min(x[l][s], 6), 0.7)
			for part := range parts {
				if now := float64(s) + float64(part)/parts; now >= until {
					if sum += rate / parts; sum >= next() {
						sum, until = 0, now+1.0/parts+2.5
						n++
					}
				}
			}
			if now := float64(s + 1); down[l][2][s] != (now < until) {
				differ++ // where an outage begins or ends within a thousandth of an hour's end
			}
			if down[l][2][s] {
				outs++
			}
		}
	}
	if outs < 300 || differ > outs/50 {
		t.Errorf("%d of %d steps that are down differ", differ, outs)
	}
}
