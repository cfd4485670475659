package assess

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A BreakEven compares a token on a loan, at several borrow rates, with one on a
// perpetual, at several funding rates, all on the same paths.
type BreakEven struct {
	Study           *study.Study     // baseline of both tokens, the loan's first
	Objective       analytics.Metric // by which they are compared
	Borrow, Funding study.Axis       // rates, 1/year

	Difference [][]analytics.Estimate // objective of the loan less the perpetual's, by borrow rate, then funding
	Crossings  [][]analytics.Crossing // funding rates at which the two break even, by borrow rate
	Hash       string                 // results_hash of all cells, the loan's first
}

// A Holding is a way to hold a leveraged position.
type Holding int

const (
	NoHolding Holding = iota // neither of the two
	Loan                     // a loan on a money market
	Perpetual                // a perpetual swap, or an option
)

// A BreakEvenPlan is a break-even that was checked and can be run.
type BreakEvenPlan struct {
	Study           *study.Study // of two tokens, the loan's first
	Objective       analytics.Metric
	Borrow, Funding study.Axis

	loan, perp *study.Sweep
}

// PlanBreakEven plans a break-even of a study with two tokens on one underlying, the
// first of which is held through a loan and the second through a perpetual, or an option, at borrow
// and funding rates, 1/year, two of each at least and increasing. The objective is the
// name or an alias of one of [analytics.Objectives].
func PlanBreakEven(s *study.Study, borrow, funding []float64, objective string) (*BreakEvenPlan, error) {
	m, err := analytics.Lookup(objective)
	if err != nil {
		return nil, err
	}
	if m.Sense == analytics.Neither || m.Swept <= 0 {
		return nil, fmt.Errorf("metric %s is none that settings are compared by; want an objective", m.Name)
	}
	if n := s.Tokens(); n != 2 {
		return nil, fmt.Errorf("%d tokens; want one, or two to compare", n)
	}
	spec := s.Spec()
	a, b := spec.Tokens[0].Mechanism.Kind, spec.Tokens[1].Mechanism.Kind
	if a != "loan" || b != "perp" && b != "option" {
		return nil, fmt.Errorf("tokens held through a %s and a %s; want a loan and a perpetual, or an option", a, b)
	}
	if len(spec.Others) > 0 {
		return nil, errors.New("tokens on several underlyings; want both on one, whose paths they share")
	}
	p := &BreakEvenPlan{Study: s, Objective: m}
	if p.loan, err = along(s.Alone(0), "borrow", borrow); err != nil {
		return nil, err
	}
	rate := "funding"
	if _, ok := s.Token(1).Mechanism.(tokens.Option); ok {
		rate = "funding-start"
	}
	if p.perp, err = along(s.Alone(1), rate, funding); err != nil {
		return nil, err
	}
	p.Borrow, p.Funding = p.loan.Axes[0], p.perp.Axes[0]
	return p, nil
}

// along sweeps a study over one number.
func along(s *study.Study, name string, values []float64) (*study.Sweep, error) {
	p, err := s.Spec().Param(name)
	if err != nil {
		return nil, err
	}
	if n := len(values); n < 2 || !slices.IsSorted(values) {
		return nil, fmt.Errorf("%s = %v; want two values at least, increasing", name, values)
	}
	return study.NewSweep(s, []study.Axis{{Param: p, Values: values}}, 0)
}

// Size is how many cells are in memory at once, and which columns of lifetimes each of them has.
func (p *BreakEvenPlan) Size() (cells int, columns []string) {
	return max(p.loan.Cells(), p.perp.Cells()) + 1, breakEvenColumns()
}

// breakEvenColumns are those of a sweep's cells, so that the hash is the same for all
// objectives.
func breakEvenColumns() []string { return analytics.Columns(analytics.Swept()...) }

// Run runs both tokens at their rates and compares them. Progress is in cells, those of
// the loan first.
func (p *BreakEvenPlan) Run(ctx context.Context, opt Options) (*BreakEven, error) {
	b := &BreakEven{Study: p.Study, Objective: p.Objective, Borrow: p.Borrow, Funding: p.Funding}
	hash := study.NewHasher()
	var numbers, corrected [2][]analytics.Sample // by token and rate
	all := true                                  // of them can be corrected
	for i, s := range []*study.Sweep{p.loan, p.perp} {
		_, cells, err := s.Collect(ctx, opt.Options, breakEvenColumns())
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			hash.Add(c.Ensembles)
			x := averseCase(c.Study, 0, &c.Ensembles[0], opt.Plain)
			numbers[i] = append(numbers[i], x.Sample(p.Objective.Paths(x)))
			corrected[i] = append(corrected[i], x.Sample(x.CorrectedNumbers(p.Objective)))
			all = all && corrected[i][len(corrected[i])-1].X != nil
		}
	}
	if all {
		numbers = corrected
	}
	for _, loan := range numbers[0] {
		var row []analytics.Estimate
		for _, perp := range numbers[1] {
			row = append(row, p.Objective.Difference(loan, perp, Confidence))
		}
		b.Difference = append(b.Difference, row)
		difference := func(k int) analytics.Sample { return lessByPath(loan, numbers[1][k]) }
		b.Crossings = append(b.Crossings, analytics.BreakEven(b.Funding.Values, difference, Confidence))
	}
	b.Hash = hash.Sum()
	return b, nil
}

// lessByPath is a less b by path; infinite where both are, on paths that ruin both.
func lessByPath(a, b analytics.Sample) analytics.Sample {
	a.X = slices.Clone(a.X)
	for i, v := range b.X {
		if a.X[i] -= v; math.IsNaN(a.X[i]) {
			a.X[i] = math.Inf(1)
		}
	}
	return a
}

// Tokens are the tokens of the study, the one on a loan first.
func (b *BreakEven) Tokens() (loan, perp tokens.Token) { return b.Study.Token(0), b.Study.Token(1) }

// Above is the better holding at funding above a crossing.
func (b *BreakEven) Above(c analytics.Crossing) Holding {
	if c.Rising == (b.Objective.Sense == analytics.Higher) {
		return Loan
	}
	return Perpetual
}

// Other is the other way to hold a position.
func (h Holding) Other() Holding {
	switch h {
	case Loan:
		return Perpetual
	case Perpetual:
		return Loan
	}
	return NoHolding
}

// Better is the better holding at the i-th borrow rate if the difference has one sign at
// all funding rates; significant says that it is significant at each.
func (b *BreakEven) Better(i int) (better Holding, significant bool) {
	significant = true
	for _, e := range b.Difference[i] {
		if d := e.Value * float64(b.Objective.Sense); d > 0 {
			better = Loan
		} else if d < 0 {
			better = Perpetual
		}
		significant = significant && excludesZero(e)
	}
	return better, significant
}

// Undecided is the number of cells in which neither is significantly better.
func (b *BreakEven) Undecided() (n int) {
	for _, row := range b.Difference {
		for _, e := range row {
			if !excludesZero(e) {
				n++
			}
		}
	}
	return n
}

// excludesZero says whether the interval of a difference excludes zero.
func excludesZero(difference analytics.Estimate) bool { return difference.Lo > 0 || difference.Hi < 0 }
