package quad

import (
	"math"
	"testing"
)

// off is by how much got differs from want, as a fraction of it, or in size where it is 0.
func off(got, want float64) float64 {
	if want == 0 {
		return math.Abs(got)
	}
	return math.Abs(got/want - 1)
}

// A rule of n nodes is exact to degree 2n − 1 and not beyond: of x^{2n} it misses
// (n!)⁴·2^{2n+1}/((2n+1)·((2n)!)²), which is known in closed form.
func TestDegree(t *testing.T) {
	for n := 1; n <= 12; n++ {
		var r Rule
		r.Add(-1, 1, n)
		for degree := range 2 * n {
			want := 0.0
			if degree%2 == 0 {
				want = 2 / float64(degree+1)
			}
			if got := r.Sum(func(x float64) float64 { return math.Pow(x, float64(degree)) }); off(got, want) > 1e-14 {
				t.Errorf("%d nodes: ∫x^%d = %v, want %v", n, degree, got, want)
			}
		}
		missed := math.Exp2(float64(2*n+1)) / float64(2*n+1)
		for k := 1; k <= n; k++ { // (n!)²/(2n)!, squared
			missed *= math.Pow(float64(k)/float64(n+k), 2)
		}
		got := r.Sum(func(x float64) float64 { return math.Pow(x, float64(2*n)) })
		if want := 2/float64(2*n+1) - missed; math.Abs(got-want) > 1e-15 {
			t.Errorf("%d nodes: ∫x^%d = %v, want %v", n, 2*n, got, want)
		}
	}
	for degree := range 8 {
		want := (math.Pow(3, float64(degree+1)) - math.Pow(-1, float64(degree+1))) / float64(degree+1)
		f := func(x float64) float64 { return math.Pow(x, float64(degree)) }
		x, w := ShortRule(-1, 3)
		sum := 0.0
		for j := range x {
			sum += w[j] * f(x[j])
		}
		if got := Short(f, -1, 3); off(got, want) > 1e-14 || off(sum, want) > 1e-14 {
			t.Errorf("short: ∫x^%d = %v and %v, want %v", degree, got, sum, want)
		}
	}
	if got := Short(func(x float64) float64 { return math.Pow(x, 8) }, -1, 1); off(got, 2.0/9) < 1e-2 {
		t.Errorf("four points give ∫x⁸ = %v, which only five can", got)
	}
}

// Every number of nodes up to some hundred has its right table: gonum's of 26 is wrong.
func TestEveryNumberOfNodes(t *testing.T) {
	for n := 8; n <= 200; n++ {
		var r Rule
		r.Add(0, 1, n)
		if got := r.Sum(math.Exp); off(got, math.E-1) > 1e-14 {
			t.Errorf("%d nodes: ∫e^x = %v, want %v", n, got, math.E-1)
		}
		for i := 1; i < len(r.X); i++ {
			if !(r.X[i] > r.X[i-1]) {
				t.Errorf("%d nodes: %v follows %v", n, r.X[i], r.X[i-1])
			}
		}
	}
	var none Rule
	for _, ends := range [][2]float64{{1, 1}, {2, 1}, {math.NaN(), 1}, {0, math.NaN()}} {
		none.Add(ends[0], ends[1], 4)
	}
	if len(none.X) != 0 || len(none.W) != 0 {
		t.Errorf("empty intervals have nodes %v", none.X)
	}
}

// Panels cover the way once, in both directions, begin as narrow as asked for and
// grow to the widest: so a logarithm's singularity at an end is resolved.
func TestGrade(t *testing.T) {
	for _, tt := range []struct{ a, b, first, widest float64 }{
		{0, 1, 1e-6, 0.5}, {1, 0, 1e-6, 0.5}, {-2, 3, 0.1, 0.1}, {3, -2, 5, 5}, {0, 1, 100, 100},
	} {
		var r Rule
		r.Grade(tt.a, tt.b, tt.first, tt.widest)
		length, square := r.Sum(func(float64) float64 { return 1 }), r.Sum(func(x float64) float64 { return x * x })
		lo, hi := min(tt.a, tt.b), max(tt.a, tt.b)
		if off(length, hi-lo) > 1e-13 || off(square, (hi*hi*hi-lo*lo*lo)/3) > 1e-13 {
			t.Errorf("%+v: length %v, ∫x² = %v", tt, length, square)
		}
		if least := math.Abs(r.X[0] - tt.a); tt.a < tt.b && least > min(tt.first, hi-lo) {
			t.Errorf("%+v: the first node is %v away", tt, least)
		}
	}
	var up, down, coarse Rule
	up.Grade(0, 1, 1e-9, 0.5)
	down.Grade(1, 0, 1e-9, 0.5)
	coarse.Grade(0, 1, 0.5, 0.5)
	if got := up.Sum(math.Log); off(got, -1) > 1e-9 {
		t.Errorf("∫ln = %v, want -1", got)
	}
	if got := down.Sum(func(x float64) float64 { return math.Log(1 - x) }); off(got, -1) > 1e-9 {
		t.Errorf("∫ln(1 − x) = %v, want -1", got)
	}
	if got := coarse.Sum(math.Log); off(got, -1) < 1e-5 {
		t.Errorf("panels that are not graded give %v: grading shows nothing here", got)
	}
	n := len(up.X)
	up.Join(down)
	if len(up.X) != n+len(down.X) || len(up.W) != len(up.X) {
		t.Errorf("%d nodes joined to %d make %d", len(down.X), n, len(up.X))
	}
}

