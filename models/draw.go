package models

import (
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/param"
)

// Draw returns the fitted model with its parameters moved by the errors of the
// fit: z holds independent standard normals, one for each of Names. Numbers
// that have a least value are moved in the logarithm of their distance from
// it, shares in their log-odds, so that no draw leaves the range. Draws that
// make no sense together, such as a variance that explodes, are taken half as
// far from the estimate, and half again.
func (f Fit) Draw(z []float64) (param.Part, error) {
	if len(z) != len(f.Names) {
		return param.Part{}, fmt.Errorf("models: %d normals to draw the %d parameters of %s", len(z), len(f.Names),
			f.Kind)
	}
	if f.Cov == nil {
		return param.Part{}, fmt.Errorf("models: the fit of %s has no covariance to draw from: %v", f.Kind, f.Warnings)
	}
	// 1. deviations and correlations in the coordinates without bounds
	n := len(z)
	scales, err := f.scales()
	if err != nil {
		return param.Part{}, err
	}
	sd := make([]float64, n)
	corr := make([][]float64, n)
	for i := range f.Names {
		sd[i] = math.Sqrt(f.Cov[i][i]) * scales[i].slope(f.Values[i])
		corr[i] = make([]float64, n)
		for j := range i {
			// a number without error goes with none
			if scale := math.Sqrt(float64(f.Cov[i][i] * f.Cov[j][j])); scale != 0 {
				corr[i][j] = f.Cov[i][j] / scale
				corr[j][i] = corr[i][j]
			}
		}
		corr[i][i] = 1
	}
	mixer, err := NewMixer(corr)
	if err != nil {
		return param.Part{}, fmt.Errorf("models: errors of the fit of %s: %w", f.Kind, err)
	}
	// 2. the draw
	for reach := 1.0; reach > 1e-6; reach /= 2 {
		part := f.Part()
		for i, name := range f.Names {
			shift := 0.0
			for j := range i + 1 {
				shift += float64(mixer[i][j] * z[j])
			}
			if s := float64(float64(reach*sd[i]) * shift); s != 0 && !math.IsNaN(s) && !math.IsInf(s, 0) {
				part.Values[name] = scales[i].move(f.Values[i], s)
			}
		}
		if m, err := Registry.Build(part); err == nil && m.Check() == nil {
			return part, nil
		}
	}
	return param.Part{}, fmt.Errorf("models: the fit of %s is no valid model itself", f.Kind)
}

// Restore returns the fit that gave a model's parameters and the covariance of the
// errors of those named, for Draw.
func Restore(model param.Part, names []string, cov [][]float64) (Fit, error) {
	full, err := Registry.Complete(model)
	if err != nil {
		return Fit{}, err
	}
	f := Fit{Kind: full.Kind, Names: names, Cov: cov, fixed: param.Values{}}
	for name, v := range full.Values {
		f.fixed[name] = v
	}
	if len(names) == 0 || len(cov) != len(names) {
		return Fit{}, fmt.Errorf("models: %d rows of covariance for %d fitted parameters; want as many, at least 1",
			len(cov), len(names))
	}
	for i, name := range names {
		v, ok := f.fixed[name]
		if !ok {
			return Fit{}, fmt.Errorf("models: %s has no number %q to have an error", full.Kind, name)
		}
		if len(cov[i]) != len(names) || !(cov[i][i] >= 0) {
			return Fit{}, fmt.Errorf("models: row %d of the covariance has %d numbers and variance %v; "+
				"want %d and at least 0", i+1, len(cov[i]), cov[i][i], len(names))
		}
		f.Values = append(f.Values, v)
		delete(f.fixed, name)
	}
	return f, nil
}

// A scale is a way of moving a number that keeps it in its range.
type scale struct {
	kind     int // plain, above a least value, or between two
	low, top float64
}

// scales are the scales of the estimated parameters.
func (f Fit) scales() ([]scale, error) {
	params, err := f.params()
	if err != nil {
		return nil, err
	}
	scales := make([]scale, len(params))
	for i, p := range params {
		scales[i] = scaleOf(p)
	}
	return scales, nil
}

func scaleOf(p param.Param) scale {
	switch {
	case p.Max-p.Min <= 2: // shares, correlations
		return scale{2, p.Min, p.Max}
	case p.Min >= 0:
		return scale{1, p.Min, 0}
	}
	return scale{}
}

// slope is the derivative of the coordinate by the number.
func (s scale) slope(v float64) float64 {
	switch s.kind {
	case 1:
		return 1 / (v - s.low)
	case 2:
		return (s.top - s.low) / float64((v-s.low)*(s.top-v))
	}
	return 1
}

// of is the coordinate of a number, without bounds.
func (s scale) of(v float64) float64 {
	switch s.kind {
	case 1:
		return fmath.Log(v - s.low)
	case 2:
		return fmath.Log((v - s.low) / (s.top - v))
	}
	return v
}

// move returns the number whose coordinate is shift above v's.
func (s scale) move(v, shift float64) float64 {
	switch s.kind {
	case 1:
		return s.low + float64((v-s.low)*fmath.Exp(shift))
	case 2:
		odds := float64((v - s.low) / (s.top - v) * fmath.Exp(shift))
		return s.low + float64((s.top-s.low)*odds)/(1+odds)
	}
	return v + shift
}
