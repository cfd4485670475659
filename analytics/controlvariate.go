package analytics

import "math"

// ControlledMean is the mean of xs corrected by a control variate, another number of
// the same paths whose true mean is known. It regresses xs on control,
//
//	Value = x̄ - β (c̄ - controlMean),    β = Σ(x-x̄)(c-c̄) / Σ(c-c̄)²,
//	SE²   = s² (1/n + (c̄-controlMean)²/Σ(c-c̄)²),
//
// with s² the squared residuals over n - 2, since two parameters are fitted,
// and the interval Value ± z·SE. VarianceReduction is Mean's SE² over this one: how many
// times more paths Mean would need for the same interval. It is large if xs is nearly
// linear in the control, and may be a little below one if they are unrelated.
//
// β comes from the same sample, so Value has a bias of order 1/n, √n times
// smaller than SE, and none if xs is linear in the control plus independent noise.
// controlMean must be the mean over all paths: do not drop ruined paths before calling,
// because the control has another mean over the survivors.
//
// With a heavy-tailed control a few paths determine β, and the residuals understate the
// error. For the yearly mean of a 3x token at a volatility of 0.8, 95 % intervals from
// 400 paths cover 66 % of the time. There is a Warning if the mean of the control or of
// the residuals would have one.
//
// With fewer than three paths, or a control that does not vary, this is Mean
// with a VarianceReduction of one. Otherwise a value that is not finite, in xs, in
// control or as controlMean, makes Value, SE and VarianceReduction NaN. It panics if
// the lengths differ.
//
// With weights or clusters the means, sums and β are weighted, and SE² is the
// linearised variance of the weighted mean of the residuals, with k/(k-2) for k/(k-1),
// times 1 + Σw·(c̄-controlMean)²/Σw(c-c̄)². The limit of three paths is then one of three
// clusters.
func ControlledMean(xs Sample, control []float64, controlMean, confidence float64) Estimate {
	e, _ := ControlledPaths(xs, control, controlMean, confidence)
	return e
}

// ControlledPaths is [ControlledMean], and numbers by path with its mean and standard
// error: the residuals about Value, scaled by the error of the control's mean. Paired
// differences between such numbers of several settings with one control are corrected
// by that control. They are nil if the mean cannot be corrected: with fewer than three
// paths, or if it is not finite. Paths of weight zero have numbers too.
func ControlledPaths(xs Sample, control []float64, controlMean, confidence float64) (e Estimate, ys []float64) {
	checkPairs(len(xs.X), len(control))
	all, controls := xs, xs.with(control)
	xs, controls = xs.valid(), controls.valid()
	xMean, xx := moments(xs)
	cMean, cc := moments(controls)
	off := cMean - controlMean
	size, k := xs.size(), float64(len(xs.X)) // of independent ones
	if xs.Cluster != nil {
		_, clusters := xs.numbers()
		k = float64(clusters)
	}
	if k < 3 || cc == 0 {
		e = Mean(xs, confidence)
		e.VarianceReduction = 1
		if k < 3 || math.IsNaN(e.SE) {
			return e, nil
		}
		return e, all.X
	}
	var xc, rr sum
	for i, x := range xs.X {
		xc.add(float64(xs.weight(i) * float64((x-xMean)*(controls.X[i]-cMean))))
	}
	beta := xc.value() / cc
	residual := func(x, c float64) float64 { return (x - xMean) - float64(beta*(c-cMean)) }
	residuals := make([]float64, len(xs.X))
	for i, x := range xs.X {
		r := residual(x, controls.X[i])
		residuals[i] = r
		rr.add(float64(xs.weight(i) * float64(r*r)))
	}
	value, spread := xMean-float64(beta*off), float64(off*off)/cc
	scatter, doubtful := residuals, control // independent numbers, for the warning
	variance, plain := rr.value()/(size-2)*(1/size+spread), xx/(size-1)/size
	squares, controlSquares, controlCentre := rr.value(), cc, cMean
	if !xs.plain() {
		scatter = xs.totals(func(i int) float64 { return residuals[i] })
		doubtful = xs.totals(func(i int) float64 { return controls.X[i] - cMean })
		squares, controlSquares, controlCentre = squaresOf(scatter), squaresOf(doubtful), 0
		se := clusterError(xs.totals(func(i int) float64 { return xs.X[i] - xMean }), size)
		variance, plain = k/(k-2)*squares/size/size*(1+float64(size*spread)), se*se
	}
	e = normal(value, math.Sqrt(variance), confidence, len(xs.X))
	e.VarianceReduction = plain / variance
	if xx == 0 {
		e.VarianceReduction = 1 // a constant has no error
	}
	e.Warning = meanWarning(doubtful, controlCentre, controlSquares)
	if e.Warning == "" && e.VarianceReduction < 1e20 { // beyond it the residuals are rounding errors
		e.Warning = meanWarning(scatter, 0, squares)
	}
	if math.IsNaN(e.SE) {
		return e, nil
	}
	wider := math.Sqrt((k - 1) / (k - 2) * (1 + float64(size*off*off)/cc))
	ys = make([]float64, len(all.X))
	for i, x := range all.X {
		ys[i] = e.Value + float64(wider*residual(x, control[i]))
	}
	return e, ys
}
