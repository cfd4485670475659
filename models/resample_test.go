package models

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/param"
	"mcrisk/random"
)

// prepare makes a model of a kind on a history.
func prepare(t testing.TB, kind string, history *Series, step time.Duration, values param.Values) Model {
	t.Helper()
	m, err := Registry.Build(param.Part{Kind: kind, Values: values})
	if err == nil {
		err = m.Check()
	}
	if err == nil {
		m, err = m.(Preparer).Prepare(history, step)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inSteps is the example's history as one of other bars: of minutes it only has the name.
func inSteps(step time.Duration) *Series {
	s := *exampleSeries()
	s.Step = step
	return &s
}

// The expected price grows at mu at every horizon, whatever a block's length, the step and
// where paths start. 5 numbers of 4 standard errors a row: a false alarm in 400 runs of all;
// without compensation, or with that of independent bars, every row fails.
func TestResampledPricesGrowAtMu(t *testing.T) {
	day := 24 * time.Hour
	fhs := func(v param.Values, bar time.Duration) param.Values {
		v["sigma"], v["garch-alpha"], v["garch-beta"], v["garch-step"] = 0.7, 0.06, 0.92, bar.Seconds()
		return v
	}
	for _, r := range []struct {
		name, kind string
		values     param.Values
		bar, step  time.Duration
		steps      int
	}{
		{"blocks of a week, hours", "bootstrap", param.Values{"growth": 1, "block": 168 * 3600},
			time.Hour, time.Hour, 720},
		{"blocks of a bar", "bootstrap", param.Values{"growth": 1, "block": 3600}, time.Hour, time.Hour, 720},
		{"steps of five minutes", "bootstrap", param.Values{"growth": 1, "block": 86400},
			5 * time.Minute, 5 * time.Minute, 2016},
		{"days of hours", "bootstrap", param.Values{"growth": 1, "block": 50 * 3600}, time.Hour, day, 90},
		{"inside bars", "bootstrap", param.Values{"growth": 1, "block": 50 * 3600, "extremes": 1}, time.Hour, day, 90},
		{"fhs, hours", "fhs", fhs(param.Values{}, time.Hour), time.Hour, time.Hour, 720},
		{"fhs from a wild start", "fhs", fhs(param.Values{"start": 2, "block": 86400}, time.Hour),
			time.Hour, time.Hour, 720},
		{"fhs, days of hours, inside bars", "fhs", fhs(param.Values{"start": 0.3, "extremes": 1}, time.Hour),
			time.Hour, day, 90},
		{"fhs, five minutes", "fhs", fhs(param.Values{}, 5*time.Minute), 5 * time.Minute, 5 * time.Minute, 2016},
		{"fhs, days", "fhs", fhs(param.Values{}, day), day, day, 90},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.values["mu"] = 0.4
			m := prepare(t, r.kind, inSteps(r.bar), r.step, r.values)
			const looks = 5
			n := scaled(t, 1<<14) / block.Lanes
			var sum, square [looks]float64
			for g := range uint64(n) {
				prices := pricesAt(m, g, r.step, r.steps, looks)
				for i := range looks {
					for _, p := range prices[i] {
						sum[i] += p
						square[i] += p * p
					}
				}
			}
			total := float64(n * block.Lanes)
			for i := range looks {
				years := Years(r.step) * float64(r.steps*(i+1)/looks)
				mean := sum[i] / total
				se := math.Sqrt((square[i]/total - mean*mean) / total)
				if z := (mean - math.Exp(0.4*years)) / se; !(math.Abs(z) < 4) {
					t.Errorf("after %.3f years E[S] = %.5f, want %.5f: %.1f standard errors",
						years, mean, math.Exp(0.4*years), z)
				}
			}
		})
	}
}

