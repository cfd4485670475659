// Package assess is what studies and sweeps come to, as plain values: estimates
// beside exact answers, known moments of the prices and the corrections they make
// possible, attribution, best settings and how sure they are, break-evens, maps,
// scenarios and fits. It runs studies through package study and estimates with
// package analytics; it reads and writes no files and prints nothing.
//
// Every interval has [Confidence].
package assess

// Confidence is that of every interval.
const Confidence = 0.95

// Aversion is the weight of tracking variance in utility unless another is given:
// that of a holder of log utility.
const Aversion = 1
