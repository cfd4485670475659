package models

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mcrisk/block"
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
	fits   int                // repetitions of the slow study

	way    func(kind string, returns []float64, dt float64) (Fit, error) // of fitting; nil: FitKind
	before int                                                           // steps left out
}

var recoveries = []recovery{
	{title: "GBM, 5 years of days", kind: "gbm", model: GBM{.1, .6}, step: 24 * time.Hour,
		steps: 1826, fits: 200,
		truth:  map[string]float64{"mu": .1, "sigma": .6},
		fisher: map[string]float64{"mu": .2685, "sigma": .00993}},
	{title: "Merton, 5 years of days", kind: "merton", model: Merton{.1, .5, 10, -.03, .06}, step: 24 * time.Hour,
		steps: 1826, fits: 200,
		truth:  map[string]float64{"mu": .1, "sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		fisher: map[string]float64{"sigma": .0108, "jump-rate": 5.02, "jump-mean": .0157, "jump-sd": .0116}},
	{title: "Merton, 20 years of days", kind: "merton", model: Merton{.1, .5, 10, -.03, .06}, step: 24 * time.Hour,
		steps: 4 * 1826, fits: 64,
		truth: map[string]float64{"sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		fisher: map[string]float64{"sigma": .0108 / 2,
			"jump-rate": 5.02 / 2, "jump-mean": .0157 / 2, "jump-sd": .0116 / 2}},
	{title: "Merton, 80 years of days", kind: "merton", model: Merton{.1, .5, 10, -.03, .06}, step: 24 * time.Hour,
		steps: 16 * 1826, fits: 64,
		truth: map[string]float64{"sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		fisher: map[string]float64{"sigma": .0108 / 4,
			"jump-rate": 5.02 / 4, "jump-mean": .0157 / 4, "jump-sd": .0116 / 4}},
	{title: "Merton, 5 years of hours", kind: "merton", model: Merton{.1, .5, 10, -.03, .06}, step: time.Hour,
		steps: 43824, fits: 200,
		truth:  map[string]float64{"mu": .1, "sigma": .5, "jump-rate": 10, "jump-mean": -.03, "jump-sd": .06},
		fisher: map[string]float64{"sigma": .0017, "jump-rate": 1.70, "jump-mean": .0090, "jump-sd": .0064}},
	{title: "Kou, half a year of hours", kind: "kou", model: Kou{.1, .3, 2000, .5, 150, 120}, step: time.Hour,
		steps: 4380, fits: 200,
		truth: map[string]float64{"mu": .1, "sigma": .3, "jump-rate": 2000, "jump-up": .5,
			"eta-up": 150, "eta-down": 120}},
	{title: "regimes, half a year of hours", kind: "regimes",
		model: Regimes{Mu: .1, Calm: .4, Wild: 1.2, ToWild: 200, ToCalm: 500}, step: time.Hour, steps: 4380, fits: 200,
		truth: map[string]float64{"mu": .1, "sigma-calm": .4, "sigma-wild": 1.2, "to-wild": 200, "to-calm": 500}},
	{title: "GARCH by likelihood alone, half a year of hours", kind: "garch",
		model: GARCH{Mu: .1, Sigma: .8, Alpha: .08, Beta: .88, DoF: 5, Step: time.Hour, Start: .8},
		step:  time.Hour, steps: 4380, fits: 200, way: FitUntargeted,
		truth: map[string]float64{"mu": .1, "sigma": .8, "garch-alpha": .08, "garch-beta": .88, "dof": 5}},
	{title: "GJR by likelihood alone, half a year of hours", kind: "gjr",
		model: GJR{Mu: .1, Sigma: .8, Alpha: .05, Gamma: .08, Beta: .86, DoF: 5, Step: time.Hour, Start: .8},
		step:  time.Hour, steps: 4380, fits: 200, way: FitUntargeted,
		truth: map[string]float64{"mu": .1, "sigma": .8, "garch-alpha": .05, "gjr-gamma": .08, "garch-beta": .86,
			"dof": 5}},
	{title: "GARCH, 2 years of hours", kind: "garch",
		model: GARCH{Mu: .1, Sigma: .7, Alpha: .06, Beta: .93, DoF: 4, Step: time.Hour, Start: .7},
		step:  time.Hour, steps: 17520, fits: 200, before: 3000,
		truth: map[string]float64{"mu": .1, "sigma": .7, "garch-alpha": .06, "garch-beta": .93, "dof": 4}},
	{title: "GJR, 2 years of hours", kind: "gjr",
		model: GJR{Mu: .1, Sigma: .7, Alpha: .05, Gamma: .02, Beta: .93, DoF: 4, Step: time.Hour, Start: .7},
		step:  time.Hour, steps: 17520, fits: 200, before: 3000,
		truth: map[string]float64{"mu": .1, "sigma": .7, "garch-alpha": .05, "gjr-gamma": .02, "garch-beta": .93,
			"dof": 4}},
	fhsRecovery,
	{title: "Heston, 5 years of hours", kind: "heston", model: Heston{.1, .5, 30, .5, 4, -.3}, step: time.Hour,
		steps: 43824, fits: 400, truth: map[string]float64{"mu": .1, "kappa": 30, "theta": .5, "xi": 4, "rho": -.3}},
	{title: "Bates, 5 years of hours", kind: "bates", model: Bates{Heston{.1, .5, 30, .5, 4, -.3}, 60, -.01, .04},
		step: time.Hour, steps: 43824, fits: 400,
		truth: map[string]float64{"mu": .1, "kappa": 30, "theta": .5, "xi": 4, "rho": -.3, "jump-rate": 60,
			"jump-mean": -.01, "jump-sd": .04}},
}

// fhsRecovery draws the shocks of three years of hours whose tails are as heavy and whose
// variance reacts more to falls; its fits see only what the paths make of them. Shocks that
// remember need not keep the long run at sigma, but these do: 38 million of its hours have a
// volatility of .7009, with a standard error of .0021.
var fhsRecovery = recovery{title: "FHS, 2 years of hours", kind: "fhs", model: drawingFHS(), step: time.Hour,
	steps: 17520, fits: 200, way: fitAsHistory,
	truth: map[string]float64{"mu": .1, "sigma": .7, "garch-alpha": .06, "garch-beta": .93}}

func drawingFHS() Model {
	from := GJR{Sigma: .7, Alpha: .05, Gamma: .02, Beta: .93, DoF: 4, Step: time.Hour, Start: .7}
	m, err := FHS{Mu: .1, Sigma: .7, Alpha: .06, Beta: .93, Step: time.Hour, Block: 12 * time.Hour}.
		Prepare(seriesOf(history(from, 31, 0, time.Hour, 26280)), time.Hour)
	if err != nil {
		panic(err)
	}
	return m
}

func seriesOf(returns []float64) *Series {
	s := &Series{Name: "simulated", Step: time.Hour, Bars: make([]Bar, 1, len(returns)+1)} // the first has none before
	for _, r := range returns {
		s.Bars = append(s.Bars, Bar{Move: r, Close: r})
	}
	return s
}

func fitAsHistory(kind string, returns []float64, _ float64) (Fit, error) {
	return FitSeries(kind, seriesOf(returns))
}

// A recovered number is what the repetitions say of it.
type recovered struct {
	history, name         string
	truth, mean, sd       float64 // of the estimates
	se                    float64 // mean of the standard errors that the fits give
	bias                  float64 // mean of the biases that they give
	fisher                float64 // 0 if not known
	covered, above, below int     // intervals that hold the truth, lie above it, below it
}

// fits is the number of histories that gave an estimate and an interval.
func (q recovered) fits() int { return q.covered + q.above + q.below }

// recoverySeed makes the histories of the study. The fits were made on others,
// of seeds 900 to 903.
const recoverySeed = 907

// fit fits histories of the model, on as many goroutines as asked.
func (r recovery) fit(t *testing.T, repetitions, workers int) []Fit {
	t.Helper()
	way := r.way
	if way == nil {
		way = FitKind
	}
	fits := make([]Fit, repetitions)
	faults := make([]error, repetitions)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				g := int(next.Add(1)) - 1
				if g*block.Lanes >= repetitions {
					return
				}
				at := At{Seed: recoverySeed, Group: uint64(g), Step: r.step}
				for l, rs := range histories(r.model, at, r.before+r.steps) {
					if i := g*block.Lanes + l; i < repetitions {
						fits[i], faults[i] = way(r.kind, rs[r.before:], Years(r.step))
					}
				}
			}
		}()
	}
	wg.Wait()
	for i, err := range faults {
		if err != nil {
			t.Errorf("%s, repetition %d: %v", r.title, i, err)
		}
	}
	return fits
}

