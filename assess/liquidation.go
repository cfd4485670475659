package assess

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/study"
)

// A LiquidationMap is the probability of at least one liquidation within the horizon,
// by the latency of the keeper and the size of the jumps of the price. All cells use the
// same random numbers and jump times.
type LiquidationMap struct {
	Latencies []float64 // of the keeper, seconds; rows
	Jumps     []float64 // by which the price moves against the token at each, fractions in [0, 1); columns
	Tokens    []LiquidationRisk
	JumpRate  float64 // expected jumps, 1/year
	Jumped    float64 // probability of a jump within the horizon: the plateau where every jump liquidates
	Hash      string  // results_hash of all cells, study by study
}

// A LiquidationRisk is one token's part of a map.
type LiquidationRisk struct {
	TokenRef
	Cells [][]analytics.Estimate // by latency, then jump
}

// A TokenRef is one of a study's tokens.
type TokenRef struct {
	Study *study.Study
	Token int
}

// Name is the token's.
func (t TokenRef) Name() string { return t.Study.Token(t.Token).Name }

// Value is a number of the token or its model, as [study.Spec.Value] says; NaN if there
// is none of that name.
func (t TokenRef) Value(name string) float64 {
	if v, ok := t.Study.Spec().Value(t.Token, name); ok {
		return v
	}
	return math.NaN()
}

// MapLiquidation makes the map of tokens whose studies have one horizon, one number of
// paths, one seed and a model whose jumps have a rate and a mean, such as merton with a
// jump-sd of 0. Each underlying has its own study. Jumps go against the token: upwards
// for a short one. Progress is in cells.
func MapLiquidation(
	ctx context.Context, of []TokenRef, latencies, jumps []float64, opt Options,
) (*LiquidationMap, error) {
	if len(of) == 0 || len(latencies) == 0 || len(jumps) == 0 {
		return nil, errors.New("assess: a map of liquidation; want a token, a latency and a jump at least")
	}
	m := &LiquidationMap{Latencies: latencies, Jumps: jumps, JumpRate: of[0].Value("jump-rate")}
	m.Jumped = -fmath.Expm1(-m.JumpRate * of[0].Study.Years())
	for _, t := range of {
		m.Tokens = append(m.Tokens, LiquidationRisk{TokenRef: t, Cells: make([][]analytics.Estimate, len(latencies))})
	}
	hash := study.NewHasher()
	for _, s := range m.Studies() {
		for _, sign := range []float64{1, -1} {
			if err := m.fill(ctx, s, sign, opt, hash); err != nil {
				return nil, err
			}
		}
	}
	m.Hash = hash.Sum()
	return m, nil
}

// Studies are the studies of the tokens, each once, in order.
func (m *LiquidationMap) Studies() (all []*study.Study) {
	for _, t := range m.Tokens {
		if !slices.Contains(all, t.Study) {
			all = append(all, t.Study)
		}
	}
	return all
}

// fill sweeps a study's tokens of one sign over the jumps and the latencies.
func (m *LiquidationMap) fill(
	ctx context.Context, s *study.Study, sign float64, opt Options, hash *study.Hasher,
) error {
	var of []*LiquidationRisk
	spec := s.Spec()
	spec.Tokens = nil
	for i := range m.Tokens {
		if t := &m.Tokens[i]; t.Study == s && s.Token(t.Token).Target*sign >= 0 {
			of, spec.Tokens = append(of, t), append(spec.Tokens, s.Spec().Tokens[t.Token])
		}
	}
	if len(of) == 0 {
		return nil
	}
	sweep, err := m.sweep(spec, sign)
	if err != nil {
		return err
	}
	_, cells, err := sweep.Collect(ctx, opt.Options, []string{"liquidations"})
	if err != nil {
		return err
	}
	risk := analytics.MustLookup("p_liquidation")
	for ofJump := range slices.Chunk(cells, len(m.Latencies)) {
		for _, c := range ofJump {
			hash.Add(c.Ensembles)
		}
		for i, t := range of {
			for l, c := range ofJump {
				t.Cells[l] = append(t.Cells[l], Case(c.Study, i, &c.Ensembles[i], opt.Plain).Estimate(risk))
			}
		}
	}
	return nil
}

// sweep is the sweep of a spec, whose tokens have one sign, over the jumps and the
// latencies. The baseline is its first cell, so it takes no time of its own.
func (m *LiquidationMap) sweep(spec study.Spec, sign float64) (*study.Sweep, error) {
	var axes []study.Axis
	for _, name := range []string{"jump-mean", "latency"} {
		p, err := spec.Param(name)
		if err != nil {
			return nil, fmt.Errorf("assess: a map of liquidation: %w", err)
		}
		axes = append(axes, study.Axis{Param: p})
	}
	for _, size := range m.Jumps {
		axes[0].Values = append(axes[0].Values, fmath.Log1p(-sign*size))
	}
	axes[1].Values = m.Latencies
	for _, a := range axes {
		var err error
		if spec, err = spec.With(a.Name, a.Values[0]); err != nil {
			return nil, err
		}
	}
	s, err := study.New(spec)
	if err != nil {
		return nil, err
	}
	return study.NewSweep(s, axes, 0)
}
