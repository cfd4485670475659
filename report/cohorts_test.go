package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/tokens"
)

// The axis of a map has days or months where they have room, and years where there are
// several.
func TestCalendarNames(t *testing.T) {
	on := func(texts ...string) (list []time.Time) {
		for _, text := range texts {
			at, err := time.Parse(time.DateOnly, text)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, at)
		}
		return list
	}
	for _, tt := range []struct {
		unit   assess.CalendarUnit
		groups []time.Time
		want   []string
	}{
		{assess.Day, on("2020-03-11", "2020-03-12"), []string{"2020-03-11", "2020-03-12"}},
		{assess.Week, on("2019-12-30", "2020-01-06"), []string{"2019-12-30", "2020-01-06"}},
		{assess.Month, on("2020-12-01", "2021-01-01"), []string{"2020-12", "2021-01"}},
		{assess.Month, on("2020-12-01", "2021-01-01", "2021-02-01", "2024-01-01"), []string{"", "2021", "", "2024"}},
		{assess.Quarter, on("2020-01-01", "2020-04-01", "2021-01-01", "2023-10-01"),
			[]string{"2020", "", "2021", "2023"}},
		{assess.Year, on("2020-01-01", "2021-01-01"), []string{"2020", "2021"}},
	} {
		m := &assess.CohortMap{Unit: tt.unit, Groups: tt.groups}
		if got := calendarNames(m); !slices.Equal(got, tt.want) {
			t.Errorf("by %s: %q; want %q", tt.unit, got, tt.want)
		}
	}
}

// How many cohorts there are is said in whole sentences.
func TestCohortCounts(t *testing.T) {
	of := func(n, apart, ended int) string {
		e := tokens.NewEnsemble(tokens.Token{}, time.Hour, n)
		return cohortCounts(&assess.HoldingPeriod{Held: &e, Apart: apart, Ended: ended})
	}
	for got, want := range map[string]string{
		of(1, 1, 0):       "1 start, of which 1 does not overlap",
		of(1821, 261, 0):  "1,821 starts, of which 261 do not overlap",
		of(1821, 261, 12): "1,821 starts, of which 261 do not overlap; 12 after the token had ended",
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	reason := assess.Cohorts{Unsimulated: errorOf("study: token x: fee changes on 2024-01-02")}
	if notes := strings.Join(CohortNotes(&reason), ""); notes !=
		"nothing is simulated beside the history: token x: fee changes on 2024-01-02" {
		t.Errorf("notes %q", notes)
	}
}

type errorOf string

func (e errorOf) Error() string { return string(e) }
