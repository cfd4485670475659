package assess

import (
	"context"
	"errors"
	"fmt"
	"math"

	"mcrisk/analytics"
	"mcrisk/exact/levy"
	"mcrisk/models/rates"
	"mcrisk/paths"
	"mcrisk/quad"
	"mcrisk/study"
)

// Nodes of the quadratures over the law of a rate that lifetimes keep: of the finest, and of those that may do.
const levelNodes = 6

var fewLevelNodes = []int{2, 3, 4}

// levelEnough is the change from a rule to the finest up to which the rule will do, as a bound of answers has it.
const levelEnough = 1e-6

// levelAnswers are the answers of a token whose rate is drawn for each lifetime: the means of those at the nodes
// of a quadrature over the law of the rate.
func levelAnswers(s *study.Study, token int, level rates.Lasting, want Solving) (*analytics.Answers, error) {
	all, weights, err := answersAt(s, token, level, levelNodes, Solving{})
	if err != nil {
		return nil, err
	}
	a := mixedAnswers(all, weights)
	if !want.Bounds && !want.Law {
		return a, nil
	}
	nodes, change := levelNodes, 0.0
	for _, few := range fewLevelNodes { // laws take long, and of short lifetimes two rates tell as much
		some, w, err := answersAt(s, token, level, few, Solving{})
		if err != nil {
			return nil, err
		}
		if change = changeOf(a, mixedAnswers(some, w)); change < levelEnough {
			nodes = few
			break
		}
	}
	at := want
	at.Quick = true // to six digits, as there are several
	all, weights, err = answersAt(s, token, level, nodes, at)
	var noLaw error
	if errors.As(err, new(NoLawError)) {
		noLaw, err = err, nil
	}
	if err != nil {
		return nil, err
	}
	a = mixedAnswers(all, weights)
	a.Bound = max(a.Bound, change)
	if want.Law && noLaw == nil {
		m := mixedLaw{weights: weights, bound: change}
		for _, x := range all {
			l, ok := x.Law.(levy.Law)
			if !ok {
				return a, NoLawError{errors.New("the law of the final value at one rate is not known")}
			}
			m.laws, m.bound = append(m.laws, l), max(m.bound, l.Bound)
		}
		a.Law, a.LawBound = m, m.bound
	}
	return a, noLaw
}

// answersAt are the answers at the nodes of a rule, with its weights, on all processors.
func answersAt(s *study.Study, token int, level rates.Lasting, nodes int, want Solving,
) (all []*analytics.Answers, weights []float64, err error) {
	rule := quad.Normal(nodes)
	var noLaw error
	solve := func(i int) (solved, error) {
		rate := level.At(rule.X[i])
		at, err := s.AtRate(token, level.Name, rate)
		if err != nil {
			return solved{}, err
		}
		a, err := Answers(at, 0, want)
		if want.Quick && errors.As(err, new(NoLawError)) {
			slow := want
			slow.Quick = false
			a, err = Answers(at, 0, slow)
		}
		if err != nil && !errors.As(err, new(NoLawError)) {
			return solved{}, fmt.Errorf("at %s %v: %w", level.Name, rate, err)
		}
		return solved{a, err}, nil
	}
	err = paths.Ordered(context.Background(), len(rule.X), 0, func() func(int) (solved, error) { return solve },
		func(_ int, x solved) error {
			if x.noLaw != nil {
				noLaw = x.noLaw
			}
			all = append(all, x.answers)
			return nil
		})
	if err != nil {
		return nil, nil, err
	}
	return all, rule.W, noLaw
}

// A solved is the answers at one rate, and why those that need the law of the final value are missing.
type solved struct {
	answers *analytics.Answers
	noLaw   error
}

