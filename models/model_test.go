package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/param"
	"mcrisk/random"
)

// Every model's terminal law against its moments, by simulation. All bounds
// are 4 standard errors on 5 numbers a row; a correct program with another
// seed fails some row about once in 250 runs, and the seed is fixed. Standard
// errors of mean, variance and expected price are below 0.002 (or 0.2 % of the
// value), so that a missing −σ²/2 (0.18 a year here), jump compensator (0.18)
// or step-dependent variance fails by dozens of them.
func TestTerminalMoments(t *testing.T) {
	rows := []struct {
		name  string
		model Model
		step  time.Duration
		steps int
		paths int
	}{
		{"gbm, a year", GBM{Mu: 0.1, Sigma: 0.6}, Year / 8, 8, 1 << 18},
		{"gbm falling", GBM{Mu: -0.5, Sigma: 0.7}, Year, 1, 1 << 18},
		{"merton, a year", Merton{Mu: 0.1, Sigma: 0.5, Rate: 10, JumpMean: -0.03, JumpSD: 0.06}, Year / 8, 8, 1 << 18},
		{"merton, many jumps", Merton{Sigma: 0.5, Rate: 20, JumpMean: -0.01, JumpSD: 0.03}, Year / 365, 1, 1 << 18},
		{"kou, a year", Kou{Mu: 0.1, Sigma: 0.6, Rate: 20, Up: 0.4, EtaUp: 20, EtaDown: 15}, Year / 8, 8, 1 << 18},
		{"kou, a day", Kou{Sigma: 0.6, Rate: 20, Up: 0.4, EtaUp: 20, EtaDown: 15}, Year / 365, 1, 1 << 18},
		{"regimes, a year", Regimes{Mu: 0.1, Calm: 0.4, Wild: 1.1, ToWild: 4, ToCalm: 8}, Year / 8, 8, 1 << 18},
		{"regimes, a day", Regimes{Calm: 0.4, Wild: 1.1, ToWild: 200, ToCalm: 400}, Year / 365, 1, 1 << 18},
		{"heston, quarter", Heston{Mu: 0.1, V0: 0.5, Kappa: 6, Theta: 0.36, Xi: 1.5, Rho: -0.6},
			Year / 4 / 32, 32, 1 << 17},
		{"heston below Feller", Heston{Mu: 0.1, V0: 0.2, Kappa: 4, Theta: 0.36, Xi: 3, Rho: -0.4},
			Year / 4 / 96, 96, 1 << 17},
		{"bates, quarter", Bates{Heston{Mu: 0.1, V0: 0.2, Kappa: 6, Theta: 0.3, Xi: 1.2, Rho: -0.5}, 12, -0.04, 0.08},
			Year / 4 / 32, 32, 1 << 17},
		{"garch, a week of hours", GARCH{Mu: 0.1, Sigma: 0.8, Alpha: 0.05, Beta: 0.9, DoF: 6, Step: time.Hour},
			time.Hour, 168, 1 << 16},
		{"garch, a quarter of days", GARCH{Mu: 0.1, Sigma: 0.8, Alpha: 0.08, Beta: 0.85, DoF: 5, Step: 24 * time.Hour},
			24 * time.Hour, 90, 1 << 17},
		{"gjr, a quarter of days", GJR{Mu: 0.1, Sigma: 0.8, Alpha: 0.03, Gamma: 0.12, Beta: 0.83, DoF: 5,
			Step: 24 * time.Hour, Start: 0.8}, 24 * time.Hour, 90, 1 << 17},
		{"gjr from the long run", GJR{Mu: 0.1, Sigma: 0.8, Alpha: 0.02, Gamma: 0.04, Beta: 0.9, DoF: 12,
			Step: 24 * time.Hour}, 24 * time.Hour, 30, 1 << 17},
		{"heston from the long run", Heston{Mu: 0.1, Kappa: 6, Theta: 0.36, Xi: 1.5, Rho: -0.6},
			Year / 4 / 32, 32, 1 << 17},
		{"bates from the long run", Bates{Heston{Mu: 0.1, Kappa: 6, Theta: 0.3, Xi: 2.5, Rho: -0.5}, 12, -0.04, 0.08},
			Year / 4 / 32, 32, 1 << 17},
		{"component, a week of hours", wildComponent(), time.Hour, 168, 1 << 16},
		{"component from a quiet start", Component{Mu: .1, Sigma: .8, Multiplier: 1.5, Count: 5, Rate: 900, Ratio: 4,
			DoF: 8, Step: 24 * time.Hour, Start: .4}, 24 * time.Hour, 90, 1 << 17},
		{"gbm that goes on, days", MovingGBM{GBM{.1, .6}, Momentum{.4, 5 * 24 * time.Hour}},
			24 * time.Hour, 20, 1 << 18},
		{"gbm that turns back", MovingGBM{GBM{.1, .6}, Momentum{-.5, 3 * time.Hour}}, time.Hour, 12, 1 << 18},
		{"component that turns back", Component{Mu: .1, Sigma: .8, Multiplier: 1.5, Count: 5, Rate: 900, Ratio: 4,
			DoF: 8, Step: 24 * time.Hour, Momentum: Momentum{-.4, 40 * time.Hour}}, 24 * time.Hour, 6, 1 << 18},
		{"component that goes on, from a quiet start", Component{Mu: .1, Sigma: .8, Multiplier: 1.5, Count: 5,
			Rate: 900, Ratio: 4, DoF: 8, Step: 24 * time.Hour, Momentum: Momentum{.5, 200 * time.Hour}, Start: .5},
			24 * time.Hour, 40, 1 << 17},
		{"regimes from a wild start", Regimes{Mu: 0.1, Calm: 0.4, Wild: 1.1, ToWild: 4, ToCalm: 8, Start: 1},
			Year / 8, 8, 1 << 18},
	}
	for i, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if err := r.model.Check(); err != nil {
				t.Fatal(err)
			}
			horizon := Years(r.step) * float64(r.steps)
			want := r.model.Moments(horizon)
			got, se, price, priceSE := sampleMoments(
				terminal(r.model, uint64(100+i), r.step, r.steps, scaled(t, r.paths)))
			for _, q := range []struct {
				what          string
				got, want, se float64
				precise       bool
			}{
				{"mean", got.Mean, want.Mean, se.Mean, true},
				{"variance", got.Variance, want.Variance, se.Variance, true},
				{"skewness", got.Skewness, want.Skewness, se.Skewness, false},
				{"kurtosis", got.Kurtosis, want.Kurtosis, se.Kurtosis, false},
				{"price", price, math.Exp(r.model.Growth() * horizon), priceSE, true},
			} {
				if q.what == "kurtosis" && testing.Short() {
					continue // few paths of a heavy-tailed law know neither it nor its error
				}
				z := (q.got - q.want) / q.se
				t.Logf("%-8s %9.6f, want %9.6f, se %.2g: %+.1f", q.what, q.got, q.want, q.se, z)
				if !(math.Abs(z) <= 4) {
					t.Errorf("%s = %v, want %v: %.1f standard errors", q.what, q.got, q.want, z)
				}
				if limit := max(0.002, 0.002*math.Abs(q.want)); q.precise && !testing.Short() && q.se > limit {
					t.Errorf("%s has a standard error of %.2g; want at most %.2g", q.what, q.se, limit)
				}
			}
		})
	}
}