// pricesAt are the prices of a group's paths at evenly spaced steps, gaps included.
func pricesAt(m Model, group uint64, step time.Duration, steps, looks int) [][block.Lanes]float64 {
	at := At{Seed: 77, Group: group, Step: step}
	state := make(State, m.State())
	m.Begin(at, state)
	var move block.Track
	var ways block.Ways
	var sum [block.Lanes]float64
	prices := make([][block.Lanes]float64, 0, looks)
	bars, _ := m.(BarModel)
	for ; at.First < steps; at.First += at.Len {
		at.Len = min(block.Steps, steps-at.First)
		if bars != nil && bars.InBars() {
			bars.AdvanceBars(at, nil, state, &move, &ways)
		} else {
			m.Advance(at, nil, state, &move)
		}
		for k := range at.Len {
			for l := range sum {
				sum[l] += move[k][l] + ways[l][k][0]
			}
			if done := at.First + k + 1; done == steps*(len(prices)+1)/looks {
				var p [block.Lanes]float64
				for l := range p {
					p[l] = math.Exp(sum[l])
				}
				prices = append(prices, p)
			}
		}
	}
	return prices
}

// With the growth kept, the expected price is that of the renewal of blocks: within 4
// standard errors at two block lengths and two horizons, a false alarm in 4,000 runs.
func TestKeptGrowth(t *testing.T) {
	for _, hours := range []float64{3, 200} {
		m := prepare(t, "bootstrap", exampleSeries(), time.Hour, param.Values{"block": hours * 3600}).(Bootstrap)
		n := scaled(t, 1<<14) / block.Lanes
		var sum, square [2]float64
		for g := range uint64(n) {
			for i, prices := range pricesAt(m, g, time.Hour, 400, 2) {
				for _, p := range prices {
					sum[i] += p
					square[i] += p * p
				}
			}
		}
		for i := range sum {
			total := float64(n * block.Lanes)
			mean := sum[i] / total
			se := math.Sqrt((square[i]/total - mean*mean) / total)
			want := m.MeanPrice(float64(200*(i+1)) / 8760)
			if z := (mean - want) / se; !(math.Abs(z) < 4) {
				t.Errorf("blocks of %v hours, %d hours: E[S] = %.5f, want %.5f: %.1f standard errors",
					hours, 200*(i+1), mean, want, z)
			}
		}
	}
}

// A path whose first block covers the horizon is the history from where it begins, to the
// last bit, and wraps from its end to its start.
func TestFirstBlockIsTheHistory(t *testing.T) {
	s := exampleSeries()
	m := prepare(t, "bootstrap", s, time.Hour, param.Values{"block": 876e3 * 3600}).(Bootstrap)
	const seed, steps = 9, 300
	for path := range uint64(200) {
		first, _ := random.NewPicker().Block(seed, path, random.Stream(random.Blocks, 0), 0, len(s.Bars))
		rs := history(m, seed, path, time.Hour, steps)
		for i, r := range rs {
			b := s.Bars[(first+i)%len(s.Bars)]
			if want := b.Close; i > 0 && r != want {
				t.Fatalf("path %d: hour %d is %v; bar %d of the history is %v", path, i, r, first+i, want)
			}
			if i == 0 && r != b.Move {
				t.Fatalf("path %d begins with %v; its first bar moves by %v from its open", path, r, b.Move)
			}
		}
	}
}

