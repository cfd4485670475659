package models

import (
	"fmt"
	"maps"
	"math"

	"mcrisk/fmath"
	"mcrisk/param"
)

// Draws are models near a fitted one: its parameters moved by the errors of the fit.
type Draws struct {
	kind   param.Kind[Model]
	full   param.Values // of the fitted model
	names  []string     // of what was estimated
	scales []scale
	sd     []float64 // of the coordinates
	mixer  Mixer     // of their errors
}

// Draws makes ready to draw models; it is an error if the fit has no covariance or is
// no valid model.
func (f Fit) Draws() (*Draws, error) {
	if f.Cov == nil {
		return nil, fmt.Errorf("models: the fit of %s has no covariance to draw from: %v", f.Kind, f.Warnings)
	}
	part, err := Registry.Complete(f.Part())
	if err != nil {
		return nil, fmt.Errorf("models: fitted %s: %w", f.Kind, err)
	}
	if _, err := f.Model(); err != nil {
		return nil, err
	}
	d := &Draws{full: part.Values, names: f.Names}
	if d.kind, err = Registry.Kind(f.Kind); err != nil {
		return nil, err
	}
	if d.scales, err = f.scales(); err != nil {
		return nil, err
	}
	// deviations and correlations in the coordinates without bounds
	corr := make([][]float64, len(f.Names))
	for i := range f.Names {
		d.sd = append(d.sd, math.Sqrt(f.Cov[i][i])*d.scales[i].slope(f.Values[i]))
		corr[i] = make([]float64, len(f.Names))
		for j := range i {
			// a number without error goes with none
			if scale := math.Sqrt(float64(f.Cov[i][i] * f.Cov[j][j])); scale != 0 {
				corr[i][j] = f.Cov[i][j] / scale
				corr[j][i] = corr[i][j]
			}
		}
		corr[i][i] = 1
	}
	if d.mixer, err = NewMixer(corr); err != nil {
		return nil, fmt.Errorf("models: errors of the fit of %s: %w", f.Kind, err)
	}
	return d, nil
}

// dofLattice is how many values degrees of freedom take within an error of the fit:
// each needs a table of its own, which costs more than a path of a month.
const dofLattice = 4

// Draw returns one model and its parameters: z holds independent standard normals, one
// for each number that was estimated. Numbers that have a least value are moved in the
// logarithm of their distance from it, shares in their log-odds, so that no draw leaves
// the range; degrees of freedom are moved by multiples of a quarter of their error.
// Draws that make no sense together, such as a variance that explodes, are taken half
// as far from the estimate, and half again.
func (d *Draws) Draw(z []float64) (Model, param.Values, error) {
	if len(z) != len(d.names) {
		return nil, nil, fmt.Errorf("models: %d normals to draw the %d parameters of %s", len(z), len(d.names),
			d.kind.Name)
	}
	for reach := 1.0; reach > 1e-6; reach /= 2 {
		values := maps.Clone(d.full)
		for i, name := range d.names {
			shift := 0.0
			for j := range i + 1 {
				shift += float64(d.mixer[i][j] * z[j])
			}
			if name == garchDoF.Name {
				shift = math.RoundToEven(shift*dofLattice) / dofLattice
			}
			if s := float64(float64(reach*d.sd[i]) * shift); s != 0 && !math.IsNaN(s) && !math.IsInf(s, 0) {
				values[name] = d.scales[i].move(d.full[name], s)
			}
		}
		if m, ok := d.model(values); ok {
			return m, values, nil
		}
	}
	return nil, nil, fmt.Errorf("models: the fit of %s is no valid model itself", d.kind.Name)
}

// model is the model of parameters, if they are in range and make sense together.
func (d *Draws) model(values param.Values) (m Model, ok bool) {
	for _, p := range d.kind.Params {
		if v, stated := p.In(values); stated && p.Check(v) != nil {
			return nil, false
		}
	}
	m = d.kind.New(values)
	return m, m.Check() == nil
}

// Restore returns the fit that gave a model's parameters and the covariance of the
// errors of those named, for Draws.
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
