package analytics_test

import (
	"fmt"
	"math"

	"mcrisk/analytics"
)

// Nobody was liquidated in 300 lifetimes. That is not a probability of zero:
// the rule of three says up to about 3/300.
func ExampleProportion() {
	p := analytics.Proportion(0, 300, 0.95)
	fmt.Printf("%.1f%%, between %.1f%% and %.1f%%\n", 100*p.Value, 100*p.Lo, 100*p.Hi)
	// Output:
	// 0.0%, between 0.0% and 1.2%
}

// The best and the worst of a hundred holders, with what a hundred can tell
// about the 1 % quantile: no lower bound.
func ExampleQuantiles() {
	navs := make([]float64, 100)
	for i := range navs {
		navs[i] = math.Exp(float64(i)/50 - 1.1)
	}
	for _, q := range analytics.Quantiles(analytics.Sample{X: navs}, []float64{0.01, 0.5}, 0.95) {
		fmt.Printf("%.2f in [%.2f, %.2f]\n", q.Value, q.Lo, q.Hi)
	}
	// Output:
	// 0.34 in [-Inf, 0.35]
	// 0.90 in [0.73, 1.11]
}

// Two bands on the same four paths: the paths differ widely, the bands hardly,
// and the second band is better by 0.010 to 0.030 on every one.
func ExamplePairedDifference() {
	wide := []float64{0.50, 0.90, 1.40, 3.10}
	narrow := []float64{0.51, 0.92, 1.42, 3.13}
	d := analytics.PairedDifference(analytics.Sample{X: narrow}, analytics.Sample{X: wide}, 0.95)
	fmt.Printf("%.3f, between %.3f and %.3f\n", d.Value, d.Lo, d.Hi)
	gain := math.Pow(analytics.UnpairedSE(analytics.Sample{X: narrow}, analytics.Sample{X: wide})/d.SE, 2)
	fmt.Printf("unpaired it would take %.0f times the paths\n", math.Round(gain/1000)*1000)
	// Output:
	// 0.020, between 0.012 and 0.028
	// unpaired it would take 40000 times the paths
}

// Three bands on the same five paths: the third is the best of the sample, but
// not on every path better than the second, and five paths cannot tell them apart.
func ExampleBest() {
	growth := [][]float64{
		{-2.10, -1.30, -0.90, 0.40, 1.20},
		{-2.00, -1.19, -0.79, 0.49, 1.29},
		{-1.98, -1.21, -0.76, 0.50, 1.28},
	}
	c := analytics.Best(3, func(i int) analytics.Sample { return analytics.Sample{X: growth[i]} }, analytics.Higher,
		0.95)
	for i, d := range c.Versus {
		fmt.Printf("band %d: %+.3f, among the best: %v\n", i, d.Value, c.Indistinguishable[i])
	}
	// Output:
	// band 0: -0.106, among the best: false
	// band 1: -0.006, among the best: true
	// band 2: +0.000, among the best: true
}

// One lifetime in ten loses 80 %, one 40 %; the other eight gain a little.
func ExampleExpectedShortfall() {
	navs := []float64{0.2, 0.6, 1.05, 1.05, 1.05, 1.05, 1.05, 1.05, 1.05, 1.05}
	losses := analytics.Losses(navs)
	es := analytics.ExpectedShortfall(analytics.Sample{X: losses}, 0.2, 0.95)
	fmt.Printf("the worst fifth loses %.0f%% in the mean\n", 100*es.Value)
	// Output:
	// the worst fifth loses 60% in the mean
}

// A rise of 50 % made 150 % at 3x: the simple multiple, but short of the
// compounding ideal by a third of it.
func ExampleDecayVsPower() {
	nav, s := 2.5, 1.5
	fmt.Printf("vs power %.2f, vs linear %.2f, efficiency %.2f\n",
		analytics.DecayVsPower(math.Log(nav), 3, math.Log(s)),
		analytics.DecayVsLinear(nav, 3, s),
		analytics.Efficiency(nav, 3, s))
	// Output:
	// vs power -0.30, vs linear 0.00, efficiency 1.00
}

// However many values there are, a quantile is known to half a percent.
func ExampleLogHistogram() {
	var h analytics.LogHistogram
	for i := range 2000 {
		h.Add(float64(i))
	}
	q := h.Quantile(0.9, 0.95)
	fmt.Printf("%.0f within 0.5 %%, from %d values\n", q.Value, q.N)
	// Output:
	// 1797 within 0.5 %, from 2000 values
}
