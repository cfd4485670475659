package paths

import (
	"math"
	"strings"
	"testing"
	"time"
)

const rateTable = `timestamp,symbol,rate_per_period,rate_per_year
2024-01-01T00:00:00Z,BTC,0.01,0.1
2024-01-01T00:00:00Z,ETH,0.03,
2024-01-01T12:00:00Z,BTC,0.02,0.2
2024-01-01T08:00:00Z,BTC,-0.01,0.3
2024-01-01T08:00:00Z,ETH,0.05,0.5
`

func hourOf(h int) time.Time { return time.Date(2024, 1, 1, h, 0, 0, 0, time.UTC) }

func TestReadRates(t *testing.T) {
	r, err := ReadRates(strings.NewReader("\ufeff"+rateTable), "f.csv",
		RatesOptions{Column: "Rate per year", Where: map[string]string{"symbol": "btc"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Times) != 3 || r.Whole || !r.Times[1].Equal(hourOf(8)) || r.Values[1] != 0.3 ||
		r.Spacing() != 4*time.Hour {
		t.Errorf("%+v", r) // in order of time
	}
	r, err = ReadRates(strings.NewReader(rateTable), "f.csv",
		RatesOptions{Column: PerPeriod, Where: map[string]string{"symbol": "ETH"}})
	if gap, from := r.Widest(); err != nil || !r.Whole || len(r.Times) != 2 || gap != 8*time.Hour ||
		!from.Equal(hourOf(0)) {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := ReadRates(strings.NewReader("date,apr\n2024-01-01,0.05\n"), "f", RatesOptions{}); err != nil ||
		r.Column != "apr" || r.Spacing() != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, tt := range []struct {
		text string
		o    RatesOptions
		want string
	}{
		{"", RatesOptions{}, "f.csv is empty; want a header and rates"},
		{rateTable, RatesOptions{},
			"3 columns that may be rates; want the name of one: \"symbol\", \"rate_per_period\""},
		{rateTable, RatesOptions{Column: "apr"}, "no column of rates \"apr\" beside a time"},
		{rateTable, RatesOptions{Column: "timestamp"}, "no column of rates"},
		{rateTable, RatesOptions{Column: PerPeriod},
			"line 3: the stamp 2024-01-01T00:00:00Z again, as in line 2; want it once"},
		{rateTable, RatesOptions{Column: PerPeriod, Where: map[string]string{"chain": "x"}},
			"no column \"chain\" to pick rows by"},
		{rateTable, RatesOptions{Column: PerPeriod, Where: map[string]string{"symbol": "SOL"}},
			"f.csv has no rate_per_period with symbol=SOL; want one at least"},
		{"a,b\n1,2\n", RatesOptions{}, "has no time"},
		{"date,apr\nsoon,1\n2024-01-01,5%\n2024-01-02,NaN\n", RatesOptions{}, "line 2: date = \"soon\"; want"},
		{"date,apr\nsoon,1\n2024-01-01,5%\n2024-01-02,NaN\n", RatesOptions{},
			"line 3: apr = \"5%\"; a sign of currency or percent"},
		{"date,apr\n2024-01-02,NaN\n", RatesOptions{}, "apr = \"NaN\"; want a number"},
		{"date,apr\n2024-01-02,1,2\n", RatesOptions{}, "wrong number of fields"},
		{"date\n2024-01-02\n", RatesOptions{}, "0 columns that may be rates"},
	} {
		if _, err := ReadRates(strings.NewReader(tt.text), "f.csv", tt.o); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.20q %v: %v; want %q", tt.text, tt.o, err, tt.want)
		}
	}
}

// Levels on steps that are shorter than the spacing, and longer, by hand.
func TestLevels(t *testing.T) {
	rates := &Rates{Name: "f", Times: []time.Time{hourOf(0), hourOf(8), hourOf(12)}, Values: []float64{0.1, 0.3, 0.2}}
	pays := &Rates{Name: "f", Whole: true, Times: rates.Times, Values: []float64{0.01, -0.01, 0.02}}
	year := 8760.0
	for _, tt := range []struct {
		name  string
		s     *Rates
		start time.Time
		step  time.Duration
		steps int
		hold  bool
		want  []Level
	}{
		{"from its stamp", rates, hourOf(0), time.Hour, 16, false, []Level{{0, 0.1}, {8, 0.3}, {12, 0.2}}},
		{"a mean of a step", rates, hourOf(6), 4 * time.Hour, 2, false, []Level{{0, 0.2}, {1, 0.25}}},
		{"a mean over three", rates, hourOf(0), 16 * time.Hour, 1, false, []Level{{0, (0.8 + 1.2 + 0.8) / 16}}},
		{"held", rates, hourOf(-3), 2 * time.Hour, 20, true,
			[]Level{{0, 0.1}, {5, 0.2}, {6, 0.3}, {7, 0.25}, {8, 0.2}}},
		{"paid at its stamp", pays, hourOf(0), time.Hour, 13, false, []Level{{0, 0.01 * year}, {1, 0},
			{8, -0.01 * year}, {9, 0}, {12, 0.02 * year}}},
		{"0.01 and -0.01 in a step", pays, hourOf(0), 10 * time.Hour, 1, false, []Level{{0, 0}}},
		{"held, every 4 hours", pays, hourOf(-5), time.Hour, 27, true, []Level{{0, 0}, {1, 0.01 * year}, {2, 0},
			{5, 0.01 * year}, {6, 0}, {13, -0.01 * year}, {14, 0}, {17, 0.02 * year}, {18, 0}, {21, 0.02 * year},
			{22, 0}, {25, 0.02 * year}, {26, 0}}},
	} {
		got, err := tt.s.Levels(tt.start, tt.step, tt.steps, tt.hold)
		same := err == nil && len(got) == len(tt.want)
		for i := range got {
			same = same && got[i].From == tt.want[i].From && math.Abs(got[i].Rate-tt.want[i].Rate) < 1e-12*year
		}
		if !same {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
	for _, tt := range []struct {
		start time.Time
		steps int
		want  string
	}{
		{hourOf(-2), 4, "f: 2 bars from 2023-12-31T22:00:00Z to 2024-01-01T00:00:00Z before the first stamp, " +
			"2024-01-01T00:00:00Z; want stamps for them, or --series-gaps hold"},
		{hourOf(15), 3, "f: 2 bars from 2024-01-01T16:00:00Z to 2024-01-01T18:00:00Z after the last stamp, 2024-01-01"},
		{hourOf(30), 1, "f: 1 bar from 2024-01-02T06:00:00Z to 2024-01-02T07:00:00Z after the last stamp"},
		{hourOf(-9), 2, "f: 2 bars from 2023-12-31T15:00:00Z to 2023-12-31T17:00:00Z before the first"},
	} {
		if _, err := rates.Levels(tt.start, time.Hour, tt.steps, false); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
	}
	one := &Rates{Name: "f", Whole: true, Times: []time.Time{hourOf(0)}, Values: []float64{1}}
	if _, err := one.Levels(hourOf(-1), time.Hour, 3, true); err == nil || !strings.Contains(err.Error(), "want two") {
		t.Errorf("%v; want that one payment has no spacing", err)
	}
}
