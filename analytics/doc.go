// Package analytics estimates statistics of samples, each with its confidence
// interval: means, probabilities, quantiles, tail losses, paired differences,
// attributions, and the numbers that a figure is drawn from. An [Estimate] names the
// method of its interval, the variance reduction by its control variate, and a warning
// where the interval may cover less than it claims. [SeriesMetrics] describes one
// history, [Drawdowns], [Period] and [RollingReturns] say when its worst and best times were,
// and [Against] compares a token with what really traded.
//
// A [Metric] is one row of a registry: its name, unit and meaning, its estimator from
// a [Case], its numbers by path for paired comparisons, and its value without sampling
// from exact [Answers]. [All] and [Swept] list the rows; another package adds one with
// [Register].
//
// Settings on the same paths are compared by the swept metrics: [Best] gives the best
// setting and those not significantly worse, [Front] the Pareto front of two metrics,
// [FitOptimum] the optimum along a parameter, [Robust] the setting of least regret over
// scenarios, and [BreakEven] where a difference changes sign. All take numbers by path,
// so differences are paired.
//
// Everything is a plain function of a [Sample], numbers in path order with weights
// and clusters if they have any, and of a confidence in (0, 1). A sample stays the
// caller's: no function changes or keeps it. Results are in the sample's own unit;
// losses, probabilities and tail levels are fractions, never percents. Sums are
// compensated and run in index order, and every number has the same bits on every
// machine. [Autocorrelation] and [SeriesMetrics] are of one series in time, which is
// no sample of paths; [Horizons] and [LogHistogram] count paths one by one.
//
// A statistic that the sample does not determine is NaN, for example where there are no values
// or a NaN is among them. The log metrics of a ruined path are -Inf: quantiles take it
// as the lowest value; [MeanFinite] and [PairedDifference] leave it out, and N is the
// number of values that remain. A caller's bug (lengths that differ, a confidence of
// 95) panics and says what was wanted.
//
// Only [Resampled] draws random numbers, the same for every sample of one size.
// Nothing here simulates or draws figures.
package analytics
