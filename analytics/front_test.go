package analytics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mcrisk/analytics"
)

func TestFrontByHand(t *testing.T) {
	const u, f, d = analytics.Undecided, analytics.OnFront, analytics.Dominated
	inf := math.Inf(1)
	still := func(vs ...float64) (xs [][]float64) { // excluding scatter
		for _, v := range vs {
			xs = append(xs, []float64{v, v, v})
		}
		return xs
	}
	for _, tt := range []struct {
		name   string
		x, y   [][]float64
		sx, sy analytics.Sense
		want   []analytics.Standing
	}{
		{"one", still(1), still(1), 1, 1, []analytics.Standing{f}},
		{"a trade", still(1, 2, 3), still(3, 2, 1), 1, 1, []analytics.Standing{f, f, f}},
		{"the corner", still(1, 2, 3), still(3, 2, 1), 1, -1, []analytics.Standing{d, d, f}},
		{"equal in both", still(1, 1), still(2, 2), 1, 1, []analytics.Standing{f, f}},
		{"equal in one", still(1, 1), still(1, 2), 1, 1, []analytics.Standing{u, f}}, // not better in both
		{"by chance", [][]float64{{1, 4, 1}, {2, 3, 2}}, still(1, 2), 1, 1, []analytics.Standing{u, f}},
		{"ruined everywhere", [][]float64{{-inf, -inf, -inf}, {1, 1, 1}}, still(1, 2), 1, 1, []analytics.Standing{u,
			f}},
	} {
		if got := analytics.Front(len(tt.x), samples(of(tt.x)), samples(of(tt.y)), tt.sx, tt.sy,
			0.95); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

// Over 4,000 samples a setting that is not truly dominated is called so at most
// 5 % of the time. The worst case for two is one that is as good in x and far worse
// in y: then the test of x alone decides, at α/2, and it is called dominated in
// 2.5 %, standard error 0.25 %. Eight settings that are equal in x and far
// apart in y must all be spared in 95 %, standard error 0.35 %; tests at α/n would
// fail that. Limits are 4.5 standard errors away: a correct program fails once in
// 30,000 runs. What is
// truly dominated by 8 standard errors in both is found.
func TestFrontIsCautious(t *testing.T) {
	const repeats, paths = 4000, 100
	rng := rand.New(rand.NewPCG(5, 6))
	called := func(mx, my []float64, who func(i int) bool) float64 {
		n := 0
		for range repeats {
			x, y := settings(rng, paths, mx), settings(rng, paths, my)
			s := analytics.Front(len(mx), samples(of(x)), samples(of(y)), analytics.Higher, analytics.Lower, 0.95)
			for i := range s {
				if who(i) && s[i] == analytics.Dominated {
					n++
					break
				}
			}
		}
		return float64(n) / repeats
	}
	all := func(int) bool { return true }
	if share := called([]float64{0, 0}, []float64{5, 0}, all); math.Abs(share-0.025) > 4.5*0.0025 {
		t.Errorf("one that is equal in x was called dominated in %.2f %% of samples; want 2.5 %%", 100*share)
	}
	if share := called(make([]float64, 8), []float64{0, 5, 10, 15, 20, 25, 30, 35}, all); share > 0.05+4.5*0.0035 {
		t.Errorf("among equals in x one was called dominated in %.2f %% of samples", 100*share)
	}
	if share := called([]float64{0, 2.4, 1.2}, []float64{2.4, 0, 1.2},
		func(i int) bool { return i == 2 }); share < 0.99 {
		t.Errorf("one that is far behind was called dominated in only %.2f %% of samples", 100*share)
	}
}
