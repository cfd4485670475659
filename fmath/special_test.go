package fmath

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// The functions that are not built from exponentials alone, against those of package
// math and of gonum, which other people wrote: over the range that results use, and
// each with the error that its comment promises.
func TestSpecialFunctions(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	worst := map[string]float64{}
	check := func(name string, got, want, size, allowed float64, at ...float64) {
		t.Helper()
		off := math.Abs(got-want) / size
		if worst[name] = max(worst[name], off); !(off <= allowed) {
			t.Errorf("%s(%v) = %v, want %v (off by %.2g)", name, at, got, want, off)
		}
	}
	const ulp = 1.2e-16
	for i := range 20_000 {
		x := rng.NormFloat64() * []float64{1e-3, 1, 30, 1e4, 1e8}[i%5]
		y := rng.NormFloat64()
		sin, cos := Sincos(x)
		wantSin, wantCos := math.Sincos(x)
		check("sin", sin, wantSin, 1, 2*ulp, x)
		check("cos", cos, wantCos, 1, 2*ulp, x)
		check("atan2", Atan2(y, x), math.Atan2(y, x), math.Pi, 2*ulp, y, x)
		check("hypot", Hypot(x, y), math.Hypot(x, y), math.Hypot(x, y), 3*ulp, x, y)
		check("cbrt", Cbrt(x), math.Cbrt(x), math.Abs(math.Cbrt(x)), 3*ulp, x)
		n := i%13 - 6
		check("powInt", PowInt(y, n), math.Pow(y, float64(n)), math.Abs(math.Pow(y, float64(n))), 8*ulp, y, float64(n))
		g := math.Exp(8 * rng.NormFloat64())
		want, _ := math.Lgamma(g)
		check("logGamma", LogGamma(g), want, max(1, math.Abs(want)), 2e-14, g)
		p := rng.Float64()
		if i%2 == 0 {
			p = math.Exp(-700 * p)
		}
		z := mathext.NormalQuantile(p)
		check("normQuantile", NormQuantile(p), z, max(1, math.Abs(z)), 8*ulp, p)
	}
	for i := range 4000 {
		size := []float64{1, 30, 1000, 1e5}[i%4]
		a, b, x := size*rng.ExpFloat64()+0.01, size*rng.ExpFloat64()+0.01, rng.Float64()
		x = min(1, max(0, a/(a+b)+(x-0.5)*4*math.Sqrt(a*b/(a+b+1))/(a+b)))
		// gonum cancels large logarithms
		check("betaCDF", BetaCDF(x, a, b), mathext.RegIncBeta(a, b, x), 1, 1e-13*max(1, size/10), x, a, b)
		p := []float64{0.025, 0.975, 0.5, 1e-4}[rng.IntN(4)]
		q := BetaQuantile(p, a, b)
		const near = 5e-11 // of q
		if below, above := BetaCDF(q*(1-near), a, b), BetaCDF(min(1, q*(1+near)), a, b); !(below <= p && p <= above) {
			t.Errorf("quantile %v of beta(%v, %v) = %v, around which the law is %v and %v", p, a, b, q, below, above)
		}
	}
	t.Log("worst:", worst)
}

// Clopper–Pearson bounds that a person can check: none and all of n, and a published
// row (Newcombe, Statistics in Medicine 17 (1998), 857–872, table I: 81 of 263).
func TestBetaQuantileByHand(t *testing.T) {
	for _, r := range []struct{ p, a, b, want, tolerance float64 }{
		{0.025, 100, 1, math.Pow(0.025, 0.01), 1e-13},
		{0.975, 1, 100, 1 - math.Pow(0.025, 0.01), 1e-13},
		{0.025, 81, 183, 0.2527, 5e-5},
		{0.975, 82, 182, 0.3676, 5e-5},
		{0.3, 1, 1, 0.3, 1e-13},
		{0.5, 3e5, 3e5, 0.5, 1e-15},
	} {
		if got := BetaQuantile(r.p, r.a, r.b); !(math.Abs(got-r.want) <= r.tolerance) {
			t.Errorf("quantile %v of beta(%v, %v) = %v, want %v", r.p, r.a, r.b, got, r.want)
		}
	}
}

func TestSpecialEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	sinInf, cosInf := Sincos(inf)
	farSin, farCos := Sincos(1e300)
	for _, r := range []struct {
		name      string
		got, want float64
	}{
		{"sin inf", sinInf, nan}, {"cos inf", cosInf, nan},
		{"far angles lie on the circle", math.Round(1e12*(farSin*farSin+farCos*farCos)) / 1e12, 1},
		{"angle of the origin", Atan2(0, 0), 0},
		{"angle of -1", Atan2(0, -1), math.Pi},
		{"angle of -1 from below", Atan2(math.Copysign(0, -1), -1), -math.Pi},
		{"angle of i", Atan2(1, 0), math.Pi / 2},
		{"angle of -i", Atan2(-1, 0), -math.Pi / 2},
		{"hypot of zeros", Hypot(0, 0), 0},
		{"hypot of large", Hypot(3e300, 4e300), 5e300},
		{"hypot with inf", Hypot(-inf, 1), inf}, {"hypot with nan", Hypot(nan, 1), nan},
		{"cbrt 0", Cbrt(0), 0}, {"cbrt -8", Cbrt(-8), -2}, {"cbrt inf", Cbrt(inf), inf},
		{"x^0", PowInt(0, 0), 1}, {"x^-1", PowInt(4, -1), 0.25}, {"odd power", PowInt(-2, 3), -8},
		{"quantile 0", NormQuantile(0), -inf}, {"quantile 1", NormQuantile(1), inf},
		{"quantile 0.5", NormQuantile(0.5), 0}, {"quantile 2", NormQuantile(2), nan},
		{"quantile 0.975", NormQuantile(0.975), 1.9599639845400536},
		{"beta at 0", BetaCDF(0, 2, 3), 0}, {"beta at 1", BetaCDF(1, 2, 3), 1}, {"beta beyond", BetaCDF(2, 2, 3), nan},
		{"beta without a", BetaCDF(0.5, 0, 3), nan}, {"beta quantile of nan", BetaQuantile(nan, 2, 3), nan},
	} {
		if r.got != r.want && !(r.got != r.got && r.want != r.want) {
			t.Errorf("%s: got %v, want %v", r.name, r.got, r.want)
		}
	}
	for e := -300; e <= 300; e++ {
		ten := math.Pow10(e)
		if at, below := Exponent10(ten), Exponent10(math.Nextafter(ten, 0)); at != e || below != e-1 {
			t.Errorf("exponents at and just below 1e%d: %d and %d", e, at, below)
		}
	}
}

func TestSpecialGoldenBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	h := sha256.New()
	for range 3000 {
		x, y, p := 40*(rng.Float64()-0.5), 4*(rng.Float64()-0.5), rng.Float64()
		sin, cos := Sincos(x)
		a, b := float64(50*p)+0.1, float64(30*rng.Float64())+0.1
		for _, v := range []float64{sin, cos, Atan2(y, x), Hypot(x, y), Cbrt(x), PowInt(y, 7), LogGamma(a),
			NormQuantile(p), BetaCDF(p, a, b), BetaQuantile(p, a, b)} {
			_ = binary.Write(h, binary.LittleEndian, v)
		}
	}
	const want = "84c1b8a8c8839e65"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}

func BenchmarkBetaQuantile(b *testing.B) {
	for i := range b.N {
		sink = BetaQuantile(0.025, float64(i%1000+1), 1e6)
	}
}

// Against gonum's, for how long: docs/decisions/same-bits.md.
func BenchmarkBetaQuantileGonum(b *testing.B) {
	for i := range b.N {
		sink = distuv.Beta{Alpha: float64(i%1000 + 1), Beta: 1e6}.Quantile(0.025)
	}
}
