package report

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// Numbers are rounded and written as strconv does it, ties and powers of ten among them.
func TestRounded(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, v float64) {
		for _, v := range []float64{v, -v} {
			if got, want := string(appendRounded(nil, v)), strconv.FormatFloat(v, 'g', 10, 64); got != want {
				t.Errorf("%v is written %s; want %s", v, got, want)
			}
		}
	}
	for _, v := range []float64{0, 1, 3, 0.5, 100, 1e6, 0.1, 0.00012, 12345.5, 1234567890.5, 1234567891.5, 9e9,
		123456789.25, 123456789.75, math.Pi, math.NaN(), math.Inf(1), math.MaxFloat64, 5e-324, 1e-12, 1e22} {
		check(t, v)
	}
	for ten := -320; ten <= 308; ten++ { // about powers of ten and of two
		v, err := strconv.ParseFloat("1e"+strconv.Itoa(ten), 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{v, math.Ldexp(1, ten)} {
			for _, part := range []float64{1, 1 - 1e-9, 1 - 1e-10, 1 - 0.5e-10, 1 + 1e-9, 1 + 0.5e-9, 5, 9.9999999995} {
				at := v * part
				check(t, at)
				check(t, math.Nextafter(at, 0))
				check(t, math.Nextafter(at, math.Inf(1)))
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.Float64().Draw(t, "any"))
		for range 100 {
			check(t, math.Exp(rapid.Float64Range(-30, 24).Draw(t, "log")))
			digits := rapid.Int64Range(0, 1e11).Draw(t, "digits") // of which the last may be a tie
			check(t, float64(digits)/powersOfTen[rapid.IntRange(0, 22).Draw(t, "places")])
		}
	})
}