// Published and exact cumulants: Merton σ .5, λ 20, m −.01, s .03 and Kou σ .6,
// λ 20, p .4, η (20, 15), a day's skewness and excess kurtosis.
func TestCumulants(t *testing.T) {
	rows := []struct {
		name           string
		model          Transformer
		skew, kurtosis float64
	}{
		{"merton", Merton{Sigma: 0.5, Rate: 20, JumpMean: -0.01, JumpSD: 0.03}, -0.0762585973692, 0.29840877915},
		{"kou", Kou{Sigma: 0.6, Rate: 20, Up: 0.4, EtaUp: 20, EtaDown: 15}, -0.812268308953, 9.79484072022},
	}
	for _, r := range rows {
		m := r.model.Moments(1.0 / 365)
		if math.Abs(m.Skewness-r.skew) > 1e-11 || math.Abs(m.Kurtosis-r.kurtosis) > 1e-10 {
			t.Errorf("%s: skewness %.12f, kurtosis %.12f; want %v, %v",
				r.name, m.Skewness, m.Kurtosis, r.skew, r.kurtosis)
		}
	}
}

// The closed forms against the contour integral of the transform, and the
// transform's compensation: E[e^X] = e^{mu·t}.
func TestTransforms(t *testing.T) {
	for _, name := range exampleNames() {
		m, ok := examples()[name].(Transformer)
		if !ok {
			continue
		}
		for _, h := range []float64{1.0 / 8760, 1.0 / 365, 0.5, 3} {
			want := m.Moments(h)
			got := momentsOf(m, h, min(0.5/math.Sqrt(want.Variance), 7)) // Kou's has a pole at 15
			for _, d := range []float64{got.Mean/want.Mean - 1, got.Variance/want.Variance - 1,
				got.Skewness - want.Skewness, got.Kurtosis - want.Kurtosis} {
				if !(math.Abs(d) < 1e-6) {
					t.Errorf("%s over %v years: moments %v, by the transform %v", name, h, want, got)
					break
				}
			}
			if f := m.CGF(h, 1); !(math.Abs(real(f)-m.Growth()*h) < 1e-12*max(1, h)) || math.Abs(imag(f)) > 1e-12 {
				t.Errorf("%s: ln E[e^X] = %v over %v years, want %v", name, f, h, m.Growth()*h)
			}
		}
	}
}

