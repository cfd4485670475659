package fmath

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
)

// Against the complementary error function of the standard library, in both
// tails and across the seam at 3.5.
func TestNormCDF(t *testing.T) {
	worst := 0.0
	for i := -37_000; i <= 37_000; i++ {
		z := float64(i) / 1000
		want := math.Erfc(-z/math.Sqrt2) / 2
		worst = max(worst, math.Abs(NormCDF(z)/want-1))
	}
	if worst > 3e-13 { // Erfc's own argument is rounded: z²·1e-16
		t.Errorf("relative error %.2g", worst)
	}
	rows := []struct{ z, want float64 }{
		{0, 0.5}, {math.Inf(1), 1}, {math.Inf(-1), 0}, {-1.959963984540054, 0.025},
		{-10, 7.61985302416052606597e-24}, {40, 1}, {-40, 0},
	}
	for _, r := range rows {
		if got := NormCDF(r.z); math.Abs(got-r.want) > 1e-13*r.want {
			t.Errorf("NormCDF(%v) = %v, want %v", r.z, got, r.want)
		}
	}
	if !math.IsNaN(NormCDF(math.NaN())) {
		t.Error("NaN is lost")
	}
}

func TestNormCDFGoldenBits(t *testing.T) {
	h := sha256.New()
	for i := -1000; i <= 1000; i++ {
		_ = binary.Write(h, binary.LittleEndian, NormCDF(float64(i)/100))
	}
	const want = "bd86c54710ff7ee0"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}
