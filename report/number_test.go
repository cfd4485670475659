package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mcrisk/analytics"
)

func TestNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ got, want string }{
		{Short(0), "0"},
		{Short(1.23456), "1.235"},
		{Short(-0.000123456), "−0.0001235"},
		{Short(0.0000123456), "1.235e−05"},
		{Short(12345.6), "12346"},
		{Short(-123456789), "−123456789"},
		{Short(1.23456e9), "1.235e+09"},
		{Short(nan), "–"},
		{Short(inf), "∞"},
		{Short(-inf), "−∞"},
		{Short3(1.23456), "1.23"},
		{Short3(-inf), "−∞"},
		{Short3(nan), "–"},
		{Digits(59.96, 3), "60"},
		{Digits(9999.6, 3), "10000"},
		{FileNumber(0.1), "0.1"},
		{FileNumber(-1e-7), "-1e-07"},
		{FileNumber(1e21), "1e+21"},
		{FileNumber(nan), ""},
		{FileNumber(-inf), "-Inf"},
		{strings.Join(FileNumbers(between(1, 2, 3), between(nan, 5, nan)), ","), "2,1,3,5,,"},
		{Thousands(0), "0"},
		{Thousands(999), "999"},
		{Thousands(1000), "1,000"},
		{Thousands(1234567), "1,234,567"},
		{Thousands(-123), "−123"},
		{Thousands(-123456), "−123,456"},
		{Interval(between(-0.123456, 0, 2)), "−0.1235 to 2"},
		{Interval(between(nan, 1, nan)), "– to –"},
		{Interval3(between(-0.123456, 0, 2)), "−0.123 to 2"},
		{Fixed(-1.25, 1), "-1.2"},
		{Hundredths(-1234.567), "−1234.57"},
		{Hundredths(nan), "–"},
		{SignedPercent(0.03141, 2), "+3.14 %"},
		{SignedPercent(-0.5, 0), "−50 %"},
		{TrueMinus("-1e-5"), "−1e-5"},
		{Bytes(0), "0 MB"},
		{Bytes(1234567), "1.235 MB"},
		{Bytes(2.5e9), "2.5 GB"},
		{Bytes(64e12), "64 TB"},
		{Duration(365 * 86400), "a year"},
		{Duration(90 * 86400), "90 days"},
		{Duration(3600), "an hour"},
		{Duration(900), "15 minutes"},
		{Duration(90), "90 seconds"},
		{Duration(0), "0 seconds"},
		{AboutDuration(1), "1 seconds"},
		{AboutDuration(119), "119 seconds"},
		{AboutDuration(120), "2 minutes"},
		{AboutDuration(9000), "2.5 hours"},
		{AboutDuration(1e9), "31.7 years"},
		{Clip("straße", 6), "straße"},
		{Clip("straße", 5), "stra…"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// An estimate has the digits that its interval supports.
func TestValue(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name            string
		e               analytics.Estimate
		value, interval string
	}{
		{"two digits of the half-width", between(0.7773, 0.80678, 0.8362), "0.807", "0.777 to 0.836"},
		{"zeros at the end are kept", between(0.4, 0.5, 0.6), "0.50", "0.40 to 0.60"},
		{"half-width that rounds up to a power of ten", between(0.9005, 1, 1.0999), "1.00", "0.90 to 1.10"},
		{"negative", between(-3.293, -3.273, -3.254), "−3.273", "−3.293 to −3.254"},
		{"rounds to zero, without a sign", between(-0.5, -0.001, 0.5), "0.00", "−0.50 to 0.50"},
		{"zero itself", between(0, 0, 0.003682), "0", "0 to 0.0037"},
		{"whole tens", between(121_000, 123_456, 126_000), "123500", "121000 to 126000"},
		{"wider than the value", between(-150, 2, 160), "0", "−150 to 160"},
		{"tiny", between(1.1e-7, 1.234e-7, 1.4e-7), "1.23e−07", "1.10e−07 to 1.40e−07"},
		{"huge", between(1.1e12, 1.234e12, 1.4e12), "1.23e+12", "1.10e+12 to 1.40e+12"},
		{"no upper bound", between(0.123, 0.2345, inf), "0.23", "0.12 to ∞"},
		{"no bound", between(-inf, 0.23456, inf), "0.2346", "−∞ to ∞"},
		{"unknown interval", between(nan, 0.123456, nan), "0.1235", "– to –"},
		{"known exactly", between(0.123456, 0.123456, 0.123456), "0.1235", "0.1235 to 0.1235"},
		{"no value", between(nan, nan, nan), "–", "– to –"},
	} {
		if got := Value(c.e); got != c.value {
			t.Errorf("%s: value %q, want %q", c.name, got, c.value)
		}
		if got := Range(c.e); got != c.interval {
			t.Errorf("%s: interval %q, want %q", c.name, got, c.interval)
		}
	}
}

// What is printed is within a twentieth of the half-width of the value, since
// the second digit of the half-width is at most a tenth of it.
func TestValueIsCloseEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e8, 1e8).Draw(t, "value")
		half := math.Pow(10, rapid.Float64Range(-6, 8).Draw(t, "log10 of the half-width"))
		half = max(half, 1e-11*math.Abs(v)) // less is no width
		e := between(v-half, v, v+half)
		text := strings.ReplaceAll(Value(e), "−", "-")
		got := parse(t, text)
		if half = (e.Hi - e.Lo) / 2; math.Abs(got-v) > half/20*1.0001+1e-7 {
			t.Errorf("%v ± %v is written %s", v, half, text)
		}
	})
}

