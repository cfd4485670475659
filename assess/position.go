package assess

import (
	"context"
	"fmt"
	"math"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Positions are what a view of a price is worth in each of several positions on the same paths: to a holder who
// enters at the start and leaves at the horizon, all costs included.
type Positions struct {
	Study    *study.Study
	Invest   float64   // US dollars
	View     Expected  // as the study has it
	Opposite *Expected // of a move of the same size the other way; nil: a price cannot fall so far
	Ends     *Expected // of paths that end at a move; nil: not asked for
	Kelly    Kelly
	Hash     string // results_hash of all of them
}

// An Expected is what positions are worth under one assumption about the price.
type Expected struct {
	Move      float64 // E[S(T)]/S(0) − 1
	Positions []Position
}

// A Position is what is left of one unit that is invested, over the paths.
type Position struct {
	Name           string
	Mean           analytics.Estimate
	Quantiles      []Quantile         // at [OutcomeLevels]
	Profit         analytics.Estimate // P(more than was invested)
	LoseHalf       analytics.Estimate // P(less than half of it)
	WorstTwentieth analytics.Estimate // mean of the worst 5 % of outcomes
	Growth         analytics.Estimate // mean of ln of what is left, over the horizon; −∞ if some path leaves nothing
}

// Kelly is the leverage, held constant at all times and free of cost, that grows fastest in the long run: the growth
// rate of the expected price over cash, divided by the variance of log-returns a year. It is exact for Brownian
// motion. For others the variance is that expected over the horizon at the study's steps, and large jumps, which
// would take the leverage down, are taken for many small ones.
type Kelly struct {
	Leverage float64
	RiskFree float64 // interest on cash, continuously compounded a year
	Exact    bool
}

// PositionColumns are the columns of lifetimes that positions need.
func PositionColumns() []string { return []string{"holder_nav"} }

// HoldPositions runs the tokens of a study for holders who invest what the tokens' number invest says. A study whose
// growth rate mu is not zero has a view, and the opposite one is run on the same paths too. With ends, which needs
// geometric Brownian motion, paths that end at that move are run as well.
func HoldPositions(
	ctx context.Context, s *study.Study, riskFree float64, ends *float64, opt Options,
) (*Positions, error) {
	spec := s.Spec()
	p := &Positions{Study: s, Invest: s.Token(0).Holder.Invest}
	hash := study.NewHasher()
	hold := func(spec study.Spec, move float64) (*Expected, error) {
		s, err := study.New(spec)
		if err != nil {
			return nil, err
		}
		ensembles, err := study.Ensembles(ctx, s, opt.Options, PositionColumns())
		if err != nil {
			return nil, err
		}
		hash.Add(ensembles)
		e := &Expected{Move: move}
		for i := range ensembles {
			e.Positions = append(e.Positions, Hold(&ensembles[i]))
		}
		return e, nil
	}
	mu := s.Model().Growth()
	move := fmath.Expm1(float64(mu * s.Years()))
	view, err := hold(spec, move)
	if err != nil {
		return nil, err
	}
	p.View = *view
	if move != 0 && move < 1 {
		other, err := spec.With("mu", models.RateOf(-move, spec.Horizon))
		if err != nil {
			return nil, fmt.Errorf("the opposite view: %w", err)
		}
		if p.Opposite, err = hold(other, -move); err != nil {
			return nil, fmt.Errorf("the opposite view: %w", err)
		}
	}
	if ends != nil {
		conditional, err := spec.With("ends-after", spec.Horizon.Seconds())
		if err == nil {
			conditional, err = conditional.With("ends", *ends)
		}
		if err != nil {
			return nil, fmt.Errorf("ends: %w", err)
		}
		if p.Ends, err = hold(conditional, *ends); err != nil {
			return nil, fmt.Errorf("ends: %w", err)
		}
	}
	p.Kelly = Kelly{Leverage: math.NaN(), RiskFree: riskFree, Exact: spec.Model.Kind == "gbm" && !spec.Uses("momentum")}
	if _, _, variance := PriceMoments(s, 0, s.Years()); variance > 0 && !spec.Uncertain {
		if p.Kelly.Exact { // without the squares of the steps' means
			variance = s.Model().Moments(s.Years()).Variance
		}
		p.Kelly.Leverage = (mu - riskFree) / (variance / s.Years())
	}
	p.Hash = hash.Sum()
	return p, nil
}

// Hold is what a token leaves to its holder, by the column holder_nav.
func Hold(e *tokens.Ensemble) Position {
	navs := e.Column("holder_nav")
	sample := analytics.Sample{X: navs}
	p := Position{
		Name:     e.Token.Name,
		Mean:     analytics.Mean(sample, Confidence),
		Profit:   analytics.Share(sample, func(x float64) bool { return x > 1 }, Confidence),
		LoseHalf: analytics.Share(sample, func(x float64) bool { return x < 0.5 }, Confidence),
	}
	for i, q := range analytics.Quantiles(sample, OutcomeLevels, Confidence) {
		p.Quantiles = append(p.Quantiles, Quantile{OutcomeLevels[i], q})
	}
	worst := analytics.ExpectedShortfall(analytics.Sample{X: analytics.Losses(navs)}, 0.05, Confidence)
	worst.Value, worst.Lo, worst.Hi = 1-worst.Value, max(0, 1-worst.Hi), 1-worst.Lo
	p.WorstTwentieth = worst
	logs := make([]float64, len(navs))
	for i, x := range navs {
		logs[i] = fmath.Log(x)
	}
	p.Growth = analytics.Mean(analytics.Sample{X: logs}, Confidence)
	return p
}

// At is the quantile of what is left at one of [OutcomeLevels].
func (p Position) At(level float64) analytics.Estimate {
	for _, q := range p.Quantiles {
		if q.P == level {
			return q.Estimate
		}
	}
	panic("assess: no quantile " + param.Param{}.Format(level))
}
