package models

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// GBM is geometric Brownian motion,
//
//	dS/S = Mu dt + Sigma dW,
//
// so a log-return over t years is Normal with mean (Mu − Sigma²/2)·t and
// variance Sigma²·t, exactly and for every t; there is no step-size error.
//
// Source: Hull, Options, Futures, and Other Derivatives, the chapter on Wiener
// processes and Itô's lemma.
type GBM struct {
	Mu    float64 // growth rate of the expected price, 1/year
	Sigma float64 // volatility, 1/√year, at least zero; 0.6 is "60 % a year"
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "gbm", Doc: "geometric Brownian motion",
	Params: []param.Param{mu, sigma},
	New:    func(v param.Values) Model { return GBM{Mu: v["mu"], Sigma: v["sigma"]} },
})

func (m GBM) Check() error {
	if !(m.Sigma >= 0) || math.IsInf(m.Sigma, 0) { // written so that NaN fails too
		return fmt.Errorf("models: GBM sigma = %v; want a finite number ≥ 0", m.Sigma)
	}
	if math.IsNaN(m.Mu) || math.IsInf(m.Mu, 0) {
		return fmt.Errorf("models: GBM mu = %v; want a finite number", m.Mu)
	}
	return nil
}

func (GBM) Normals() int    { return 1 }
func (GBM) State() int      { return 0 }
func (GBM) Begin(At, State) {}

func (m GBM) Advance(at At, z []*block.Track, _ State, move *block.Track) {
	dt := Years(at.Step)
	drift := float64((m.Mu - float64(float64(m.Sigma*m.Sigma)/2)) * dt)
	vol := float64(m.Sigma * math.Sqrt(dt))
	fmath.Affine(move.Flat(at.Len), z[0].Flat(at.Len), drift, vol)
}

func (m GBM) Moments(t float64) Moments {
	return moments((m.Mu-m.Sigma*m.Sigma/2)*t, m.Sigma*m.Sigma*t, 0, 0)
}

func (m GBM) CGF(t float64, s complex128) complex128 { return diffusionCGF(m.Mu, m.Sigma, t, s) }

// A Fit is a model fitted to a history, with what it is worth.
type Fit struct {
	Kind          string
	Names         []string  // parameters, as registered
	Values        []float64 // estimates
	SE            []float64 // their standard errors
	LogLikelihood float64   // natural log of the density of the returns
	N             int       // returns used
	Step          float64   // years between observations
}

// FitGBM fits geometric Brownian motion to log-returns taken every dt years:
// Sigma is the returns' sample standard deviation over √dt, with standard
// error Sigma/√(2n); Mu is their mean per year plus Sigma²/2, with standard
// error √(Sigma²/(n·dt) + Sigma⁴/(2n)). The second depends on the length of
// the history alone: sampling more finely does not help.
func FitGBM(returns []float64, dt float64) (Fit, error) {
	n := float64(len(returns))
	if len(returns) < 3 {
		return Fit{}, fmt.Errorf("models: %d returns to fit; want at least 3", len(returns))
	}
	if !(dt > 0) || math.IsInf(dt, 0) {
		return Fit{}, fmt.Errorf("models: step of %v years; want a positive number", dt)
	}
	var mean, squares float64
	for i, r := range returns {
		if math.IsNaN(r) || math.IsInf(r, 0) {
			return Fit{}, fmt.Errorf("models: return %d is %v; want a finite number", i, r)
		}
		mean += r / n
	}
	for _, r := range returns {
		squares += (r - mean) * (r - mean)
	}
	variance := squares / (n - 1)
	if !(variance > 1e-30) {
		return Fit{}, errors.New("models: the price never moves; want a history with changes")
	}
	s2 := variance / dt
	return Fit{
		Kind:          "gbm",
		Names:         []string{"mu", "sigma"},
		Values:        []float64{mean/dt + s2/2, math.Sqrt(s2)},
		SE:            []float64{math.Sqrt(s2/(n*dt) + s2*s2/(2*n)), math.Sqrt(s2 / (2 * n))},
		LogLikelihood: -n/2*math.Log(2*math.Pi*variance) - squares/(2*variance),
		N:             len(returns),
		Step:          dt,
	}, nil
}

func pow32(x float64) float64 { return x * math.Sqrt(x) }
