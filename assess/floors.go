package assess

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mcrisk/analytics"
	"mcrisk/exact/brownian"
	"mcrisk/models"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Floors are what the floors of protected tokens give and cost, beside the other tokens of a comparison.
type Floors struct {
	Moves        []Moves   // a twelfth, a quarter and all of the horizon; none of too few paths
	Volatilities []float64 // 1/√year
	Costs        []FloorCost
	Fair         []FairFunding
}

// Moves are what tokens are worth after moves of their underlying. Paths are sorted by the move and divided into
// groups.
type Moves struct {
	Time time.Duration
	Move []float64              // mean of a group, a fraction of the price at the start
	NAV  [][]analytics.Estimate // mean of a group, by token
}

// A FloorCost is what the floor of a protected token costs, at a price whose mean does not grow, over [FloorYear]s.
type FloorCost struct {
	Token   int
	Against int // the token that it is compared with, of its target; −1: spot
	// Growth is that of ln NAV of the other less the token's own, 1/year, paired, by volatility. Positive: the floor
	// costs.
	Growth  []analytics.Estimate
	Funding float64 // rate of the venue at the start, 1/year of the size
}

// A FairFunding is what an everlasting call at the money is paid, 1/year of the size, by volatility.
type FairFunding struct {
	Period time.Duration
	Rates  []float64
}

// floorVolatilities are those at which floors are costed.
var floorVolatilities = []float64{0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

// floorPaths is how many paths each of these volatilities runs.
const floorPaths = 1000

// FloorYear is the horizon over which floors are costed.
const FloorYear = 365 * 24 * time.Hour

// floorMarks divide the horizon, and movesAt are those after which moves are counted.
const floorMarks = 12

var movesAt = []int{1, 3, floorMarks}

// moveShares are the shares of paths, ordered by their move, at which groups end. Moves beyond the first and the last
// are left out: their groups would be wide.
var moveShares = []float64{0.01, 0.03, 0.07, 0.15, 0.25, 0.4, 0.6, 0.75, 0.85, 0.93, 0.97, 0.99}

// leastOfGroup is the least number of paths of a group.
const leastOfGroup = 5

// protects reports whether a token has a floor.
func protects(t tokens.Token) bool {
	_, ok := t.Mechanism.(tokens.Option)
	return ok
}

// marked is what a chunk has at the marks of [movesAt], put together over all chunks.
type marked struct {
	at    []time.Duration
	price [][]float64
	nav   [][][]float64 // by mark and token
}

// add is the sink of a study of floorMarks marks.
func (m *marked) add(c *study.Chunk) error {
	if len(c.Marks) < floorMarks { // of a horizon of a few steps
		return nil
	}
	for i, mark := range movesAt {
		x := &c.Marks[mark-1]
		if len(m.at) <= i {
			m.at, m.price = append(m.at, x.Time), append(m.price, nil)
			m.nav = append(m.nav, make([][]float64, len(x.NAV)))
		}
		m.price[i] = append(m.price[i], x.Price[0]...)
		for t := range x.NAV {
			m.nav[i][t] = append(m.nav[i][t], x.NAV[t]...)
		}
	}
	return nil
}

// moves are what tokens are worth after moves, mark by mark.
func (m *marked) moves() (all []Moves) {
	for i, price := range m.price {
		order := make([]int, len(price))
		for p := range order {
			order[p] = p
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case price[a] < price[b]:
				return -1
			case price[a] > price[b]:
				return 1
			}
			return 0
		})
		x := Moves{Time: m.at[i], NAV: make([][]analytics.Estimate, len(m.nav[i]))}
		of := func(values []float64, group []int) analytics.Estimate {
			xs := make([]float64, len(group))
			for k, p := range group {
				xs[k] = values[p]
			}
			return analytics.Mean(analytics.Sample{X: xs}, Confidence)
		}
		for k, share := range moveShares[1:] {
			group := order[int(moveShares[k]*float64(len(order))):int(share*float64(len(order)))]
			if len(group) < leastOfGroup {
				continue
			}
			x.Move = append(x.Move, of(price, group).Value-1)
			for t := range x.NAV {
				x.NAV[t] = append(x.NAV[t], of(m.nav[i][t], group))
			}
		}
		if len(x.Move) > 1 {
			all = append(all, x)
		}
	}
	return all
}

// floors costs the floors of a study's protected tokens.
func floors(ctx context.Context, s *study.Study, opt Options) (*Floors, error) {
	f := &Floors{Volatilities: floorVolatilities}
	for i, t := range s.Spec().Tokens {
		token := s.Token(i)
		if !protects(token) {
			continue
		}
		cost := FloorCost{Token: i, Against: -1, Funding: t.Mechanism.Values["funding-start"]}
		for k := range s.Tokens() {
			if other := s.Token(k); cost.Against < 0 && !protects(other) && other.Target == token.Target {
				cost.Against = k
			}
		}
		f.Costs = append(f.Costs, cost)
	}
	for _, sigma := range floorVolatilities {
		at, err := s.AtVolatility(sigma, FloorYear, min(floorPaths, s.Spec().Paths))
		if err != nil {
			return nil, fmt.Errorf("the cost of floors at volatility %v: %w", sigma, err)
		}
		ensembles, err := study.Ensembles(ctx, at, study.Options{Workers: opt.Workers},
			[]string{"nav", "log_underlying"})
		if err != nil {
			return nil, fmt.Errorf("the cost of floors at volatility %v: %w", sigma, err)
		}
		for i := range f.Costs {
			c := &f.Costs[i]
			own := analytics.LogNAV(&ensembles[c.Token])
			other := ensembles[c.Token].Column("log_underlying")
			if c.Against >= 0 {
				other = analytics.LogNAV(&ensembles[c.Against])
			}
			c.Growth = append(c.Growth, analytics.PairedDifference(analytics.Sample{X: other},
				analytics.Sample{X: own}, Confidence))
		}
	}
	for _, period := range []time.Duration{30 * 24 * time.Hour, FloorYear} {
		fair := FairFunding{Period: period}
		for _, sigma := range floorVolatilities {
			call := brownian.Everlasting{Sigma: sigma, Period: models.Years(period), Strike: 1}
			fair.Rates = append(fair.Rates, call.Funding(1))
		}
		f.Fair = append(f.Fair, fair)
	}
	return f, nil
}

// floored is the study that a comparison runs for its floors, and whether it has any: one price, and a protected token.
func floored(s *study.Study) (*study.Study, bool) {
	has := false
	for i := range s.Tokens() {
		has = has || protects(s.Token(i))
	}
	if !has || len(s.Spec().Others) > 0 {
		return s, false
	}
	withMarks, err := s.WithPaths(s.Spec().Paths, floorMarks)
	return withMarks, err == nil && FloorYear%s.Spec().Step == 0
}
