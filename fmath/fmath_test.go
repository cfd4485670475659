package fmath

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigExp is e^x to 120 bits by halving the argument and summing the series:
// the second route, in other arithmetic.
func bigExp(x float64) *big.Float {
	const prec, halvings = 200, 12
	r := new(big.Float).SetPrec(prec).SetFloat64(x)
	r.SetMantExp(r, -halvings)
	sum := new(big.Float).SetPrec(prec).SetInt64(1)
	term := new(big.Float).SetPrec(prec).SetInt64(1)
	for n := int64(1); n < 60; n++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(n))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// ulps is the distance of got from want in units in the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	d, _ := new(big.Float).Sub(new(big.Float).SetPrec(300).SetFloat64(got), want).Float64()
	ulp := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	return math.Abs(d) / ulp
}

func TestAccuracy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	worst := map[string]float64{}
	limit := map[string]float64{"Exp": 1, "Log": 1, "Log1p": 1, "Expm1": 2}
	note := func(name string, x, got float64, want *big.Float) {
		e := ulps(got, want)
		if e > limit[name] {
			t.Errorf("%s(%v) = %v is %.2f ulp off", name, x, got, e)
		}
		worst[name] = max(worst[name], e)
	}
	one := big.NewFloat(1)
	for i := range 4000 {
		x := rng.NormFloat64() * []float64{1e-6, 0.01, 0.3, 3, 30}[i%5]
		e := bigExp(x)
		note("Exp", x, Exp(x), e)
		em1 := new(big.Float).SetPrec(200).Sub(e, one)
		note("Expm1", x, Expm1(x), em1)

		// The logarithm by the inverse: ln y = x + (y − e^x)/e^x − ½(…)² for y near e^x.
		y, _ := e.Float64()
		q := new(big.Float).SetPrec(200).SetFloat64(y)
		q.Sub(q, e).Quo(q, e)
		want := new(big.Float).SetPrec(200).SetFloat64(x)
		note("Log", y, Log(y), want.Add(want, q))
		if x < -3 {
			continue // the inverse of e^x − 1 amplifies the rounding of z beyond the first-order correction
		}
		z, _ := em1.Float64()
		q = new(big.Float).SetPrec(200).SetFloat64(z)
		q.Sub(q, em1).Quo(q, e)
		want = new(big.Float).SetPrec(200).SetFloat64(x)
		note("Log1p", z, Log1p(z), want.Add(want, q))
	}
	t.Log("worst, in ulp:", worst)
}

func TestEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	rows := []struct {
		name      string
		got, want float64
	}{
		{"exp 0", Exp(0), 1},
		{"exp inf", Exp(inf), inf},
		{"exp -inf", Exp(-inf), 0},
		{"exp nan", Exp(nan), nan},
		{"exp overflow", Exp(710), inf},
		{"exp largest", Exp(709.7), math.Exp(709.7)},
		{"exp subnormal", Exp(-744), math.Exp(-744)},
		{"expm1 0", Expm1(0), 0},
		{"expm1 -inf", Expm1(-inf), -1},
		{"expm1 inf", Expm1(inf), inf},
		{"expm1 tiny", Expm1(1e-300), 1e-300},
		{"log 0", Log(0), -inf},
		{"log 1", Log(1), 0},
		{"log -1", Log(-1), nan},
		{"log inf", Log(inf), inf},
		{"log subnormal", Log(5e-324), -744.4400719213812},
		{"log1p -1", Log1p(-1), -inf},
		{"log1p tiny", Log1p(-1e-300), -1e-300},
		{"log1p nan", Log1p(nan), nan},
		{"pow", Pow(2, 10), 1024},
	}
	for _, r := range rows {
		same := r.got == r.want || math.Abs(r.got-r.want) <= 4e-16*math.Abs(r.want) ||
			r.got != r.got && r.want != r.want
		if !same {
			t.Errorf("%s: got %v, want %v", r.name, r.got, r.want)
		}
	}
}

// TestGoldenBits pins the bits themselves: a fused multiply-add, another
// polynomial or another order of operations changes this hash.
func TestGoldenBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	h := sha256.New()
	for range 10_000 {
		x := rng.NormFloat64()
		for _, y := range []float64{Exp(x), Expm1(x), Log(math.Abs(x)), Log1p(math.Abs(x)),
			Expm1(20 * x), Pow(math.Abs(x), 0.678)} {
			_ = binary.Write(h, binary.LittleEndian, y)
		}
	}
	const want = "759a4dcf1e7d3dea"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}

func BenchmarkExp(b *testing.B) {
	s := 0.0
	for i := range b.N {
		s += Exp(float64(i&1023) * 1e-3)
	}
	sink = s
}

func BenchmarkLog(b *testing.B) {
	s := 0.0
	for i := range b.N {
		s += Log(1 + float64(i&1023)*1e-3)
	}
	sink = s
}

var sink float64
