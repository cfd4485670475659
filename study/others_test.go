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
			life, _, err := study.Trace(built(t, s), token, path)
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

func TestOthersRefused(t *testing.T) {
	for _, tt := range []struct {
		want   string
		change func(*study.Spec)
	}{
		{`underlying 3 is called "B"`, func(s *study.Spec) { s.Others[1].Name = "B" }},
		{`underlying 2 is called ""`, func(s *study.Spec) { s.Others[0].Name = "" }},
		{"underlying C: 1 correlations; want 2", func(s *study.Spec) { s.Others[1].Correlations = []float64{0.1} }},
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
