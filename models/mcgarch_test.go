package models

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/param"
	"mcrisk/random"
)

// weeklyMCGARCH is about what hours of BTC have.
func weeklyMCGARCH() MCGARCH {
	return MCGARCH{Mu: .1, Sigma: .75, Reaction: .1, Fade: .75, Rate: 23000, Slowest: 60 * 24 * time.Hour, Floor: .2,
		Bend: 5, DoF: 3.2, Skew: .28, Week: Week{.25, -.12, -.5, .6}, Step: time.Hour}
}

// What is expected of the products of components after a step, against the sum over shocks of the recursion itself;
// their long-run means stand still, and sums ahead are those of steps one by one.
func TestMCGARCHChain(t *testing.T) {
	m := weeklyMCGARCH()
	for _, step := range []time.Duration{time.Hour, 5 * time.Minute, 7 * time.Hour} {
		l := newNewsLaw(m.DoF, m.Bend)
		c, ok := m.over(step, l)
		if !ok {
			t.Fatalf("%v: no long run", step)
		}
		f := [mcComponents]float64{.3, 2, 1.1, .7, 1.6}
		got := c.after(productsOf(f))
		var want products
		eachShock(m.DoF, 64, func(x, p float64) {
			u := (m.Bend+1)*x*x/(m.Bend+x*x) - l.mean
			var next [mcComponents]float64
			for k := range next {
				next[k] = f[k] + c.returns[k]*(1-f[k]) + c.gains[k]*u*(f[k]-m.Floor)
			}
			for set, v := range productsOf(next) {
				want[set] += p * v
			}
		})
		still := c.after(c.mean)
		for set := range want {
			if !(math.Abs(got[set]/want[set]-1) < 1e-9) || !(math.Abs(still[set]/c.mean[set]-1) < 1e-12) {
				t.Errorf("%v, set %b: %v; want %v; mean %v, then %v", step, set, got[set], want[set],
					c.mean[set], still[set])
			}
		}
		sum, p := 0.0, productsOf(f)
		for k := range 50 {
			sum += float64(k%3) * p[mcAll]
			p = c.after(p)
		}
		ahead := c.ahead(50, func(k int) float64 { return float64(k % 3) })
		if got := ahead.of(productsOf(f)); !(math.Abs(got/sum-1) < 1e-12) {
			t.Errorf("%v: sum ahead %v; want %v", step, got, sum)
		}
	}
}

// The compensator against a quadrature over the shocks, of either sign.
func TestMCGARCHCompensator(t *testing.T) {
	for _, dof := range []float64{2.2, 4, 30} {
		l := skewLawOf(dof)
		for _, sd := range []float64{0, .001, .0099, .01, .05, .0999, .1, .4, 1} {
			for _, q := range []float64{-.9, -.2, 0, .3, .9} {
				sd := sd / math.Sqrt(1+q*q*l.variance) // as steps have it
				want, square := 0.0, 0.0
				eachShock(dof, 500, func(x, p float64) {
					r := q * (math.Sqrt(x*x+rounding) - l.mean)
					want += p * (math.Expm1(sd*(r+x)) + math.Expm1(sd*(r-x))) / 2
					square += p * (r*r + x*x)
				})
				want = math.Log1p(want)
				if got := l.compensator(sd, q); !(math.Abs(got-want) < 1e-9*want+1e-16) {
					t.Errorf("dof %v, sd %v, q %v: %v; want %v", dof, sd, q, got, want)
				}
				if want := 1 + q*q*l.variance; !(math.Abs(square-want) < 1e-6) {
					t.Errorf("dof %v, q %v: variance of a skewed shock %v; want %v", dof, q, square, want)
				}
			}
		}
	}
}

// The expected price and the mean square of returns, from the long run, from a volatility, and on other steps, within
// four standard errors, which one of these rows misses once in 1,500 seeds. The seed is fixed. With weights of the
// states of the long-run law by the whole product alone, the variance from it was 3.6 of them off.
func TestMCGARCHMoments(t *testing.T) {
	quiet, loud := weeklyMCGARCH(), weeklyMCGARCH()
	quiet.Start, quiet.Hour, loud.Start = .4, 100, 2
	for i, r := range []struct {
		name  string
		m     MCGARCH
		step  time.Duration
		steps int
		known bool // the variance, on these steps
	}{
		{"long run", weeklyMCGARCH(), time.Hour, 168, true},
		{"quiet", quiet, time.Hour, 100, true},
		{"loud", loud, time.Hour, 100, true},
		{"days", quiet, 24 * time.Hour, 30, false},
		{"ten minutes", quiet, 10 * time.Minute, 100, false},
		{"days from the long run", weeklyMCGARCH(), 24 * time.Hour, 30, false},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if err := r.m.Check(); err != nil {
				t.Fatal(err)
			}
			prepared, err := r.m.Prepare(nil, r.step)
			if err != nil {
				t.Fatal(err)
			}
			years := Years(r.step) * float64(r.steps)
			var price, square, price2, square2, n float64
			for g := range uint64(scaled(t, 1<<12)) {
				for _, returns := range histories(prepared, At{Seed: uint64(40 + i), Group: g, Step: r.step}, r.steps) {
					sum, squares := 0.0, 0.0
					for _, r := range returns {
						sum += r
						squares += r * r
					}
					p := math.Exp(sum - .1*years)
					n, price, price2 = n+1, price+p, price2+p*p
					square, square2 = square+squares, square2+squares*squares
				}
			}
			off := func(what string, sum, squares, want float64) {
				mean := sum / n
				se := math.Sqrt((squares/n - mean*mean) / n)
				t.Logf("%s %v, want %v ± %.2g: %+.1f", what, mean, want, se, (mean-want)/se)
				if !(math.Abs(mean-want) < 4*se) {
					t.Errorf("%s = %v; want %v ± %v", what, mean, want, se)
				}
			}
			off("price", price, price2, 1)
			if r.known {
				off("variance", square, square2, r.m.Moments(years).Variance)
			}
		})
	}
}

