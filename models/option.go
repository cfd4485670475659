package models

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/quad"
)

// Call returns E[max(S(t) − strike, 0)] for S(0) = 1, undiscounted, from the
// model's transform, to about 1e-11. With the interest rate as Mu, a price
// today is spot·e^{−Mu·t} times it.
//
// It is Lewis's integral, with F = e^{Mu·t} and k = ln(strike/F):
//
//	F − √(F·strike)/π · ∫₀^∞ Re e^{−iuk}·φ(u − i/2) / (u² + ¼) du,
//
// where φ is the characteristic function of ln S(t) − ln F.
//
// Source: Lewis, "A simple option formula for general jump-diffusion and other
// exponential Lévy processes" (2001).
func Call(m Transformer, t, strike float64) (float64, error) {
	if !(strike > 0) || !(t > 0) || math.IsInf(strike, 0) || math.IsInf(t, 0) {
		return 0, fmt.Errorf("models: option of strike %v after %v years; want finite numbers above 0", strike, t)
	}
	if !(m.Moments(t).Variance > 0) {
		return 0, errors.New("models: option on a price without variance")
	}
	lnF := real(m.CGF(t, 1))
	k := fmath.Log(strike) - lnF
	f := func(u float64) float64 {
		s := complex(0.5, u)
		return real(cmplx.Exp(m.CGF(t, s)-cmplx.Scale(lnF, s)-complex(0, float64(u*k)))) / (float64(u*u) + 0.25)
	}
	v, err := quad.Tail(f, 1e-13)
	if err != nil {
		return 0, fmt.Errorf("models: option of strike %v after %v years: %w", strike, t, err)
	}
	return fmath.Exp(lnF) - float64(fmath.Exp((lnF+fmath.Log(strike))/2)/math.Pi*v), nil
}
