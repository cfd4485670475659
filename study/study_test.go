package study_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// How many policies and laws of the kind "counted" were built, and laws checked.
var policiesBuilt, lawsBuilt, lawsChecked atomic.Int64

type countedLaw struct{ models.GBM }

func (m countedLaw) Check() error {
	lawsChecked.Add(1)
	return m.GBM.Check()
}

var _ = models.Registry.Register(param.Kind[models.Model]{
	Name: "counted", Doc: "counts how often it is built and checked",
	Params: []param.Param{models.Sigma},
	New: func(v param.Values) models.Model {
		lawsBuilt.Add(1)
		return countedLaw{models.GBM{Sigma: v[models.Sigma.Name]}}
	},
})

var _ = tokens.Policies.Register(param.Kind[tokens.Policy]{
	Name: "counted", Doc: "counts how often it is built",
	Params: []param.Param{{Name: "count", Unit: param.Plain, Max: 9, Doc: "to tell one from another"}},
	New: func(param.Values) tokens.Policy {
		policiesBuilt.Add(1)
		return tokens.Every{Interval: 6 * time.Hour}
	},
})

// builds returns what was counted since the last call.
func builds() (policies, laws, checks int64) {
	return policiesBuilt.Swap(0), lawsBuilt.Swap(0), lawsChecked.Swap(0)
}

// counted is a study of two tokens alike and a third, on two underlyings.
func counted() study.Spec {
	s := study.Spec{Model: part("counted", "sigma", 0.6), Horizon: 2 * day, Step: time.Hour, Seed: 5,
		Paths: study.ChunkPaths + 7}
	for _, name := range []string{"a", "b", "c"} {
		s.Tokens = append(s.Tokens, study.TokenSpec{Name: name, Policy: part("counted"), Mechanism: part("loan"),
			Values: param.Values{"target": 2}})
	}
	s.Tokens[2].Policy = part("counted", "count", 5)
	return s
}

