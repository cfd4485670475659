package analytics

import "math"

// ControlledMean is the mean of xs corrected by a control: another number of
// the same paths whose true mean is known. It regresses xs on control,
//
//	Value = x̄ - β (c̄ - controlMean),    β = Σ(x-x̄)(c-c̄) / Σ(c-c̄)²,
//	SE²   = s² (1/n + (c̄-controlMean)²/Σ(c-c̄)²),
//
// with s² the squared residuals over n - 2, since two parameters are fitted,
// and the interval Value ± z·SE. VarianceReduction is Mean's SE² over this one: how many
// times more paths Mean would need for the same interval. It is large where xs
// is nearly linear in the control, and may fall a little below one where the
// control is useless.
//
// β comes from the same sample, so Value has a bias of order 1/n, √n times
// smaller than SE; there is none where xs is linear in the control plus
// independent noise. controlMean must be the mean over all paths: do not drop
// ruined paths before calling, because the survivors' control has another mean.
//
// A control with a heavy tail corrects the mean but not the trouble: a few paths
// decide β, fit themselves, and hide their own error. For the yearly mean of a 3x
// token at a volatility of 0.8, 95 % from 400 paths means 66 %. Warning says so
// wherever the control's own mean or the residuals' would be warned of.
//
// With fewer than three paths, or a control that does not vary, this is Mean
// with a VarianceReduction of one. Otherwise a value that is not finite, in xs, in control or
// as controlMean, makes Value, SE and VarianceReduction NaN. It panics if the lengths
// differ.
func ControlledMean(xs, control []float64, controlMean, confidence float64) Estimate {
	e, _ := ControlledPaths(xs, control, controlMean, confidence)
	return e
}

// ControlledPaths is [ControlledMean], and numbers by path whose mean and standard
// error are its own: the residuals about Value, wider by what the mean of the
// control was off. Of several settings with one control they compare, path by path,
// as the control would correct the differences. They are nil where the mean cannot
// be corrected: with fewer than three paths, or where it is not finite.
func ControlledPaths(xs, control []float64, controlMean, confidence float64) (e Estimate, ys []float64) {
	checkPairs(len(xs), len(control))
	n := float64(len(xs))
	xMean, xx := moments(xs)
	cMean, cc := moments(control)
	off := cMean - controlMean
	if n < 3 || cc == 0 {
		e = Mean(xs, confidence)
		e.VarianceReduction = 1
		if n < 3 || math.IsNaN(e.SE) {
			return e, nil
		}
		return e, xs
	}
	var xc, rr sum
	for i := range xs {
		xc.add(float64((xs[i] - xMean) * (control[i] - cMean)))
	}
	beta := xc.value() / cc
	residuals := make([]float64, len(xs))
	for i := range xs {
		r := (xs[i] - xMean) - float64(beta*(control[i]-cMean))
		residuals[i] = r
		rr.add(float64(r * r))
	}
	variance := rr.value() / (n - 2) * (1/n + float64(off*off)/cc)
	e = normal(xMean-float64(beta*off), math.Sqrt(variance), confidence, len(xs))
	e.VarianceReduction = xx / (n - 1) / n / variance
	if xx == 0 {
		e.VarianceReduction = 1 // a constant has no error to reduce
	}
	e.Warning = doubt(control, cMean, cc)
	if e.Warning == "" && e.VarianceReduction < 1e20 { // beyond it the residuals are rounding
		e.Warning = doubt(residuals, 0, rr.value())
	}
	if math.IsNaN(e.SE) {
		return e, nil
	}
	wider := math.Sqrt((n - 1) / (n - 2) * (1 + float64(n*off*off)/cc))
	for i, r := range residuals {
		residuals[i] = e.Value + float64(wider*r)
	}
	return e, residuals
}