// An ideal 3x token without drift loses more than half in 30 days with
// probability 13.9 % at a volatility of 60 % and 25.4 % at 80 %. 4 standard
// errors of 3e-4: a false alarm in 8,000 runs a row; without −σ²/2 the first
// row is 80 of them off.
func TestIdealTokenLoss(t *testing.T) {
	for i, r := range []struct{ sigma, want float64 }{{0.6, 0.139}, {0.8, 0.254}} {
		const days = 30
		n := scaled(t, 1<<20)
		v := r.sigma * r.sigma * days / 365
		lost := 0
		for _, x := range terminal(GBM{Sigma: r.sigma}, uint64(7+i), 10*24*time.Hour, 3, n) {
			if 3*x-3*v < math.Log(0.5) {
				lost++
			}
		}
		exact := math.Erfc(-(math.Log(0.5)+3*v+1.5*v)/(3*math.Sqrt(2*v))) / 2
		p := float64(lost) / float64(n)
		se := math.Sqrt(exact * (1 - exact) / float64(n))
		if z := (p - exact) / se; math.Abs(z) > 4 || math.Abs(exact-r.want) > 5e-4 {
			t.Errorf("sigma %v: %.5f, exactly %.5f (%.1f standard errors), published %v", r.sigma, p, exact, z, r.want)
		}
	}
}

// Blocks may be cut anywhere, and a lane does not depend on the others: not a
// bit changes.
func TestCutsAndLanes(t *testing.T) {
	const steps = 256
	for name, m := range examples() {
		var want [steps][block.Lanes]float64
		collect := func(got *[steps][block.Lanes]float64) func(At, *block.Track) {
			return func(at At, move *block.Track) {
				for k := range at.Len {
					got[at.First+k] = move[k]
				}
			}
		}
		for _, step := range []time.Duration{time.Hour, 24 * time.Hour} {
			walk(m, 42, 1<<33, step, steps, whole, collect(&want))
			for _, cuts := range [][]int{{20, 44}, {4}, {8, 64, 12}} {
				var got [steps][block.Lanes]float64
				walk(m, 42, 1<<33, step, steps, cuts, collect(&got))
				if got != want {
					t.Errorf("%s: blocks of %v steps give other paths than blocks of 64", name, cuts)
				}
			}
		}

		// all lanes but one are spoilt
		at := At{Seed: 42, Group: 1 << 33, Step: 24 * time.Hour}
		state := make(State, m.State())
		m.Begin(at, state)
		z := make([]*block.Track, m.Normals())
		const lane = 11
		for b := range steps / block.Steps {
			at.First, at.Len = b*block.Steps, block.Steps
			for i := range z {
				z[i] = new(block.Track)
				random.Normals(z[i], at.Seed, at.Group, random.Stream(random.Diffusion, i), at.First, at.Len)
				for k := range z[i] {
					for l := range block.Lanes {
						if l != lane {
							z[i][k][l] = 0.125 * float64(l)
						}
					}
				}
			}
			var move block.Track
			m.Advance(at, z, state, &move)
			for k := range at.Len {
				if move[k][lane] != want[at.First+k][lane] {
					t.Fatalf("%s: lane %d depends on the other lanes", name, lane)
				}
			}
		}
	}
}

