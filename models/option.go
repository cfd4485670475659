package models

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
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
	k := math.Log(strike) - lnF
	f := func(u float64) float64 {
		s := complex(0.5, u)
		return real(cmplx.Exp(m.CGF(t, s)-s*c(lnF)-complex(0, u*k))) / (u*u + 0.25)
	}
	v, err := integrateTail(f, 1e-13)
	if err != nil {
		return 0, fmt.Errorf("models: option of strike %v after %v years: %w", strike, t, err)
	}
	return math.Exp(lnF) - math.Exp((lnF+math.Log(strike))/2)/math.Pi*v, nil
}

// integrateTail integrates f from 0 over intervals that double until one adds
// nothing, each to a tolerance.
func integrateTail(f func(float64) float64, tol float64) (float64, error) {
	sum, width := 0.0, 1.0
	for a := 0.0; a < 1e7; {
		v := integrate(f, a, a+width, tol, 12)
		sum += v
		if math.Abs(v) < tol && math.Abs(f(a+width))*width < tol {
			if math.IsNaN(sum) {
				break
			}
			return sum, nil
		}
		a += width
		width *= 1.5
	}
	return 0, errors.New("the transform does not fall off")
}

// integrate is adaptive Gauss–Kronrod quadrature with 7 and 15 points.
func integrate(f func(float64) float64, a, b, tol float64, depth int) float64 {
	mid, half := (a+b)/2, (b-a)/2
	fm := f(mid)
	kronrod, gauss := 0.209482141084727828013*fm, 0.417959183673469387755*fm
	for i, x := range kronrodNodes {
		s := f(mid-half*x) + f(mid+half*x)
		kronrod += kronrodWeights[i] * s
		if i%2 == 1 {
			gauss += gauss7Weights[i/2] * s
		}
	}
	if d := math.Abs(kronrod-gauss) * half; d < tol || depth == 0 {
		return kronrod * half
	}
	return integrate(f, a, mid, tol, depth-1) + integrate(f, mid, b, tol, depth-1)
}

var (
	kronrodNodes = [7]float64{0.991455371120812639206, 0.949107912342758524526, 0.864864423359769072790,
		0.741531185599394439864, 0.586087235467691130294, 0.405845151377397166907, 0.207784955007898467601}
	kronrodWeights = [7]float64{0.022935322010529224964, 0.063092092629978553291, 0.104790010322250183839,
		0.140653259715525918745, 0.169004726639267902827, 0.190350578064785409913, 0.204432940075298892414}
	gauss7Weights = [3]float64{0.129484966168869693271, 0.279705391489276667901, 0.381830050505118944950}
)