// The density of a return, given those before it, has the integral 1: the likelihood accounts for the skewness, whose
// slope is not 1, and for the variance.
func TestMCGARCHDensity(t *testing.T) {
	m := weeklyMCGARCH()
	h := mcHistory{sample{r: []float64{.004, .02, -.001, .0002, -.03, .01, 0}, dt: Years(time.Hour)}, time.Hour,
		[]int{3, 4, 5, 6, 7, 8, 9, 10}}
	for n := range len(h.r) + 1 {
		before, with := h, h
		before.r, with.r = h.r[:n], append(slices.Clone(h.r[:n]), 0)
		log, mass := m.filter(before, false).log, 0.0
		const cells = 2000
		for i := range cells { // r = sinh, from −8 to 8 with even steps in w
			w := (float64(i)+.5)/cells*32 - 16
			with.r[n] = 1e-6 * math.Sinh(w)
			mass += math.Exp(m.filter(with, false).log-log) * 1e-6 * math.Cosh(w) * 32 / cells
		}
		if !(math.Abs(mass-1) < 1e-5) {
			t.Errorf("after %d returns the density has the integral %v", n, mass)
		}
	}
}

// A filter that goes through a path's returns finds the components of the path: to what is between the compensator and
// its first order.
func TestMCGARCHFilter(t *testing.T) {
	m := weeklyMCGARCH()
	m.Start, m.Factors, m.Hour = .8, [mcComponents]float64{1, 1, 1, 1, 1}, 100
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	at, state := At{Seed: 5, Step: time.Hour}, make(State, m.State())
	m.Begin(at, state)
	var returns [block.Lanes][]float64
	for ; at.First < 4*block.Steps; at.First += block.Steps {
		at.Len = block.Steps
		var z, move block.Track
		random.Normals(&z, at.Seed, at.Group, random.Stream(random.Diffusion, 0), at.First, at.Len)
		m.Advance(at, []*block.Track{&z}, state, &move)
		for l := range returns {
			for k := range at.Len {
				returns[l] = append(returns[l], move[k][l])
			}
		}
	}
	for l, r := range returns {
		h := mcHistory{sample{r: r, dt: Years(time.Hour)}, time.Hour, make([]int, len(r))}
		for i := range h.hours {
			h.hours[i] = (100 + i) % hoursOfWeek
		}
		for k, got := range m.filter(h, false).factors {
			if want := state[k][l]; !(math.Abs(got/want-1) < .01) {
				t.Errorf("lane %d, component %d: %v; want %v", l, k+1, got, want)
			}
		}
	}
}

// Components at a volatility make it, and a path that starts at what FilteredState has starts there.
func TestMCGARCHStart(t *testing.T) {
	m := weeklyMCGARCH()
	c, _ := m.over(time.Hour, newsLawOf(m.DoF, m.Bend))
	for _, start := range []float64{.1, .4, .75, 1, 3} {
		m.Start = start
		f := m.factors(c)
		got := m.Sigma * math.Sqrt(productsOf(f)[mcAll]/c.mean[mcAll])
		if !(math.Abs(got/start-1) < 1e-12) {
			t.Errorf("start %v: components %v make %v", start, f, got)
		}
		for k := 1; k < mcComponents; k++ {
			if start < .4 && !(f[k] < f[k-1]) || start > 1 && !(f[k] > f[k-1]) {
				t.Errorf("start %v: components %v; want the slowest farthest from 1", start, f)
			}
		}
	}
	series := &Series{Name: "made", Start: time.Date(2022, 1, 1, 7, 0, 0, 0, time.UTC), Step: time.Hour, // a Saturday
		Bars: make([]Bar, 500)}
	for i := range series.Bars {
		series.Bars[i].Close = .01 * math.Sin(float64(i*i))
	}
	part := param.Part{Kind: "mcgarch", Values: param.Values{"mcgarch-skew": .2, "week-weekend": -.5}}
	state, err := FilteredState(part, series)
	if err != nil {
		t.Fatal(err)
	}
	if want := float64((5*24 + 7 + 500) % 168); state["week-hour"] != want {
		t.Errorf("paths go on in hour %v of the week; want %v", state["week-hour"], want)
	}
	for name, v := range state {
		part.Values[name] = v
	}
	built, err := Registry.Build(part)
	if err != nil || built.Check() != nil {
		t.Fatal(err, built.Check())
	}
	started := built.(MCGARCH)
	c, _ = started.over(time.Hour, newsLawOf(started.DoF, started.Bend))
	got := started.Sigma * math.Sqrt(started.first(c)[mcAll]/c.mean[mcAll])
	if v, err := Filtered(part, series); err != nil || !(math.Abs(got/v-1) < 1e-12) {
		t.Errorf("components at the start make a volatility of %v; want %v (%v)", got, v, err)
	}
}

