package models

import (
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"mcrisk/random"
)

// rootOf finds where f changes sign between two numbers.
func rootOf(f func(float64) float64, a, b float64) float64 {
	rises := f(b) > f(a)
	for range 200 {
		if m := (a + b) / 2; f(m) > 0 == rises {
			b = m
		} else {
			a = m
		}
	}
	return (a + b) / 2
}

// intervalsOf fits and profiles.
func intervalsOf(t *testing.T, l likelihood, returns []float64, start ...float64) Fit {
	t.Helper()
	var f Fit
	peaks, err := l.maximise(&f, returns, start)
	if err != nil {
		t.Fatal(err)
	}
	l.profile(&f, returns, peaks, nil)
	return f
}

// Twelve normals are far from quadratic. With S their mean squared deviation,
// the ends of the mean are ±√(S·(e^{2·drop/n} − 1)) from it, and those of the
// deviation solve n·(ln σ/√S + S/2σ² − ½) = drop. One percent of an interval's
// width is what profiles promise.
func TestProfileOfNormals(t *testing.T) {
	const n = 12
	rs := make([]float64, n)
	mean, s := 0.0, 0.0
	for i := range rs {
		rs[i] = 3 + 2*random.NormAt(31, 0, 0, uint64(i))
		mean += rs[i] / n
	}
	for _, r := range rs {
		s += (r - mean) * (r - mean) / n
	}
	l := likelihood{
		names:   []string{"mean", "sd"},
		natural: func(x []float64) []float64 { return []float64{x[0], math.Exp(x[1])} },
		log: func(p, rs []float64) float64 {
			v := 0.0
			for _, r := range rs {
				v -= math.Log(p[1]) + (r-p[0])*(r-p[0])/(2*p[1]*p[1])
			}
			return v
		},
	}
	f := intervalsOf(t, l, rs, 1, 0)
	reach := math.Sqrt(s * math.Expm1(2*drop/n))
	fall := func(sigma float64) float64 { return n*(math.Log(sigma/math.Sqrt(s))+s/(2*sigma*sigma)-0.5) - drop }
	for i, want := range [][2]float64{{mean - reach, mean + reach},
		{rootOf(fall, 0.2*math.Sqrt(s), math.Sqrt(s)), rootOf(fall, math.Sqrt(s), 5*math.Sqrt(s))}} {
		if tol := 0.01 * (want[1] - want[0]); !(math.Abs(f.Lo[i]-want[0]) < tol && math.Abs(f.Hi[i]-want[1]) < tol) {
			t.Errorf("%s from %v to %v, want %v", l.names[i], f.Lo[i], f.Hi[i], want)
		}
	}
	if len(f.Warnings) > 0 {
		t.Error(f.Warnings)
	}
}

// One event of a Poisson process: ends of the rate where rate − ln rate − 1 is
// drop. A rate that cannot fall below 0.1, where the likelihood has not fallen
// that far, has an open end, and the fit says so.
func TestProfileOpenEnd(t *testing.T) {
	at := func(least float64) likelihood {
		return likelihood{
			names:   []string{"rate"},
			natural: func(x []float64) []float64 { return []float64{least + math.Exp(x[0])} },
			log:     func(p, _ []float64) float64 { return math.Log(p[0]) - p[0] },
		}
	}
	fall := func(rate float64) float64 { return rate - math.Log(rate) - 1 - drop }
	f := intervalsOf(t, at(0), []float64{0}, 1)
	lo, hi := rootOf(fall, 1e-3, 1), rootOf(fall, 1, 20)
	if !(math.Abs(f.Lo[0]-lo) < 0.04*(1-lo) && math.Abs(f.Hi[0]-hi) < 0.02*hi) || len(f.Warnings) > 0 {
		t.Errorf("from %v to %v, want %v to %v; %q", f.Lo[0], f.Hi[0], lo, hi, f.Warnings)
	}
	f = intervalsOf(t, at(0.1), []float64{0}, 1)
	if !(math.Abs(f.Lo[0]-0.1) < 1e-3 && math.Abs(f.Hi[0]-hi) < 0.02*hi) || len(f.Warnings) != 1 ||
		!strings.Contains(f.Warnings[0], "no lower end") {
		t.Errorf("from %v to %v, want 0.1 to %v and a warning: %q", f.Lo[0], f.Hi[0], hi, f.Warnings)
	}
}

