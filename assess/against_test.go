package assess

import (
	"math"
	"testing"
	"time"

	"mcrisk/paths"
	"mcrisk/tokens"
)

// Three days of hours with one missing, against daily closes: the comparison is at the two midnights that end
// a bar of both, where the token's growth is 3 and that of what traded 2; the start, and the midnight after
// the missing hour, are left out.
func TestAgainst(t *testing.T) {
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	h := &paths.History{Step: time.Hour}
	marks := make([]tokens.Mark, 96)
	for hour := range marks {
		marks[hour].NAV = 1
		if hour != 47 { // the last of the second day
			h.Bars = append(h.Bars, paths.Bar{Start: start.Add(time.Duration(hour) * time.Hour)})
		}
	}
	marks[23].NAV, marks[47].NAV, marks[71].NAV, marks[95].NAV = 2, 77, 3, 6
	traded := &paths.History{Step: 24 * time.Hour}
	for day, price := range []float64{1000, 10, 88, 12, 20} { // the first ends at the start
		traded.Bars = append(traded.Bars, paths.Bar{Start: start.AddDate(0, 0, day-1), Close: price})
	}
	a, err := Against(h, marks, traded, 5)
	if err != nil {
		t.Fatal(err)
	}
	if !a.From.Equal(start.AddDate(0, 0, 1)) || !a.To.Equal(start.AddDate(0, 0, 4)) || a.Bars != 2 ||
		!(math.Abs(a.TerminalRatio-1.5) < 1e-12) || len(a.WorstDays) != 0 {
		t.Errorf("%+v; want growth of 3 and of 2 from the first midnight to the last", a)
	}
}