func TestAdaptive(t *testing.T) {
	for _, tt := range []struct {
		name            string
		f               func(x float64) float64
		a, b            float64
		tolerance, want float64
		within          float64
	}{
		{"e^x", math.Exp, 0, 1, 1e-12, math.E - 1, 1e-15},
		{"e^x, downwards", math.Exp, 1, 0, 1e-12, 1 - math.E, 1e-15},
		{"degree 22", func(x float64) float64 { return math.Pow(x, 22) }, -1, 1, 1e300, 2.0 / 23, 1e-14},
		{"a narrow bell", func(x float64) float64 { return math.Exp(-x * x * 1e4) }, -1, 1, 1e-14,
			math.Sqrt(math.Pi) / 100, 1e-13},
		{"a kink", func(x float64) float64 { return math.Abs(x - 0.3) }, 0, 1, 1e-12, 0.29, 1e-8},
		{"a root", math.Sqrt, 0, 1, 1e-12, 2.0 / 3, 1e-7},
		{"waves", func(x float64) float64 { return math.Cos(100 * x) }, 0, 1, 1e-12, math.Sin(100) / 100, 1e-12},
		{"no way", math.Exp, 2, 2, 1e-12, 0, 0},
	} {
		if got := Adaptive(tt.f, tt.a, tt.b, tt.tolerance); !(off(got, tt.want) <= tt.within) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// the work is bounded, whatever the function
	calls := 0
	Adaptive(func(float64) float64 { calls++; return float64(calls % 2) }, 0, 1, 0)
	if want := 15 * (2<<mostHalvings - 1); calls != want {
		t.Errorf("%d evaluations of what no rule agrees on, want %d", calls, want)
	}
	calls = 0
	if got := Adaptive(func(float64) float64 { calls++; return math.NaN() }, 0, 1, 1e-12); got == got || calls != 15 {
		t.Errorf("%v after %d evaluations of NaN, want NaN after 15", got, calls)
	}
}

func TestTail(t *testing.T) {
	for _, tt := range []struct {
		name   string
		f      func(x float64) float64
		want   float64
		within float64
	}{
		{"e^−x", func(x float64) float64 { return math.Exp(-x) }, 1, 1e-12},
		{"a far bell", func(x float64) float64 { return math.Exp(-(x - 50) * (x - 50) / 800) },
			10 * math.Sqrt(2*math.Pi) * math.Erfc(-2.5/math.Sqrt2), 1e-13},
		{"waves that die", func(x float64) float64 { return math.Exp(-x) * math.Cos(10*x) }, 1.0 / 101, 1e-10},
		{"slow", func(x float64) float64 { return 1 / ((1 + x*x) * (1 + x*x)) }, math.Pi / 4, 1e-12},
	} {
		got, err := Tail(tt.f, 1e-13)
		if err != nil || !(off(got, tt.want) <= tt.within) {
			t.Errorf("%s: %v, want %v (%v)", tt.name, got, tt.want, err)
		}
	}
	for name, f := range map[string]func(x float64) float64{
		"a constant": func(float64) float64 { return 1 }, "NaN": func(float64) float64 { return math.NaN() },
	} {
		if got, err := Tail(f, 1e-10); err == nil {
			t.Errorf("%s passes with %v", name, got)
		}
	}
}

// The minimum of x − ln x is at 1, wherever in the interval that lies; at an end the interval narrows to it.
func TestLeast(t *testing.T) {
	f := func(x float64) float64 { return x - math.Log(x) }
	for _, ends := range [][2]float64{{0.1, 3}, {0.9, 40}, {0.01, 1.05}} {
		if at := Least(f, ends[0], ends[1], 1e-6); math.Abs(at-1) > 2e-6 {
			t.Errorf("least between %v at %v, want at 1", ends, at)
		}
	}
	if at := Least(f, 2, 3, 1e-6); math.Abs(at-2) > 2e-6 {
		t.Errorf("least between 2 and 3 at %v, want at 2", at)
	}
}
