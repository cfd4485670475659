package paths

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
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
	if gap, from := r.Widest(hourOf(0), hourOf(8)); err != nil || !r.Whole || len(r.Times) != 2 || gap != 8*time.Hour ||
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
		{"date,apr\n2024-01-02,1,2\n", RatesOptions{}, "line 2: 3 fields; want 2: a decimal comma"},
		{"date\n2024-01-02\n", RatesOptions{}, "0 columns that may be rates"},
		{"date;apr\n2024-01-01;0,05\n", RatesOptions{}, "apr = \"0,05\"; a decimal comma"},
		{"date,apr\n2024-01-01,-3\n", RatesOptions{Check: func(v float64) error { return errors.New("want more") }},
			"line 2: apr = \"-3\"; want more"},
		{"date,rate_per_period\n2024-01-01,1.5\n", RatesOptions{}, "line 2: rate_per_period = \"1.5\"; want a payment"},
		{"date,apr\n\x00", RatesOptions{}, "f.csv: this is no text: it has bytes of zero"},
		{"\xff\xfed\x00", RatesOptions{}, "f.csv: this is text in UTF-16; want UTF-8"},
		{"[[1704067200,0.05]]", RatesOptions{}, "f.csv: this is JSON; want a table"},
	} {
		if _, err := ReadRates(strings.NewReader(tt.text), "f.csv", tt.o); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.20q %v: %v; want %q", tt.text, tt.o, err, tt.want)
		}
	}
}

// Files of rates have the forms that files of prices have, and what is passed over or assumed is noted.
func TestReadRatesForms(t *testing.T) {
	const table = "timestamp,apr,note\n2024-01-01T00:00:00,0.05,\"a,b\"\n\n2024-01-02T00:00:00Z,0.06,\r\n"
	var packed, archive bytes.Buffer
	g := gzip.NewWriter(&packed)
	_, err1 := g.Write([]byte(table))
	z := zip.NewWriter(&archive)
	member, err2 := z.Create("rates.csv")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	_, err1 = member.Write([]byte(table))
	if err := errors.Join(err1, g.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"commas": table, "gzip": packed.String(), "zip": archive.String(),
		"tabs":       strings.ReplaceAll(strings.ReplaceAll(table, "\"a,b\"", ""), ",", "\t"),
		"semicolons": strings.ReplaceAll(strings.ReplaceAll(table, "\"a,b\"", ""), ",", ";"),
		"comment":    "# of a venue\n" + table,
	} {
		r, err := ReadRates(strings.NewReader(text), "f", RatesOptions{Column: "apr"})
		if err != nil || len(r.Values) != 2 || r.Values[1] != 0.06 || !r.Times[1].Equal(hourOf(24)) {
			t.Errorf("%s: %+v, %v", name, r, err)
			continue
		}
		last := r.Notes[len(r.Notes)-1]
		if last.Kind != NoteZone || !strings.HasPrefix(last.Text, "1 stamp without a zone read as UTC") {
			t.Errorf("%s: notes %v; want the stamp without a zone", name, r.Notes)
		}
	}
}

// Files of rates are refused at the limits of files of prices, by the line.
func TestRatesLimits(t *testing.T) {
	limits := readLimits{packed: 1000, members: 10, text: 200, json: 200, line: 40, lines: 10, rows: 4}
	row := "2024-01-01,1\n"
	for _, tt := range []struct{ text, want string }{
		{"date,apr\n" + strings.Repeat(row, 5), "f: line 6: more than 4 rows"},
		{"date,apr\n" + strings.Repeat("\n", 12), "f: more than 10 lines"},
		{"date,apr\n" + strings.Repeat("1", 50), "f: line 2 is longer than 40 bytes"},
		{strings.Repeat("#"+strings.Repeat("x", 35)+"\n", 8), "f: more than 200 bytes"},
	} {
		if _, err := readRatesLimited(strings.NewReader(tt.text), "f", RatesOptions{}, limits); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.30q: %v; want %q", tt.text, err, tt.want)
		}
	}
}

// Rates a year: of rates themselves, of payments by their spacing.
func TestAnnual(t *testing.T) {
	times := []time.Time{hourOf(0), hourOf(8), hourOf(16)}
	for _, tt := range []struct {
		s               Rates
		median, largest float64
	}{
		{Rates{Times: times, Values: []float64{-0.3, 0.1, 0.2}}, 0.2, 0.3},
		{Rates{Whole: true, Times: times, Values: []float64{1e-4, -2e-4, 1e-3}}, 2e-4 * 1095, 1e-3 * 1095},
		{Rates{Whole: true, Times: times[:1], Values: []float64{1}}, 0, 0},
	} {
		if m, l := tt.s.Annual(); math.Abs(m-tt.median) > 1e-12 || math.Abs(l-tt.largest) > 1e-12 {
			t.Errorf("%v: %v, %v; want %v, %v", tt.s.Values, m, l, tt.median, tt.largest)
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