// Squared returns of resampled paths are correlated as those of the history, less what
// blocks cut: (1 − 1/mean length)^lag of it. The lows and highs inside bars have the
// history's law. 14 numbers of 4 standard errors: a false alarm in 1,000 runs. With blocks
// of one bar there is no correlation, 20 errors off.
func TestResampledMemory(t *testing.T) {
	s := exampleSeries()
	n := len(s.Bars)
	squares, lows, highs := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, b := range s.Bars {
		squares[i], lows[i], highs[i] = b.Close*b.Close, b.Lo, b.Hi
	}
	mean := meanOf(squares)
	covariance := func(lag int) float64 {
		c := 0.0
		for i, x := range squares {
			c += (x - mean) * (squares[(i+lag)%n] - mean) / float64(n)
		}
		return c
	}
	const block_, steps = 48, 512
	m := prepare(t, "bootstrap", s, time.Hour, param.Values{"block": block_ * 3600, "extremes": 1}).(Bootstrap)
	lags := []int{1, 2, 5, 10, 24, 48}
	groups := scaled(t, 1<<12) / block.Lanes
	products, low, high := make([][]float64, len(lags)), []float64(nil), []float64(nil)
	for g := range uint64(groups) {
		at := At{Seed: 5, Group: g, Step: time.Hour}
		state := make(State, m.State())
		m.Begin(at, state)
		var xs [block.Lanes][]float64
		var sums [2][block.Lanes]float64
		for ; at.First < steps; at.First += block.Steps {
			at.Len = block.Steps
			move, ways := new(block.Track), new(block.Ways)
			m.AdvanceBars(at, nil, state, move, ways)
			for k := range at.Len {
				for l := range xs {
					w := &ways[l][k]
					r := move[k][l] + w[0]
					xs[l] = append(xs[l], r*r)
					sums[0][l] += min(w[1], w[1]+w[2]) / steps
					sums[1][l] += max(w[1], w[1]+w[2]) / steps
				}
			}
		}
		low, high = append(low, sums[0][:]...), append(high, sums[1][:]...)
		for l := range xs {
			for i, lag := range lags {
				c := 0.0
				for k := 1; k+lag < steps; k++ { // the first bar lacks its gap
					c += (xs[l][k] - mean) * (xs[l][k+lag] - mean) / float64(steps-lag-1)
				}
				products[i] = append(products[i], c)
			}
		}
	}
	check := func(what string, xs []float64, want float64) {
		m := meanOf(xs)
		v := 0.0
		for _, x := range xs {
			v += (x - m) * (x - m)
		}
		se := math.Sqrt(v) / float64(len(xs))
		if z := (m - want) / se; !(math.Abs(z) < 4) {
			t.Errorf("%s: %.4g, want %.4g: %.1f standard errors", what, m, want, z)
		}
	}
	for i, lag := range lags {
		check("covariance of squares", products[i], covariance(lag)*math.Pow(1-1.0/block_, float64(lag)))
	}
	check("lows", low, meanOf(lows))
	check("highs", high, meanOf(highs))
}

// The length of blocks is what the theory of Politis and White gives for an autoregression
// of order one, (2ρ/(1 − ρ²))^(2/3)·n^(1/3), to within a fifth.
func TestBlockLength(t *testing.T) {
	for _, rho := range []float64{0.3, 0.6, 0.8} {
		const n = 200_000
		s := random.NewSource(3, 1, random.Stream(random.Blocks, 9))
		xs, x := make([]float64, n), 0.0
		for i := range xs {
			x = rho*x + s.Norm()
			xs[i] = x
		}
		want := math.Pow(2*rho/(1-rho*rho), 2.0/3) * math.Cbrt(n)
		if got := BlockLength(xs); math.Abs(got/want-1) > 0.2 {
			t.Errorf("ρ = %v: %.1f, want %.1f", rho, got, want)
		}
	}
	if got := BlockLength(make([]float64, 500)); got != 1 {
		t.Errorf("of zeros %v, want 1", got)
	}
}

// Paths of fhs start in a variance that the recursion had over the history, each with equal
// probability: their mean logarithm is that of the history's within 4 standard errors, a
// false alarm in 16,000 runs, and every one is among them.
func TestShocksStartInTheHistory(t *testing.T) {
	m := prepare(t, "fhs", exampleSeries(), time.Hour,
		param.Values{"sigma": 0.7, "garch-alpha": 0.06, "garch-beta": 0.92}).(FHS)
	seen := map[float64]bool{}
	want, square := 0.0, 0.0
	for _, h := range m.drawn.longRun {
		seen[h] = true
		log := math.Log(h)
		want += log / float64(len(m.drawn.longRun))
		square += log * log / float64(len(m.drawn.longRun))
	}
	got, paths := 0.0, 0
	for g := range uint64(256) {
		state := make(State, m.State())
		m.Begin(At{Seed: 3, Group: g, Step: time.Hour}, state)
		for _, h := range state[0] {
			got += math.Log(h)
			if paths++; !seen[h] {
				t.Fatalf("a path starts at %v, which the history did not have", h)
			}
		}
	}
	se := math.Sqrt((square - want*want) / float64(paths))
	if z := (got/float64(paths) - want) / se; !(math.Abs(z) < 4) {
		t.Errorf("mean log variance %.4f, the history's %.4f: %.1f standard errors", got/float64(paths), want, z)
	}
}