// Hours of the week: factors have the mean 1; a time's hour; and steps of any length have the hour that they begin in.
func TestWeek(t *testing.T) {
	w := weeklyMCGARCH().Week
	f := w.factors()
	if mean := meanOf(f[:]); !(math.Abs(mean-1) < 1e-12) {
		t.Errorf("mean factor %v", mean)
	}
	for _, r := range []struct {
		a, b int
		want float64
	}{
		{0, 3*24 + 0, 1}, // Monday and Thursday
		{8, 16, math.Exp(.6*(math.Exp(-.5/1.7/1.7*6.5*6.5)-math.Exp(-.5/1.7/1.7*1.5*1.5)) -
			.12*(math.Sin(2*math.Pi*8/24)-math.Sin(2*math.Pi*16/24)))},
		{5*24 + 3, 6*24 + 3, 1},
		{6*24 + 21, 5*24 + 21, 1},
		{6*24 + 22, 5*24 + 22, math.Exp(.5 + .6*math.Exp(-.5/1.7/1.7*7.5*7.5))},
	} {
		if got := f[r.a] / f[r.b]; !(math.Abs(got-r.want) < 1e-12) {
			t.Errorf("hour %d over hour %d: %v; want %v", r.a, r.b, got, r.want)
		}
	}
	if got := HourOfWeek(time.Date(2024, 5, 6, 0, 59, 0, 0, time.UTC)); got != 0 { // a Monday
		t.Errorf("Monday at 0:59 is hour %d", got)
	}
	if got := HourOfWeek(time.Date(2024, 5, 13, 0, 30, 0, 0, time.FixedZone("", 3600))); got != 167 {
		t.Errorf("Sunday at 23:30 UTC is hour %d", got)
	}
	m := weeklyMCGARCH()
	m.Hour = 166
	for _, step := range []time.Duration{15 * time.Minute, time.Hour, 7 * time.Hour, 36 * time.Hour, 9000 * time.Hour} {
		s, at := m.steps(step), m.into(step, 0)
		var z block.Track
		var one, all block.Track
		state := make(State, m.State())
		m.Start = .5
		m.Begin(At{}, state)
		again := slices.Clone(state)
		s.lane(At{Len: 40}, at, &z, state, &all, 0)
		for k := range 40 { // by each step's own place in the week
			s.lane(At{Len: 1}, m.into(step, k), &z, again, &one, 0)
			if one[0][0] != all[k][0] {
				t.Fatalf("steps of %v: step %d alone is %v; want %v", step, k, one[0][0], all[k][0])
			}
		}
		const far = 2_123_456_789 // within an int of 32 bits
		from := new(big.Int).Mul(big.NewInt(far), big.NewInt(int64(step)))
		from.Add(from, big.NewInt(int64(166*time.Hour)))
		from.Mod(from, big.NewInt(int64(hoursOfWeek*time.Hour)))
		if got, want := m.into(step, far), time.Duration(from.Int64()); got != want {
			t.Errorf("steps of %v: far step begins at %v; want %v", step, got, want)
		}
	}
}

func TestMCGARCHErrors(t *testing.T) {
	for _, r := range []struct {
		change func(*MCGARCH)
		want   string
	}{
		{func(m *MCGARCH) { m.Reaction = .9 }, "no long-run variance"},
		{func(m *MCGARCH) { m.Slowest = time.Second }, "more than the time in which the fastest returns"},
		{func(m *MCGARCH) { m.Floor = 1 }, "floor = 1"},
		{func(m *MCGARCH) { m.Start = .01 }, "all components at the floor"},
		{func(m *MCGARCH) { m.Start, m.Factors = 1, [mcComponents]float64{1, 1, 1, 1} }, "all five above 0.2, or none"},
		{func(m *MCGARCH) { m.Week.Day = 6 }, "want -5 to 5"},
		{func(m *MCGARCH) { m.Hour = 168 }, "hour 168 of the week"},
		{func(m *MCGARCH) { m.Skew = math.NaN() }, "skew = NaN"},
	} {
		m := weeklyMCGARCH()
		r.change(&m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%v; want %q", err, r.want)
		}
	}
}
