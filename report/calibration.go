package report

import (
	"fmt"
	"path/filepath"
	"slices"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
)

// Calibration is models fitted to a history, with figures if there is a likeness of
// them; name is the history's.
func Calibration(name string, c *assess.Calibration, l *assess.Likeness) Document {
	h := c.History
	text := fmt.Sprintf("%s: %s bars of %s, %s to %s, %s; %s\n", name, Thousands(len(h.Bars)),
		param.FormatSeconds(h.Step.Seconds()), Minute(h.Bars[0].Start), Minute(h.Bars[0].Start.Add(h.Span())),
		Count(len(h.Gaps), "gap"), Count(len(c.Returns), "return"))
	text += fmt.Sprintf("Volatility of the sample %s a √year; "+
		"jumps make %s %% of the squared returns (bipower; z = %s).",
		Short(c.Fits[0].Sample), TrueMinus(Fixed(100*c.Jumps.Share, 1)), Short(c.Jumps.Z))
	d := Document{
		Data:   calibrationJSON(c),
		Blocks: []Block{Text(text), fitsTable(c), parametersTable(c), fitsData(c), parametersData(c)},
	}
	if l != nil {
		d.Blocks = append(d.Blocks, likenessFigures(name, c, l)...)
	}
	return d
}

// CalibrationNotes say where fits mean less than they seem, and which kinds have none.
func CalibrationNotes(c *assess.Calibration) (notes []string) {
	for _, f := range c.Fits {
		for _, w := range f.Warnings {
			notes = append(notes, f.Kind+": "+w)
		}
	}
	for _, u := range c.Unfitted {
		notes = append(notes, fmt.Sprintf("%s could not be fitted: %v", u.Kind, u.Err))
	}
	for _, f := range c.Few {
		notes = append(notes, fmt.Sprintf("%s makes too few liquidations of a 3x token with a band of 2.7 to 3.3, "+
			"on a loan with threshold 0.78: %s", f.Kind, f.LiquidationCheck))
	}
	return notes
}

// fitsTable compares the models for people.
func fitsTable(c *assess.Calibration) Table {
	t := Table{PeopleOnly: true, Columns: []Column{
		{Name: "model"}, {Name: "volatility"}, {Name: "log-likelihood", Format: Hundredths},
		{Name: "AIC", Format: Hundredths}, {Name: "BIC", Format: Hundredths},
		{Name: "KS distance"}, {Name: "AD distance"}, {Name: "fitted by", Wrap: true},
	}}
	for _, f := range c.Fits {
		t.Add(f.Kind, f.Volatility, f.LogLikelihood, f.AIC(), f.BIC(), f.KS, f.AD, f.Method)
	}
	return t
}

// parametersTable are the fitted parameters for people.
func parametersTable(c *assess.Calibration) Table {
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{
		{Name: "model"}, {Name: "parameter"}, {Name: "estimate"}, {Name: "standard error"},
		{Name: fmt.Sprintf("%.0f %% interval", 100*assess.FitConfidence)}, {Name: "found by", Wrap: true},
	}}
	for _, f := range c.Fits {
		for i, p := range f.Names {
			by := f.Interval
			if i > 0 {
				by = ""
			}
			t.Add(f.Kind, p, f.Values[i], f.SE[i], Short(f.Lo[i])+" to "+Short(f.Hi[i]), by)
		}
	}
	return t
}

// fitsData compares the models in full.
func fitsData(c *assess.Calibration) Table {
	t := Table{Name: "models", DataOnly: true,
		Columns: columnsOf("model", "volatility", "log_likelihood", "aic", "bic", "ks", "ad", "returns", "method")}
	for _, f := range c.Fits {
		t.Add(f.Kind, f.Volatility, f.LogLikelihood, f.AIC(), f.BIC(), f.KS, f.AD, f.N, f.Method)
	}
	return t
}

// parametersData has one row for each fitted number, in full.
func parametersData(c *assess.Calibration) Table {
	t := Table{Name: "parameters", DataOnly: true,
		Columns: columnsOf("model", "parameter", "estimate", "se", "lo", "hi", "confidence", "interval", "bias")}
	for _, f := range c.Fits {
		for i, p := range f.Names {
			var bias any
			if f.Bias != nil {
				bias = f.Bias[i]
			}
			t.Add(f.Kind, p, f.Values[i], f.SE[i], f.Lo[i], f.Hi[i], assess.FitConfidence, f.Interval, bias)
		}
	}
	return t
}

