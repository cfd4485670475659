package models

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/random"
)

// Two underlyings whose Brownian motions have a correlation of 0.8, over 1,024
// steps of 16 paths.
func ExampleMixer() {
	mixer, err := NewMixer([][]float64{{1, 0.8}, {0.8, 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	underlyings := []GBM{{Mu: 0.1, Sigma: 0.6}, {Mu: 0.1, Sigma: 0.8}}
	var xx, xy, yy float64
	var moves [2]block.Track
	for at := (At{Seed: 1, Step: time.Hour, Len: block.Steps}); at.First < 1024; at.First += at.Len {
		var z [2]block.Track
		for i := range z {
			random.Normals(&z[i], at.Seed, at.Group, random.Stream(random.Diffusion, i), at.First, at.Len)
		}
		mixer.Mix([]*block.Track{&z[0], &z[1]}, at.Len)
		for i, m := range underlyings {
			at.Underlying = i
			m.Advance(at, []*block.Track{&z[i]}, nil, &moves[i])
		}
		for k := range at.Len {
			for l := range block.Lanes {
				x, y := moves[0][k][l], moves[1][k][l]
				xx, xy, yy = xx+x*x, xy+x*y, yy+y*y
			}
		}
	}
	fmt.Printf("correlation of the log-returns %.2f\n", xy/math.Sqrt(xx*yy))
	// Output: correlation of the log-returns 0.80
}

func TestMixerRefuses(t *testing.T) {
	nan := math.NaN()
	rows := []struct {
		name string
		corr [][]float64
		want string
	}{
		{"not square", [][]float64{{1, 0}, {0}}, "row 2"},
		{"diagonal", [][]float64{{1, 0}, {0, 0.9}}, "(2, 2) = 0.9"},
		{"beyond one", [][]float64{{1, 1.5}, {1.5, 1}}, "(2, 1) = 1.5"},
		{"not symmetric", [][]float64{{1, 0.5}, {0.4, 1}}, "(2, 1) = 0.4, but (1, 2) = 0.5"},
		{"NaN", [][]float64{{1, nan}, {nan, 1}}, "(2, 1) = NaN"},
		{"impossible together", [][]float64{{1, 0.9, 0.9}, {0.9, 1, -0.9}, {0.9, -0.9, 1}}, "(3, 3) leaves a variance"},
		{"singular", [][]float64{{1, 1}, {1, 1}}, "(2, 2) leaves"},
	}
	for _, r := range rows {
		if _, err := NewMixer(r.corr); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%s: %v; want an error with %q", r.name, err, r.want)
		}
	}
}

// Mixed normals have the correlations asked for: 5 standard errors on 6
// numbers, a false alarm in 300,000 runs.
func TestMixerMixes(t *testing.T) {
	corr := [][]float64{{1, 0.8, -0.3}, {0.8, 1, 0.1}, {-0.3, 0.1, 1}}
	m, err := NewMixer(corr)
	if err != nil {
		t.Fatal(err)
	}
	z := []*block.Track{new(block.Track), new(block.Track), new(block.Track)}
	const groups = 200
	const n = groups * block.Lanes * block.Steps
	var got [3][3]float64
	for g := range uint64(groups) {
		for i := range z {
			random.Normals(z[i], 5, g, random.Stream(random.Diffusion, i), 0, block.Steps)
		}
		first := *z[0]
		m.Mix(z, block.Steps)
		if *z[0] != first {
			t.Fatal("the first track changed")
		}
		for i := range z {
			for j := range z {
				for k := range z[i] {
					for l := range z[i][k] {
						got[i][j] += z[i][k][l] * z[j][k][l] / n
					}
				}
			}
		}
	}
	for i := range corr {
		for j := range i + 1 {
			se := math.Sqrt((1 + corr[i][j]*corr[i][j]) / n)
			if e := (got[i][j] - corr[i][j]) / se; math.Abs(e) > 5 {
				t.Errorf("correlation (%d, %d) = %v, want %v: %.1f standard errors", i+1, j+1, got[i][j], corr[i][j], e)
			}
		}
	}
}
