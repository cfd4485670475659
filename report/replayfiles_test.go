package report

import (
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Times and numbers are written as the libraries write them, whatever was written before.
func TestCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d days
		var c cell
		nought := math.Copysign(0, -1)
		number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, nought, 1, 1e6, math.Inf(1)}))
		at := time.Unix(rapid.Int64Range(-3e9, 5e9).Draw(t, "start"), 0)
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			at = at.Add(time.Duration(rapid.Int64Range(-1e14, 1e14).Draw(t, "later")))
			if rapid.Bool().Draw(t, "whole") {
				at = at.Truncate(time.Second)
			}
			if got, want := string(d.append([]byte("x,"), at)), "x,"+at.UTC().Format(time.RFC3339Nano); got != want {
				t.Errorf("%s; want %s", got, want)
			}
			v := number.Draw(t, "number")
			if got, want := string(c.append(nil, v)), ","+strconv.FormatFloat(v, 'g', -1, 64); got != want {
				t.Errorf("%s; want %s", got, want)
			}
		}
		if got := string(c.append(nil, nought+0)); got != ",0" {
			t.Errorf("%s; want a zero without a sign", got)
		}
	})
}
