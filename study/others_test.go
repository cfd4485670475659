package study_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"mcrisk/models"
	"mcrisk/study"
)

// three underlyings: the first with jumps, the others without.
func several() study.Spec {
	s := threeX()
	s.Model = part("merton", "sigma", 0.6, "jump-rate", 20)
	s.Others = []study.Underlying{
		{Name: "B", Model: part("gbm", "sigma", 0.8, "mu", 0.1), Correlations: []float64{0.7}},
		{Name: "C", Model: part("merton", "sigma", 0.9, "jump-rate", 20), Correlations: []float64{-0.3, 0.2}},
	}
	for _, u := range []string{"B", "C"} {
		t := s.Tokens[0]
		t.Name, t.Underlying = "three-"+u, u
		s.Tokens = append(s.Tokens, t)
	}
	return s
}

// Tokens of the first underlying have the bits that they have without the others,
// and any number of workers and a trace give those of all.
func TestOthersLeaveTheFirstAlone(t *testing.T) {
	s := several()
	s.Paths = study.ChunkPaths + 40
	all := ensembles(t, s, study.Options{Workers: 1}, nil)
	if got, want := study.Hash(all[:1]), study.Hash(run(t, built(t, s).Alone(0).Spec())); got != want {
		t.Errorf("the first token has the hash %s; alone %s", got, want)
	}
	if got, want := study.Hash(ensembles(t, s, study.Options{Workers: 3}, nil)), study.Hash(all); got != want {
		t.Errorf("three workers: hash %s; want %s", got, want)
	}
	for token := range s.Tokens {
		for _, path := range []int{0, 17, study.ChunkPaths + 39} {
			life, _, err := study.Trace(t.Context(), built(t, s), token, path)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := life.NAV, all[token].Column("nav")[path]; got != want {
				t.Errorf("token %d, path %d: traced %v, in the ensemble %v", token, path, got, want)
			}
		}
	}
}

// Prices of several underlyings have each their own law and move together as they
// should: correlations, means and variances of ln S within 4.5 standard errors, of
// which one of nine fails a correct program once in 16,000 seeds. Jumps are
// independent, so they weaken the correlation of the whole.
func TestOthersMoveTogether(t *testing.T) {
	s := several()
	s.Paths = 20_000
	es := ensembles(t, s, study.Options{}, []string{"log_underlying"})
	n := math.Sqrt(float64(s.Paths))
	years := models.Years(s.Horizon)
	var logs [][]float64
	var sds, diffusion []float64
	for i := range es {
		whole := built(t, s)
		alone, m := whole.Alone(i), whole.ModelOf(i)
		if got := alone.Model(); got != m {
			t.Errorf("token %d follows %+v; alone %+v", i, m, got)
		}
		x := es[i].Column("log_underlying")
		want := m.Moments(years)
		sd := math.Sqrt(want.Variance)
		mean, variance := stat.MeanVariance(x, nil)
		if z := (mean - want.Mean) / sd * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlying %d: mean %v, want %v: %.1f standard errors", i, mean, want.Mean, z)
		}
		if z := (variance/want.Variance - 1) / math.Sqrt(2+want.Kurtosis) * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlying %d: variance %v, want %v: %.1f standard errors", i, variance, want.Variance, z)
		}
		logs, sds = append(logs, x), append(sds, sd)
		diffusion = append(diffusion, alone.Spec().Model.Values["sigma"]*math.Sqrt(years))
	}
	for _, tt := range []struct {
		a, b int
		corr float64
	}{{0, 1, 0.7}, {0, 2, -0.3}, {1, 2, 0.2}} {
		want := tt.corr * diffusion[tt.a] * diffusion[tt.b] / sds[tt.a] / sds[tt.b]
		got := stat.Correlation(logs[tt.a], logs[tt.b], nil)
		if z := (got - want) / (1 - want*want) * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlyings %d and %d: correlation %v, want %v: %.1f standard errors", tt.a, tt.b, got, want, z)
		}
	}
}

