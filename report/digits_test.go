package report

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"mcrisk/analytics"
)

// A number that is rounded up to one digit more is written without a power of ten.
func TestDigitsAtPowersOfTen(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		n    int
		want string
	}{
		{999.96, 3, "1000"}, {-999.96, 3, "−1000"}, {999.4, 3, "999"}, {99.96, 2, "100"}, {9.996, 3, "10"},
		{12345.6, 3, "12346"}, {9.99996e8, 3, "999996000"}, {2e9, 3, "2e+09"}, {0.00001234, 3, "1.23e−05"}, {0, 3, "0"},
	} {
		if got := Digits(tt.v, tt.n); got != tt.want {
			t.Errorf("%v with %d digits is %s; want %s", tt.v, tt.n, got, tt.want)
		}
	}
}

// A percent sign stays with its number where lines are broken.
func TestPercentStays(t *testing.T) {
	for text, want := range map[string]string{
		"it is −153.00 % or so":     "it is/−153.00 % or/so",
		"a cell of −153.00 %; 95 %": "a cell of/−153.00 %;/95 %",
	} {
		if got := strings.Join(wrap(text, 12), "/"); got != want {
			t.Errorf("%q is broken as %q; want %q", text, got, want)
		}
	}
}

// An estimate that its paths cannot make says so in its place, in lines where the column is
// narrow, and files have nothing there.
func TestNotEstimableInPlace(t *testing.T) {
	none := analytics.Estimate{Value: math.NaN(), SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), N: 10,
		Method: analytics.Normal, Warning: analytics.NotEstimable}
	table := Table{Name: "x", Columns: []Column{{Name: "metric"}, {Name: "estimate", Interval: intervalTitle},
		{Name: "interval by", Wrap: true}}}
	table.Add("nav", none, how(none))
	table.Add("other", analytics.Estimate{Value: 1, Lo: 0.9, Hi: 1.1, Method: analytics.Normal}, "normal")
	d := Document{Blocks: []Block{table}}
	var text, csv bytes.Buffer
	if err := WriteText(&text, d, 60); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); strings.Contains(got, missing) || strings.Contains(got, "normal !") ||
		!strings.Contains(got, " nav     not estimable  from these paths\n") {
		t.Errorf("the table is\n%s", got)
	}
	if err := WriteCSV(&csv, d); err != nil {
		t.Fatal(err)
	}
	if got := csv.String(); !strings.Contains(got, "\nnav,,,,\n") {
		t.Errorf("the file is\n%s", got)
	}
	if s := doubted(none); s.Text != string(analytics.NotEstimable) || s.Interval != "" {
		t.Errorf("in a cell it is %+v", s)
	}
}
