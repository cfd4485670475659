// Package assess computes the results of studies and sweeps as plain values: estimates
// and exact answers, known moments of the prices for control variates, attribution,
// best settings with their confidence sets, break-evens, maps, scenarios and fits. It
// runs studies with package study and estimates with package analytics. It reads and
// writes no files and prints nothing.
//
// Every interval has the level [Confidence].
package assess

// Confidence is the level of every interval.
const Confidence = 0.95

// Aversion is the default weight of tracking variance in utility: that of a holder with
// logarithmic utility.
const Aversion = 1