// A lane advanced alone has the bits that it has among all, and no other lane's number
// or state is touched: paths of a study with uncertain parameters each have their own
// law.
func TestLaneAlone(t *testing.T) {
	laws := examples()
	common, err := CommonJumps([]Model{laws["merton"], laws["bates"]}, Mixer{{1}, {0.6, 0.8}})
	if err != nil {
		t.Fatal(err)
	}
	laws["common jumps of bates"] = common[1]
	const untouched = 0.25
	for name, m := range laws {
		at := At{Seed: 42, Group: 3, Step: 24 * time.Hour, Len: block.Steps}
		all, alone := make(State, m.State()), make(State, m.State())
		m.Begin(at, all)
		for l := range block.Lanes {
			m.Begin(at.Alone(l), alone)
		}
		z := make([]*block.Track, m.Normals())
		for i := range z {
			z[i] = new(block.Track)
		}
		for b := range 3 {
			at.First = b * block.Steps
			for i := range z {
				random.Normals(z[i], at.Seed, at.Group, random.Stream(random.Diffusion, i), at.First, at.Len)
			}
			var want, got block.Track
			m.Advance(at, z, all, &want)
			for k := range got {
				for l := range got[k] {
					got[k][l] = untouched
				}
			}
			for l := range block.Lanes {
				m.Advance(at.Alone(l), z, alone, &got)
				if l+1 < block.Lanes && (got[0][l+1] != untouched || got[block.Steps-1][l+1] != untouched) {
					t.Fatalf("%s: lane %d alone changes the next", name, l)
				}
			}
			if got != want || !slices.Equal(alone, all) {
				t.Errorf("%s: lanes advanced alone are not those advanced together", name)
			}
		}
	}
}

// TestGoldenBits pins every model's paths: a fused multiply-add, another order
// of operations or another draw changes a hash. The numbers must be the same
// with GOAMD64=v3 and with GODEBUG=cpu.fma=off. Where Feller's condition is far from
// held the variance is often at zero, and moves by the scheme's other law.
func TestGoldenBits(t *testing.T) {
	wild := examples()
	g, j := wild["garch"].(GARCH), wild["gjr"].(GJR)
	h, b := wild["heston"].(Heston), wild["bates"].(Bates)
	g.Start, j.Start, h.V0, b.V0 = g.Sigma, j.Sigma, h.Theta, b.Theta
	wild["garch, start"], wild["gjr, start"], wild["heston, start"], wild["bates, start"] = g, j, h, b
	h.Xi, b.Xi = 4, 4
	wild["heston, xi 4"], wild["bates, xi 4"] = h, b
	want := map[string]string{
		"bates":     "fc08be8e4dafe580",
		"garch":     "b0d4fefa72fd9ef8",
		"component": "4e82a32661306c50",
		"mcgarch":   "3a8e9641ed5dcdfc",
		"gbm":       "a2d7b4d6a2f0e80d",
		"gjr":       "411f6f260c9f4cd1",
		"heston":    "dbc244a20ba73a0c",
		"kou":       "ba64fb751c66f9a1",
		"merton":    "05d376740852d28f",
		"regimes":   "fcd8ea449db197d0",

		"bootstrap": "c91f95dc0f558ae0",
		"fhs":       "8e5287466bdb8fd4",

		"bates, start":  "08f2a82ec870c5f9",
		"garch, start":  "553991d1f88dad9d",
		"gjr, start":    "3099b5e07104502b",
		"heston, start": "232090b43b17159d",

		"heston, xi 4": "89c219a931e54885",
		"bates, xi 4":  "cd5a22a7fb31f57b",
	}
	for name, model := range wild {
		h := sha256.New()
		for g := range uint64(4) {
			for _, step := range []time.Duration{time.Hour, 24 * time.Hour} {
				walk(model, 2026, g, step, 200, whole, func(at At, move *block.Track) {
					_ = binary.Write(h, binary.LittleEndian, move[:at.Len])
				})
			}
		}
		if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want[name] {
			t.Errorf("%s: hash = %s, want %s", name, got, want[name])
		}
	}
}