// At the ends of Merton's intervals, which few jumps make far from quadratic,
// the greatest log-likelihood, by another optimiser, is drop below the top: 4 %
// of it are 2 % of the distance to the estimate.
func TestProfileOfMerton(t *testing.T) {
	rs := history(Merton{.1, .5, 10, -.03, .06}, 5, 3, 24*time.Hour, 1826)
	s, err := newSample(rs, 1.0/365)
	if err != nil {
		t.Fatal(err)
	}
	l := mertonLikelihood(s)
	f := intervalsOf(t, l, rs, s.mean/s.sd, math.Log(0.56), math.Log(0.03), 0, math.Log(4))
	coordinate := []func(v float64) float64{
		func(v float64) float64 { return v * s.dt / s.sd },
		func(v float64) float64 { return math.Log(v/s.volatility() - 0.01) },
		func(v float64) float64 { return math.Log(v * s.dt) },
		func(v float64) float64 { return v / s.sd },
		func(v float64) float64 { return math.Log(v/s.sd - 0.1) },
	}
	for i, name := range f.Names {
		if wald := 1.96 * f.SE[i]; name == "jump-rate" && math.Abs((f.Hi[i]-f.Values[i])/wald-1) < 0.1 {
			t.Errorf("%s: to %v, no other than the normal interval: this history tests nothing", name, f.Hi[i])
		}
		for _, end := range []float64{f.Lo[i], f.Hi[i]} {
			var start []float64
			for j, v := range f.Values {
				if j != i {
					start = append(start, coordinate[j](v))
				}
			}
			held := l.without(i, coordinate[i](end))
			r := climb(func(x []float64) float64 { return -held.at(x, rs) }, start)
			if r == nil || math.Abs(f.LogLikelihood+r.F-drop) > 0.08 {
				t.Errorf("%s = %v: log-likelihood %v below the top, want %v", name, end, f.LogLikelihood+r.F, drop)
			}
		}
	}
}

// The falls at the ends of Merton's intervals go from Student's quantile of six
// degrees of freedom, 2.447 by the tables, to the normal's, 1.960, as the rate
// becomes better known; mu's stays.
func TestMertonFalls(t *testing.T) {
	for _, tt := range []struct{ worth, end float64 }{{2, 2.447}, {10, 2.447},
		{15, (2.447 + 1.960) / 2}, {19.99, 1.960}} {
		inv := mat.NewSymDense(5, nil)
		inv.SetSym(2, 2, 1/tt.worth)
		falls := mertonFalls(peak{inv: inv})
		if math.Abs(math.Sqrt(2*falls[4])-tt.end) > 1e-3 || falls[0] != drop {
			t.Errorf("a history worth %v jumps: %v, want %v", tt.worth, falls, tt.end*tt.end/2)
		}
		inv.SetSym(2, 2, 1/(tt.worth+20))
		if falls := mertonFalls(peak{inv: inv}); falls != nil {
			t.Errorf("a history worth %v jumps: %v, want none", tt.worth+20, falls)
		}
	}
}

// A history whose first tenth hardly jumps has a top of very many small jumps,
// 1,270 below the highest: the fit must not stop there.
func TestFitMertonTop(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	m := Merton{.1, .5, 10, -.03, .06}
	rs := histories(m, At{Seed: 900, Group: 1, Step: time.Hour}, 43824)[12]
	f, err := FitKind("merton", rs, 1.0/8760)
	if err != nil {
		t.Fatal(err)
	}
	if truth := newPoissonMixture(m, 1.0/8760).logLikelihood(rs); !(f.LogLikelihood > truth) || f.Values[2] > 20 {
		t.Errorf("%v with log-likelihood %v, at the truth %v", f.Values, f.LogLikelihood, truth)
	}
}

// Whatever the law, another draw lies between the two numbers 95 % of the time,
// as rarely below as above: lognormals, three numbers of them, both tails within 4
// standard errors, a false alarm in 2,600 seeds. With 79, a rank further in or out
// moves a tail by 5 of them.
func TestMiddle(t *testing.T) {
	const trials = 4000
	for _, n := range []int{39, 79, 80} {
		below, above := 0, 0
		for i := range uint64(trials) {
			x := make([]float64, n+1)
			for k := range x {
				x[k] = math.Exp(2 * random.NormAt(43, i, 0, uint64(100*n+k)))
			}
			low, high := middle(x[:n])
			if x[n] < low {
				below++
			} else if x[n] > high {
				above++
			}
		}
		se := math.Sqrt(trials * 0.025 * 0.975)
		if math.Abs(float64(below)-0.025*trials) > 4*se || math.Abs(float64(above)-0.025*trials) > 4*se {
			t.Errorf("%d values: %d of %d below, %d above, want %v of each", n, below, trials, above, 0.025*trials)
		}
	}
}

