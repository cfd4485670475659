package paths

import (
	"math"
	"strconv"
	"strings"
)

// noPrice says whether a field is what programs write where they have no price.
func noPrice(field string) bool {
	if field != "" && '0' <= field[0] && field[0] <= '9' {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(field)) {
	case "", "nan", "null", "none", "na", "n/a", "#n/a", "<na>", "nat", ".", "-":
		return true
	}
	return false
}

// empty says whether a line has no price at all.
func (l *layout) empty(fields []string) bool {
	for _, c := range l.prices {
		if !noPrice(fields[c.index]) {
			return false
		}
	}
	return true
}

// bar reads one line and says what is wrong with it. It returns false if the line
// has no time, and so no place among the others; a bar with other faults has its
// place.
func (f *barFile) bar(l *layout, fields []string, line int) (Bar, bool) {
	var p [4]float64
	known := 4
	if l.closesOnly {
		known = 1
	}
	for i, c := range l.prices[:known] {
		p[i] = f.price(c.name, fields[c.index], line)
	}
	if l.closesOnly {
		p = [4]float64{p[0], p[0], p[0], p[0]}
	}
	bar := Bar{Open: p[0], High: p[1], Low: p[2], Close: p[3], Volume: math.NaN()}
	if bar.round() {
		f.rounded.add(line)
	}
	f.checkExtremes(l, bar, fields, line)
	if i := l.volume.index; i >= 0 && !noPrice(fields[i]) {
		const want = "want a finite number ≥ 0, or nothing"
		v, fault := parseNumber(fields[i], want)
		if fault == "" && !(v >= 0) {
			fault = want
		}
		if fault != "" {
			f.faults.add(line, "%s = %.40q; %s", l.volume.name, fields[i], fault)
		}
		bar.Volume = v
	}
	var err error
	bar.Start, err = f.stamps.read(strings.TrimSpace(fields[l.time.index]), f.options.Zone)
	if err != nil {
		f.faults.add(line, "%s = %.40q; want %v", l.time.name, fields[l.time.index], err)
	}
	f.stamps.count(line)
	return bar, err == nil
}

// price reads a price. With a fault it is NaN, which fails no comparison.
func (f *barFile) price(name, field string, line int) float64 {
	const want = "want a finite number > 0"
	v, fault := parseNumber(field, want)
	if fault == "" && !(v > 0) {
		fault = want
	}
	if fault != "" {
		f.faults.add(line, "%s = %.40q; %s", name, field, fault)
		return math.NaN()
	}
	return v
}

// rounding is the part of a price by which extremes may lie inside the open and
// close. Files whose prices were multiplied, such as adjusted ones, are off by a few
// units in the last place, 2e-16.
const rounding = 1e-12

// round moves extremes that rounding put inside the open or close, and says whether any was.
func (b *Bar) round() bool {
	high, low := max(b.Open, b.Close), min(b.Open, b.Close)
	moved := false
	if b.High < high && high-b.High <= rounding*high {
		b.High, moved = high, true
	}
	if b.Low > low && b.Low-low <= rounding*low {
		b.Low, moved = low, true
	}
	return moved
}

// checkExtremes holds low ≤ open, close ≤ high.
func (f *barFile) checkExtremes(l *layout, bar Bar, fields []string, line int) {
	open, high, low, end := l.prices[0], l.prices[1], l.prices[2], l.prices[3]
	wrong := func(upper, lower column) {
		f.faults.add(line, "%s = %.40s is below %s = %.40s; want low ≤ open, close ≤ high",
			upper.name, fields[upper.index], lower.name, fields[lower.index])
	}
	if bar.High < bar.Low {
		wrong(high, low)
		return
	}
	for _, c := range []struct {
		price float64
		column
	}{{bar.Open, open}, {bar.Close, end}} {
		if bar.High < c.price {
			wrong(high, c.column)
		}
		if c.price < bar.Low {
			wrong(c.column, low)
		}
	}
}

// parseNumber reads a finite decimal number. Otherwise it is NaN, with what is wrong
// or else what was wanted.
func parseNumber(field, want string) (float64, string) {
	s := strings.TrimSpace(field)
	if v, ok := shortNumber(s); ok {
		return v, ""
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) && plain(s) {
		return v, ""
	}
	return math.NaN(), numberFault(s, want)
}

// shortNumber reads digits with at most one point among them, as most prices are. Their integer and the power of
// ten are exact, so that the quotient is rounded once, as ParseFloat rounds it.
func shortNumber(s string) (float64, bool) {
	const most = 15 // digits that a float64 always has
	if len(s) > most+1 {
		return 0, false
	}
	n, point := uint64(0), -1
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			n = 10*n + uint64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0, false
		}
	}
	switch {
	case point < 0:
		return float64(n), len(s) > 0 && len(s) <= most
	case len(s) == 1:
		return 0, false
	}
	return float64(n) / tens[len(s)-1-point], true
}

var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// plain says whether a number is written in decimal digits.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', c == '+', c == '-', c == '.', c == 'e', c == 'E':
		default:
			return false
		}
	}
	return true
}

// numberFault says what is wrong with a number. It names the ways to write numbers
// that mean different things in different countries, and guesses at none.
func numberFault(s, want string) string {
	digits := strings.Trim(s, "+-") != "" && strings.Trim(s, "+-0123456789.,'_ \u00a0\u202f’") == ""
	commas, points := strings.Count(s, ","), strings.Count(s, ".")
	switch {
	case digits && (strings.ContainsAny(s, "'_’ \u00a0\u202f") || commas+points > 1):
		return "separators of thousands are not read; want digits and a decimal point only"
	case digits && commas == 1:
		return "a decimal comma or a separator of thousands; want digits and a decimal point only"
	case strings.ContainsAny(s, "$€£¥₿%"):
		return "a sign of currency or percent is not read; want digits and a decimal point only"
	}
	return want
}
