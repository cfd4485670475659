package models

import (
	"fmt"
	"math"
	"slices"

	"mcrisk/param"
)

// Resamples says whether a kind of model draws from a price history: its blocks have a length.
func Resamples(kind string) bool {
	k, err := Registry.Kind(kind)
	return err == nil && slices.ContainsFunc(k.Params, func(p param.Param) bool { return p.Name == blockLength.Name })
}

// FitSeries fits a kind of model to a history: as [FitKind] to its returns, or, of those
// that draw from it, what else they need. FHS has the numbers of a GARCH with Student
// shocks whose variance is targeted, whatever its shocks are, but the growth of the mean,
// and intervals by histories that draw the shocks; [Bootstrap] has the length of
// its blocks, and keeps the growth. Of [MCGARCH] it finds the hours of the week too.
func FitSeries(kind string, history *Series) (Fit, error) {
	returns, bars := history.Returns()
	dt := Years(history.Step)
	switch kind {
	case "bootstrap":
		return fitBootstrap(history, returns)
	case "fhs":
		return fitFHS(history, returns)
	case "mcgarch":
		s, err := newSample(returns, dt)
		if err != nil {
			return Fit{}, err
		}
		h := mcHistoryOf(s, history, bars)
		return fitKind(kind, returns, dt, func(sample) (Fit, func(*Fit), error) { return fitMCGARCH(h) })
	}
	return FitKind(kind, returns, dt)
}

func fitBootstrap(history *Series, returns []float64) (Fit, error) {
	s, err := newSample(returns, Years(history.Step))
	if err != nil {
		return Fit{}, err
	}
	f := Fit{Kind: "bootstrap", Method: "stationary bootstrap, block by the memory of squared returns",
		LogLikelihood: math.NaN(), KS: math.NaN(), AD: math.NaN(), N: len(returns), Step: s.dt,
		Volatility: s.volatility(), Sample: s.volatility(), Warnings: s.warnings,
		fixed: param.Values{"growth": 0, "block": MeanBlock(history).Seconds()}}
	if blocks := float64(len(returns)) * history.Step.Seconds() / f.fixed["block"]; blocks < 30 {
		f.warn("the history has %.3g blocks of the mean length: paths repeat the same few", blocks)
	}
	return f, nil
}

func fitFHS(history *Series, returns []float64) (Fit, error) {
	block := max(shockBlock, history.Step)
	draws := func(f Fit) (FHS, error) {
		m := FHS{Mu: f.value("mu"), Sigma: f.value("sigma"), Alpha: f.value("garch-alpha"), Beta: f.value("garch-beta"),
			Step: history.Step, Block: block}
		if err := m.Check(); err != nil {
			return m, err
		}
		drawing, err := m.Prepare(history, history.Step)
		if err != nil {
			return m, err
		}
		return drawing.(FHS), nil
	}
	f, err := fitKind("garch", returns, Years(history.Step), func(s sample) (Fit, func(*Fit), error) {
		return fitVariance(s, false, true, draws)
	})
	if err != nil {
		return f, fmt.Errorf("models: fhs: %w", err)
	}
	f.Kind, f.Method = "fhs", "GARCH by "+f.Method+"; shocks of the history in blocks"
	f.LogLikelihood, f.KS, f.AD = math.NaN(), math.NaN(), math.NaN() // those of the shocks' law, which is not used
	i := slices.Index(f.Names, "dof")
	drop := func(xs []float64) []float64 {
		if xs == nil {
			return nil
		}
		return slices.Delete(slices.Clone(xs), i, i+1)
	}
	f.Names = slices.Delete(slices.Clone(f.Names), i, i+1)
	f.Values, f.SE, f.Lo, f.Hi, f.Bias = drop(f.Values), drop(f.SE), drop(f.Lo), drop(f.Hi), drop(f.Bias)
	if f.Cov != nil {
		f.Cov = slices.Delete(slices.Clone(f.Cov), i, i+1)
		for k, row := range f.Cov {
			f.Cov[k] = drop(row)
		}
	}
	f.fixed["block"] = block.Seconds()
	return f, nil
}
