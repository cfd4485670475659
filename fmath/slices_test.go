package fmath

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Whole slices have the bits of single numbers: small ones, large ones, ones
// of every exponent, and what is no number, anywhere in the slice.
func TestSlicesAreTheirNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	draw := []func() float64{
		func() float64 { return 0.01 * r.NormFloat64() },
		func() float64 { return 0.11 * r.NormFloat64() }, // now and then beyond 0.34
		func() float64 { return 0.02 * r.NormFloat64() }, // now and then beyond 1/32
		func() float64 { return (1 + 1e-15*r.NormFloat64()) / 32 },
		func() float64 { return 0.34 * (1 + 1e-15*r.NormFloat64()) },
		func() float64 { return math.Copysign(math.Ldexp(1+r.Float64(), -r.IntN(1060)), r.NormFloat64()) },
		func() float64 { return 300 * r.NormFloat64() },
		func() float64 {
			return []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1}[r.IntN(6)]
		},
	}
	for round := range 30_000 {
		x := make([]float64, r.IntN(100))
		for i := range x {
			kind := round % len(draw)
			if r.IntN(40) == 0 {
				kind = r.IntN(len(draw))
			}
			x[i] = draw[kind]()
		}
		dst := make([]float64, len(x))
		Exps(dst, x)
		for i, v := range x {
			if w := Exp(v); math.Float64bits(dst[i]) != math.Float64bits(w) {
				t.Fatalf("Exps: %v gives %v, Exp %v", v, dst[i], w)
			}
		}
		a, b := r.NormFloat64(), r.NormFloat64()
		copy(dst, x)
		Affine(dst, dst, a, b)
		for i, v := range x {
			if w := a + float64(b*v); math.Float64bits(dst[i]) != math.Float64bits(w) && w == w {
				t.Fatalf("Affine: %v + %v·%v = %v, want %v", a, b, v, dst[i], w)
			}
		}
	}
}

func BenchmarkExps(b *testing.B) {
	x, y := make([]float64, 1024), make([]float64, 1024)
	for i := range x {
		x[i] = 0.01 * math.Sin(float64(i))
	}
	for b.Loop() {
		Exps(y, x)
	}
}