// calibrationJSON has the names that scripts rely on.
func calibrationJSON(c *assess.Calibration) any {
	type parameter struct {
		Estimate *Number `json:"estimate"`
		SE       *Number `json:"se"`
		Lo       *Number `json:"lo"`
		Hi       *Number `json:"hi"`
		Bias     *Number `json:"bias,omitempty"`
	}
	type fitted struct {
		Model         string               `json:"model"`
		Method        string               `json:"method"`
		Parameters    map[string]parameter `json:"parameters"`
		Interval      string               `json:"interval"`
		Volatility    *Number              `json:"volatility"`
		LogLikelihood *Number              `json:"log_likelihood"`
		AIC           *Number              `json:"aic"`
		BIC           *Number              `json:"bic"`
		KS            *Number              `json:"ks"`
		AD            *Number              `json:"ad"`
		Warnings      []string             `json:"warnings"`
	}
	out := struct {
		Returns          int      `json:"returns"`
		StepSeconds      float64  `json:"step_seconds"`
		SampleVolatility *Number  `json:"sample_volatility"`
		JumpShare        *Number  `json:"jump_share"`
		JumpZ            *Number  `json:"jump_z"`
		Confidence       float64  `json:"confidence"`
		Models           []fitted `json:"models"`
	}{
		len(c.Returns), c.History.Step.Seconds(), Existing(c.Fits[0].Sample),
		Existing(c.Jumps.Share), Existing(c.Jumps.Z), assess.FitConfidence, nil,
	}
	for _, f := range c.Fits {
		m := fitted{
			f.Kind, f.Method, map[string]parameter{}, f.Interval, Existing(f.Volatility), Existing(f.LogLikelihood),
			Existing(f.AIC()), Existing(f.BIC()), Existing(f.KS), Existing(f.AD), f.Warnings,
		}
		for i, p := range f.Names {
			q := parameter{Existing(f.Values[i]), Existing(f.SE[i]), Bound(f.Lo[i]), Bound(f.Hi[i]), nil}
			if f.Bias != nil {
				q.Bias = Existing(f.Bias[i])
			}
			m.Parameters[p] = q
		}
		out.Models = append(out.Models, m)
	}
	return out
}

// likenessFigures hold each fitted law, simulated, beside the history: quantiles
// against quantiles, and the autocorrelation of squared returns.
func likenessFigures(name string, c *assess.Calibration, l *assess.Likeness) []Block {
	caption := fmt.Sprintf("%s: %s log-returns of %s; each model fitted to them and simulated for %s, seed %d.",
		filepath.Base(name), Thousands(len(c.Returns)), param.FormatSeconds(c.History.Step.Seconds()),
		Count(l.Steps, "step"), l.Seed)
	return []Block{
		Figure{Name: "qq", Draw: func() (*plots.Figure, error) { return quantilesFigure(caption, l) }},
		Figure{Name: "squares", Draw: func() (*plots.Figure, error) { return squaresFigure(caption, l) }},
	}
}

func quantilesFigure(caption string, l *assess.Likeness) (*plots.Figure, error) {
	d := plots.SensitivityData{
		Title: "Fitted laws against the history", XLabel: "Quantile of the fitted law, log-return (log units)",
	}
	d.Caption = fmt.Sprintf("%s Shares from %s to %s %%, with intervals of %g %%.", caption, Short(100*l.Levels[0]),
		Short(100*l.Levels[len(l.Levels)-1]), 100*assess.Confidence)
	for _, law := range l.Laws {
		s := plots.Series{Name: "History"}
		for i, q := range law.Quantiles {
			if n := len(s.X); n > 0 && !(q > s.X[n-1]) {
				continue // a law may have one value over many shares: returns without variance
			}
			s.X, s.Y = append(s.X, q), append(s.Y, l.History[i])
		}
		d.Metrics = append(d.Metrics, plots.SensitivityPanel{
			Label: law.Kind + ": quantile of the history (log units)", Series: []plots.Series{s},
			Exact: []plots.Line{{Name: "Equal", X: s.X, Y: slices.Clone(s.X)}},
		})
	}
	return plots.Sensitivity(d)
}

func squaresFigure(caption string, l *assess.Likeness) (*plots.Figure, error) {
	d := plots.SensitivityData{Title: "Clustering of volatility", XLabel: "Lag (steps)", XLog: true}
	d.Caption = fmt.Sprintf("%s Bars are what independent returns would stay within on %g %% of samples.",
		caption, 100*assess.Confidence)
	lags := make([]float64, len(l.Lags))
	for i, lag := range l.Lags {
		lags[i] = float64(lag)
	}
	for _, law := range l.Laws {
		d.Metrics = append(d.Metrics, plots.SensitivityPanel{
			Label:  law.Kind + ": autocorrelation of squared returns",
			Series: []plots.Series{{Name: "History", X: lags, Y: l.Squares}},
			Exact:  []plots.Line{{Name: "Model", X: lags, Y: law.Squares}},
		})
	}
	return plots.Sensitivity(d)
}
