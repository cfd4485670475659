package levy

import (
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"mcrisk/models"
	"mcrisk/quad"
)

var (
	merton = models.Merton{Mu: 0.1, Sigma: 0.5, Rate: 10, JumpMean: -0.03, JumpSD: 0.06}
	kou    = models.Kou{Mu: 0.1, Sigma: 0.5, Rate: 12, Up: 0.45, EtaUp: 30, EtaDown: 25}
)

// Drift, volatility and jumps make up the exponent that package models has in
// closed form, with and without a cut among the jumps.
func TestExponent(t *testing.T) {
	for _, m := range []models.Transformer{
		models.GBM{Mu: 0.1, Sigma: 0.6}, merton, kou, models.Merton{Mu: 0.1, Sigma: 0.5, Rate: 10, JumpMean: -0.03},
	} {
		nu, sigma := Diffusion(m)
		for _, cut := range []float64{math.NaN(), -0.01} {
			rate, size := Jumps(m, cut, math.Inf(1))
			for _, s := range []complex128{1, 2, 5i, 1 + 3i} {
				got := complex(nu, 0)*s + complex(sigma*sigma/2, 0)*s*s - complex(rate, 0)
				for i, x := range size.X {
					got += complex(rate*size.W[i], 0) * cmplx.Exp(s*complex(x, 0))
				}
				if want := m.CGF(1, s); !(cmplx.Abs(got-want) < 1e-11) {
					t.Errorf("%+v cut at %v: exponent %v at %v, want %v", m, cut, got, s, want)
				}
			}
		}
	}
}

// The four roots solve models' exponent, in order, and the slopes are its slopes.
func TestRoots(t *testing.T) {
	nu, _ := Diffusion(kou)
	for _, s := range []complex128{0.3, 4, 2 + 7i} {
		roots, slopes := Roots(kou, nu, s)
		for i, b := range roots {
			if got := kou.CGF(1, b); !(cmplx.Abs(got-s) < 1e-10*(1+cmplx.Abs(s))) {
				t.Errorf("root %d at %v: exponent %v", i, s, got)
			}
			if i > 0 && real(roots[i]) < real(roots[i-1]) {
				t.Errorf("roots %v at %v are not in order", roots, s)
			}
			const h = 1e-5
			want := (kou.CGF(1, b+h) - kou.CGF(1, b-h)) / (2 * h)
			if !(cmplx.Abs(slopes[i]-want) < 1e-6*(1+cmplx.Abs(want))) {
				t.Errorf("slope %v at root %v, want %v", slopes[i], b, want)
			}
		}
	}
}

// Exit times from (−1, 1) by drift: tanh(nu)/nu. Time spent near each point adds
// up to the time to leave, and the transform's value and slope at 0 are
// probability and mean.
func TestExit(t *testing.T) {
	for nu, want := range map[float64]float64{
		0: 1, 1e-9: 1, .1: .9966799462495582, .5: .9242343145200195, 1: .7615941559557649, 2: .4820137900379084,
	} {
		e := Exit{Nu: nu, Sigma: 1, Below: 1, Above: 1}
		if got := e.Mean(); !(math.Abs(got-want) < 1e-14) {
			t.Errorf("drift %v: mean %v, want %v", nu, got, want)
		}
	}
	for _, e := range []Exit{{0, 1, 1, 1}, {0.3, 0.5, 0.2, 0.4}, {-3, 0.5, 0.2, 0.4}, {1e-6, 2, 3, 0.1}} {
		spent := func(x float64) float64 { return real(e.Resolvent(0, x)) }
		inside := quad.Adaptive(spent, -e.Below, 0, 1e-13) + quad.Adaptive(spent, 0, e.Above, 1e-13)
		if got := e.Mean(); !(math.Abs(got/inside-1) < 1e-11) {
			t.Errorf("%+v: mean %v, %v by time spent inside", e, got, inside)
		}
		const s = 1e-5
		up, down := e.Transform(0)
		upBefore, downBefore := e.Transform(-s)
		upAfter, downAfter := e.Transform(s)
		if got := e.Up(); !(math.Abs(got-real(up)) < 1e-12 && math.Abs(real(up+down)-1) < 1e-12) {
			t.Errorf("%+v: up %v; transforms %v and %v", e, got, up, down)
		}
		slope := real(upBefore+downBefore-upAfter-downAfter) / (2 * s)
		if got := e.Mean(); !(math.Abs(got/slope-1) < 1e-8) {
			t.Errorf("%+v: mean %v, %v by the slope of the transform", e, got, slope)
		}
	}
}

func TestLaplace(t *testing.T) {
	for _, years := range []float64{0.01, 1, 30} {
		decay := Laplace(years, func(s complex128) complex128 { return 1 / (s + 1) })
		if want := math.Exp(-years); !(math.Abs(decay-want) < 1e-11) {
			t.Errorf("e^−t at %v = %v, want %v", years, decay, want)
		}
		power := Laplace(years, func(s complex128) complex128 { return 1 / cmplx.Sqrt(s) })
		if want := 1 / math.Sqrt(math.Pi*years); !(math.Abs(power/want-1) < 1e-11) {
			t.Errorf("1/√(πt) at %v = %v, want %v", years, power, want)
		}
	}
}