// Common random numbers: a higher volatility scales the same shocks, a higher
// jump rate moves the same jumps to earlier times.
func TestCommonRandomNumbers(t *testing.T) {
	a := history(Merton{Sigma: 0.4, Rate: 20, JumpMean: 0, JumpSD: 0.3}, 3, 21, time.Hour, 8760)
	b := history(Merton{Sigma: 0.4, Rate: 40, JumpMean: 0, JumpSD: 0.3}, 3, 21, time.Hour, 8760)
	flat := history(GBM{Sigma: 0.4}, 3, 21, time.Hour, 8760)
	jumps := func(xs []float64) (at []int, size []float64) {
		for k := range xs {
			if d := xs[k] - flat[k]; math.Abs(d) > 0.02 {
				at, size = append(at, k), append(size, d)
			}
		}
		return at, size
	}
	atA, sizeA := jumps(a)
	atB, sizeB := jumps(b)
	if len(atA) < 10 || len(atB) < 20 {
		t.Fatalf("%d and %d jumps in a year", len(atA), len(atB))
	}
	for i := range atA {
		if math.Abs(sizeA[i]-sizeB[i]) > 0.02 || math.Abs(float64(atA[i])-2*float64(atB[i])) > 2 {
			t.Fatalf("jump %d is %v at hour %d, and %v at hour %d at twice the rate",
				i, sizeA[i], atA[i], sizeB[i], atB[i])
		}
	}
	c := history(GBM{Sigma: 0.8}, 3, 21, time.Hour, 100)
	for k := range c {
		if math.Abs((c[k]+0.32/8760)-2*(flat[k]+0.08/8760)) > 1e-15 {
			t.Fatal("twice the volatility does not double the shock")
		}
	}
}

// The registry's defaults are a valid model; every parameter matters; NaN,
// infinities and numbers outside the range are refused, by the registry or by
// the model itself.
func TestRegistry(t *testing.T) {
	described := map[string]param.Param{}
	for _, k := range Registry.Kinds() {
		defaults := param.Values{}
		for _, p := range k.Params {
			defaults[p.Name] = p.Default
			if p.Doc == "" || p.Check(p.Default) != nil {
				t.Errorf("%s: parameter %+v", k.Name, p)
			}
			if q, ok := described[p.Name]; ok && fmt.Sprint(q) != fmt.Sprint(p) {
				t.Errorf("%s means two things: %+v and %+v", p.Name, q, p)
			}
			described[p.Name] = p
		}
		m, err := Registry.Build(param.Part{Kind: k.Name})
		if err != nil || m.Check() != nil {
			t.Fatalf("%s: defaults: %v, %v", k.Name, err, m.Check())
		}
		for _, p := range k.Params {
			switched := param.Values{} // on, what it goes with
			if p.Dependent() {
				switched[p.With] = map[string]float64{"momentum": .1, "ends-after": 86400, "start": .5}[p.With]
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				if p.Unit == param.Choice && p.Check(bad) != nil {
					continue // a model gets one of the choices
				}
				v := maps.Clone(defaults)
				maps.Copy(v, switched)
				v[p.Name] = bad
				if err := k.New(v).Check(); err == nil {
					t.Errorf("%s: %s = %v passes", k.Name, p.Name, bad)
				}
			}
			v := maps.Clone(switched)
			m, _ := Registry.Build(param.Part{Kind: k.Name, Values: switched})
			v[p.Name] = max(p.Default*0.9+0.01, p.Min)
			if p.Unit == param.Time {
				v[p.Name] = p.Default*0.9 + 1
			}
			if p.Unit == param.Choice {
				v[p.Name] = 1 - p.Default
			} else if p.Unit == param.Count {
				v[p.Name] = max(p.Default-1, p.Min)
				if p.Default == p.Min {
					v[p.Name]++
				}
			} else if p.Word != "" {
				v[p.Name] = max(p.Min, 0.7)
			}
			if other, err := Registry.Build(param.Part{Kind: k.Name, Values: v}); err != nil || other == m {
				t.Errorf("%s: %s does not matter (%v)", k.Name, p.Name, err)
			}
		}
	}
}

