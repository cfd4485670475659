// Package models holds the laws that an underlying price may follow.
//
// A model is a small struct of parameters plus one method that turns standard
// normals into log-returns. Time is in years of 365 days, growth rates are
// continuously compounded per year, and volatilities are per √year.
// Every model is compensated so that the expected price is S(0)·e^{Mu·t}.
// FitKind fits any of them to a history; Call prices options under those whose
// transform is known; a Mixer correlates several underlyings.
// Nothing here knows what a token is, and models do not draw their normals.
package models

import (
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// A Model is the law of one underlying's log-price.
type Model interface {
	// Check reports what is wrong with the parameters together; each one's own
	// range is in the registry.
	Check() error

	// Normals is how many tracks of standard normals Advance reads.
	Normals() int

	// State is how many state variables a lane carries from block to block.
	State() int

	// Begin sets the state of the lanes of at.Lanes before their first step.
	Begin(At, State)

	// Advance writes the log-returns of the next at.Len steps of the lanes of
	// at.Lanes to move, and leaves other lanes of move and state as they are. It
	// is a pure function of its arguments: it reads z and the jump streams that
	// At addresses, and carries everything else in state.
	Advance(at At, z []*block.Track, state State, move *block.Track)

	// Moments are the exact moments of the log-return over t years.
	Moments(t float64) Moments

	// Growth is the growth rate of the expected price, continuously compounded
	// per year: E[S(t)] = S(0)·e^{Growth·t}.
	Growth() float64
}

// A State holds a model's state variables for the lanes of a group, [number][lane].
type State [][block.Lanes]float64

// At addresses the steps being made: everything a draw may depend on.
type At struct {
	Seed       uint64
	Group      uint64 // paths Lanes·Group … Lanes·Group + Lanes − 1
	Underlying int
	First      int // number of the first step
	Len        int
	Step       time.Duration

	only int // the lane to begin or advance, counted from 1; 0: all of them
}

// Alone addresses the same steps of one lane, for a model that no other lane
// follows.
func (at At) Alone(lane int) At {
	at.only = lane + 1
	return at
}

// Lanes are the lanes addressed: from one to before another.
func (at At) Lanes() (from, to int) {
	if at.only > 0 {
		return at.only - 1, at.only
	}
	return 0, block.Lanes
}

// zero begins the lanes addressed with zeros.
func zero(at At, state State) {
	from, to := at.Lanes()
	for i := range state {
		clear(state[i][from:to])
	}
}

// Moments are the mean, variance, skewness and excess kurtosis of a
// log-return.
type Moments struct{ Mean, Variance, Skewness, Kurtosis float64 }

// moments turns cumulants into Moments.
func moments(k1, k2, k3, k4 float64) Moments {
	m := Moments{Mean: k1, Variance: k2}
	if k2 > 0 {
		m.Skewness = k3 / pow32(k2)
		m.Kurtosis = k4 / (k2 * k2)
	}
	return m
}

// Year is the length of a year everywhere in this project.
const Year = 365 * 24 * time.Hour

// Years returns d in years.
func Years(d time.Duration) float64 { return float64(d) / float64(Year) }

// Registry holds the kinds of models by the names that specs and flags use.
var Registry param.Registry[Model]

// Mu is the number that the growth rate of the expected price is registered as, by all
// models.
var Mu = param.Param{Name: "mu", Unit: param.Rate, Min: -400, Max: 400,
	Doc: "growth rate of the expected price, per year: E[S(t)] = S(0)·e^(mu·t)"}

// RateOf is the growth rate, per year, at which the expected price makes a move over a time: E[S(t)] = S(0)·(1 + move).
func RateOf(move float64, t time.Duration) float64 { return fmath.Log1p(move) / Years(t) }

// Sigma is the number that the volatility of the diffusion is registered as, by the
// models that have one.
var Sigma = param.Param{Name: "sigma", Unit: param.Sigma, Min: 0, Max: 10, Default: 0.8,
	Doc: "volatility excluding jumps, per √year"}