func TestRoot(t *testing.T) {
	steep := func(x float64) float64 { return math.Pow(x-0.3, 9) }
	for _, tt := range []struct {
		name       string
		f          func(x float64) float64
		a, b, want float64
		within     float64
	}{
		{"cos", math.Cos, 1, 2, math.Pi / 2, 1e-15},
		{"cos, ends swapped", math.Cos, 2, 1, math.Pi / 2, 1e-15},
		{"flat", steep, 0, 1, 0.3, 1e-15},
		{"a step", func(x float64) float64 { return math.Copysign(1, x-0.7) }, 0, 1, 0.7, 1e-15},
		{"at an end", func(x float64) float64 { return x - 1 }, 0, 1, 1, 0},
	} {
		if got := Root(tt.f, tt.a, tt.b); !(math.Abs(got-tt.want) <= tt.within) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := Root(math.Cos, 0, 1); !math.IsNaN(got) {
		t.Errorf("a root %v where there is none", got)
	}
}

// A lognormal NAV that is nothing with probability 0.1: distribution, quantiles
// and shortfall in closed form.
func TestLaw(t *testing.T) {
	const m, sd, ruined = -0.2, 0.5, 0.1
	below := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	v := Inverter{Mean: m, SD: sd, Ruined: ruined, Alive: 1 - ruined, Tilt: true,
		CF: func(z complex128) (complex128, error) { return (1 - ruined) * cmplx.Exp(z*m+z*z*sd*sd/2), nil }}
	l, err := v.Law()
	if err != nil {
		t.Fatal(err)
	}
	if want := (1 - ruined) * math.Exp(m+sd*sd/2); !(math.Abs(l.Mean-want) < 1e-14) || !(l.Bound < 1e-10) {
		t.Errorf("mean %v, bound %v; want %v", l.Mean, l.Bound, want)
	}
	for z := -3.0; z <= 3; z += 0.5 {
		x := m + z*sd
		if got, want := l.CDF(x), ruined+(1-ruined)*below(z); !(math.Abs(got-want) <= l.Bound) {
			t.Errorf("P(ln NAV ≤ %v) = %v, want %v", x, got, want)
		}
		p := ruined + (1-ruined)*below(z)
		got, err := l.Quantile(p)
		if lo, hi := l.Around(p); err != nil || !(math.Abs(got-x) < 1e-8 && lo <= x && x <= hi) {
			t.Errorf("quantile of %v = %v in [%v, %v], %v; want %v", p, got, lo, hi, err, x)
		}
		part := (1 - ruined) * math.Exp(m+sd*sd/2) * below(z-sd)
		es, err := l.ES(p)
		if want := 1 - part/p; err != nil || !(math.Abs(es-want) <= l.ESBound(p)) || !(l.ESBound(p) < 1e-8) {
			t.Errorf("ES of %v = %v to %v, %v; want %v", p, es, l.ESBound(p), err, want)
		}
	}
	if x, err := l.Quantile(ruined / 2); err != nil || !math.IsInf(x, -1) {
		t.Errorf("the log of nothing is %v, %v", x, err)
	}
	if es, err := l.ES(ruined / 2); err != nil || es != 1 {
		t.Errorf("ES among the ruined = %v, %v; want 1", es, err)
	}
	for _, p := range []float64{0, 1, math.NaN(), ruined + 1e-12, 1 - 1e-12} {
		if x, err := l.Quantile(p); err == nil {
			t.Errorf("quantile of %v = %v; want a refusal", p, x)
		}
	}
	certain := func(complex128) (complex128, error) { return 1, nil }
	for reason, v := range map[string]Inverter{
		"no spread": {Alive: 1, CF: certain}, "kinks or atoms": {SD: 1, Alive: 1, CF: certain},
	} {
		if _, err := v.Law(); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("error %v; want the reason %q", err, reason)
		}
	}
	v.Tilt = false
	if l, err = v.Law(); err != nil {
		t.Fatal(err)
	}
	if es, err := l.ES(0.5); err == nil {
		t.Errorf("ES without the tilted transform = %v; want a refusal", es)
	}
}

func TestCheck(t *testing.T) {
	for _, m := range []models.Model{models.GBM{Sigma: 0.6}, merton, kou} {
		if err := Check(m); err != nil || !Supports(m) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	high, low, wide, steep := kou, kou, merton, kou
	high.Up, low.EtaDown, wide.JumpSD, steep.EtaUp = 1.1, math.NaN(), 6, 1
	for _, tt := range []struct {
		reason string
		m      models.Model
	}{
		{"no model", nil},
		{"independent increments", models.Heston{}},
		{"mu = NaN", models.GBM{Mu: math.NaN(), Sigma: 1}},
		{"sigma = 0", models.GBM{}},
		{"jump rate = -1", models.Merton{Sigma: 1, Rate: -1}},
		{"jump rate = NaN", models.Kou{Sigma: 1, Rate: math.NaN()}},
		{"an sd from 0 to 5", wide},
		{"share of jumps up = 1.1", high},
		{"25 up", models.Kou{Sigma: 1, EtaUp: 25}},
		{"NaN down", low},
		{"1 up", steep},
	} {
		err := Check(tt.m)
		if err == nil || !strings.Contains(err.Error(), tt.reason) || !strings.HasPrefix(err.Error(), "exact: ") {
			t.Errorf("error %v; want the reason %q", err, tt.reason)
		}
	}
	if Supports(nil) || Supports(models.Heston{}) {
		t.Error("no model or one with memory is known")
	}
	defer func() {
		if recover() == nil {
			t.Error("a model with memory has a drift")
		}
	}()
	Diffusion(models.Heston{})
}
