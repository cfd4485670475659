package models

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A recovery is a model of known numbers, fitted to its own histories again
// and again.
type recovery struct {
	title  string
	kind   string
	model  Model
	step   time.Duration
	steps  int
	truth  map[string]float64
	fisher map[string]float64 // asymptotic errors by quadrature, made elsewhere
}

var recoveries = []recovery{
	{"GBM, 5 years of days", "gbm", GBM{.1, .6}, 24 * time.Hour, 1826,
		map[string]float64{"mu": .1, "sigma": .6}, map[string]float64{"mu": .2685, "sigma": .00993}},
	{"Merton, 5 years of days", "merton", Merton{.1, .5, 10, -.03, .06}, 24 * time.Hour, 1826,
		map[string]float64{"sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		map[string]float64{"sigma": .0108, "jump-rate": 5.02, "jump-mean": .0157, "jump-sd": .0116}},
	{"Merton, 5 years of hours", "merton", Merton{.1, .5, 10, -.03, .06}, time.Hour, 43824,
		map[string]float64{"sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		map[string]float64{"sigma": .0017, "jump-rate": 1.70, "jump-mean": .0090, "jump-sd": .0064}},
	{"Kou, half a year of hours", "kou", Kou{.1, .3, 2000, .5, 150, 120}, time.Hour, 4380,
		map[string]float64{"sigma": .3, "jump-rate": 2000, "jump-up": .5, "eta-up": 150, "eta-down": 120}, nil},
	{"regimes, half a year of hours", "regimes", Regimes{.1, .4, 1.2, 200, 500}, time.Hour, 4380,
		map[string]float64{"sigma-calm": .4, "sigma-wild": 1.2, "to-wild": 200, "to-calm": 500}, nil},
	{"GARCH, half a year of hours", "garch", GARCH{.1, .8, .08, .88, 5, time.Hour}, time.Hour, 4380,
		map[string]float64{"sigma": .8, "garch-alpha": .08, "garch-beta": .88, "dof": 5}, nil},
	{"GJR, half a year of hours", "gjr", GJR{.1, .8, .05, .08, .86, 5, time.Hour}, time.Hour, 4380,
		map[string]float64{"sigma": .8, "garch-alpha": .05, "gjr-gamma": .08, "garch-beta": .86, "dof": 5}, nil},
	{"Heston, 5 years of hours", "heston", Heston{.1, .5, 30, .5, 4, -.3}, time.Hour, 43824,
		map[string]float64{"kappa": 30, "theta": .5, "xi": 4, "rho": -.3}, nil},
	{"Bates, 5 years of hours", "bates", Bates{Heston{.1, .5, 30, .5, 4, -.3}, 60, -.01, .04}, time.Hour, 43824,
		map[string]float64{"kappa": 30, "theta": .5, "xi": 4, "rho": -.3, "jump-rate": 60, "jump-mean": -.01, "jump-sd": .04}, nil},
}

// A recovered number is what the repetitions say of it.
type recovered struct {
	name                    string
	mean, sd, meanSE, cover float64
	n                       int
}

func (r recovery) run(t *testing.T, repetitions int) (out []recovered) {
	t.Helper()
	values, errors := map[string][]float64{}, map[string][]float64{}
	for i := range uint64(repetitions) {
		rs := history(r.model, 900+i, 16*i+i%16, r.step, r.steps)
		f, err := FitKind(r.kind, rs, Years(r.step))
		if err != nil {
			t.Logf("%s, repetition %d: %v", r.title, i, err)
			continue
		}
		for j, name := range f.Names {
			if !math.IsNaN(f.SE[j]) {
				values[name] = append(values[name], f.Values[j])
				errors[name] = append(errors[name], f.SE[j])
			}
		}
	}
	var names []string
	for name := range r.truth {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		q := recovered{name: name, n: len(values[name])}
		n := float64(q.n)
		for i, v := range values[name] {
			q.mean += v / n
			q.meanSE += errors[name][i] / n
			if math.Abs(v-r.truth[name]) <= 1.96*errors[name][i] {
				q.cover += 1 / n
			}
		}
		for _, v := range values[name] {
			q.sd += (v - q.mean) * (v - q.mean) / (n - 1)
		}
		q.sd = math.Sqrt(q.sd)
		out = append(out, q)
	}
	return out
}

// A few repetitions in every run: the mean of 12 estimates within 4 of its
// standard errors (with the asymptotic error as yardstick), on 6 numbers: a
// false alarm in 2,500 seeds.
func TestRecovery(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	const n = 12
	for _, r := range recoveries[:2] {
		for _, q := range r.run(t, n) {
			if z := (q.mean - r.truth[q.name]) / (r.fisher[q.name] / math.Sqrt(n)); q.name != "jump-rate" && !(math.Abs(z) < 4) {
				t.Errorf("%s: %s = %v on average, want %v: %.1f standard errors", r.title, q.name, q.mean, r.truth[q.name], z)
			}
			if ratio := q.meanSE / r.fisher[q.name]; q.name == "sigma" && math.Abs(ratio-1) > 0.15 {
				t.Errorf("%s: %s is given a standard error of %v, asymptotically %v", r.title, q.name, q.meanSE, r.fisher[q.name])
			}
		}
	}
}

// TestRecoverySlow makes testdata/recovery.md: 200 repetitions of every fit.
// Run it with MCRISK_SLOW=1 and -timeout 60m. Deviations of estimates from the
// asymptotic errors are held to 25 % (5 of their own errors), coverage to 5 of
// its errors, for GBM and hourly Merton, where 200 repetitions are asymptotic.
func TestRecoverySlow(t *testing.T) {
	if os.Getenv("MCRISK_SLOW") == "" {
		t.Skip("takes a quarter of an hour; set MCRISK_SLOW=1")
	}
	const repetitions = 200
	tables := make([]string, len(recoveries))
	t.Run("all", func(t *testing.T) {
		for i, r := range recoveries {
			t.Run(r.title, func(t *testing.T) {
				t.Parallel()
				var b strings.Builder
				for _, q := range r.run(t, repetitions) {
					fisher := ""
					if f, ok := r.fisher[q.name]; ok {
						fisher = fmt.Sprintf("%.3g", f)
						if i != 1 && (math.Abs(q.sd/f-1) > 0.25 || math.Abs(q.cover-0.95) > 5*math.Sqrt(0.95*0.05/repetitions)) {
							t.Errorf("%s: deviation %v, asymptotically %v; coverage %v", q.name, q.sd, f, q.cover)
						}
					}
					fmt.Fprintf(&b, "| %s | %s | %.4g | %.4g | %.3g | %.3g | %s | %.0f %% | %d |\n", r.title, q.name, r.truth[q.name], q.mean, q.sd, q.meanSE, fisher, 100*q.cover, q.n)
				}
				tables[i] = b.String()
			})
		}
	})
	text := "## Parameters recovered\n\n" +
		"Each model is simulated with known numbers and fitted, 200 times (`MCRISK_SLOW=1 go test ./models -run TestRecoverySlow -timeout 60m`). The 95 % intervals should cover the truth in 95 % of them, give or take 1.5 %. Fisher errors were computed by quadrature elsewhere. Heston and Bates are fitted by moments, and their intervals cover less: some 90 %, for kappa and the deviation of Bates's jumps 85 to 87 %. So do those of Merton on days, some 83 %: fifty jumps in the history, many of them no larger than a day's noise, are too few for the asymptotic law.\n\n" +
		"| history | parameter | truth | mean estimate | deviation of estimates | mean standard error | Fisher error | covered | fits |\n|---|---|---|---|---|---|---|---|---|\n" + strings.Join(tables, "")
	if err := os.WriteFile("testdata/recovery.md", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
