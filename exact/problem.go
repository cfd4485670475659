package exact

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/models"
	"mcrisk/tokens"
)

// A Problem is one token on one price, monitored at the end of every Step.
type Problem struct {
	Token Token
	Model models.Model
	Step  float64 // years between looks; zero: continuous monitoring
	Nodes int     // inside the band, for a grid; zero: as many as ten digits need
}

func (p Problem) check() error {
	err := p.Token.check()
	if p.Model == nil {
		return errors.Join(err, errors.New("exact: no model; want GBM, Merton or Kou"))
	}
	err = errors.Join(err, levy.Check(p.Model))
	if !(p.Step >= 0 && p.Step <= 10) {
		err = errors.Join(err, fmt.Errorf("exact: step = %v years; want 0 (continuous) to 10", p.Step))
	}
	if p.Nodes < 0 || p.Nodes > maxNodes {
		err = errors.Join(err, fmt.Errorf("exact: %d nodes; want 0 (chosen) to %d", p.Nodes, maxNodes))
	}
	return err
}

// usual is the number of Gauss nodes per standard deviation of a step.
const usual = 2.2

// cycle checks the problem and prepares it for horizons around scale years.
func (p Problem) cycle(scale, perMove float64) (frame, cycle, error) {
	if err := p.check(); err != nil {
		return frame{}, nil, err
	}
	f := newFrame(p.Token, p.Model)
	widest := 1.5 * f.sigma * math.Sqrt(scale) // what the horizon's law can show
	if p.Step > 0 {
		if p.Token.Band.To == tokens.Partial && p.Token.Band.Speed > 0 && p.Token.Band.Speed < 1 {
			return f, nil, errors.New("exact: partial rebalances on a grid go to as many places as they start from; " +
				"want Step 0, or To Target or Edge")
		}
		nodes, fine := f.nodesFor(p.Step, perMove), 1.0
		if p.Nodes > 0 {
			nodes, fine = p.Nodes, max(1, float64(p.Nodes)/float64(nodes))
		} else if nodes > chosenNodes {
			return f, nil, fmt.Errorf("exact: "+
				"the band is %.3g standard deviations of a step wide and needs %d nodes; "+
				"at most %d are used: take a longer step, or Step 0 with Shift",
				(f.high-f.low)/(f.sigma*math.Sqrt(p.Step)), nodes, chosenNodes)
		}
		c, err := newGridCycle(f, p.Model, p.Step, widest, nodes, fine)
		return f, c, err
	}
	up, down := f.start[fromUp], f.start[fromDown]
	if !(min(up-f.low, f.high-up, down-f.low, f.high-down) > 1e-9*(f.high-f.low)) {
		return f, nil, errors.New("exact: " +
			"rebalancing continuously to an edge or in a band of no width trades infinitely often; " +
			"its long-run rates are known to Edge (LongRun), the limit of no width is brownian.Ideal, " +
			"and a grid has an answer (Step > 0)")
	}
	switch m := p.Model.(type) {
	case models.GBM:
		return f, newDiffusionCycle(f, scale), nil
	case models.Kou:
		if m.Rate == 0 {
			return f, newDiffusionCycle(f, scale), nil
		}
		c, err := newKouCycle(f, m, scale, widest)
		return f, c, err
	}
	return f, nil, fmt.Errorf("exact: %T monitored continuously has no closed form; "+
		"want GBM or Kou, or a grid (Step > 0)", p.Model)
}

// steps is the horizon in steps of the grid, or an error if it is not whole.
func (p Problem) steps(horizon float64) (int, error) {
	if !(horizon > 0 && horizon <= 100) {
		return 0, fmt.Errorf("exact: horizon = %v years; want more than 0, at most 100", horizon)
	}
	if p.Step == 0 {
		return 0, nil
	}
	n := math.Round(horizon / p.Step)
	if n < 1 || math.Abs(float64(n*p.Step)-horizon) > 1e-9*horizon {
		return 0, fmt.Errorf("exact: horizon of %v years is %v steps; want a whole number", horizon, horizon/p.Step)
	}
	return int(n), nil
}

// beta is −ζ(1/2)/√(2π).
const beta = 0.58259715793901067021

// Shift returns a token monitored continuously that approximates the given one monitored
// every step years: both edges move outwards in y by
//
//	β·sigma·√step,  β = −ζ(1/2)/√(2π) = 0.5826,
//
// while targets stay. The error is of the order of the step: of the count of
// rebalances about 1 % hourly and 10 % daily for a band of ±0.2 at 3x and
// volatility 0.6.
//
// Source: Broadie, Glasserman and Kou, "A continuity correction for discrete
// barrier options", Mathematical Finance 7 (1997), 325–348.
func Shift(t Token, sigma, step float64) (Token, error) {
	if !(sigma >= 0 && step >= 0) || math.IsInf(sigma*step, 0) {
		return t, fmt.Errorf("exact: shift for volatility %v and step %v; want both finite and at least zero",
			sigma, step)
	}
	if err := t.check(); err != nil {
		return t, err
	}
	move := float64(beta * sigma * math.Sqrt(step))
	low, high := t.edges()
	low, high = low-move, high+move
	if low*t.Target <= 0 || high*t.Target <= 0 {
		return t, fmt.Errorf("exact: shift of %.4g in log-price moves the band beyond the loss of all equity; "+
			"want a shorter step", move)
	}
	t.Band.Low, t.Band.High = math.Abs(leverage(high)), math.Abs(leverage(low))
	if t.Target < 0 {
		t.Band.Low, t.Band.High = t.Band.High, t.Band.Low
	}
	return t, t.check()
}
