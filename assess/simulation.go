package assess

import (
	"context"
	"fmt"
	"math"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Options of an assessment.
type Options struct {
	study.Options
	Plain bool // do not use control variates

	// Textbook is a model whose headline stands beside that of the study's, without sampling; nil: none.
	Textbook *param.Part
}

// A Simulation holds the results of a study. Slices are by token.
type Simulation struct {
	Study     *study.Study
	Ensembles []tokens.Ensemble
	Horizons  []*analytics.Horizons // at the study's marks
	Summaries []analytics.Summary
	Causes    []analytics.Attribution // of E[ln NAV]
	Hash      string                  // results_hash
	Down      []float64               // the part of steps at whose end the keeper was out of service

	// Certain are the summaries of the same study without parameter uncertainty, on the
	// same random numbers; none for a study without it. They are of CertainPaths
	// lifetimes, the first ones.
	Certain      []analytics.Summary
	CertainPaths int

	// Rates are what random rates change, by token; none for a study whose rates are constant.
	Rates []RatesAlone

	Textbooks []Textbook // of Options.Textbook; nil: it was not given

	Plain bool         // estimates are not corrected by what is known of the prices
	Bands []*BandSweep // of tokens with a band; nil until SweepBands

	views []*View // by token, once asked for
}

// Simulate runs a study and estimates every registered metric of its tokens.
func Simulate(ctx context.Context, s *study.Study, opt Options) (*Simulation, error) {
	r := &Simulation{Study: s, Plain: opt.Plain, Horizons: make([]*analytics.Horizons, len(s.Spec().Tokens))}
	var err error
	r.Down = make([]float64, s.Tokens())
	steps := float64(s.Spec().Paths) * math.Round(s.Years()/s.StepYears())
	r.Ensembles, err = study.Ensembles(ctx, s, opt.Options, nil, func(c *study.Chunk) error {
		r.count(c)
		for i, n := range c.Down {
			r.Down[i] += float64(n) / steps
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.Hash = study.Hash(r.Ensembles)
	r.Summaries = Summarise(s, r.Ensembles, opt.Plain)
	for i := range r.Ensembles {
		c := Case(s, i, &r.Ensembles[i], opt.Plain)
		r.Causes = append(r.Causes, analytics.AttributeLog(c))
	}
	if opt.Textbook != nil {
		if r.Textbooks, err = textbooks(s, *opt.Textbook); err != nil {
			return nil, err
		}
	}
	if s.Spec().Uncertain {
		if r.Certain, r.CertainPaths, err = compared(ctx, s.Certain(), opt.Workers); err != nil {
			return nil, err
		}
	}
	if s.Random() {
		if r.Rates, err = ratesAlone(ctx, s, r.Ensembles, opt.Workers); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// compared are the summaries of a study that stands beside another, and of how many lifetimes.
func compared(ctx context.Context, s *study.Study, workers int) ([]analytics.Summary, int, error) {
	paths := comparedPaths(s.Spec().Paths)
	s, err := s.WithPaths(paths, s.Spec().Marks)
	if err != nil {
		return nil, 0, err
	}
	ensembles, err := study.Ensembles(ctx, s, study.Options{Workers: workers}, nil)
	if err != nil {
		return nil, 0, err
	}
	return Summarise(s, ensembles, true), paths, nil
}

// comparedPaths is how many lifetimes with the parameters as fitted stand beside so many with uncertain ones: all of
// a few, and half of many, for what both cost together.
func comparedPaths(paths int) int { return min(paths, max(paths/2, 4096)) }

// Summarise estimates every registered metric of a study's tokens.
func Summarise(s *study.Study, ensembles []tokens.Ensemble, plain bool) []analytics.Summary {
	out := make([]analytics.Summary, len(ensembles))
	for i := range ensembles {
		out[i] = analytics.Summarise(Case(s, i, &ensembles[i], plain))
	}
	return out
}

// count adds the values of a chunk's tokens at its marks.
func (r *Simulation) count(c *study.Chunk) {
	for t := range r.Horizons {
		if r.Horizons[t] == nil {
			r.Horizons[t] = newHorizons(r.Study, t, c)
		}
		r.Horizons[t].AddPaths(markSamples(c, t))
	}
}

// newHorizons are empty counts of a study's token at the marks that a chunk has.
func newHorizons(s *study.Study, token int, c *study.Chunk) *analytics.Horizons {
	of := s.Token(token)
	h := analytics.NewHorizons(markYears(c), of.Target)
	if b, ok := of.Policy.(tokens.Band); ok && !math.IsInf(b.High, 1) {
		h.Band = [2]float64{b.Low, b.High}
	}
	return h
}

// markYears are the times of a chunk's marks.
func markYears(c *study.Chunk) (years []float64) {
	for _, m := range c.Marks {
		years = append(years, models.Years(m.Time))
	}
	return years
}

// markSamples are the values of one token at a chunk's marks.
func markSamples(c *study.Chunk, token int) (all []analytics.MarkSample) {
	for _, m := range c.Marks {
		all = append(all, analytics.MarkSample{
			NAV: m.NAV[token], Price: m.Price[c.Underlying[token]], Ideal: m.Ideal[token],
			Leverage: m.Leverage[token], Low: m.Low[token], High: m.High[token],
		})
	}
	return all
}

// An Attribution decomposes a result of one token, over some of its paths, into causes
// that add up.
type Attribution struct {
	Token, Paths string
	analytics.Attribution
}

// fifths is into how many groups paths are divided.
const fifths = 5

// Attribute decomposes the results of a study's tokens: ln NAV and money over all paths,
// then ln NAV by fifths of the final price and of realised variance. Groups are named by
// their ends, written by format.
func Attribute(s *study.Study, ensembles []tokens.Ensemble,
	plain bool, format func(float64) string) (out []Attribution) {
	for i := range ensembles {
		e, name := &ensembles[i], s.Spec().Tokens[i].Name
		c := Case(s, i, e, plain)
		out = append(out, Attribution{name, "all paths", analytics.AttributeLog(c)},
			Attribution{name, "all paths", analytics.AttributeMoney(c)})
		for _, by := range []Grouping{ByPrice, ByVariance} {
			groups := min(fifths, e.N)
			for g, group := range analytics.AttributeBy(c, by.Column, groups) {
				paths := fmt.Sprintf("%s, fifth %d of %d, %s to %s",
					by.Name, g+1, groups, format(group.Lo), format(group.Hi))
				out = append(out, Attribution{name, paths, group.Attribution})
			}
		}
	}
	return out
}
