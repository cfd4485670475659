package models

import (
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
)

// Every path ends where it must, whatever the step, and stays there; on the way its law is that of a Brownian bridge.
// Mean and variance are within 4 standard errors: a false alarm once in 2,600 runs of the six.
func TestBridge(t *testing.T) {
	const n = 1 << 14
	m := Bridge{Sigma: 0.7, Ends: 0.2, After: 30 * 24 * time.Hour}
	for _, step := range []time.Duration{time.Hour, 24 * time.Hour, 7 * time.Hour} {
		steps := int((m.After + step - 1) / step)
		for _, all := range []int{steps, steps + 5} {
			for i, x := range terminal(m, 3, step, all, 64) {
				if !(math.Abs(x-math.Log(1.2)) < 1e-13) {
					t.Fatalf("steps of %v: path %d ends at %v after %d; want %v", step, i, x, all, math.Log(1.2))
				}
			}
		}
		if m.After%step != 0 {
			continue
		}
		for _, part := range []float64{.25, .5, .9} {
			k := int(part * float64(steps))
			got, se, _, _ := sampleMoments(terminal(m, 4, step, k, scaled(t, n)))
			want := m.Moments(Years(step) * float64(k))
			if z := (got.Mean - want.Mean) / se.Mean; !(math.Abs(z) <= 4) {
				t.Errorf("%v, %v of the time: mean %v; want %v (%.1f)", step, part, got.Mean, want.Mean, z)
			}
			if z := (got.Variance - want.Variance) / se.Variance; !(math.Abs(z) <= 4) {
				t.Errorf("%v, %v of the time: variance %v; want %v (%.1f)", step, part, got.Variance, want.Variance, z)
			}
		}
	}
}

// The highest of a bridge from 0 to b over T is above h with probability e^{−2h(h−b)/(σ²T)}; seen at steps of dt it is
// lower by .5826·σ√dt (Broadie, Glasserman and Kou 1997). Within 4 standard errors: a false alarm once in 16,000 runs.
func TestHighestOfABridge(t *testing.T) {
	const n, steps = 1 << 14, 720
	m := Bridge{Sigma: 0.7, Ends: -0.1, After: steps * time.Hour}
	h, b, v := 0.15, math.Log(0.9), 0.49*Years(m.After)
	above := 0
	paths := scaled(t, n)
	for path := range uint64(paths) {
		x := 0.0
		for _, r := range history(m, 8, path, time.Hour, steps) {
			if x += r; x > h {
				above++
				break
			}
		}
	}
	seen := h + 0.5826*0.7*math.Sqrt(Years(time.Hour))
	want := math.Exp(-2 * seen * (seen - b) / v)
	got := float64(above) / float64(paths)
	if z := (got - want) / math.Sqrt(want*(1-want)/float64(paths)); !(math.Abs(z) <= 4) {
		t.Errorf("above %v: %v; want %v (%.1f standard errors)", h, got, want, z)
	}
}

func TestBridgeByName(t *testing.T) {
	build := func(v param.Values) Model {
		m, err := Registry.Build(param.Part{Kind: "gbm", Values: v})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := build(param.Values{"mu": 1, "ends": 0.5}); m != (GBM{1, 0.8}) {
		t.Errorf("without ends-after: %#v", m)
	}
	want := Bridge{Sigma: 0.8, Ends: 0.5, After: 24 * time.Hour}
	if m := build(param.Values{"mu": 1, "ends": 0.5, "ends-after": 86400}); m != want {
		t.Errorf("%#v; want %#v", m, want)
	}
	for want, m := range map[string]Model{
		"ends = -1":         Bridge{Ends: -1, After: 1},
		"want a time above": Bridge{},
		"momentum of": build(param.Values{"momentum": 0.5, "ends": 0.5,
			"ends-after": 86400}),
	} {
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}
