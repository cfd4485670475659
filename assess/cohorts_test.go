package assess_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// daily is a history of closes of days, of which those at zero are missing.
func daily(start time.Time, closes ...float64) *paths.History {
	h := &paths.History{Name: "days", Step: day, ClosesOnly: true}
	for i, c := range closes {
		if c > 0 {
			at := start.Add(time.Duration(i) * day)
			h.Bars = append(h.Bars, paths.Bar{Start: at, Open: c, High: c, Low: c, Close: c})
		}
	}
	return h
}

var newYear = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) // a Monday

// held is a study of a 2x token that never trades and pays nothing.
func held(t *testing.T, edit func(*study.TokenSpec)) *study.Study {
	return banded(t, gbm, 2*day, day, func(of *study.TokenSpec) {
		of.Name, of.Values = "2x", param.Values{"target": 2}
		of.Policy = param.Part{Kind: "hold"}
		of.Mechanism.Values = param.Values{"borrow": 0, "supply": 0}
		if edit != nil {
			edit(of)
		}
	})
}

func cohortsOf(t *testing.T, s *study.Study, h *paths.History, every time.Duration, periods ...time.Duration,
) *assess.Cohorts {
	t.Helper()
	plan, err := assess.PlanCohorts(s, h, false, every, periods)
	if err != nil {
		t.Fatal(err)
	}
	c, err := plan.Replay()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Who buys a 2x token in the middle buys it at the leverage that it has by then. The
// market is closed on the fourth day, so nobody buys or sells at its end.
func TestCohortsByHand(t *testing.T) {
	// Of 1 the token owes 1 and holds 2 times the price.
	c := cohortsOf(t, held(t, nil), daily(newYear, 100, 110, 121, 0, 60, 66), 0, day, 2*day)
	one, two := c.Periods[0], c.Periods[1]
	for _, tt := range []struct {
		name   string
		got    []assess.Holder
		starts []int // days of January
		navs   []float64
		ratios []float64
	}{
		{"a day", one.Holders(), []int{1, 2, 3, 6}, []float64{1, 1.2, 1.42 / 1.2, 0.32 / 0.2},
			[]float64{1, 1.1, 1.1, 1.1}},
		{"two days", two.Holders(), []int{1, 2, 4}, []float64{1.2, 1.42, 0.2 / 1.42}, []float64{1.1, 1.21, 60.0 / 121}},
	} {
		if len(tt.got) != len(tt.starts) {
			t.Fatalf("%s: %+v; want %d cohorts", tt.name, tt.got, len(tt.starts))
		}
		for i, h := range tt.got {
			nav, ratio := tt.navs[i], tt.ratios[i]
			near := func(what string, got, want float64) {
				if math.Abs(got-want) > 1e-12 {
					t.Errorf("%s, day %d: %s %v; want %v", tt.name, tt.starts[i], what, got, want)
				}
			}
			if h.Start.Day() != tt.starts[i] {
				t.Errorf("%s: cohort %d starts on %v; want day %d", tt.name, i, h.Start, tt.starts[i])
			}
			near("NAV", h.NAV, nav)
			near("price", h.Price, ratio)
			near("decay", h.Decay, math.Log(nav)-2*math.Log(ratio))
			near("against twice the return", h.Linear, nav-1-2*(ratio-1))
			if h.LostHalf != (nav < 0.5) {
				t.Errorf("%s, day %d: lost half is %v at %v", tt.name, tt.starts[i], h.LostHalf, nav)
			}
		}
	}
	if one.Apart != 4 || two.Apart != 2 || one.Ended != 0 {
		t.Errorf("%d and %d windows do not overlap, %d ended; want 4, 2 and none", one.Apart, two.Apart, one.Ended)
	}
	want := map[string]float64{"p_loss_50": 1.0 / 3, "nav_p50": 1.2, "decay_vs_linear_p50": 0}
	for _, r := range two.Rows {
		if v, ok := want[r.Name]; ok && math.Abs(r.History-v) > 1e-12 {
			t.Errorf("%s = %v; want %v", r.Name, r.History, v)
		}
		if !math.IsNaN(r.Simulated.Value) {
			t.Errorf("%s is simulated before Simulate", r.Name)
		}
		delete(want, r.Name)
	}
	if len(want) > 0 {
		t.Errorf("no statistics %v", want)
	}
}

// What stands beside the history is what simulating each holding period alone gives, to
// the last bit, by the same metrics.
func TestCohortsSimulate(t *testing.T) {
	s, err := banded(t, gbm, 9*day, day, nil).WithPaths(300, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := cohortsOf(t, s, daily(newYear, 100, 104, 99, 103, 108, 101, 97, 105), day, 2*day, 5*day)
	if err := c.Simulate(context.Background(), assess.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Periods {
		spec := s.Spec()
		spec.Horizon = p.Length
		alone, err := study.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		r, err := assess.Simulate(context.Background(), alone, assess.Options{})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, row := range p.Rows {
			name := row.Name
			switch name {
			case "nav_p05":
				name = "nav_quantile_0.05"
			case "nav_p95":
				name = "nav_quantile_0.95"
			case "p_loss_50", "p_beats_linear":
			default:
				continue
			}
			seen++
			want, err := r.Summaries[0].Estimate(name)
			if err != nil {
				t.Fatal(err)
			}
			if row.Simulated.Value != want.Value || row.Simulated.Lo != want.Lo || row.Simulated.Hi != want.Hi {
				t.Errorf("%v, %s: %v; simulated alone %v", p.Length, name, row.Simulated, want)
			}
		}
		if seen != 4 {
			t.Errorf("%v: %d statistics compared; want 4", p.Length, seen)
		}
	}
}

// Cohorts that begin when nothing is left are counted, and who loses everything has no
// decay. What changes with dates is not simulated, and it is said why.
func TestCohortsEnd(t *testing.T) {
	s := held(t, func(of *study.TokenSpec) {
		of.Mechanism = param.Part{Kind: "perp", Values: param.Values{"funding": 0}}
		of.Changes = []study.Change{{At: newYear.Add(day), Name: "fee", Value: 0.01}}
	})
	c := cohortsOf(t, s, daily(newYear, 100, 100, 40, 40, 41, 42), day, day)
	p := c.Periods[0]
	if hs := p.Holders(); p.Ended != 3 || len(hs) != 3 || hs[2].NAV != 0 || !hs[2].LostHalf ||
		!math.IsInf(hs[2].Decay, -1) {
		t.Errorf("%d starts after the end, cohorts %+v; want 3, and a last cohort with nothing left", p.Ended, hs)
	}
	if c.Unsimulated == nil || !strings.Contains(c.Unsimulated.Error(), "fee changes on 2024-01-02") {
		t.Errorf("not simulated because of %v", c.Unsimulated)
	}
	if err := c.Simulate(context.Background(), assess.Options{}); err != nil || c.Hash != "" {
		t.Errorf("%v, hash %q; want nothing simulated", err, c.Hash)
	}
}

func TestPlanCohorts(t *testing.T) {
	h := daily(newYear, slices.Repeat([]float64{100}, 40)...)
	for _, tt := range []struct {
		every   time.Duration
		periods []time.Duration
		wrong   string
	}{
		{36 * time.Hour, nil, "a start every 36h; want a multiple of 1d, the step of days"},
		{-day, nil, "a start every"},
		{0, []time.Duration{36 * time.Hour}, "a holding period of 36h; want a multiple of 1d"},
		{0, []time.Duration{0}, "a holding period of 0s; want a multiple"},
		{0, []time.Duration{41 * day}, "a holding period of 41d; want at most 40d, what days has"},
		{0, []time.Duration{7 * day, day}, "a holding period of 1d after 7d; want them from short to long"},
		{0, []time.Duration{7 * day, 7 * day}, "a holding period of 7d after 7d"},
	} {
		if _, err := assess.PlanCohorts(held(t, nil), h, false, tt.every, tt.periods); err == nil ||
			!strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("every %v, %v: %v; want %q", tt.every, tt.periods, err, tt.wrong)
		}
	}
	var lengths []time.Duration
	for _, p := range cohortsOf(t, held(t, nil), h, 0).Periods {
		lengths = append(lengths, p.Length)
	}
	if want := []time.Duration{day, 7 * day, 30 * day}; !slices.Equal(lengths, want) {
		t.Errorf("holding periods %v; want those that fit, %v", lengths, want)
	}
	minutes := &paths.History{Name: "minutes", Step: time.Minute, ClosesOnly: true, Bars: slices.Clone(h.Bars)}
	minutes.Bars[39].Start = newYear.Add(500 * day)
	if _, err := assess.PlanCohorts(held(t, nil), minutes, false, time.Minute, nil); err == nil ||
		!strings.Contains(err.Error(), "3600005 starts and holding periods; want at most 500000") {
		t.Errorf("%v; want a limit", err)
	}
	monday := daily(newYear, 1, 0, 0, 0, 0, 0, 0, 1)
	plan, err := assess.PlanCohorts(held(t, nil), monday, false, 0, []time.Duration{3 * day})
	if err == nil {
		_, err = plan.Replay()
	}
	if err == nil || !strings.Contains(err.Error(), "a holding period of 3d: it begins and ends at no two bars") {
		t.Errorf("%v; want no cohorts", err)
	}
}

// Cohorts are grouped by the calendar, and a group's numbers are those of its starts.
func TestCohortMap(t *testing.T) {
	closes := make([]float64, 0, 800)
	for i := range 800 {
		closes = append(closes, 100*math.Exp(0.3*math.Sin(float64(i)/40)))
	}
	for _, tt := range []struct {
		days   int
		every  time.Duration
		unit   assess.CalendarUnit
		groups int
		second string
	}{
		{40, day, assess.Day, 40, "2024-01-02"},
		{40, 5 * day, assess.Week, 6, "2024-01-08"}, // of starts to 5 February, the last
		{200, day, assess.Week, 29, "2024-01-08"},
		{800, day, assess.Month, 27, "2024-02-01"},
		{800, 31 * day, assess.Month, 26, "2024-02-01"},
		{800, 60 * day, assess.Quarter, 9, "2024-04-01"},
		{800, 100 * day, assess.Year, 2, "2025-01-01"},
	} {
		c := cohortsOf(t, held(t, nil), daily(newYear, closes[:tt.days]...), tt.every, day, 2*day)
		m := c.Map()
		if m.Unit != tt.unit || len(m.Groups) != tt.groups || m.Groups[1].Format(time.DateOnly) != tt.second {
			t.Errorf("%d days, every %v: %d groups by %s, the second from %v; want %d by %s, from %s", tt.days,
				tt.every,
				len(m.Groups), m.Unit, m.Groups[1], tt.groups, tt.unit, tt.second)
		}
	}
	c := cohortsOf(t, held(t, nil), daily(newYear, closes[:120]...), day, day, 30*day)
	m := c.Map()
	var decays, linear []float64
	lost := 0.0
	for _, h := range c.Periods[1].Holders() {
		if h.Start.Before(newYear.Add(14*day)) && !h.Start.Before(newYear.Add(7*day)) {
			decays, linear = append(decays, h.Decay), append(linear, h.Linear)
			if h.LostHalf {
				lost++
			}
		}
	}
	slices.Sort(decays)
	slices.Sort(linear)
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("second week: %s %v; want %v", what, got, want)
		}
	}
	near("decay a year", m.Decay[1][1], decays[3]*365/30)
	near("against twice the return", m.Linear[1][1], linear[3])
	near("share", m.LossOfHalf[1][1], lost/7)
	if last := len(m.Groups) - 1; !math.IsNaN(m.Decay[1][last]) || math.IsNaN(m.Decay[0][last]) {
		t.Errorf("the last week has %v for a day and %v for 30 days; want a number and none", m.Decay[0][last],
			m.Decay[1][last])
	}
}

func TestUsualSize(t *testing.T) {
	row := make([]float64, 100)
	for i := range row {
		row[i] = float64(1 - 2*(i%2))
	}
	row[7], row[8] = -50, math.NaN()
	if got := assess.UsualSize([][]float64{row, {math.NaN()}}); got != 1 {
		t.Errorf("usual size %v; want 1", got)
	}
	if got := assess.UsualSize(nil); got != 0 {
		t.Errorf("of nothing %v; want 0", got)
	}
}