// doubleExponential is the jump of Kou's model where a normal stands in its law.
func doubleExponential(m models.Kou, normal float64) float64 {
	below, above := math.Erfc(-normal/math.Sqrt2)/2, math.Erfc(normal/math.Sqrt2)/2
	if below < 1-m.Up {
		return math.Log(below/(1-m.Up)) / m.EtaDown
	}
	return -math.Log(above/m.Up) / m.EtaUp
}

// productOfJumps is E[J·J'] of two jumps whose normals have a correlation, by the
// trapezoidal rule over both normals.
func productOfJumps(a, b func(normal float64) float64, corr float64) float64 {
	const step, far = 0.02, 7.5
	total := 0.0
	for x := -far; x <= far; x += step {
		inner := 0.0
		for z := -far; z <= far; z += step {
			inner += b(corr*x+math.Sqrt(1-corr*corr)*z) * math.Exp(-z*z/2)
		}
		total += a(x) * math.Exp(-x*x/2) * inner
	}
	return total * step * step / (2 * math.Pi)
}

// Common jumps leave each underlying its law and move all at once: means, variances and
// kurtosis of ln S, and the correlations that follow from the covariances of diffusions
// and of common jumps, within 4.5 standard errors.
func TestCommonJumps(t *testing.T) {
	s := several()
	s.Paths, s.CommonJumps = 20_000, true
	s.Model = part("merton", "sigma", 0.3, "jump-rate", 60, "jump-mean", -0.03, "jump-sd", 0.05)
	s.Others[0].Model = part("merton", "sigma", 0.4, "jump-rate", 40, "jump-mean", 0.02, "jump-sd", 0.07)
	s.Others[1].Model = part("kou", "sigma", 0.2, "jump-rate", 50, "jump-up", 0.6, "eta-up", 15, "eta-down", 12)
	es := ensembles(t, s, study.Options{}, []string{"log_underlying"})
	n := math.Sqrt(float64(s.Paths))
	years := models.Years(s.Horizon)
	var logs [][]float64
	var sds []float64
	for i := range es {
		m := built(t, s).ModelOf(i)
		x, want := es[i].Column("log_underlying"), m.Moments(years)
		sd := math.Sqrt(want.Variance)
		mean, variance := stat.MeanVariance(x, nil)
		if z := (mean - want.Mean) / sd * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlying %d: mean %v, want %v: %.1f standard errors", i, mean, want.Mean, z)
		}
		if z := (variance/want.Variance - 1) / math.Sqrt(2+want.Kurtosis) * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlying %d: variance %v, want %v: %.1f standard errors", i, variance, want.Variance, z)
		}
		logs, sds = append(logs, x), append(sds, sd)
	}
	kou := built(t, s).ModelOf(2).(models.Kou)
	jumps := []func(float64) float64{
		func(z float64) float64 { return -0.03 + 0.05*z },
		func(z float64) float64 { return 0.02 + 0.07*z },
		func(z float64) float64 { return doubleExponential(kou, z) },
	}
	sigma := []float64{0.3, 0.4, 0.2}
	const rate = 40 // the least of the three
	for _, tt := range []struct {
		a, b int
		corr float64
	}{{0, 1, 0.7}, {0, 2, -0.3}, {1, 2, 0.2}} {
		joint := productOfJumps(jumps[tt.a], jumps[tt.b], tt.corr)
		if tt.b == 1 { // normal jumps have a closed form
			if want := -0.03*0.02 + tt.corr*0.05*0.07; !(math.Abs(joint/want-1) < 1e-9) {
				t.Errorf("E[J·J'] = %v by quadrature; want %v", joint, want)
			}
		}
		want := (tt.corr*sigma[tt.a]*sigma[tt.b] + rate*joint) * years / sds[tt.a] / sds[tt.b]
		got := stat.Correlation(logs[tt.a], logs[tt.b], nil)
		if z := (got - want) / (1 - want*want) * n; !(math.Abs(z) < 4.5) {
			t.Errorf("underlyings %d and %d: correlation %v, want %v: %.1f standard errors", tt.a, tt.b, got, want, z)
		}
	}
}