func TestChecks(t *testing.T) {
	rows := []struct {
		name  string
		model Model
	}{
		{"gbm sigma", GBM{Sigma: -0.1}},
		{"merton rate", Merton{Sigma: 0.5, Rate: -1}},
		{"merton deviation", Merton{Sigma: 0.5, Rate: 1, JumpSD: -0.1}},
		{"kou share", Kou{Sigma: 0.5, Up: 1.1, EtaUp: 20, EtaDown: 15}},
		{"kou without expected price", Kou{Sigma: 0.5, Up: 0.5, EtaUp: 1, EtaDown: 15}},
		{"kou down", Kou{Sigma: 0.5, Up: 0.5, EtaUp: 20}},
		{"heston variance", Heston{V0: -0.1, Kappa: 1, Theta: 0.5, Xi: 1}},
		{"heston kappa", Heston{V0: 0.1, Theta: 0.5, Xi: 1}},
		{"heston rho", Heston{V0: 0.1, Kappa: 1, Theta: 0.5, Xi: 1, Rho: -1.01}},
		{"bates jumps", Bates{Heston{V0: 0.1, Kappa: 1, Theta: 0.5, Xi: 1}, -1, 0, 0}},
		{"garch explodes", GARCH{Sigma: 0.5, Alpha: 0.2, Beta: 0.8, DoF: 4, Step: time.Hour}},
		{"garch degrees", GARCH{Sigma: 0.5, Alpha: 0.1, Beta: 0.8, DoF: 2, Step: time.Hour}},
		{"garch step", GARCH{Sigma: 0.5, Alpha: 0.1, Beta: 0.8, DoF: 4}},
		{"gjr turns negative", GJR{Sigma: 0.5, Alpha: 0.1, Gamma: -0.2, Beta: 0.8, DoF: 4, Step: time.Hour}},
		{"regimes rates", Regimes{Calm: 0.5, Wild: 1, ToWild: 0, ToCalm: 1}},
		{"regimes volatility", Regimes{Calm: -0.5, Wild: 1, ToWild: 1, ToCalm: 1}},
	}
	for _, r := range rows {
		if r.model.Check() == nil {
			t.Errorf("%s: %+v passes", r.name, r.model)
		}
	}
}

