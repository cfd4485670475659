package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// simulated is a small simulation of tokens that hold, of the targets given.
func simulated(t *testing.T, sigma float64, marks int, targets ...float64) *assess.Simulation {
	t.Helper()
	spec := study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": sigma}},
		Horizon: 48 * time.Hour,
		Step:    time.Hour,
		Paths:   17,
		Seed:    1,
		Marks:   marks,
	}
	for i, target := range targets {
		spec.Tokens = append(spec.Tokens, study.TokenSpec{Name: string(rune('a' + i)), Policy: param.Part{Kind: "hold"},
			Mechanism: param.Part{Kind: "perp", Values: param.Values{"maintenance": 0}},
			Values:    param.Values{"target": target}})
	}
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assess.Simulate(t.Context(), s, assess.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Of a token that nobody survives, figures of logs are notes and the others are
// drawn; of a survivor all are.
func TestTokenFiguresOfTheRuined(t *testing.T) {
	r := simulated(t, 10, 4, 50, -1)
	for token, ruined := range []bool{true, false} {
		for _, f := range TokenFigures() {
			figure := f.Of(r.View(token), nil)
			drawn, err := figure.Draw()
			logs := slices.Contains([]string{"fan", "drawdown", "drawdown-underlying", "underwater", "losses"}, f.Name)
			if want := ruined && !logs; want != errors.As(err, new(UndrawableError)) || (err == nil) == want ||
				(drawn == nil) != want {
				t.Errorf("%s of a token all of whose paths are ruined (%v): %v", f.Name, ruined, err)
			}
			if err != nil && !strings.Contains(err.Error(), "a: no path survived, so there is no figure "+f.Name) {
				t.Errorf("%s: %v", f.Name, err)
			}
			if found, ok := LookupTokenFigure(f.Name); !ok || found.Doc != f.Doc || f.Doc == "" {
				t.Errorf("%s is not found by its name, or says nothing", f.Name)
			}
		}
	}
	if _, ok := LookupTokenFigure("path"); ok {
		t.Error("the figure of a path is among those of a token")
	}
	var page bytes.Buffer
	if err := WriteHTML(&page, Simulation(r, Provenance{})); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a: no path survived, so there is no figure decay",
		"<title id=\"figure-1-title\">a: net asset value", "b: decay against the compounding ideal"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// A study seen at no marks, or a price that stands still, has no figures over time.
func TestTokenFiguresWithoutTimes(t *testing.T) {
	for name, r := range map[string]*assess.Simulation{
		"no marks": simulated(t, 1, 0, 2),
		"still":    simulated(t, 0, 4, 2),
	} {
		for _, f := range TokenFigures() {
			_, err := f.Of(r.View(0), nil).Draw()
			if err != nil && !errors.As(err, new(UndrawableError)) {
				t.Errorf("%s: %s: %v; want it drawn, or why it cannot be", name, f.Name, err)
			}
			if missing := slices.Contains([]string{"fan", "losses", "leverage", "multiple"},
				f.Name); name == "no marks" && missing && err == nil {
				t.Errorf("%s is drawn without marks", f.Name)
			}
		}
	}
}

// A caption says what an overlay has otherwise, or all of it where that is much.
func TestOverlayCaption(t *testing.T) {
	a := simulated(t, 1, 4, 2).View(0)
	for want, other := range map[string]*assess.View{
		"2d in steps of 1h, seed 1; model gbm, mu 0, sigma 1; intervals of 95 %.": nil,
		" The overlay has the same settings.":                                     simulated(t, 1, 4, 2).View(0),
		" The overlay has sigma 0.5, target 3.":                                   simulated(t, 0.5, 4, 3).View(0),
		// One whose settings have other names.
		" Overlay: 17 paths of 2d in steps of 1h": simulated(t, 0.5, 4, 3, 2).View(0),
	} {
		s := tokenSource{a, other}
		if got := s.caption(); !strings.Contains(got, want) {
			t.Errorf("caption %q; want %q in it", got, want)
		}
		if got := s.pathsCaption(); strings.Contains(got, "intervals") {
			t.Errorf("caption of paths %q", got)
		}
		if other != nil && s.title("x") != "a and a (overlay): x" {
			t.Errorf("title %q", s.title("x"))
		}
	}
}

// Figures of several tokens have their names before them; the sensitivity to a band is
// there where a sweep of one is.
func TestSimulationFigures(t *testing.T) {
	names := func(d Document) (list []string) {
		for _, f := range d.Figures() {
			list = append(list, f.Name)
		}
		return list
	}
	one := []string{"fan", "decay", "drawdown", "underwater", "cost-drag", "waterfall"}
	r := simulated(t, 1, 4, 2)
	if got := names(Simulation(r, Provenance{})); !slices.Equal(got, one) {
		t.Errorf("figures %v; want %v", got, one)
	}
	r.Bands = []*assess.BandSweep{{}}
	if got := names(Simulation(r, Provenance{})); !slices.Equal(got, append(one, "sensitivity")) {
		t.Errorf("with a sweep of the band: %v", got)
	}
	if got := names(Simulation(simulated(t, 1, 4, 2, -1), Provenance{})); len(got) != 12 || got[0] != "a-fan" ||
		got[11] != "b-waterfall" {
		t.Errorf("of two tokens: %v", got)
	}
}

// The estimates over time are one object of one token, and a list of several.
func TestHorizonsJSON(t *testing.T) {
	r := simulated(t, 1, 4, 2, -1)
	type of struct {
		Token    string
		Horizons map[string]struct{ Years, Estimate []*float64 }
		Tokens   []of2
	}
	read := func(views ...*assess.View) (x of) {
		var b bytes.Buffer
		if err := WriteJSON(&b, Horizons(views)); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	one := read(r.View(1))
	median := r.View(1).OverTime("nav_p50").Values()
	if h := one.Horizons["nav_p50"]; one.Token != "b" || len(h.Years) != 4 || *h.Estimate[3] != median[3] ||
		len(one.Tokens) > 0 {
		t.Errorf("of one token %+v", one)
	}
	if two := read(r.View(0), r.View(1)); two.Token != "" || len(two.Tokens) != 2 || two.Tokens[1].Token != "b" ||
		len(two.Tokens[1].Horizons["ruined"].Years) != 4 {
		t.Errorf("of two tokens %+v", two)
	}
}

type of2 struct {
	Token    string
	Horizons map[string]struct{ Years []float64 }
}
