package paths

import (
	"fmt"
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
)

func TestNewGrid(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, tt := range []struct {
		name          string
		horizon, step time.Duration
		steps         int
		err           string
	}{
		{"a year of hours", year, time.Hour, 8760, ""},
		{"one step", time.Hour, time.Hour, 1, ""},
		{"a nanosecond", 1, 1, 1, ""},
		{"the most steps", maxSteps, 1, maxSteps, ""},
		{"200 years", 200 * year, year, 200, ""},
		{"too long to wait after", 201 * year, year, 0,
			"paths: horizon 1760760h0m0s; want at most 200 years, 1752000h0m0s"},
		{"too many steps", maxSteps + 1, 1, 0,
			fmt.Sprintf("paths: %d steps; want at most %d", int64(maxSteps)+1, maxSteps)},
		{"no step", year, 0, 0, "paths: step = 0s; want a duration above 0"},
		{"a negative step", year, -time.Hour, 0, "paths: step = -1h0m0s; want a duration above 0"},
		{"no horizon", 0, time.Hour, 0, "paths: horizon 0s is shorter than a step of 1h0m0s"},
		{"a negative horizon", -year, time.Hour, 0, "paths: horizon -8760h0m0s is shorter than a step of 1h0m0s"},
		{"short", 30 * time.Minute, time.Hour, 0, "paths: horizon 30m0s is shorter than a step of 1h0m0s"},
		{"uneven", 90 * time.Minute, time.Hour, 0, "paths: horizon 1h30m0s is not a whole number of steps of 1h0m0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, err := NewGrid(tt.horizon, tt.step)
			if got := message(err); got != tt.err {
				t.Fatalf("got error %q; want %q", got, tt.err)
			}
			if err == nil && (g.Steps != tt.steps || g.Step != tt.step || g.Horizon() != tt.horizon) {
				t.Errorf("got %+v over %v; want %d steps of %v", g, g.Horizon(), tt.steps, tt.step)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// moves walks one group to its end and returns its log-returns by step and
// lane, after checking the shape of every block.
func moves(t *testing.T, w *Walker, group uint64) [][block.Lanes]float64 {
	t.Helper()
	g := w.g.Grid
	var out [][block.Lanes]float64
	w.Begin(group)
	for b := w.Next(); b != nil; b = w.Next() {
		if b.Group != group || b.First != len(out) || b.Len != min(block.Steps, g.Steps-len(out)) || b.Step != g.Step {
			t.Fatalf("group %d of %d steps: block of group %d, first step %d, %d steps of %v, after %d",
				group, g.Steps, b.Group, b.First, b.Len, b.Step, len(out))
		}
		for k := range b.Len {
			out = append(out, b.Move[0][k])
			for l, x := range b.Move[0][k] {
				if b.Gross[0][k][l] != fmath.Exp(x) {
					t.Fatalf("a log-return of %v is a gross return of %v", x, b.Gross[0][k][l])
				}
			}
		}
	}
	if w.Next() != nil {
		t.Fatal("there is a block after the last")
	}
	return out
}

var lawsTested = map[string]models.Model{
	"gbm":    models.GBM{Mu: 0.1, Sigma: 0.8},
	"merton": models.Merton{Sigma: 0.8, Rate: 2000, JumpMean: -0.02, JumpSD: 0.06},
}

// A path is a pure function of model, step, seed and number: which horizon it
// was made for, which groups its walker made before, and where blocks are cut
// does not change a bit.
func TestPathIsAFunctionOfItsNumber(t *testing.T) {
	const last = 100
	for name, model := range lawsTested {
		long := Generator{Model: model, Grid: Grid{Step: time.Hour, Steps: last}, Seed: 7}
		used := long.NewWalker()
		for _, group := range []uint64{1000, 3, 0, 1 << 40} {
			want := moves(t, used, group)
			if len(want) != last {
				t.Fatalf("%s: %d steps; want %d", name, len(want), last)
			}
			for _, steps := range []int{1, 63, 64, 65, last} {
				short := long
				short.Grid.Steps = steps
				for k, row := range moves(t, short.NewWalker(), group) {
					if row != want[k] {
						t.Fatalf("%s: group %d of %d steps: step %d is %v; among %d steps %v",
							name, group, steps, k, row, last, want[k])
					}
				}
			}
		}
	}
}

// A walker begun again in the middle of a group starts from its first step.
func TestWalkerBeginsAgain(t *testing.T) {
	for name, model := range lawsTested {
		g := Generator{Model: model, Grid: Grid{Step: time.Hour, Steps: 200}, Seed: 7}
		w := g.NewWalker()
		want := moves(t, w, 5)
		w.Begin(4)
		w.Next()
		w.Next()
		for k, row := range moves(t, w, 5) {
			if row != want[k] {
				t.Fatalf("%s: step %d is %v after a broken-off group; want %v", name, k, row, want[k])
			}
		}
	}
}

// Where each path has its own law, it is the path that all have under that law.
func TestEachPathHasItsLaw(t *testing.T) {
	const group = 3
	for name, laws := range map[string]func(i uint64) models.Model{
		"gbm": func(i uint64) models.Model { return models.GBM{Mu: 0.1, Sigma: 0.1 * float64(1+i)} },
		"bates": func(i uint64) models.Model {
			return models.Bates{Heston: models.Heston{V0: 0.1 * float64(1+i), Kappa: 20, Theta: 0.5, Xi: 3, Rho: -0.3},
				Rate: 100 * float64(i), JumpMean: -0.01, JumpSD: 0.03}
		},
		"regimes": func(i uint64) models.Model {
			return models.Regimes{Calm: 0.3, Wild: 1, ToWild: 10 * float64(1+i), ToCalm: 300}
		},
	} {
		g := Generator{Model: laws(0), Grid: Grid{Step: time.Hour, Steps: 200}, Seed: 7,
			Each: func(path uint64) models.Model { return laws(path % block.Lanes) }}
		w := g.NewWalker()
		moves(t, w, group-1)
		got := moves(t, w, group)
		for l := range block.Lanes {
			want := moves(t, Generator{Model: laws(uint64(l)), Grid: g.Grid, Seed: g.Seed}.NewWalker(), group)
			for k := range want {
				if got[k][l] != want[k][l] {
					t.Fatalf("%s, lane %d: step %d is %v, under its law alone %v", name, l, k, got[k][l], want[k][l])
				}
			}
		}
	}
}

// Seeds, groups and lanes are different paths, and no path is another's mirror
// image: nothing is antithetic unless asked for.
func TestPathsDiffer(t *testing.T) {
	model := models.GBM{Mu: 0.32, Sigma: 0.8} // without drift, so that a mirror image has the same sizes
	seen := map[[3]float64]bool{}
	for _, seed := range []uint64{0, 1, 1 << 63} {
		w := Generator{Model: model, Grid: Grid{Step: time.Hour, Steps: 3}, Seed: seed}.NewWalker()
		for group := range uint64(20) {
			rows := moves(t, w, group)
			for l := range block.Lanes {
				sizes := [3]float64{math.Abs(rows[0][l]), math.Abs(rows[1][l]), math.Abs(rows[2][l])}
				if seen[sizes] {
					t.Fatalf("seed %d, group %d, lane %d moves by %v, as a path before it", seed, group, l, sizes)
				}
				seen[sizes] = true
			}
		}
	}
}
