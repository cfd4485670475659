// Package levy holds what the exact answers share: prices whose logarithm has
// independent increments (Lévy processes), the laws of when and where a Brownian
// motion leaves an interval, and the inversion of transforms into numbers.
//
// The prices are those of package models: [models.GBM], [models.Merton] and
// [models.Kou]. In each Mu is the growth rate of the expected price. Models with
// memory (stochastic volatility, GARCH, regimes) have no place here. Errors begin
// with exact, the package whose answer is refused.
package levy

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/quad"
)

// Supports reports whether m is a price that the functions of this package take.
func Supports(m models.Model) bool {
	switch m.(type) {
	case models.GBM, models.Merton, models.Kou:
		return true
	}
	return false
}

// Check says what is wrong with a price: an unknown model, no model, or numbers
// for which there is no law to compute.
func Check(m models.Model) error {
	switch m := m.(type) {
	case nil:
		return errors.New("exact: no model; want GBM, Merton or Kou")
	case models.GBM:
		return checkGBM(m)
	case models.Merton:
		return checkMerton(m)
	case models.Kou:
		return checkKou(m)
	}
	return fmt.Errorf("exact: model %T; want independent increments: GBM, Merton or Kou", m)
}

func checkGBM(m models.GBM) error {
	if !(math.Abs(m.Mu) <= 100) {
		return fmt.Errorf("exact: mu = %v; want a growth rate within ±100 a year", m.Mu)
	}
	if !(m.Sigma >= 1e-4 && m.Sigma <= 30) {
		return fmt.Errorf("exact: sigma = %v; want a volatility from 0.0001 to 30: "+
			"without volatility the distribution is a point", m.Sigma)
	}
	return nil
}

func checkMerton(m models.Merton) error {
	if err := checkGBM(models.GBM{Mu: m.Mu, Sigma: m.Sigma}); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("exact: jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(math.Abs(m.JumpMean) <= 5) || !(m.JumpSD >= 0 && m.JumpSD <= 5) {
		return fmt.Errorf("exact: jumps with mean %v, sd %v; want a mean within ±5 and an sd from 0 to 5",
			m.JumpMean, m.JumpSD)
	}
	return nil
}

func checkKou(m models.Kou) error {
	if err := checkGBM(models.GBM{Mu: m.Mu, Sigma: m.Sigma}); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("exact: jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(m.Up >= 0 && m.Up <= 1) {
		return fmt.Errorf("exact: share of jumps up = %v; want 0 to 1", m.Up)
	}
	if !(m.EtaUp > 1 && m.EtaUp <= 1e4) || !(m.EtaDown > 0 && m.EtaDown <= 1e4) {
		return fmt.Errorf("exact: jump sizes' rates = %v up, %v down; "+
			"want more than 1 up, more than 0 down, at most 1e4", m.EtaUp, m.EtaDown)
	}
	return nil
}

// Diffusion returns the drift of ln S between jumps, 1/year, and its volatility,
// 1/√year. It panics for a model that is not one that [Supports] takes.
func Diffusion(m models.Model) (nu, sigma float64) {
	switch m := m.(type) {
	case models.GBM:
		return m.Mu - float64(m.Sigma*m.Sigma/2), m.Sigma
	case models.Merton:
		kappa := fmath.Expm1(m.JumpMean + float64(m.JumpSD*m.JumpSD/2))
		return m.Mu - float64(m.Rate*kappa) - float64(m.Sigma*m.Sigma/2), m.Sigma
	case models.Kou:
		kappa := m.Up*m.EtaUp/(m.EtaUp-1) + (1-m.Up)*m.EtaDown/(m.EtaDown+1) - 1
		return m.Mu - float64(m.Rate*kappa) - float64(m.Sigma*m.Sigma/2), m.Sigma
	}
	panic(fmt.Sprintf("levy: model %T; want GBM, Merton or Kou", m))
}

// Jumps returns the rate of jumps of ln S, 1/year, and nodes of the size of one
// with its probability as weights, in panels no wider than widest and graded
// towards a cut where what is integrated has a kink (NaN: nowhere). Without jumps
// the rate is 0 and there are no nodes.
func Jumps(m models.Model, cut, widest float64) (rate float64, size quad.Rule) {
	switch m := m.(type) {
	case models.Merton:
		return mertonJumps(m, cut, widest)
	case models.Kou:
		return kouJumps(m, cut, widest)
	}
	return 0, quad.Rule{}
}

func mertonJumps(m models.Merton, cut, widest float64) (float64, quad.Rule) {
	if m.JumpSD == 0 {
		return m.Rate, quad.Rule{X: []float64{m.JumpMean}, W: []float64{1}}
	}
	r := split(m.JumpMean, m.JumpMean+float64(10*m.JumpSD), cut, min(m.JumpSD, widest))
	below := split(m.JumpMean, m.JumpMean-float64(10*m.JumpSD), cut, min(m.JumpSD, widest))
	r.Join(below)
	for i, x := range r.X {
		r.W[i] *= NormalDensity(x, m.JumpMean, m.JumpSD)
	}
	return m.Rate, r
}

func kouJumps(m models.Kou, cut, widest float64) (float64, quad.Rule) {
	r := split(0, 40/(m.EtaUp-1), cut, min(1/m.EtaUp, widest))
	for i, x := range r.X {
		r.W[i] *= m.Up * m.EtaUp * fmath.Exp(-m.EtaUp*x)
	}
	below := split(0, -40/m.EtaDown, cut, min(1/m.EtaDown, widest))
	for i, x := range below.X {
		r.X, r.W = append(r.X, x), append(r.W, below.W[i]*(1-m.Up)*m.EtaDown*fmath.Exp(m.EtaDown*x))
	}
	return m.Rate, r
}

// split covers the way from a to b with panels of a width, finer next to a cut
// on the way.
func split(a, b, cut, width float64) (r quad.Rule) {
	if !((cut-a)*(b-cut) > 0) {
		r.Grade(a, b, width, width)
		return r
	}
	mid := (a + cut) / 2
	r.Grade(a, mid, width, width)
	r.Grade(cut, mid, 1e-5*width, width)
	r.Grade(cut, b, 1e-5*width, width)
	return r
}

// Tails is how many standard deviations of a normal hold all but 1e-17.
const Tails = 8.6

// NormalDensity is the density of the normal distribution with a mean and a standard deviation sd > 0.
func NormalDensity(x, mean, sd float64) float64 {
	z := (x - mean) / sd
	return fmath.Exp(-z*z/2) / (sd * math.Sqrt(2*math.Pi))
}