// Zero volatility, no jumps and one regime are allowed and give what they say.
func TestDegenerate(t *testing.T) {
	const steps = 64
	for _, m := range []Model{
		GBM{Mu: 0.5}, Merton{Mu: 0.5}, Kou{Mu: 0.5, EtaUp: 2, EtaDown: 1}, Regimes{Mu: 0.5, ToWild: 1, ToCalm: 1},
		GARCH{Mu: 0.5, DoF: 4, Step: time.Hour}, GJR{Mu: 0.5, DoF: 4, Step: 24 * time.Hour},
	} {
		want := 0.5 * Years(24*time.Hour)
		for _, x := range history(m, 1, 3, 24*time.Hour, steps) {
			if math.Abs(x-want) > 1e-17 {
				t.Errorf("%T without volatility moves by %v a day, want %v", m, x, want)
				break
			}
		}
		if got := m.Moments(1); math.Abs(got.Mean-0.5) > 1e-12 || math.Abs(got.Variance) > 1e-12 {
			t.Errorf("%T without volatility has moments %+v", m, got)
		}
	}
	same := history(Regimes{Mu: 0.1, Calm: 0.6, Wild: 0.6, ToWild: 50, ToCalm: 50}, 1, 3, time.Hour, steps)
	for k, x := range history(GBM{Mu: 0.1, Sigma: 0.6}, 1, 3, time.Hour, steps) {
		if math.Abs(same[k]-x) > 1e-16 {
			t.Fatalf("regimes of equal volatility move by %v, GBM by %v", same[k], x)
		}
	}
}

// Heston's expected price does not depend on the step, however coarse: one of
// two years, with the variance near its long run (a squared normal) and far
// from it (an exponential). 4 standard errors, a false alarm in 16,000 seeds a
// row; without the martingale correction they are some 40 off.
func TestHestonIsCompensatedAtAnyStep(t *testing.T) {
	for i, m := range []Heston{{0.1, 0.5, 8, 0.5, 2, -0.9}, {0.1, 0.5, 0.5, 0.5, 2, -0.9}} {
		_, _, price, se := sampleMoments(terminal(m, uint64(40+i), 2*Year, 1, scaled(t, 1<<18)))
		if z := (price - math.Exp(0.2)) / se; math.Abs(z) > 4 {
			t.Errorf("%+v: expected price %v ± %v, want %v", m, price, se, math.Exp(0.2))
		}
	}
}

// A GARCH whose variance stands still is a sum of independent shocks, whatever
// its drift: its cumulants are n times those of one.
func TestGARCHMomentsOfConstantVariance(t *testing.T) {
	m := GARCH{Mu: 0.3, Sigma: 3, DoF: 6, Step: 24 * time.Hour}
	const n = 50
	law := studentLaw(m.DoF)
	v := m.Sigma * m.Sigma / 365
	got := m.Moments(n / 365.0)
	want := Moments{Mean: n * (m.Mu/365 - law.compensator(v)), Variance: n * v, Kurtosis: (24*law.even[1] - 3) / n}
	for _, d := range []float64{got.Mean - want.Mean, got.Variance - want.Variance,
		got.Skewness, got.Kurtosis - want.Kurtosis} {
		if !(math.Abs(d) < 1e-6) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	}
}

// On another grid than its own a GARCH keeps its half-life, its long-run
// variance and its growth.
func TestGARCHOnAnotherGrid(t *testing.T) {
	m := GJR{Mu: 0.1, Sigma: 0.8, Alpha: 0.04, Gamma: 0.02, Beta: 0.94, DoF: 5, Step: time.Hour}
	for _, step := range []time.Duration{15 * time.Minute, 6 * time.Hour, 48 * time.Hour} {
		a, g, b := m.coefficients(step)
		r := float64(step) / float64(m.Step)
		if want := math.Pow(m.Persistence(), r); math.Abs(a+g/2+b-want) > 1e-12 || a < 0 || b < 0 {
			t.Errorf("steps of %v: alpha %v, gamma %v, beta %v; want a persistence of %v", step, a, g, b, want)
		}
		if r < 24 && math.Abs(a-m.Alpha*math.Sqrt(r)) > 1e-12 {
			t.Errorf("steps of %v: alpha %v", step, a)
		}
	}
	// 5 standard errors, a false alarm in 900,000 seeds a number
	got, se, price, priceSE := sampleMoments(terminal(m, 77, 15*time.Minute, 96, scaled(t, 1<<16)))
	if math.Abs(price-math.Exp(0.1/365)) > 5*priceSE || math.Abs(got.Variance-0.64/365) > 5*se.Variance {
		t.Errorf("over a day in quarters of hours: expected price %v ± %v, variance %v ± %v",
			price, priceSE, got.Variance, se.Variance)
	}
}