func TestPercentProbability(t *testing.T) {
	for _, c := range []struct {
		e               analytics.Estimate
		value, interval string
	}{
		{between(0, 0, 0.00368), "<0.4", ""},
		{between(0, 0, 0.00951), "<1", ""},
		{between(0.99632, 1, 1), ">99.6", ""},
		{between(0.0872, 0.1049, 0.1249), "10", " (9 to 12)"},
		{between(0.1045, 0.1049, 0.1053), "10.49", " (10.45 to 10.53)"},
		{between(0.0001, 0.0012, 0.0135), "0.1", " (0.0 to 1.4)"},
	} {
		if value, interval := PercentProbability(c.e); value != c.value || interval != c.interval {
			t.Errorf("%+v: %q and %q; want %q and %q", c.e, value, interval, c.value, c.interval)
		}
	}
}

func TestRoundUp(t *testing.T) {
	for _, c := range []struct {
		v        float64
		n        int
		want     float64
		decimals int
	}{{0.368, 1, 0.4, 1}, {0.951, 1, 1, 0}, {3.01, 1, 4, 0}, {0.123, 2, 0.13, 2}, {123, 2, 130, 0}} {
		up, decimals := RoundUp(c.v, c.n)
		if math.Abs(up-c.want) > 1e-12*c.want || decimals != c.decimals {
			t.Errorf("RoundUp(%v, %d) = %v, %d; want %v, %d", c.v, c.n, up, decimals, c.want, c.decimals)
		}
	}
}

func TestAllPartsAreWritten(t *testing.T) {
	e := between(1, 2, 3)
	e.VarianceReduction, e.Warning = 4, analytics.HeavyTail
	var got []string
	for _, part := range AllParts {
		got = append(got, estimatePart(e, part))
	}
	want := []string{FileNumber(2 / 3.92), "1", "3", "10000", "0.95", "normal", "4", "heavy-tail"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A label within a sentence has no capital, unless its first word is an abbreviation.
func TestInSentence(t *testing.T) {
	for label, want := range map[string]string{"Cost drag": "cost drag", "NAV at the end": "NAV at the end",
		"median NAV": "median NAV", "": ""} {
		if got := inSentence(label); got != want {
			t.Errorf("%q is %q in a sentence; want %q", label, got, want)
		}
	}
	if got := phrase(analytics.Metric{Name: "p_x", Doc: "probability of x; or of y"}); got != "probability of x" {
		t.Errorf("a metric without a label is %q", got)
	}
}

// One thing has no plural, and the ends of ranges have the decimals that tell them apart.
func TestCountsAndRanges(t *testing.T) {
	if one, many := Count(1, "lifetime"), Count(1000, "lifetime"); one != "1 lifetime" || many != "1,000 lifetimes" {
		t.Errorf("%q and %q", one, many)
	}
	groups := func(ends ...float64) (list []analytics.Group) {
		for i := range ends[1:] {
			list = append(list, analytics.Group{Lo: ends[i], Hi: ends[i+1]})
		}
		return list
	}
	for _, tt := range []struct {
		groups []analytics.Group
		want   int
	}{
		{groups(0.288, 0.7, 2.87), 2}, {groups(0.101, 0.11, 0.129), 3}, {groups(10.001, 10.002, 10.5), 3},
		{groups(0, 0), 0}, {nil, 0}, {groups(999.9, 1000), 1},
	} {
		if got := rangeDecimals(tt.groups); got != tt.want {
			t.Errorf("%v has %d decimals; want %d", tt.groups, got, tt.want)
		}
	}
}