func (r recovery) run(t *testing.T, repetitions, workers int) (out []recovered) {
	t.Helper()
	fits := r.fit(t, repetitions, workers)
	var names []string
	for name := range r.truth {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		q := recovered{history: r.title, name: name, truth: r.truth[name], fisher: r.fisher[name]}
		var values [][]float64
		for _, f := range fits {
			i := slices.Index(f.Names, name)
			if i < 0 || math.IsNaN(f.SE[i]) || math.IsNaN(f.Lo[i]) || math.IsNaN(f.Hi[i]) {
				continue
			}
			bias := 0.0
			if f.Bias != nil && !math.IsNaN(f.Bias[i]) { // it says none of a targeted sigma
				bias = f.Bias[i]
			}
			values = append(values, []float64{f.Values[i], f.SE[i], bias})
			switch {
			case f.Lo[i] > q.truth:
				q.above++
			case f.Hi[i] < q.truth:
				q.below++
			default:
				q.covered++
			}
		}
		q.mean, q.sd = spread(values, 0)
		q.se, _ = spread(values, 1)
		q.bias, _ = spread(values, 2)
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
		for _, q := range r.run(t, n, 1) {
			if z := (q.mean - q.truth) / (q.fisher / math.Sqrt(n)); q.name != "jump-rate" &&
				q.fisher > 0 && !(math.Abs(z) < 4) {
				t.Errorf("%s: %s = %v on average, want %v: %.1f standard errors", r.title, q.name, q.mean, q.truth, z)
			}
			if ratio := q.se / q.fisher; q.name == "sigma" && math.Abs(ratio-1) > 0.15 {
				t.Errorf("%s: %s is given a standard error of %v, asymptotically %v", r.title, q.name, q.se, q.fisher)
			}
		}
	}
}