// Jumps that are alike in all keep the correlation that was asked for, and each
// underlying its expected price; any number of workers gives the same bits.
func TestCommonJumpsOfOneLaw(t *testing.T) {
	for _, kind := range []string{"merton", "bates"} {
		s := several()
		s.Paths, s.CommonJumps = 4*study.ChunkPaths+40, true
		numbers := []any{"jump-rate", 20, "jump-mean", 0, "jump-sd", 0.05}
		if kind == "bates" { // of hardly moving variance, whose Brownian motion is not the price's
			numbers = append(numbers, "start", 0.58, "theta", 0.25, "xi", 0.01, "rho", 0)
		} else {
			numbers = append(numbers, "sigma", 0.5)
		}
		s.Model = part(kind, numbers...)
		s.Others[0].Model, s.Others[1].Model = part(kind, numbers...), part(kind, numbers...)
		all := ensembles(t, s, study.Options{Workers: 1}, nil)
		if got, want := study.Hash(ensembles(t, s, study.Options{Workers: 3}, nil)), study.Hash(all); got != want {
			t.Errorf("%s: three workers: hash %s; want %s", kind, got, want)
		}
		n := math.Sqrt(float64(s.Paths))
		for _, tt := range []struct {
			a, b int
			corr float64
		}{{0, 1, 0.7}, {0, 2, -0.3}, {1, 2, 0.2}} {
			got := stat.Correlation(all[tt.a].Column("log_underlying"), all[tt.b].Column("log_underlying"), nil)
			if z := (got - tt.corr) / (1 - tt.corr*tt.corr) * n; !(math.Abs(z) < 4.5) {
				t.Errorf("%s: underlyings %d and %d: correlation %v, want %v: %.1f standard errors",
					kind, tt.a, tt.b, got, tt.corr, z)
			}
		}
		life, _, err := study.Trace(t.Context(), built(t, s), 2, 17)
		if want := all[2].Column("nav")[17]; err != nil || life.NAV != want {
			t.Errorf("%s: traced %v, in the ensemble %v: %v", kind, life.NAV, want, err)
		}
	}
}

func TestOthersRefused(t *testing.T) {
	for _, tt := range []struct {
		want   string
		change func(*study.Spec)
	}{
		{`underlying 3 is called "B"`, func(s *study.Spec) { s.Others[1].Name = "B" }},
		{`underlying 2 is called ""`, func(s *study.Spec) { s.Others[0].Name = "" }},
		{"underlying C: 1 correlations; want 2", func(s *study.Spec) { s.Others[1].Correlations = []float64{0.1} }},
		{"common jumps of underlying 2, which has none", func(s *study.Spec) { s.CommonJumps = true }},
		{"common jumps of one underlying", func(s *study.Spec) {
			s.CommonJumps, s.Others, s.Tokens = true, nil, s.Tokens[:1]
		}},
		{"not positive definite", func(s *study.Spec) { s.Others[1].Correlations = []float64{-0.9, 0.9} }},
		{"underlying B: model: sigma = -1", func(s *study.Spec) { s.Others[0].Model = part("gbm", "sigma", -1) }},
		{`underlying B: model: kind "x"`, func(s *study.Spec) { s.Others[0].Model = part("x") }},
		{`token three-C: underlying "D"`, func(s *study.Spec) { s.Tokens[2].Underlying = "D" }},
	} {
		s := several()
		tt.change(&s)
		if _, err := s.Complete(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
	}
	s := several()
	if _, err := study.NewSweep(built(t, s), []study.Axis{axis(t, s, "fee=0,1%")}, 0); err == nil ||
		!strings.Contains(err.Error(), "several underlyings") {
		t.Errorf("a sweep of them: %v", err)
	}
}

// The bits of common jumps, one hash for each model that has them.
func TestGoldenCommonJumps(t *testing.T) {
	for kind, want := range map[string]string{
		"merton": "3cdc6f62f7b54407", "kou": "aaed4f930956ef31", "bates": "359da713ab3b1928",
	} {
		s := several()
		s.Paths, s.CommonJumps = 64, true
		s.Model = part(kind, "jump-rate", 300)
		s.Others[0].Model, s.Others[1].Model = part(kind, "jump-rate", 200), part(kind, "jump-rate", 300)
		if got := study.Hash(ensembles(t, s, study.Options{}, nil))[:16]; got != want {
			t.Errorf("%s: hash %s; want %s", kind, got, want)
		}
	}
}
