package study_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/random"
	"mcrisk/study"
	"mcrisk/tokens"
)

// seriesOf is a history that is short enough as a series.
func seriesOf(h *paths.History) *models.Series {
	s, err := h.Series()
	if err != nil {
		panic(err)
	}
	return s
}

// history is a made-up history of hours: opens apart from the closes before, wicks, a
// crash, and two missing bars.
func history(hours int) *paths.History {
	h := &paths.History{Name: "made", Step: time.Hour}
	s := random.NewSource(4, 4, random.Stream(random.Diffusion, 7))
	start, price, sd := time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC), 100.0, 0.006
	for i := range hours {
		sd = 0.004 + 0.9*(sd-0.004) + 0.001*s.Exp()
		open := price * math.Exp(0.0005*s.Norm())
		price = open * math.Exp(sd*(s.Norm()-sd/2))
		if i == hours/2 {
			price *= 0.8
		}
		if i%97 > 94 {
			continue
		}
		h.Bars = append(h.Bars, paths.Bar{Start: start.Add(time.Duration(i) * time.Hour), Open: open, Close: price,
			High: max(open, price) * math.Exp(sd*s.Exp()/3), Low: min(open, price) * math.Exp(-sd*s.Exp()/3)})
	}
	return h
}

// Models that do not know the mean of their returns have tokens with random rates, correlated with returns or not:
// rates whose spread is next to nothing give the lifetimes of constant ones.
func TestRatesBesideUnknownMeans(t *testing.T) {
	s := study.Spec{History: &study.History{File: "made.csv", Series: seriesOf(history(2000))},
		Horizon: 5 * 24 * time.Hour, Step: time.Hour, Paths: 16, Seed: 6}
	for _, model := range []param.Part{part("bootstrap", "growth", 1, "mu", 0.1), part("fhs")} {
		for _, correlation := range []float64{0, 0.5} {
			var all []tokens.Ensemble
			ou := part("ou", "rate-sd", 1e-9, "rate-correlation", correlation)
			for _, law := range []param.Part{part("constant"), ou} {
				s.Model = model
				s.Tokens = []study.TokenSpec{{Name: "t", Mechanism: part("perp", "funding", 0.1), Rates: law,
					Policy: part("band", "low", 2.7, "high", 3.3), Values: param.Values{"fee": 0.001, "target": 3}}}
				made, err := study.New(s)
				if err != nil {
					t.Fatal(err)
				}
				one, err := study.Ensembles(context.Background(), made, study.Options{Workers: 1}, nil)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, one...)
			}
			for path, want := range all[0].Column("nav") {
				if got := all[1].Column("nav")[path]; !(math.Abs(got-want) < 1e-8) {
					t.Fatalf("%s, correlation %v: NAV %v, at constant rates %v", model.Kind, correlation, got, want)
				}
			}
		}
	}
}