// A signal that is an autoregression, pushed by what is called returns here,
// seen through noise: the filter's numbers within 4 of their errors, which are
// the curvature's, on 3 numbers: a false alarm in 5,000 seeds. The slopes are
// those of the sum of squares.
func TestPredictor(t *testing.T) {
	const (
		n          = 40_000
		phi, lead  = 0.98, 0.1
		own, noise = 0.2, 1.0 // deviations of the signal's steps, beside the push, and of the noise
	)
	h := varianceHistory{make([]float64, n), make([]float64, n)}
	signal := 0.0
	for i := range h.x {
		at := uint64(i)
		h.d[i] = random.NormAt(41, 0, 0, at)
		h.x[i] = signal + noise*random.NormAt(41, 1, 0, at)
		signal = phi*signal + lead*h.d[i] + own*random.NormAt(41, 2, 0, at)
	}
	// the filter of a signal known but for own: P = φ²(1−K)P + own², K = P/(P + noise²)
	p := 1.0
	for range 1000 {
		p = phi*phi*p*noise*noise/(p+noise*noise) + own*own
	}
	gain := p / (p + noise*noise)
	want := predictor{math.Log(-math.Log(phi)), math.Log(gain / (1 - gain)), lead}
	at := h.predict()
	sums, blocks := h.sums(at)
	step, ok := sums.step(0)
	if !ok || len(blocks) != jackBlocks {
		t.Fatal("no curvature")
	}
	for i := range want {
		// the error of coordinate i: the root of the inverse curvature times the variance of the misses
		unit := sums
		unit.slope = [3]float64{}
		unit.slope[i] = -1
		col, _ := unit.step(0)
		se := math.Sqrt(col[i] * sums.miss / n)
		if math.Abs(step[i]) > 0.02*se || !(math.Abs(at[i]-want[i]) < 4*se) {
			t.Errorf("coordinate %d = %v ± %v, want %v; the next step is %v", i, at[i], se, want[i], step[i])
		}
	}
	away := predictor{at[0] + 0.3, at[1] - 0.2, at[2] + 0.05}
	sums, _ = h.sums(away)
	if miss := h.miss(away); math.Abs(sums.miss/miss-1) > 1e-12 {
		t.Errorf("sums miss %v, want %v", sums.miss, miss)
	}
	for i := range away {
		const d = 1e-5
		up, down := away, away
		up[i] += d
		down[i] -= d
		slope := (h.miss(up) - h.miss(down)) / (4 * d) // of half of it
		if math.Abs(sums.slope[i]-slope) > 1e-4*math.Abs(slope)+1e-3 {
			t.Errorf("slope %d = %v, want %v", i, sums.slope[i], slope)
		}
	}
}

// Variance targeting: the sample's volatility, a likelihood below the
// maximum by what the other law loses, intervals around every estimate, and the
// same numbers again.
func TestFitTargeted(t *testing.T) {
	rs := history(GARCH{Mu: .1, Sigma: .8, Alpha: .08, Beta: .88, DoF: 5, Step: time.Hour}, 3, 7, time.Hour, 4000)
	for _, kind := range []string{"garch", "gjr"} {
		free, err := FitUntargeted(kind, rs, 1.0/8760)
		if err != nil {
			t.Fatal(err)
		}
		f, err := FitKind(kind, rs, 1.0/8760)
		if err != nil {
			t.Fatal(err)
		}
		if f.Values[1] != f.Sample || f.Names[1] != "sigma" || len(f.Cov) != len(f.Names) {
			t.Errorf("%s: %v = %v, want a sigma of %v", kind, f.Names, f.Values, f.Sample)
		}
		if d := free.LogLikelihood - f.LogLikelihood; !(d > -1e-3 && d < 3) {
			t.Errorf("%s: a log-likelihood %v below the greatest, want 0 to 3", kind, d)
		}
		if v, _ := varianceFilter(gjrOf(f.Values), f.Step, rs, false); math.Abs(v-f.LogLikelihood) > 1e-6 {
			t.Errorf("%s: log-likelihood %v, at the estimates %v", kind, f.LogLikelihood, v)
		}
		for i, v := range f.Values {
			if !(f.Lo[i] < v && v < f.Hi[i]) || !(f.SE[i] > 0) {
				t.Errorf("%s: %s = %v ± %v, from %v to %v", kind, f.Names[i], v, f.SE[i], f.Lo[i], f.Hi[i])
			}
		}
		// the variance of a history is mostly below the truth, and rarely far above it
		if up, down := math.Log(f.Hi[1]/f.Values[1]), math.Log(f.Values[1]/f.Lo[1]); up < 1.5*down {
			t.Errorf("%s: sigma = %v from %v to %v, want more room above", kind, f.Values[1], f.Lo[1], f.Hi[1])
		}
		if again, _ := FitKind(kind, rs, 1.0/8760); again.Lo[1] != f.Lo[1] || again.Hi[2] != f.Hi[2] {
			t.Errorf("%s: %v, and again %v", kind, f.Lo, again.Lo)
		}
	}
	// no clustering: the likelihood is flat, and says so
	f, err := FitKind("garch", history(GBM{.1, .6}, 1, 9, time.Hour, 1000), 1.0/8760)
	if err != nil || len(f.Lo) != len(f.Names) || math.IsNaN(f.Lo[1]) ||
		math.IsNaN(f.SE[2]) && !strings.Contains(strings.Join(f.Warnings, "\n"), "not identified") {
		t.Errorf("%+v: %v", f, err)
	}
	if _, err := FitUntargeted("gbm", rs, 1.0/8760); err == nil || !strings.Contains(err.Error(), "garch or gjr") {
		t.Error(err)
	}
}