// A small version of the study for fits with variance targeting: 32 histories of half a
// year with heavy tails. Intervals of the likelihood for a known sigma, and of a plain
// jackknife for that, hold sigma in 25 and dof in 26, and all numbers in 140 of 160.
func TestTargetedRecovery(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	t.Parallel()
	r := recovery{title: "GARCH, half a year of hours", kind: "garch",
		model: GARCH{Mu: .1, Sigma: .7, Alpha: .06, Beta: .93, DoF: 3.5, Step: time.Hour},
		step:  time.Hour, steps: 4380, before: 1000,
		truth: map[string]float64{"mu": .1, "sigma": .7, "garch-alpha": .06, "garch-beta": .93, "dof": 3.5}}
	all := 0
	for _, q := range r.run(t, 32, 1) {
		if all += q.covered; q.covered < 26 || q.fits() < 32 {
			t.Errorf("%s: %d of %d intervals hold the truth, %d lie above it, %d below", q.name, q.covered, q.fits(),
				q.above, q.below)
		}
	}
	if all < 146 {
		t.Errorf("%d of 160 intervals hold the truth, want 152", all)
	}
}

// Shocks are drawn about their mean, so growth is the mean's, as GBM's is, whatever the
// likelihood takes for the middle of the returns: that is .36 above on average here.
func TestFHSGrowth(t *testing.T) {
	t.Parallel()
	returns := history(drawingFHS(), recoverySeed, 0, time.Hour, 4380)
	f, err := fitAsHistory("fhs", returns, 0)
	gbm, err2 := FitGBM(returns, Years(time.Hour))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	mu, want := f.value("mu"), gbm.value("mu")
	if math.Abs(mu-want) > 1e-9 || !(f.Lo[0] < mu && mu < f.Hi[0]) || math.Abs(f.SE[0]/gbm.SE[0]-1) > .5 {
		t.Errorf("mu = %v ± %v in %v to %v, want GBM's %v ± %v", mu, f.SE[0], f.Lo[0], f.Hi[0], want, gbm.SE[0])
	}
}