// A path whose first block covers its horizon gives every token the lifetime that the
// replay of the history from that bar gives, to the last bit: at closes and inside bars,
// on a loan and on a perpetual, with a keeper that waits, and at dated rates.
func TestFirstBlockIsReplayed(t *testing.T) {
	h := history(2000)
	series := seriesOf(h)
	for extremes := range 2 {
		s := study.Spec{Model: part("bootstrap", "block", 99*365*86400.0, "extremes", extremes),
			History: &study.History{File: "made.csv", Series: series},
			Horizon: 20 * 24 * time.Hour, Step: time.Hour, Paths: 40, Seed: 6}
		for _, mechanism := range []string{"loan", "perp"} {
			for _, latency := range []float64{0, 1800} {
				s.Tokens = append(s.Tokens, study.TokenSpec{
					Name:      mechanism + time.Duration(latency*1e9).String(),
					Policy:    part("band", "low", 2.7, "high", 3.3),
					Mechanism: part(mechanism), Values: param.Values{"fee": 0.001, "latency": latency, "target": 3}})
			}
		}
		rates := &paths.Rates{Name: "r.csv"}
		for i := range 500 { // every 4 hours
			rates.Times = append(rates.Times, series.Start.Add(time.Duration(i*4)*time.Hour))
			rates.Values = append(rates.Values, 0.3*math.Sin(float64(i)))
		}
		paid := &paths.Rates{Name: "p.csv", Whole: true, Times: rates.Times}
		gas := &paths.Rates{Name: "g.csv", Times: rates.Times}
		for _, v := range rates.Values {
			paid.Values, gas.Values = append(paid.Values, v/1000), append(gas.Values, 10*math.Abs(v))
		}
		for name, t := range map[string]study.TokenSpec{
			"dated loan": {Mechanism: part("loan"), Series: map[string]study.Series{"borrow": {Rates: rates},
				"gas": {Rates: gas}}},
			"dated perp": {Mechanism: part("perp"), Series: map[string]study.Series{"funding": {Rates: paid}}},
		} {
			t.Name, t.Values = name, param.Values{"fee": 0.001, "target": 3}
			t.Policy = part("band", "low", 2.7, "high", 3.3)
			s.Tokens = append(s.Tokens, t)
		}
		built := built(t, s)
		all, err := study.Ensembles(context.Background(), built, study.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var ts []study.Dated
		for i := range s.Tokens {
			ts = append(ts, built.Dated(i))
		}
		compared := 0
		for path := range s.Paths {
			at, bars, ok := study.Began(built, 0, path)
			if !ok || bars < 480 {
				t.Fatalf("path %d begins at %v with %d bars", path, at, bars)
			}
			part, err := h.Between(at, at.Add(s.Horizon))
			if err != nil || !part.Bars[0].Start.Equal(at) || part.Span() != s.Horizon {
				continue // it wraps, or begins or ends in missing bars
			}
			r, err := study.ReplayDated(ts, part, study.ReplayOptions{Closes: extremes == 0})
			if err != nil {
				t.Fatal(err)
			}
			compared++
			for _, c := range tokens.MarketColumns[3:] { // the drawdown
				got, want := all[0].Column(c.Name)[path], c.Of(&r.Underlying)
				if got != want && (got == got || want == want) {
					t.Fatalf("extremes %d, path %d: %s = %v, replayed %v", extremes, path, c.Name, got, want)
				}
			}
			for i := range ts {
				for _, c := range all[i].Token.Record() {
					got, want := all[i].Column(c.Name)[path], c.Of(&r.Lives[i])
					if got != want && (got == got || want == want) {
						t.Fatalf("extremes %d, path %d, %s: %s = %v, replayed %v",
							extremes, path, s.Tokens[i].Name, c.Name, got, want)
					}
				}
			}
		}
		if compared < 20 {
			t.Errorf("only %d paths were compared", compared)
		}
	}
}

// A model that draws from a history says so where there is none, where its bars are no part
// of the step, and where extremes are not known.
func TestHistoryIsAskedFor(t *testing.T) {
	closes := history(300)
	closes.ClosesOnly = true
	for _, r := range []struct {
		want    string
		model   param.Part
		history *study.History
		step    time.Duration
	}{
		{"want one (--history FILE)", part("bootstrap"), nil, time.Hour},
		{"want one (--history FILE)", part("fhs"), nil, time.Hour},
		{"want a whole number of bars", part("bootstrap"), &study.History{Series: seriesOf(history(300))},
			30 * time.Minute},
		{"has closes only", part("bootstrap", "extremes", 1), &study.History{Series: seriesOf(closes)}, time.Hour},
		{"want the same", part("fhs", "garch-step", 86400), &study.History{Series: seriesOf(history(300))}, time.Hour},
		{"has not been read", part("fhs"), &study.History{File: "x.csv"}, time.Hour},
	} {
		s := threeX()
		s.Model, s.History, s.Step, s.Horizon = r.model, r.history, r.step, 24*time.Hour
		if _, err := study.New(s); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%s: %v; want %q", r.model.Kind, err, r.want)
		}
	}
}

// Over kinds of models a sweep has the errors of fitted parameters for the study's own
// model alone: another may have none of its numbers.
func TestSweepOverModelsWithErrors(t *testing.T) {
	s := threeX()
	s.Model, s.Horizon, s.Paths = part("gbm", "sigma", 0.6), 24*time.Hour, 10
	s.History = &study.History{Series: seriesOf(history(500))}
	s.Errors = &study.Errors{Names: []string{"sigma"}, Cov: [][]float64{{1e-4}}}
	baseline := built(t, s)
	sweep, err := study.NewSweep(baseline, []study.Axis{axis(t, baseline.Spec(), "model=gbm,heston,bootstrap,fhs")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := sweep.Collect(context.Background(), study.Options{}, nil); err != nil {
		t.Error(err)
	}
}
