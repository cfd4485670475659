package study_test

import (
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// Numbers count with a change or an axis that sets what they count with; a change or an axis of such a number is as
// wrong as the number.
func TestCheckIdle(t *testing.T) {
	day := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		values  param.Values // of the mechanism
		changes []study.Change
		axes    []string
		want    string // of the error; empty: none
	}{
		{name: "nothing"},
		{name: "given", values: param.Values{"close-factor": 0.2}, want: "token three: close-factor = 0.2 without"},
		{name: "with its switch", values: param.Values{"close-factor": 0.2, "liquidation-rule": 1}},
		{name: "with its axis", values: param.Values{"close-factor": 0.2}, axes: []string{"fee", "liquidation-rule"}},
		{name: "with another axis", values: param.Values{"close-factor": 0.2}, axes: []string{"fee", "e-mode"},
			want: "token three: close-factor = 0.2 without"},
		{name: "axis", axes: []string{"close-factor"}, want: "close-factor is swept without liquidation-rule=custom"},
		{name: "two axes", axes: []string{"close-factor", "liquidation-rule"}},
		{name: "with a change of its switch", values: param.Values{"close-factor": 0.2},
			changes: []study.Change{{At: day, Name: "liquidation-rule", Value: 1}}},
		{name: "with a change to zero", values: param.Values{"close-factor": 0.2},
			changes: []study.Change{{At: day, Name: "liquidation-rule"}}, want: "close-factor = 0.2 without"},
		{name: "change", changes: []study.Change{{At: day, Name: "close-factor", Value: 0.2}},
			want: "token three: close-factor changes without liquidation-rule=custom"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec := threeX()
			spec.Tokens[0].Mechanism.Values, spec.Tokens[0].Changes = tt.values, tt.changes
			err := spec.CheckIdle(tt.axes...)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v; want %q", err, tt.want)
			}
		})
	}
}