// A study builds each of its tokens and laws once and checks them once, whatever is
// run and asked of it.
func TestStudyIsBuiltOnce(t *testing.T) {
	spec := counted()
	spec.Others = []study.Underlying{{Name: "B", Model: part("counted", "sigma", 0.9), Correlations: []float64{0.5}}}
	spec.Tokens[2].Underlying = "B"
	builds()
	s := built(t, spec)
	es, err := study.Ensembles(t.Context(), s, study.Options{Workers: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for token := range s.Tokens() {
		life, err := study.Observe(t.Context(), s, token, 3, func(tokens.Event) error { return nil })
		if want := es[token].Column("nav")[3]; err != nil || life.NAV != want {
			t.Errorf("told, path 3 of token %d ends at %v, %v; in the ensemble at %v", token, life.NAV, err, want)
		}
		alone := s.Alone(token)
		if alone.Token(0) != s.Token(token) || alone.Model() != s.ModelOf(token) || alone.Tokens() != 1 {
			t.Errorf("token %d alone is %+v on %+v", token, alone.Token(0), alone.Model())
		}
		if err := study.Run(t.Context(), alone, study.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	few, err := s.WithPaths(16, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := study.Ensembles(t.Context(), few, study.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := few.Scenarios(16); err != nil {
		t.Fatal(err)
	}
	study.Hash(es)
	if policies, laws, checks := builds(); policies != 3 || laws != 2 || checks != 2 {
		t.Errorf("%d policies and %d laws were built, %d laws checked; want 3, 2 and 2", policies, laws, checks)
	}
}

// The cells of a sweep build each token and each law that no cell before them had
// once, from the first look at their values to the last of them put together.
func TestSweepIsBuiltOnce(t *testing.T) {
	s := built(t, counted())
	builds()
	sweep := sweepOf(t, s.Spec(), 0, "sigma=0.6,0.9", "count=0:4:1", "fee=0,10bp")
	if policies, laws, _ := builds(); policies > 3+10 || laws > 1+1 { // sweepOf builds the study too
		t.Errorf("%d policies and %d laws were built before the sweep", policies, laws)
	}
	sweep, err := study.NewSweep(s, sweep.Axes, 0)
	if err != nil {
		t.Fatal(err)
	}
	units := make([]int, sweep.Units())
	for i := range units {
		units[i] = i
	}
	parts := map[study.Unit]*study.UnitResult{}
	opt := study.Options{Workers: 2}
	if err := sweep.Run(t.Context(), opt, units, []string{"nav"}, func(p *study.UnitResult) error {
		parts[p.Unit] = p
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for cell := range sweep.Cells() + 1 {
		batch, place := sweep.Place(cell)
		stored := func(chunk int) (market, columns [][]float64, fault string, err error) {
			p := parts[study.Unit{Batch: batch, Chunk: chunk}]
			return p.Market, p.Cells[place], p.Faults[place], nil
		}
		c, err := sweep.Assemble(cell, []string{"nav"}, stored)
		if err != nil || c.Fault != nil {
			t.Fatal(err, c.Fault)
		}
		for i := range c.Ensembles {
			if got, want := c.Ensembles[i].Token.Name, s.Token(i).Name; got != want {
				t.Errorf("%s: token %d is called %s; want %s", sweep.Label(cell), i, got, want)
			}
		}
	}
	// Five counts at two fees are ten tokens, of which the study itself has one.
	if policies, laws, checks := builds(); policies != 9 || laws != 1 || checks != 1 {
		t.Errorf("%d policies and %d laws were built, %d laws checked; want 9, 1 and 1", policies, laws, checks)
	}
}

// A cell that makes no study says what is wrong with it as its spec does by itself.
func TestCellFaultsAreThoseOfTheSpec(t *testing.T) {
	spec := threeX()
	again := spec.Tokens[0]
	again.Name = "again"
	spec.Tokens = append(spec.Tokens, again)
	sweep := sweepOf(t, spec, 0, "target=1.5,2.5,3", "half-width=0.4,1.7", "liquidation-threshold=0.8,0.85")
	failed := map[string]int{}
	for cell := range sweep.Cells() {
		at := sweep.At(cell)
		alone := spec
		for _, i := range []int{0, 2, 1} { // a half-width is around the cell's target
			var err error
			if alone, err = alone.With(sweep.Axes[i].Name, sweep.Axes[i].Values[at[i]]); err != nil {
				t.Fatal(err)
			}
		}
		_, want := study.New(alone)
		_, got := sweep.Cell(cell)
		if want == nil || got == nil {
			if want != got {
				t.Errorf("%s: %v; by itself %v", sweep.Label(cell), got, want)
			}
			continue
		}
		if got.Error() != want.Error() {
			t.Errorf("%s:\n%v\nby itself\n%v", sweep.Label(cell), got, want)
		}
		for _, word := range []string{"token again: policy: low = -", "token again: tokens: "} {
			if strings.Contains(got.Error(), word) {
				failed[word]++
			}
		}
	}
	if len(failed) != 2 {
		t.Errorf("%v; want faults of numbers one by one and together", failed)
	}
}

// The same study of other numbers of paths and marks, and with what was fitted taken
// as known, is what a spec that says so makes.
func TestSizedAndCertain(t *testing.T) {
	s := uncertain(0.25)
	hash := func(of *study.Study) string {
		es, err := study.Ensembles(t.Context(), of, study.Options{}, []string{"nav"})
		if err != nil {
			t.Fatal(err)
		}
		return study.Hash(es)
	}
	plain := s
	plain.Uncertain = false
	whole := built(t, s)
	if a, b := hash(whole.Certain()), hash(built(t, plain)); a != b || a == hash(whole) {
		t.Error("a study taken as certain is not one that is, or is the uncertain one")
	}
	few, err := whole.WithPaths(20, 3)
	if err != nil {
		t.Fatal(err)
	}
	s.Paths, s.Marks = 20, 3
	if got := few.Spec(); hash(few) != hash(built(t, s)) || got.Marks != 3 || whole.Spec().Marks != 0 {
		t.Errorf("made smaller it is %+v", got)
	}
	for want, size := range map[string][2]int{"paths = 0; want": {0, 1}, "marks = 65; want 0 to 64": {1, 65}} {
		if _, err := whole.WithPaths(size[0], size[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v paths and marks: %v; want %q", size, err, want)
		}
	}
	if y, h := whole.Years(), whole.StepYears(); y != 30.0/365 || h != 0.25/365 {
		t.Errorf("%v years in steps of %v", y, h)
	}
}

// A number of a spec is found by its registered name wherever it is registered,
// given or default.
func TestValue(t *testing.T) {
	s := several() // first on merton, then on laws of their own
	s.Tokens[0].Policy = part("band", "low", 2.6, "high", 3.4)
	s.Tokens[0].Values = param.Values{"fee": 0.002}
	s.Tokens[1].Policy = part("band", "low", 2.6, "high", 3.5)
	for _, tt := range []struct {
		token int
		name  string
		want  float64
		ok    bool
	}{
		{0, "fee", 0.002, true},
		{0, "target", 3, true}, // default
		{0, "low", 2.6, true},
		{0, "half-width", 0.4, true},
		{1, "half-width", 0, false}, // its edges are not as far
		{0, "borrow", 0.05, true},   // default, of its loan
		{0, "sigma", 0.6, true},
		{0, "jump-rate", 20, true},
		{1, "sigma", s.Others[0].Model.Values["sigma"], true},
		{1, "jump-rate", 0, false}, // the other underlying does not jump
		{0, "funding", 0, false},   // of a perpetual
		{0, "nothing", 0, false},
	} {
		got, ok := s.Value(tt.token, tt.name)
		if ok != tt.ok || ok && !(got-tt.want < 1e-12 && tt.want-got < 1e-12) {
			t.Errorf("%s of token %d = %v, %v; want %v, %v", tt.name, tt.token, got, ok, tt.want, tt.ok)
		}
	}
	s.Tokens[0].Policy = part("hold")
	if v, ok := s.Value(0, "half-width"); ok {
		t.Errorf("a token that holds has the half-width %v", v)
	}
	short, err := threeX().With("target", -2)
	if err == nil {
		short, err = short.With("half-width", 0.3)
	}
	if v, ok := short.Value(0, "half-width"); err != nil || !ok || !(v > 0.3-1e-12 && v < 0.3+1e-12) {
		t.Errorf("the half-width of a short token is %v, %v, %v; want 0.3", v, ok, err)
	}
}
