package cmplx_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	std "math/cmplx"
	"math/rand/v2"
	"testing"

	"mcrisk/fmath/cmplx"
)

// drawn are numbers of all sizes and angles, some of them real or imaginary.
func drawn(n int) []complex128 {
	rng := rand.New(rand.NewPCG(1, 2))
	all := make([]complex128, n)
	for i := range all {
		size := rng.IntN(80) - 40
		all[i] = complex(math.Ldexp(rng.Float64()-0.5, size), math.Ldexp(rng.Float64()-0.5, size))
		switch i % 11 {
		case 0:
			all[i] = complex(real(all[i]), 0)
		case 1:
			all[i] = complex(0, imag(all[i]))
		}
	}
	return all
}

// Every function is the language's operator or that of math/cmplx, but for the last
// bits.
func TestAgainstTheLibrary(t *testing.T) {
	all := drawn(4000)
	for i, a := range all[1:] {
		b := all[i]
		small := complex(math.Mod(real(a), 100), math.Mod(imag(a), 100))
		for _, r := range []struct {
			name      string
			got, want complex128
		}{
			{"Mul", cmplx.Mul(a, b), a * b},
			{"Div", cmplx.Div(a, b), a / b},
			{"Scale", cmplx.Scale(real(b), a), complex(real(b), 0) * a},
			{"Over", cmplx.Over(a, 7), a / 7},
			{"Square", cmplx.Square(a), a * a},
			{"Sqrt", cmplx.Sqrt(a), std.Sqrt(a)},
			{"Log", cmplx.Log(a), std.Log(a)},
			{"Exp", cmplx.Exp(small), std.Exp(small)},
			{"Rect", cmplx.Rect(real(small), imag(small)), std.Rect(real(small), imag(small))},
			{"Conj", cmplx.Conj(a), std.Conj(a)},
			{"Abs", complex(cmplx.Abs(a), 0), complex(std.Abs(a), 0)},
		} {
			if off := std.Abs(r.got-r.want) / std.Abs(r.want); off > 1e-15 && r.name != "Log" ||
				r.name == "Log" && std.Abs(r.got-r.want) > 1e-14 {
				t.Errorf("%s of %v and %v = %v, want %v", r.name, a, b, r.got, r.want)
			}
		}
	}
}

func TestEdges(t *testing.T) {
	for _, r := range []struct {
		name      string
		got, want complex128
	}{
		{"root of 0", cmplx.Sqrt(0), 0},
		{"root of -4", cmplx.Sqrt(-4), 2i},
		{"root of -4 from below", cmplx.Sqrt(complex(-4, math.Copysign(0, -1))), -2i},
		{"e^0", cmplx.Exp(0), 1},
		{"ln i", cmplx.Log(1i), complex(0, math.Pi/2)},
	} {
		if r.got != r.want {
			t.Errorf("%s = %v, want %v", r.name, r.got, r.want)
		}
	}
	if !cmplx.IsNaN(cmplx.Div(0, 0)) || cmplx.IsNaN(1i) {
		t.Error("NaN is not seen")
	}
	if z := cmplx.Div(1, 0); !math.IsInf(real(z), 1) {
		t.Errorf("1/0 = %v", z)
	}
}

func TestGoldenBits(t *testing.T) {
	h := sha256.New()
	all := drawn(3000)
	for i, a := range all[1:] {
		b := all[i]
		for _, v := range []complex128{cmplx.Mul(a, b), cmplx.Div(a, b), cmplx.Sqrt(a), cmplx.Log(a),
			cmplx.Exp(complex(math.Mod(real(a), 30), math.Mod(imag(a), 30)))} {
			_ = binary.Write(h, binary.LittleEndian, v)
		}
	}
	const want = "3431aae94ab80dec"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}
