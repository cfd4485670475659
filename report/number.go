package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/fmath"
)

// The rules of numbers. For people: four digits where nothing is known of the
// error, and no more than the interval supports where something is; a true minus
// sign; – for what does not exist. For files: the shortest text that is read back
// as the same number, and nothing for what does not exist.

// FileNumber writes a number to a file: in its shortest exact form, and nothing
// for NaN.
func FileNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// FileNumbers writes estimates to a file: the value, lo and hi of each.
func FileNumbers(es ...analytics.Estimate) (texts []string) {
	for _, e := range es {
		texts = append(texts, FileNumber(e.Value), FileNumber(e.Lo), FileNumber(e.Hi))
	}
	return texts
}

// Short writes a number for people: four digits, – for NaN.
func Short(v float64) string { return Digits(v, 4) }

// Short3 is Short with three digits.
func Short3(v float64) string { return Digits(v, 3) }

// Digits writes a number for people with at most n significant digits, without
// zeros at their end, – for NaN and ∞ for infinity. Numbers below a billion that n digits
// cannot hold are written as integers, without a power of ten.
func Digits(v float64, n int) string {
	switch {
	case math.IsNaN(v):
		return missing
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	s := strconv.FormatFloat(v, 'g', n, 64)
	if strings.Contains(s, "e+") && math.Abs(v) < 1e9 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.ReplaceAll(s, "-", "−")
}

// Value writes an estimate for people with no more digits than its interval
// supports: those down to the second significant digit of its half-width.
// It has four digits if the interval is unknown or has no width. Zero is 0.
func Value(e analytics.Estimate) string {
	if d, ok := e.Decimals(); ok {
		return rounded(e.Value, d, exponential(e))
	}
	return Short(e.Value)
}

// Range writes an interval for people, to the decimal of Value.
func Range(e analytics.Estimate) string {
	if d, ok := e.Decimals(); ok {
		return rounded(e.Lo, d, exponential(e)) + " to " + rounded(e.Hi, d, exponential(e))
	}
	return Interval(e)
}

// Interval writes an interval for people, with four digits at each end.
func Interval(e analytics.Estimate) string { return Short(e.Lo) + " to " + Short(e.Hi) }

// Interval3 is Interval with three digits.
func Interval3(e analytics.Estimate) string { return Short3(e.Lo) + " to " + Short3(e.Hi) }

// exponent is the power of ten of a number that is rounded to so many digits
// after its first.
func exponent(v float64, digits int) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits, 64), "e")
	n, err := strconv.Atoi(e)
	if err != nil {
		panic("report: exponent of " + FileNumber(v)) // not finite, which callers exclude
	}
	return n
}

// exponential reports whether an estimate is written with powers of ten: where
// Short does it.
func exponential(e analytics.Estimate) bool {
	largest := 0.0
	for _, v := range []float64{e.Lo, e.Value, e.Hi} {
		if a := math.Abs(v); a > largest && !math.IsInf(a, 1) {
			largest = a
		}
	}
	return largest < 1e-4 || largest >= 1e9
}

// rounded writes v to so many decimals; negative ones are tens, hundreds and so on.
func rounded(v float64, decimals int, exponential bool) string {
	switch {
	case v == 0:
		return "0"
	case math.IsNaN(v) || math.IsInf(v, 0):
		return Short(v)
	}
	var s string
	switch {
	case exponential:
		s = strconv.FormatFloat(v, 'e', max(0, exponent(v, 0)+decimals), 64)
	case decimals < 0:
		p := math.Pow10(-decimals)
		s = strconv.FormatFloat(math.Round(v/p)*p, 'f', 0, 64)
	default:
		s = strconv.FormatFloat(v, 'f', decimals, 64)
	}
	if !strings.ContainsAny(s, "123456789") {
		s = strings.TrimPrefix(s, "-") // it is rounded to zero, which has no sign
	}
	return strings.ReplaceAll(s, "-", "−")
}

// InPercent is an estimate of a fraction, times 100.
func InPercent(e analytics.Estimate) analytics.Estimate {
	e.Value, e.SE, e.Lo, e.Hi = 100*e.Value, 100*e.SE, 100*e.Lo, 100*e.Hi
	return e
}

