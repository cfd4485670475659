// Package analytics turns samples into estimates that travel with their
// intervals: means, probabilities, quantiles, tail losses, paired differences,
// causes that add up, and the numbers that a figure is drawn from. An Estimate
// names how its interval was made, by how much a control variate reduced its
// variance, and whether there is reason to doubt it. [SeriesMetrics] describes one
// history.
//
// A [Metric] is one row of a registry: its name, unit and meaning, how it is
// estimated from a [Case], the numbers by path that compare two settings, and its
// twin among exact [Answers]. Whoever reports metrics reads [All] or [Swept];
// another package adds one with [Register].
//
// Settings that lived on the same paths are judged by the metrics that are swept:
// [Best] and what cannot be told from it, the [Front] of two metrics, the [FitOptimum]
// along a parameter, the choice that is [Robust] to circumstances, and where an
// advantage is used up, [BreakEven]. They take numbers by path, so differences are
// paired.
//
// Everything is a plain function of a [Sample], numbers in path order with weights
// and clusters if they have any, and of a confidence in (0, 1). A sample stays the
// caller's: no function changes or keeps it. Results are in the sample's own unit;
// losses, probabilities and tail levels are fractions, never percents. Sums are
// compensated and run in index order, and every number has the same bits on every
// machine. [Autocorrelation] and [SeriesMetrics] are of one series in time, which is
// no sample of paths; [Horizons] and [LogHistogram] count paths one by one.
//
// What a sample cannot tell is NaN: no values, or a NaN among them. A ruined
// path has a log metric of -Inf; quantiles take it as the lowest value, and
// [MeanFinite] and [PairedDifference] leave it out and say in N how many
// remained. A caller's bug (lengths that differ, a confidence of 95) panics
// with a sentence that says what was wanted.
//
// Only [Resampled] draws random numbers, the same for every sample of one size.
// Nothing here simulates or draws figures.
package analytics