// mixedAnswers are the means of answers. Those over the paths that survive count by how many do.
func mixedAnswers(all []*analytics.Answers, weights []float64) *analytics.Answers {
	mixed := *all[0]
	mixed.Bound, mixed.Law, mixed.LawBound = 0, nil, 0
	mean := func(of func(*analytics.Answers) float64) float64 {
		sum := 0.0
		for i, a := range all {
			sum += float64(weights[i] * of(a))
		}
		return sum
	}
	alive := mean(func(a *analytics.Answers) float64 { return 1 - a.Ruined })
	surviving := func(of func(*analytics.Answers) float64) float64 {
		return mean(func(a *analytics.Answers) float64 { return float64((1 - a.Ruined) * of(a)) }) / alive
	}
	mixed.NAV = mean(func(a *analytics.Answers) float64 { return a.NAV })
	mixed.Log = surviving(func(a *analytics.Answers) float64 { return a.Log })
	mixed.Decay = surviving(func(a *analytics.Answers) float64 { return a.Decay })
	mixed.CostDrag = surviving(func(a *analytics.Answers) float64 { return a.CostDrag })
	mixed.Rebalances = mean(func(a *analytics.Answers) float64 { return a.Rebalances })
	mixed.Turnover = mean(func(a *analytics.Answers) float64 { return a.Turnover })
	mixed.Liquidated = mean(func(a *analytics.Answers) float64 { return a.Liquidated })
	mixed.Ruined = mean(func(a *analytics.Answers) float64 { return a.Ruined })
	for _, a := range all {
		mixed.Bound = max(mixed.Bound, a.Bound)
	}
	return &mixed
}

// changeOf is the difference of answers as their bounds count it.
func changeOf(a, b *analytics.Answers) float64 {
	worst := math.Abs(a.NAV-b.NAV) / max(math.Abs(a.NAV), 1e-300)
	for _, pair := range [][2]float64{{a.Log, b.Log}, {a.Decay, b.Decay}, {a.CostDrag, b.CostDrag},
		{a.Rebalances, b.Rebalances}, {a.Turnover, b.Turnover}, {a.Liquidated, b.Liquidated}, {a.Ruined, b.Ruined}} {
		worst = max(worst, math.Abs(pair[0]-pair[1])/(1+math.Abs(pair[0])))
	}
	return worst
}

// A mixedLaw is a mixture of laws of ln NAV.
type mixedLaw struct {
	laws    []levy.Law
	weights []float64
	bound   float64 // of the error of CDF
}

func (m mixedLaw) mean(of func(levy.Law) float64) float64 {
	sum := 0.0
	for i, l := range m.laws {
		sum += float64(m.weights[i] * of(l))
	}
	return sum
}

// CDF is P(ln NAV ≤ log).
func (m mixedLaw) CDF(log float64) float64 {
	return m.mean(func(l levy.Law) float64 { return l.CDF(log) })
}

func (m mixedLaw) ruined() float64 { return m.mean(func(l levy.Law) float64 { return l.Ruined }) }

// Quantile is that of ln NAV; an error where the bound of CDF hides it.
func (m mixedLaw) Quantile(p float64) (float64, error) {
	all := m.mean(func(l levy.Law) float64 { return l.Ruined + l.Alive })
	switch ruined := m.ruined(); {
	case !(p > 0 && p < all):
		return 0, fmt.Errorf("quantile of %v; want more than 0 and less than %v", p, all)
	case p <= ruined:
		return math.Inf(-1), nil
	case min(p-ruined, all-p) < 10*m.bound:
		return 0, fmt.Errorf("quantile of %v is hidden by the law's error bound %.2g; want a p farther from the end",
			p, m.bound)
	}
	return m.at(p), nil
}

// at is the quantile by bisection: logs of NAV are within ±700.
func (m mixedLaw) at(p float64) float64 {
	return levy.Root(func(x float64) float64 { return m.CDF(x) - p }, -700, 700)
}

// Around are bounds of a quantile, given the error of CDF.
func (m mixedLaw) Around(p float64) (lo, hi float64) {
	if p <= m.ruined() {
		return math.Inf(-1), math.Inf(-1)
	}
	return m.at(p - m.bound), m.at(p + m.bound)
}

// ES is the mean loss on the worst share p, in initial equity.
func (m mixedLaw) ES(p float64) (float64, error) {
	x, err := m.Quantile(p)
	if err != nil || math.IsInf(x, -1) {
		return 1, err
	}
	return 1 - m.mean(func(l levy.Law) float64 { return l.Partial(x) })/p, nil
}

// ESBound is of the absolute error of ES: the largest of the laws' own, at the shares p that they can tell.
func (m mixedLaw) ESBound(p float64) float64 {
	worst := 0.0
	for _, l := range m.laws {
		worst = max(worst, l.ESBound(p))
	}
	return worst
}
