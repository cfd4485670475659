package models

import (
	"fmt"
	"math"
	"slices"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// GBM is geometric Brownian motion,
//
//	dS/S = Mu dt + Sigma dW,
//
// so a log-return over t years is Normal with mean (Mu − Sigma²/2)·t and
// variance Sigma²·t, exactly and for every t; there is no step-size error. With
// momentum the registry builds a [MovingGBM], and with an end a [Bridge].
//
// Source: Hull, Options, Futures, and Other Derivatives, the chapter on Wiener
// processes and Itô's lemma.
type GBM struct {
	Mu    float64 // growth rate of the expected price, 1/year
	Sigma float64 // volatility, 1/√year, at least zero; 0.6 is "60 % a year"
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "gbm", Doc: "geometric Brownian motion",
	Params: slices.Concat([]param.Param{Mu, Sigma}, momentumParams, bridgeParams),
	New: func(v param.Values) Model {
		m, momentum := GBM{Mu: v["mu"], Sigma: v["sigma"]}, momentumOf(v)
		if after := seconds(v["ends-after"]); after != 0 {
			return Bridge{Sigma: m.Sigma, Ends: v["ends"], After: after, Momentum: momentum}
		}
		if momentum != (Momentum{}) {
			return MovingGBM{m, momentum}
		}
		return m
	},
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
	from, to := at.Lanes()
	if to-from == block.Lanes {
		fmath.Affine(move.Flat(at.Len), z[0].Flat(at.Len), drift, vol)
		return
	}
	for k := range at.Len {
		for l := from; l < to; l++ {
			move[k][l] = drift + float64(vol*z[0][k][l])
		}
	}
}

func (m GBM) Growth() float64 { return m.Mu }

func (m GBM) Moments(t float64) Moments {
	return moments((m.Mu-float64(float64(m.Sigma*m.Sigma)/2))*t, m.Sigma*m.Sigma*t, 0, 0)
}

func (m GBM) CGF(t float64, s complex128) complex128 { return diffusionCGF(m.Mu, m.Sigma, t, s) }

func pow32(x float64) float64 { return x * math.Sqrt(x) }
