package models

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/block"
)

// A Mixer turns independent normals into correlated ones: it is the lower
// Cholesky factor L of their correlation matrix, so that L·z has the
// correlations L·Lᵀ. Several underlyings take their Brownian motions through
// one; Draw takes the errors of a fit through one.
type Mixer [][]float64

// NewMixer factors a correlation matrix, or says which of its entries is not
// one's, or at which row it stops being positive definite.
func NewMixer(corr [][]float64) (Mixer, error) {
	var faults []error
	for i, row := range corr {
		if len(row) != len(corr) {
			return nil, fmt.Errorf("models: row %d of the correlation matrix has %d numbers; want %d",
				i+1, len(row), len(corr))
		}
		if row[i] != 1 {
			faults = append(faults, fmt.Errorf("models: correlation (%d, %d) = %v; want 1 on the diagonal",
				i+1, i+1, row[i]))
		}
		for j := range i {
			if !(math.Abs(row[j]) <= 1) {
				faults = append(faults, fmt.Errorf("models: correlation (%d, %d) = %v; want −1 to 1", i+1, j+1, row[j]))
			}
			if !(row[j] == corr[j][i]) {
				faults = append(faults, fmt.Errorf("models: correlation (%d, %d) = %v, but (%d, %d) = %v; "+
					"want a symmetric matrix", i+1, j+1, row[j], j+1, i+1, corr[j][i]))
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	m := make(Mixer, len(corr))
	for i := range corr {
		m[i] = make([]float64, i+1)
		left := 1.0
		for j := range i {
			s := corr[i][j]
			for k := range j {
				s -= float64(m[i][k] * m[j][k])
			}
			m[i][j] = s / m[j][j]
			left -= float64(m[i][j] * m[i][j])
		}
		if !(left > 1e-12) {
			return nil, fmt.Errorf("models: correlation matrix is not positive definite: entry (%d, %d) leaves a "+
				"variance of %.3g; no prices move like rows 1 to %d together", i+1, i+1, left, i+1)
		}
		m[i][i] = math.Sqrt(left)
	}
	return m, nil
}

// Mix replaces the first steps of independent normals, one track for each row,
// by correlated ones. The first track stays as it is.
func (m Mixer) Mix(z []*block.Track, steps int) {
	if len(z) != len(m) {
		panic(fmt.Sprintf("models: %d tracks to mix; want %d", len(z), len(m)))
	}
	for i := len(m) - 1; i > 0; i-- { // downwards, so that the rows above are still independent
		for k := range steps {
			for l := range block.Lanes {
				s := float64(m[i][i] * z[i][k][l])
				for j := range i {
					s += float64(m[i][j] * z[j][k][l])
				}
				z[i][k][l] = s
			}
		}
	}
}
