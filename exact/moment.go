package exact

import (
	"fmt"

	"mcrisk/models"
)

// Moment is E[NAV(T)^k] of the ideal token, for k > 0; with Leverage 1 and no
// rates it is that of the price. Paths that a jump wipes out count as zero.
func (d Ideal) Moment(k, years float64) (float64, error) {
	if m, ok := d.Model.(Kou); ok && m.Rate > 0 && m.Up > 0 && m.EtaUp <= k {
		return 0, fmt.Errorf("exact: jumps up with EtaUp = %v have no moment of order %v; want EtaUp above it", m.EtaUp, k)
	}
	return d.moment(k, years)
}

// PriceOf is a simulated price as the ideal token of leverage one, to ask for
// its law and its moments. Prices without independent increments are refused.
func PriceOf(m models.Model) (Ideal, error) {
	x, ok := modelOf(m)
	if !ok {
		return Ideal{}, fmt.Errorf("exact: model %T; want independent increments: GBM, Merton or Kou", m)
	}
	return Ideal{Leverage: 1, Model: x}, nil
}

// modelOf states a model of package models, if it has independent increments
// and a known density of a step.
func modelOf(m models.Model) (Model, bool) {
	switch m := m.(type) {
	case models.GBM:
		return GBM{Mu: m.Mu, Sigma: m.Sigma}, true
	case models.Merton:
		return Merton{Mu: m.Mu, Sigma: m.Sigma, Rate: m.Rate, JumpMean: m.JumpMean, JumpSD: m.JumpSD}, true
	case models.Kou:
		return Kou{Mu: m.Mu, Sigma: m.Sigma, Rate: m.Rate, Up: m.Up, EtaUp: m.EtaUp, EtaDown: m.EtaDown}, true
	}
	return nil, false
}
