package tokens

import (
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// A Market is the record of one underlying on one path. All tokens on it share it.
type Market struct {
	x   float64 // log of the price, relative to its start
	s   float64 // the price relative to its start as a running product, for the drawdown
	qv  float64 // Σ of squared log-returns from close to close
	rec drawdown
}

// NewMarket returns a market at the start.
func NewMarket() Market { return Market{s: 1, rec: newDrawdown(1)} }

// advance walks one market, the i-th of its group, over the steps from … to−1 of a
// block.
func (m *Market) advance(b *block.Block, underlying, i, from, to int) {
	ways, factors, move, gross := b.Ways[underlying], b.Factors[underlying], b.Move[underlying], b.Gross[underlying]
	for s := from; s < to; s++ {
		now := time.Duration(b.First+s+1) * b.Step
		r := move[s][i]
		if ways == nil {
			m.s *= gross[s][i]
		} else {
			r += ways[i][s][0]
			m.through(&ways[i][s], &factors[i][s], now-b.Step, now)
		}
		m.rec.visit(m.s, now)
		m.x += r
		m.qv += float64(r * r)
	}
}

// through moves the price to the close of a step whose extremes are known.
func (m *Market) through(logs, factors *block.Way, start, now time.Duration) {
	if logs[0] != 0 {
		m.s *= factors[0]
		m.rec.visit(m.s, start)
	}
	price := m.s
	for leg := 1; leg < 3; leg++ {
		price *= factors[leg]
		if price > m.rec.peak || price < m.rec.floor {
			m.rec.visit(price, logs.Reached(leg, start, now))
		}
	}
	m.s = float64(price * factors[3])
}

// Price is the price, relative to its start.
func (m *Market) Price() float64 { return fmath.Exp(m.x) }

// LogPrice is ln of the price relative to its start, QV the realised variance so far:
// the sum of squared log-returns from close to close.
func (m *Market) LogPrice() float64 { return m.x }
func (m *Market) QV() float64       { return m.qv }

// Ideal is the net asset value of the ideal token, which rebalances continuously at no
// cost: S^T·e^V with V = −½·T·(T−1)·QV.
func (m *Market) Ideal(target float64) float64 {
	return fmath.Exp(float64(target*m.x) + VolatilityDecay(target, m.qv))
}

// VolatilityDecay is −½·T·(T−1)·QV, the log growth that an ideal token of
// leverage T loses to realised variance QV.
func VolatilityDecay(target, qv float64) float64 {
	return -float64(float64(0.5*float64(target*(target-1))) * qv)
}

// A MarketLife is the result of one underlying on one path.
type MarketLife struct {
	Price    float64 // final price, relative to its start
	LogPrice float64
	QV       float64
	Drawdown Drawdown
}

// Finish closes the market's record at the end of the horizon.
func (m *Market) Finish(horizon time.Duration) MarketLife {
	return MarketLife{Price: m.Price(), LogPrice: m.x, QV: m.qv, Drawdown: m.rec.result(horizon)}
}

// A MarketColumn is one number of a market's life, by the name it has in files.
type MarketColumn struct {
	Name string
	Unit string
	Of   func(*MarketLife) float64
}

// MarketColumns are the numbers kept of every underlying's path.
var MarketColumns = []MarketColumn{
	{"underlying", "price at the start", func(m *MarketLife) float64 { return m.Price }},
	{"log_underlying", "log", func(m *MarketLife) float64 { return m.LogPrice }},
	{"realised_variance", "log²", func(m *MarketLife) float64 { return m.QV }},
	{"underlying_max_drawdown", "fraction", func(m *MarketLife) float64 { return m.Drawdown.Depth }},
	{"underlying_drawdown_length", "years", func(m *MarketLife) float64 { return m.Drawdown.Length }},
	{"underlying_drawdown_recovery", "years", func(m *MarketLife) float64 { return m.Drawdown.Recovery }},
	{"underlying_underwater", "years", func(m *MarketLife) float64 { return m.Drawdown.Underwater }},
}