// What a model sees of its own path's volatility is nearer to it than the long run: the
// squared error of the logarithm of the variance is at most the given part of what the
// long-run mean misses it by, over 48 paths. GARCH sees its own variance but for where it
// began.
func TestFiltered(t *testing.T) {
	for _, r := range []struct {
		part  param.Part
		state int // of the variance
		most  float64
	}{
		{param.Part{Kind: "garch", Values: param.Values{"sigma": 0.8, "garch-alpha": 0.06, "garch-beta": 0.92}},
			0, 1e-3},
		{param.Part{Kind: "gjr", Values: param.Values{"sigma": 0.8, "garch-alpha": 0.04, "garch-beta": 0.92}},
			0, 1e-3},
		{param.Part{Kind: "regimes", Values: param.Values{"to-wild": 40, "to-calm": 100}}, 2, 0.35},
		{param.Part{Kind: "heston", Values: param.Values{"kappa": 20, "theta": 0.6, "xi": 4}}, 0, 0.5},
		{param.Part{Kind: "bates", Values: param.Values{"kappa": 20, "theta": 0.6, "xi": 4, "jump-rate": 30,
			"jump-sd": 0.03}}, 0, 0.6},
	} {
		t.Run(r.part.Kind, func(t *testing.T) {
			t.Parallel()
			m, err := Registry.Build(r.part)
			if err != nil {
				t.Fatal(err)
			}
			filtered, plain := 0.0, 0.0
			for g := range uint64(3) {
				at := At{Seed: 8, Group: g, Step: time.Hour}
				state := make(State, m.State())
				m.Begin(at, state)
				var series [block.Lanes]Series
				z := []*block.Track{new(block.Track), new(block.Track)}[:m.Normals()]
				for ; at.First < 2048; at.First += block.Steps {
					at.Len = block.Steps
					for i := range z {
						random.Normals(z[i], at.Seed, g, random.Stream(random.Diffusion, i), at.First, at.Len)
					}
					var move block.Track
					m.Advance(at, z, state, &move)
					for l := range series {
						for k := range at.Len {
							series[l].Bars = append(series[l].Bars, Bar{Close: move[k][l]})
						}
					}
				}
				for l := range series {
					series[l].Step = time.Hour
					got, err := Filtered(r.part, &series[l])
					if err != nil {
						t.Fatal(err)
					}
					truth, mean := state[r.state][l], 0.0
					switch m := m.(type) {
					case GARCH:
						truth, mean = truth*m.Sigma*m.Sigma, m.Sigma*m.Sigma
					case GJR:
						truth, mean = truth*m.Sigma*m.Sigma, m.Sigma*m.Sigma
					case Regimes:
						truth = m.Calm*m.Calm + truth*(m.Wild*m.Wild-m.Calm*m.Calm)
						mean = m.Calm*m.Calm + m.WildShare()*(m.Wild*m.Wild-m.Calm*m.Calm)
					case Heston:
						mean = m.Theta
					case Bates:
						j := m.jumps().Moments(1).Variance
						truth, mean = truth+j, m.Theta+j
					}
					filtered += math.Pow(math.Log(got*got/truth), 2)
					plain += math.Pow(math.Log(mean/truth), 2)
				}
			}
			if ratio := filtered / plain; !(ratio < r.most) {
				t.Errorf("the filter misses by %.3f of what the long run does; want less than %v", ratio, r.most)
			}
		})
	}
	if _, err := Filtered(param.Part{Kind: "gbm"}, exampleSeries()); err == nil {
		t.Error("gbm has a start")
	}
}
