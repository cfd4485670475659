package plots

import (
	"bytes"
	"strings"
	"testing"

	"mcrisk/analytics"
)

func scenarios() ScenariosData {
	return ScenariosData{Title: "A quarter of trend, chop and crash", Caption: caption,
		XLabel: "Mean final NAV against A (% of the initial)", XScale: Percent,
		Tokens: []string{"A", "B", "C"},
		Panels: []ScenarioPanel{
			{"Trend", []analytics.Estimate{{}, around(0.02, 0.01), around(-0.3, 0.05)}},
			{"Crash", []analytics.Estimate{{}, around(-0.01, 0.01), around(0.1, 0.05)}},
		}}
}

func TestScenarios(t *testing.T) {
	f, err := Scenarios(scenarios())
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := f.WriteSVG(&a); err != nil {
		t.Fatal(err)
	}
	moved := scenarios()
	moved.Panels[1].Y[2].Value += 0.01
	if f, err = Scenarios(moved); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("an estimate that moved is not seen")
	}
	for name, tt := range map[string]struct {
		change func(*ScenariosData)
		want   string
	}{
		"no tokens": {func(d *ScenariosData) { d.Tokens = nil }, "no Tokens"},
		"no name":   {func(d *ScenariosData) { d.Tokens[1] = "" }, "Tokens[1] has no name"},
		"no panels": {func(d *ScenariosData) { d.Panels = nil }, "no Panels"},
		"no label":  {func(d *ScenariosData) { d.XLabel = "" }, "XLabel is empty"},
		"no market": {func(d *ScenariosData) { d.Panels[0].Label = "" }, "no Label"},
		"too few": {func(d *ScenariosData) { d.Panels[0].Y = d.Panels[0].Y[:2] },
			"2 estimates; want one for each of 3 tokens"},
		"outside interval": {func(d *ScenariosData) { d.Panels[0].Y[1].Value = 9 }, "want a value within its interval"},
	} {
		in := scenarios()
		tt.change(&in)
		if _, err := Scenarios(in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
}
