package plots

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// Ticks are where a calendar has them, whatever the span, with the larger unit where it
// begins.
func TestDateAxis(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct {
		from, to, want, label string
	}{
		{"2020-03-12 10:00", "2020-03-12 10:02", "10:00:00 10:00:15 10:00:30 10:00:45 10:01:00 " +
			"10:01:15 10:01:30 10:01:45 " +
			"10:02:00", "Date (UTC), 2020-03-12 10:00 to 2020-03-12 10:02"},
		{"2020-03-12 10:31", "2020-03-12 11:20", "10:35 10:40 10:45 10:50 10:55 11:00 11:05 11:10 11:15 11:20", ""},
		{"2020-03-12 00:00", "2020-03-13 00:00", "12 Mar,03:00,06:00,09:00,12:00,15:00,18:00,21:00,13 Mar",
			"Date (UTC), 2020-03-12 00:00 to 2020-03-13 00:00"},
		{"2020-02-27 05:00", "2020-03-02 05:00", "12:00,28 Feb,12:00,29 Feb,12:00,1 Mar,12:00,2 Mar", ""},
		{"2020-03-09 00:00", "2020-03-16 00:00",
			"9 Mar,10 Mar,11 Mar,12 Mar,13 Mar,14 Mar,15 Mar,16 Mar", "Date (UTC), 2020-03-09 to 2020-03-16"},
		// 2021-04-05 is a Monday.
		{"2021-04-01 00:00", "2021-05-15 00:00", "5 Apr,12 Apr,19 Apr,26 Apr,3 May,10 May", ""},
		{"2020-09-15 00:00", "2021-04-02 00:00", "Oct,Nov,Dec,2021,Feb,Mar,Apr", ""},
		{"2019-12-31 23:00", "2021-07-01 00:00", "2020,Mar,May,Jul,Sep,Nov,2021,Mar,May,Jul", ""},
		{"2020-01-01 00:00", "2023-01-01 00:00", "2020,Jul,2021,Jul,2022,Jul,2023", ""},
		{"2020-01-01 00:00", "2025-01-01 00:00", "2020,2021,2022,2023,2024,2025",
			"Date (UTC), 2020-01-01 to 2025-01-01"},
		{"2010-02-11 00:00", "2024-12-31 00:00", "2012,2014,2016,2018,2020,2022,2024", ""},
		{"1896-05-26 00:00", "2024-12-31 00:00", "1900,1920,1940,1960,1980,2000,2020", ""},
	} {
		from, to := day(tt.from), day(tt.to)
		start := from.AddDate(0, 0, -40) // times of a figure need not begin at 0
		if to.Year()-from.Year() > 100 {
			start = from
		}
		years := func(at time.Time) float64 { return float64(at.Sub(start)) / float64(year) }
		a, label := dateAxis(start, years(from), years(to), 10)
		got := labels(a)
		want := strings.Split(tt.want, ",")
		if !strings.Contains(tt.want, ",") {
			want = strings.Fields(tt.want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s to %s: ticks %q, want %q", tt.from, tt.to, got, want)
		}
		if tt.label != "" && label != tt.label {
			t.Errorf("%s to %s: label %q, want %q", tt.from, tt.to, label, tt.label)
		}
		for i, tick := range a.ticks {
			if !a.holds(tick.at) && math.Abs(a.place(tick.at)-0.5) > 0.5+1e-9 || i > 0 && tick.at <= a.ticks[i-1].at {
				t.Errorf("%s to %s: tick %q at %v of the axis", tt.from, tt.to, tick.label, a.place(tick.at))
			}
		}
	}
}

// Liquidations look the same and stand in all panels, whatever happened before them.
func TestEventLooks(t *testing.T) {
	d := pathTimeline()
	d.Events = []PathTimelineEvent{{0.01, "no trade"}, {0.02, "closed"}, {0.03, "liquidation"}, {0.04, "no trade"},
		{0.05, "rebalance"}}
	var got []string
	for _, k := range d.events() {
		got = append(got, k.name)
		switch k.name {
		case "liquidation":
			if k.marker != square || k.color != looks[1].color || len(k.at) != 1 {
				t.Errorf("a liquidation looks like %+v", k)
			}
		case "no trade":
			if k.marker == square || len(k.at) != 2 {
				t.Errorf("no trade looks like %+v", k)
			}
		}
	}
	if want := []string{"rebalance", "liquidation", "no trade", "closed"}; !slices.Equal(got, want) {
		t.Errorf("events %q; want %q", got, want)
	}
}

// Of a line of very many points every column keeps its extremes, at their times, and gaps
// stay; one of few is as it was.
func TestThinned(t *testing.T) {
	const n, columns = 40_000, 100
	nan := math.NaN()
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range xs {
		xs[i], ys[i] = float64(i), math.Sin(float64(i))
		if i >= 10_050 && i < 20_070 {
			ys[i] = nan
		}
	}
	ys[7], ys[8], ys[399], ys[30_001] = 5, -5, 7, -9
	x, y := thinned(xs, ys, columns)
	if len(x) != len(y) || len(x) > 4*columns {
		t.Fatalf("%d and %d points are left; want as many, at most %d", len(x), len(y), 4*columns)
	}
	if x[0] != 0 || x[len(x)-1] != n-1 {
		t.Errorf("from %v to %v; want the first and the last point", x[0], x[len(x)-1])
	}
	type extremes struct{ lo, hi float64 }
	of := func(xs, ys []float64) map[int]extremes {
		m := map[int]extremes{}
		for i, v := range ys {
			if i > 0 && !(xs[i] > xs[i-1]) {
				t.Fatalf("time %v after %v", xs[i], xs[i-1])
			}
			if math.IsNaN(v) {
				continue
			}
			k := int(xs[i] / (n - 1) * columns)
			e, ok := m[k]
			if !ok {
				e = extremes{v, v}
			}
			m[k] = extremes{min(e.lo, v), max(e.hi, v)}
		}
		return m
	}
	before, after := of(xs, ys), of(x, y)
	for k, e := range before {
		if after[k] != e {
			t.Errorf("column %d: %v is left; want %v", k, after[k], e)
		}
	}
	edge := slices.Index(x, 10_049)
	if edge < 0 || !math.IsNaN(y[edge+1]) || !slices.Contains(x, 20_070) {
		t.Error("the gap from 10,050 to 20,070 has other ends")
	}
	if x, _ := thinned(xs[:4*columns], ys[:4*columns], columns); len(x) != 4*columns {
		t.Errorf("%d of %d points are left", len(x), 4*columns)
	}
}

// Figures of five years of hours are small files.
func TestReplayFiguresAreSmall(t *testing.T) {
	const most = 300_000 // bytes
	for name, draw := range map[string]func() (*Figure, error){
		"path":    func() (*Figure, error) { return PathTimeline(replayed()) },
		"against": func() (*Figure, error) { return Against(against()) },
	} {
		f, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		var svg strings.Builder
		if err := f.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		if svg.Len() > most {
			t.Errorf("%s: SVG of %d bytes; want at most %d", name, svg.Len(), most)
		}
	}
}
