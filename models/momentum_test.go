package models

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/param"
)

// At steps of any length returns have the law of the process in continuous time: the variance of sums of them is the
// closed form, by the weights that the lag gives past shocks.
func TestLagAtAnyStep(t *testing.T) {
	for _, m := range []Momentum{{.3, 6 * time.Hour}, {-.4, 2 * time.Hour}, {.9, 200 * time.Hour}, {-2, time.Hour},
		{.95, time.Second}} {
		for _, step := range []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour} {
			l, dt := m.over(Years(step)), Years(step)
			for _, n := range []int{1, 2, 7, 50} {
				// ln S after n steps: shocks before the first step, and those of the steps
				before := l.wait * (1 - math.Pow(l.still, float64(n)))
				sum := before * before / (1 - l.still*l.still)
				for j := range n {
					w := 1 - l.wait*math.Pow(l.still, float64(j))
					sum += w * w
				}
				got, want := sum*dt, m.variance(1, float64(n)*dt)
				if !(math.Abs(got-want) < 1e-12*want) {
					t.Errorf("%+v over %d steps of %v: variance %v; want %v", m, n, step, got, want)
				}
			}
		}
	}
}

// With the share for which a shock moves the price by 1 − φ at once, and the time −dt/ln φ, returns are an AR(1): the
// autocorrelation at lag n is φⁿ, and the variance of a long sum that of shocks.
func TestMomentumAsAutoregression(t *testing.T) {
	const phi, dt = .3, 1.0 / 365
	x := -math.Log(phi)
	m := Momentum{Time: time.Duration(24 * float64(time.Hour) / x)}
	// wait = φ where (1 + still)/2·(1 − √(1 − (1 − (1 − share)²)·part)) = φ
	part := 2 * (1 - phi) / (x * (1 + phi))
	root := 1 - 2*phi/(1+phi)
	m.Share = 1 - math.Sqrt(1-(1-root*root)/part)
	l := m.over(dt)
	if !(math.Abs(l.wait-phi) < 1e-9 && math.Abs(l.still-phi) < 1e-9) {
		t.Fatalf("lag %+v; want one of %v", l, phi)
	}
	variance := func(n int) float64 { return m.variance(1, float64(n)*dt) / dt }
	if got, want := variance(1), (1-phi)/(1+phi); !(math.Abs(got-want) < 1e-9) {
		t.Errorf("variance of a return %v of a shock's; want %v", got, want)
	}
	for n := 1; n < 6; n++ { // from variances of sums
		got := (variance(n+1) - 2*variance(n) + variance(n-1)) / 2 / variance(1)
		if want := math.Pow(phi, float64(n)); !(math.Abs(got-want) < 1e-8) {
			t.Errorf("autocorrelation at lag %d is %v; want %v", n, got, want)
		}
	}
}

// Without momentum, whatever its time, gbm is the plain one and component has the bits that it had.
func TestNoMomentum(t *testing.T) {
	m, err := Registry.Build(param.Part{Kind: "gbm", Values: param.Values{"momentum-time": 3600}})
	if _, ok := m.(GBM); err != nil || !ok {
		t.Errorf("gbm without momentum is %T, %v; want GBM", m, err)
	}
	plain := wildComponent()
	tiny := plain
	tiny.Momentum = Momentum{1e-300, time.Hour}
	at := At{Seed: 3, Len: block.Steps, Step: time.Hour}
	a, b := terminal(plain, 9, at.Step, 100, 64), terminal(tiny, 9, at.Step, 100, 64)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("path %d: %v without momentum, %v with hardly any", i, a[i], b[i])
		}
	}
}

// Prices are linear in the normals, so the path on which all are zero is the mean of ln S, whatever the step: half the
// variance below the growth for gbm, which keeps E[S] exact, and the moments' mean for component.
func TestMeanOfMovingPrices(t *testing.T) {
	momentum := Momentum{-.4, 5 * time.Hour}
	component := Component{Mu: .1, Sigma: .8, Multiplier: 1, Count: 1, Rate: 1, Ratio: 2, DoF: 5, Step: time.Hour,
		Momentum: momentum}
	l, h := momentum.over(Years(time.Hour)), .64*Years(time.Hour)
	begun := l.begin(h, 0)
	for _, r := range []struct {
		model Model
		state State
	}{
		{MovingGBM{GBM{.1, .8}, momentum}, State{{begun.waits}}},
		{component, State{{}, {begun.waits}, {begun.squares}}},
	} {
		var zeros [2]block.Track
		var move block.Track
		for i := range zeros[1] {
			zeros[1][i][0] = 9 // no component is drawn anew
		}
		r.model.Advance(At{Len: 20, Step: time.Hour}.Alone(0), []*block.Track{&zeros[0], &zeros[1]}, r.state, &move)
		got := 0.0
		for k := range 20 {
			got += move[k][0]
			want := r.model.Moments(float64(k+1) * Years(time.Hour)).Mean
			if !(math.Abs(got-want) < 1e-12*math.Abs(want)) {
				t.Fatalf("%T: ln S is %v on the path of zero normals after %d steps; want %v", r.model, got, k+1, want)
			}
		}
	}
}
