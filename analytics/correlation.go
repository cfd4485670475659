package analytics

import (
	"fmt"
	"math"
)

// Correlation is Pearson's correlation of paired values, one of each path, with an
// interval that does not take them to be normal: the standard error is that of the mean
// of the estimate's influence function. It is NaN where either does not vary.
//
// Source: Hampel, "The influence curve and its role in robust estimation", J. American
// Statistical Association 69 (1974).
func Correlation(x, y []float64, confidence float64) Estimate {
	if len(x) != len(y) {
		panic(fmt.Sprintf("analytics: correlation of %d and %d values; want pairs", len(x), len(y)))
	}
	mx, sx := moments(Sample{X: x})
	my, sy := moments(Sample{X: y})
	n := float64(len(x))
	dx, dy := math.Sqrt(sx/n), math.Sqrt(sy/n)
	var products sum
	for i := range x {
		products.add(float64((x[i] - mx) / dx * ((y[i] - my) / dy)))
	}
	r := products.value() / n
	influence := make([]float64, len(x))
	var squares sum
	for i := range x {
		u, v := (x[i]-mx)/dx, (y[i]-my)/dy
		influence[i] = float64(u*v) - float64(r/2*(float64(u*u)+float64(v*v)))
		squares.add(float64(influence[i] * influence[i]))
	}
	e := normal(r, math.Sqrt(squares.value()/(n-1)/n), confidence, len(x))
	e.Warning = meanWarning(influence, 0, squares.value())
	e.Lo, e.Hi = max(e.Lo, -1), min(e.Hi, 1)
	return e
}
