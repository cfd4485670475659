package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// Bridge is geometric Brownian motion given where it ends: a Brownian bridge of the log price, from 0 to ln(1 + Ends)
// over After. Its law does not depend on the growth rate. A step from x, m steps before the end, is Normal with mean
// (ln(1 + Ends) − x)/m and variance Sigma²·dt·(m − 1)/m, exactly for every step that divides After; from then on the
// price stands still.
//
// Source: Glasserman, Monte Carlo Methods in Financial Engineering, section 3.1.
type Bridge struct {
	Sigma float64       // volatility of the motion without the condition, 1/√year, at least zero
	Ends  float64       // the price at the end over that at the start, less 1; above −1
	After time.Duration // when

	Momentum Momentum // must be zero
}

var bridgeParams = []param.Param{
	{Name: "ends", Unit: param.Fraction, Min: -0.999, Max: 1000, With: "ends-after",
		Doc: "move at which every path ends, a fraction of the price: .2 is a rise by 20 %"},
	{Name: "ends-after", Unit: param.Time, Max: 100 * 366 * 86400, With: "ends-after",
		Doc: "time after which every path ends at --ends: the horizon; 0: paths end anywhere"},
}

// Check accepts steps of any length.
func (m Bridge) Check() error {
	if err := (GBM{Sigma: m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Ends > -1) || math.IsInf(m.Ends, 0) {
		return fmt.Errorf("models: ends = %v; want a finite fraction above -1", m.Ends)
	}
	if m.After <= 0 {
		return fmt.Errorf("models: ends after %v; want a time above 0", m.After)
	}
	if m.Momentum != (Momentum{}) {
		return fmt.Errorf("models: momentum of prices that end at %v; want none", m.Ends)
	}
	return nil
}

func (Bridge) Normals() int { return 1 }

// State: the log price.
func (Bridge) State() int { return 1 }

func (Bridge) Begin(at At, state State) { zero(at, state) }

func (m Bridge) Advance(at At, z []*block.Track, state State, move *block.Track) {
	end, h := fmath.Log1p(m.Ends), float64(float64(m.Sigma*m.Sigma)*Years(at.Step))
	steps := int((m.After + at.Step - 1) / at.Step)
	from, to := at.Lanes()
	x := &state[0]
	for k := range at.Len {
		left := float64(max(0, steps-at.First-k))
		if left == 0 {
			clear(move[k][from:to])
			continue
		}
		vol, part := math.Sqrt(float64(h*(left-1))/left), 1/left
		for l := from; l < to; l++ {
			r := float64((end-x[l])*part) + float64(vol*z[0][k][l])
			move[k][l], x[l] = r, x[l]+r
		}
	}
}

// Growth is that over the whole time to the end.
func (m Bridge) Growth() float64 { return fmath.Log1p(m.Ends) / Years(m.After) }

// Moments are those of the log price t years after the start.
func (m Bridge) Moments(t float64) Moments {
	all := Years(m.After)
	t = min(t, all)
	return moments(float64(m.Growth()*t), float64(float64(m.Sigma*m.Sigma)*t*(all-t))/all, 0, 0)
}