// What docs/evidence/validation.md says of the study. An interval of 95 % covers outside
// of 91.5 to 98.5 % by chance in 1.4 % of rows of 200 fits and 0.1 % of 400, and
// below 87.5 % in 0.4 % of 64: of the 55 rows at most two may, a false alarm in 60
// seeds, and none below 90 % of 200. Each history gives a fit and an interval for
// each parameter in all but one repetition of 50; deviations are within 25 % (5
// of their own errors, 3 with 64 fits) of the asymptotic errors, but for the 50
// and 200 jumps that 5 and 20 years of days hide.
func TestRecoveryTable(t *testing.T) {
	for _, r := range recoveries {
		rows := readRecovery(t, r.title)
		if len(rows) != len(r.truth) {
			t.Errorf("%s: %d rows, want %d", r.title, len(rows), len(r.truth))
		}
		for _, q := range rows {
			lost := r.fits - q.fits()
			if lost < 0 || 50*lost > r.fits || r.fits >= 200 && 10*q.covered < 9*r.fits {
				t.Errorf("%s, %s: covered in %d of %d fits of %d", r.title, q.name, q.covered, q.fits(), r.fits)
			}
			if ratio := q.sd / q.fisher; q.fisher > 0 && r.title != "Merton, 5 years of days" &&
				r.title != "Merton, 20 years of days" && math.Abs(ratio-1) > 0.25 {
				t.Errorf("%s, %s: deviation %v, asymptotically %v", r.title, q.name, q.sd, q.fisher)
			}
		}
	}
	if out := outside(readRecovery(t, "")); len(out) > 2 {
		t.Error(strings.Join(out, "\n"))
	}
}

// outside are the rows whose intervals cover less or more often than 95 % makes
// likely.
func outside(rows []recovered) (out []string) {
	for _, q := range rows {
		fits := recoveries[slices.IndexFunc(recoveries, func(r recovery) bool { return r.title == q.history })].fits
		bounds := map[int][2]int{64: {56, 64}, 200: {183, 197}, 400: {366, 394}}[fits]
		if q.covered+fits-q.fits() < bounds[0] || q.covered > bounds[1] {
			out = append(out, fmt.Sprintf("%s, %s: covered in %d of %d, want %d to %d",
				q.history, q.name, q.covered, q.fits(), bounds[0], bounds[1]))
		}
	}
	return out
}

// covered is the percentage of intervals that hold the truth, of histories that
// begin so.
func covered(rows []recovered, history string) float64 {
	hits, fits := 0, 0
	for _, q := range rows {
		if strings.HasPrefix(q.history, history) {
			hits, fits = hits+q.covered, fits+q.fits()
		}
	}
	return 100 * float64(hits) / float64(fits)
}

const recoveryFile = "testdata/recovery.csv"

// TestRecoverySlow makes testdata/recovery.csv, or the rows of those histories
// whose subtests run.
func TestRecoverySlow(t *testing.T) {
	if os.Getenv("MCRISK_SLOW") == "" {
		t.Skip("takes 25 minutes of one processor; set MCRISK_SLOW=1, and MCRISK_WORKERS to use more of them")
	}
	workers := 1
	if n, err := strconv.Atoi(os.Getenv("MCRISK_WORKERS")); err == nil {
		workers = n
	}
	for _, r := range recoveries {
		t.Run(r.title, func(t *testing.T) {
			fresh := r.run(t, r.fits, workers)
			var out strings.Builder
			fmt.Fprintln(&out, strings.Join(recoveryColumns, ","))
			for _, s := range recoveries {
				rows := readRecovery(t, s.title)
				if s.title == r.title {
					rows = fresh
				}
				for _, q := range rows {
					fmt.Fprintf(&out, "%q,%s,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%d,%d,%d\n",
						q.history, q.name, q.truth, q.mean, q.sd, q.se, q.bias, q.fisher, q.covered, q.above, q.below)
				}
			}
			if err := os.WriteFile(recoveryFile, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

var recoveryColumns = strings.Split(
	"history,parameter,truth,mean,deviation,standard_error,bias,fisher,covered,above,below", ",")

// readRecovery reads the rows of a history, or all if that is empty.
func readRecovery(t *testing.T, history string) (out []recovered) {
	t.Helper()
	text, err := os.ReadFile(recoveryFile)
	if os.IsNotExist(err) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || !slices.Equal(rows[0], recoveryColumns) {
		t.Fatalf("%s: %v", recoveryFile, err)
	}
	for _, row := range rows[1:] {
		q := recovered{history: row[0], name: row[1]}
		for i, to := range []any{&q.truth, &q.mean, &q.sd, &q.se, &q.bias, &q.fisher, &q.covered, &q.above, &q.below} {
			if _, err := fmt.Sscan(row[2+i], to); err != nil {
				t.Fatalf("%s: %q: %v", recoveryFile, row, err)
			}
		}
		if history == "" || q.history == history {
			out = append(out, q)
		}
	}
	return out
}
