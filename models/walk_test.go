package models

import (
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/random"
)

// walk drives a model over a grid as package paths does and calls visit after
// every block; cuts are the lengths of the blocks, repeated, all multiples of 4.
func walk(m Model, seed, group uint64, step time.Duration,
	steps int, cuts []int, visit func(at At, move *block.Track)) {
	at := At{Seed: seed, Group: group, Step: step}
	state := make(State, m.State())
	m.Begin(at, state)
	z := make([]*block.Track, m.Normals())
	for i := range z {
		z[i] = new(block.Track)
	}
	var move block.Track
	for b := 0; at.First < steps; b++ {
		at.Len = min(cuts[b%len(cuts)], steps-at.First)
		for i := range z {
			random.Normals(z[i], seed, group, random.Stream(random.Diffusion, i), at.First, at.Len)
		}
		m.Advance(at, z, state, &move)
		visit(at, &move)
		at.First += at.Len
	}
}

var whole = []int{block.Steps}

// terminal returns the log-returns of paths over a horizon.
func terminal(m Model, seed uint64, step time.Duration, steps, paths int) []float64 {
	xs := make([]float64, 0, paths)
	for g := range uint64((paths + block.Lanes - 1) / block.Lanes) {
		var sum [block.Lanes]float64
		walk(m, seed, g, step, steps, whole, func(at At, move *block.Track) {
			for k := range at.Len {
				for l := range block.Lanes {
					sum[l] += move[k][l]
				}
			}
		})
		xs = append(xs, sum[:]...)
	}
	return xs[:paths]
}

// history returns the log-returns of one path, one after another.
func history(m Model, seed, path uint64, step time.Duration, steps int) []float64 {
	xs := make([]float64, 0, steps)
	walk(m, seed, path/block.Lanes, step, steps, whole, func(at At, move *block.Track) {
		for k := range at.Len {
			xs = append(xs, move[k][path%block.Lanes])
		}
	})
	return xs
}

// sampleMoments are those of a sample, with standard errors from 64 batches;
// growth is ln E[e^X].
func sampleMoments(xs []float64) (m, se Moments, price, priceSE float64) {
	const batches = 64
	var per [5][]float64
	for b := range batches {
		part := xs[b*len(xs)/batches : (b+1)*len(xs)/batches]
		for i, v := range cumulantsOf(part) {
			per[i] = append(per[i], v)
		}
	}
	all := cumulantsOf(xs)
	var e [5]float64
	for i, vs := range per {
		mean, ss := 0.0, 0.0
		for _, v := range vs {
			mean += v / batches
		}
		for _, v := range vs {
			ss += (v - mean) * (v - mean)
		}
		e[i] = math.Sqrt(ss / (batches - 1) / batches)
	}
	return Moments{all[0], all[1], all[2], all[3]}, Moments{e[0], e[1], e[2], e[3]}, all[4], e[4]
}

// cumulantsOf returns mean, variance, skewness, excess kurtosis and E[e^x].
func cumulantsOf(xs []float64) [5]float64 {
	n := float64(len(xs))
	var m, p float64
	for _, x := range xs {
		m += x / n
		p += fmath.Exp(x) / n
	}
	var c2, c3, c4 float64
	for _, x := range xs {
		d := x - m
		c2 += d * d / n
		c3 += d * d * d / n
		c4 += d * d * d * d / n
	}
	return [5]float64{m, c2, c3 / math.Pow(c2, 1.5), c4/(c2*c2) - 3, p}
}

// examples are the models of the tests, by kind.
func examples() map[string]Model { return maps.Clone(examplesOnce()) }

var examplesOnce = sync.OnceValue(func() map[string]Model {
	ms := map[string]Model{}
	for _, k := range Registry.Kinds() {
		v := map[string]float64{}
		for _, p := range k.Params {
			v[p.Name] = p.Default
		}
		v["mu"] = 0.1
		ms[k.Name] = k.New(v)
		if p, ok := ms[k.Name].(Preparer); ok {
			m, err := p.Prepare(exampleSeries(), time.Hour)
			if err != nil {
				panic(err)
			}
			ms[k.Name] = m
		}
	}
	return ms
})

// exampleSeries is a year of hours whose volatility clusters, with opens beside the closes
// before and lows and highs.
var exampleSeries = sync.OnceValue(func() *Series {
	s := &Series{Name: "example", Step: time.Hour, Start: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), Extremes: true}
	model := GJR{Sigma: 0.7, Alpha: 0.05, Gamma: 0.02, Beta: 0.92, DoF: 5, Step: time.Hour, Start: 0.7}
	rest := history(GBM{Sigma: 0.1}, 5, 3, time.Hour, 3*8760)
	for i, r := range history(model, 20, 3, time.Hour, 8760) {
		b := Bar{Gap: rest[3*i] / 10, Close: r}
		b.Move = b.Close - b.Gap
		b.Lo, b.Hi = min(0, b.Move)-math.Abs(rest[3*i+1]), max(0, b.Move)+math.Abs(rest[3*i+2])
		s.Bars = append(s.Bars, b)
	}
	return s
})

func exampleNames() []string {
	var names []string
	for name := range examples() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func scaled(t *testing.T, n int) int {
	t.Helper()
	if testing.Short() {
		return n / 8
	}
	return n
}