// PercentProbability writes an estimated probability in percent, with no digit
// that is finer than half its interval, and the interval to the same decimal, in
// brackets after a space. Where the estimate is 0 or 1 the text is the end of
// the interval, rounded outwards, as <0.4 or >99.6, and there is no interval.
func PercentProbability(e analytics.Estimate) (value, interval string) {
	switch e.Value {
	case 0:
		hi, decimals := RoundUp(100*e.Hi, 1)
		return "<" + Fixed(hi, decimals), ""
	case 1:
		miss, decimals := RoundUp(100*(1-e.Lo), 1)
		return ">" + Fixed(100-miss, decimals), ""
	}
	decimals := 0
	if half := 50 * (e.Hi - e.Lo); half > 0 {
		decimals = max(0, -fmath.Exponent10(half))
	}
	if 100*e.Value < 0.5*math.Pow10(-decimals) { // few paths are not none
		decimals++
	}
	return Fixed(100*e.Value, decimals), " (" + Fixed(100*e.Lo, decimals) + " to " + Fixed(100*e.Hi, decimals) + ")"
}

// RoundUp rounds a positive number up to n significant digits, and says how many
// of them are decimals.
func RoundUp(v float64, n int) (up float64, decimals int) {
	decimals = n - 1 - fmath.Exponent10(v)
	up = math.Ceil(v * math.Pow10(decimals))
	if up == math.Pow10(n) { // 1.0 has one digit more than 1
		up, decimals = up/10, decimals-1
	}
	return up * math.Pow10(-decimals), max(0, decimals)
}

// Fixed writes a number with so many decimals, and an ASCII minus sign.
func Fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

// Hundredths writes a log-likelihood to two decimals, where models differ; – for
// NaN.
func Hundredths(v float64) string {
	if math.IsNaN(v) {
		return missing
	}
	return TrueMinus(Fixed(v, 2))
}

// SignedPercent writes a fraction in percent, with its sign and so many decimals:
// "+3.1 %".
func SignedPercent(v float64, decimals int) string {
	return TrueMinus(fmt.Sprintf("%+.*f %%", decimals, 100*v))
}

// TrueMinus turns the first ASCII minus sign of a number's text into a true one.
func TrueMinus(s string) string { return strings.Replace(s, "-", "−", 1) }

// Thousands writes a count with a comma between groups of three digits.
func Thousands(n int) string {
	digits, minus := strings.CutPrefix(strconv.Itoa(n), "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if minus {
		return "−" + digits
	}
	return digits
}

// Count writes a number of things, as 1 path or 1,000 paths; noun is the singular of a
// word whose plural adds an s.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}

// Bytes writes an amount of memory in MB, GB or TB, of powers of ten.
func Bytes(n float64) string {
	switch {
	case n >= 1e12:
		return Short(n/1e12) + " TB"
	case n >= 1e9:
		return Short(n/1e9) + " GB"
	}
	return Short(n/1e6) + " MB"
}

// Lengths of time in seconds, of years of 365 days.
const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
	year   = 365 * day
)

// Duration writes a length of time in words, in the largest unit that divides
// it: "a year", "90 days".
func Duration(seconds float64) string {
	for _, u := range []struct {
		one, many string
		size      float64
	}{{"a year", "years", year}, {"a day", "days", day}, {"an hour", "hours", hour}, {"a minute", "minutes", minute}} {
		switch n := seconds / u.size; {
		case n == 1:
			return u.one
		case n > 1 && n == math.Trunc(n):
			return Short(n) + " " + u.many
		}
	}
	return Short(seconds) + " seconds"
}

// AboutDuration writes a length of time that is only roughly known: three digits,
// in the largest unit of which there are two.
func AboutDuration(seconds float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{year, "years"}, {day, "days"}, {hour, "hours"}, {minute, "minutes"}} {
		if seconds >= 2*u.size {
			return Short3(seconds/u.size) + " " + u.name
		}
	}
	return Short3(seconds) + " seconds"
}

// Minute writes a time for people: to the minute, in UTC.
func Minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// Clip cuts a text to n characters, of which the last is then an ellipsis.
func Clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
