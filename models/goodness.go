package models

import (
	"math"
	"slices"

	"mcrisk/fmath"
)

// distances are Kolmogorov and Smirnov's, and Anderson and Darling's A², of
// numbers that should be uniform: each return's probability under the fitted
// law of one step. For a law known beforehand 5 % of samples exceed 1.36/√n
// and 2.49; for a fitted one, fewer do.
func distances(u []float64) (ks, ad float64) {
	u = slices.Clone(u)
	slices.Sort(u)
	n := float64(len(u))
	const least = 1e-16
	for i, p := range u {
		p = min(max(p, least), 1-least)
		q := min(max(u[len(u)-1-i], least), 1-least)
		k := float64(i)
		ks = max(ks, p-k/n, (k+1)/n-p)
		ad -= (2*k + 1) / n * (math.Log(p) + math.Log1p(-q))
	}
	return ks, ad - n
}

// A JumpTest splits the variance of returns into a continuous part and jumps.
type JumpTest struct {
	Share float64 // of the squared returns that jumps make: 1 − bipower / realised variance
	Z     float64 // ratio statistic, standard normal if there are no jumps
	P     float64 // probability of a larger one then
	N     int     // returns used
}

// Bipower tests for jumps: products of neighbouring returns, unlike squares,
// hardly see them.
//
// Source: Barndorff-Nielsen and Shephard, "Econometrics of testing for jumps
// in financial economics using bipower variation", J. Financial Econometrics 4
// (2006); Huang and Tauchen, ibid. 3 (2005), for the ratio form.
func Bipower(returns []float64) JumpTest {
	m := float64(len(returns))
	if m < 3 {
		return JumpTest{Share: math.NaN(), Z: math.NaN(), P: math.NaN(), N: len(returns)}
	}
	var rv, bv, tq float64
	for i, r := range returns {
		rv += r * r
		if i >= 1 {
			bv += math.Abs(r) * math.Abs(returns[i-1])
		}
		if i >= 2 {
			tq += fmath.Pow(math.Abs(r)*math.Abs(returns[i-1])*math.Abs(returns[i-2]), 4.0/3)
		}
	}
	mu43 := fmath.Pow(2, 2.0/3) * math.Gamma(7.0/6) / math.Gamma(0.5)
	bv *= math.Pi / 2 * m / (m - 1)
	tq *= m * math.Pow(mu43, -3) * m / (m - 2)
	t := JumpTest{Share: 1 - bv/rv, N: len(returns)}
	t.Z = t.Share / math.Sqrt((math.Pi*math.Pi/4+math.Pi-5)/m*max(1, tq/(bv*bv)))
	t.P = fmath.NormCDF(-t.Z)
	return t
}

// JumpDays is the share of runs of perDay returns that Bipower finds jumps in
// at a level such as 0.001, and how many runs there are.
func JumpDays(returns []float64, perDay int, level float64) (share float64, days int) {
	for i := 0; i+perDay <= len(returns); i += perDay {
		days++
		if Bipower(returns[i:i+perDay]).P < level {
			share++
		}
	}
	return share / float64(days), days
}

// DailyJumpShare is the share of the squared returns that jumps make, with
// bipower variation taken within each run of perDay returns: between days
// volatility changes, which the neighbours of one run hardly see.
func DailyJumpShare(returns []float64, perDay int) float64 {
	var rv, bv float64
	for i := 0; i+perDay <= len(returns); i += perDay {
		day := returns[i : i+perDay]
		squares := 0.0
		for _, r := range day {
			squares += r * r
		}
		rv += squares
		if squares > 0 {
			bv += squares * (1 - Bipower(day).Share)
		}
	}
	return 1 - bv/rv
}
