package plots

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/fmath"
)

// A Scale says how a number is written on an axis and in a label: the metrics'.
type Scale = analytics.Scale

const (
	Number  = analytics.Number
	Percent = analytics.Percent
)

// An axis maps values to places and knows where its ticks are.
type axis struct {
	min, max float64 // of the values, min < max
	log      bool
	ticks    []tick
}

// holds reports whether v lies on the axis.
func (a axis) holds(v float64) bool { return v >= a.min && v <= a.max }

// clamp moves v onto the axis; NaN stays.
func (a axis) clamp(v float64) float64 { return max(a.min, min(a.max, v)) }

// A tick is a labelled place on an axis.
type tick struct {
	at    float64
	label string
}

// kind is what a label says of the axis besides its quantity.
func (a axis) kind() string {
	if a.log {
		return ", log scale"
	}
	return ""
}

// place returns where v lies, as a fraction of the axis.
func (a axis) place(v float64) float64 {
	if a.log {
		return math.Log(v/a.min) / math.Log(a.max/a.min)
	}
	return (v - a.min) / (a.max - a.min)
}

// linearAxis spans lo to hi with at most most ticks, written in units of
// 1/factor of a value.
func linearAxis(lo, hi, factor float64, most int) axis {
	if same(lo, hi) { // one value, in the middle of an axis of its own size
		pad := 0.5 * math.Abs(lo)
		if pad == 0 { // of which no other value is known to be of a size
			return axis{min: -1, max: 1, ticks: []tick{{0, "0"}}}
		}
		lo, hi = lo-pad, hi+pad
	}
	step, decimals := niceStep((hi-lo)*factor, most)
	return axis{min: lo, max: hi, ticks: ticksEvery(step, decimals, lo, hi, factor)}
}

// ticksEvery labels the multiples of step (in written units) from lo to hi.
func ticksEvery(step float64, decimals int, lo, hi, factor float64) []tick {
	var ticks []tick
	const slack = 1e-9 // of a step: an end that is a multiple but for rounding has its tick
	for k := math.Ceil(lo*factor/step - slack); k <= hi*factor/step+slack; k++ {
		ticks = append(ticks, tick{k * step / factor, formatFixed(k*step, decimals)})
	}
	return ticks
}

// padded widens [lo, hi] by a twentieth on each side, but never across zero.
func padded(lo, hi float64) (float64, float64) {
	pad := 0.05 * (hi - lo)
	l, h := lo-pad, hi+pad
	if lo >= 0 && l < 0 {
		l = 0
	}
	if hi <= 0 && h > 0 {
		h = 0
	}
	return l, h
}

// linear is an axis of what the span holds with some room around it, with at most
// most ticks, written in units of 1/factor of a value.
func (s span) linear(factor float64, most int) axis {
	lo, hi := padded(s.lo, s.hi)
	return linearAxis(lo, hi, factor, most)
}

// logarithmic is the same by decades, for values above zero. The room around them
// is a share of the axis, but at least by the factor of room.
func (s span) logarithmic(room, share, factor float64, most int) axis {
	pad := max(room, math.Pow(s.hi/s.lo, share))
	return logAxis(s.lo/pad, s.hi*pad, factor, most)
}

// namesAxis has one place for each name, from 0 up; the middle of the first is at
// one half. Where the name is empty there is no tick.
func namesAxis(names []string) axis {
	a := axis{min: 0, max: float64(len(names))}
	for i, name := range names {
		if name != "" {
			a.ticks = append(a.ticks, tick{float64(i) + 0.5, name})
		}
	}
	return a
}

// rowsAxis has one row for each name, from the top down; see [rowPlace].
func rowsAxis(names []string) axis {
	a := axis{min: 0, max: float64(max(1, len(names)))}
	for i, name := range names {
		a.ticks = append(a.ticks, tick{rowPlace(i, len(names)), name})
	}
	return a
}

// rowPlace is the middle of row i of n on a [rowsAxis].
func rowPlace(i, n int) float64 { return float64(n-i) - 0.5 }

// niceStep returns the smallest 1, 2 or 5 times a power of ten that cuts span
// into fewer than most pieces, and the decimals its multiples need.
func niceStep(span float64, most int) (step float64, decimals int) {
	exp := fmath.Exponent10(span/float64(most)) - 1
	for {
		for _, m := range []float64{1, 2, 5} {
			step := m * math.Pow10(exp)
			if exp < 0 {
				step = m / math.Pow10(-exp) // the nearest float64 to the decimal
			}
			if span/step < float64(most)-1e-9 { // a tick at each end makes one more
				return step, max(0, -exp)
			}
		}
		exp++
	}
}

// logAxis spans lo to hi, 0 < lo < hi. Ticks are at equal steps where hi is a few times
// lo, and otherwise by decades, fewer of each where there are many.
func logAxis(lo, hi, factor float64, most int) axis {
	a := axis{min: lo, max: hi, log: true}
	first, last := fmath.Exponent10(lo*factor), fmath.Exponent10(hi*factor)+1
	for _, mantissas := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		if a.ticks = logTicks(lo, hi, factor, first, last, 1, mantissas); len(a.ticks) <= most {
			break
		}
	}
	for every := 2; len(a.ticks) > most; every++ {
		a.ticks = logTicks(lo, hi, factor, first, last, every, []float64{1})
	}
	const few = 5
	if hi < few*lo || len(a.ticks) < 2 {
		log := a
		a = linearAxis(lo, hi, factor, most)
		a.log, a.min, a.max = true, log.min, log.max
	}
	return a
}

func logTicks(lo, hi, factor float64, first, last, every int, mantissas []float64) []tick {
	var ticks []tick
	const slack = 1e-9
	for e := first; e <= last; e++ {
		if e%every != 0 {
			continue
		}
		for _, m := range mantissas {
			v, _ := strconv.ParseFloat(strconv.FormatFloat(m, 'f', 0, 64)+"e"+strconv.Itoa(e), 64)
			if at := v / factor; at >= lo*(1-slack) && at <= hi*(1+slack) {
				ticks = append(ticks, tick{at, formatShort(v)})
			}
		}
	}
	return ticks
}

// A clock is the unit of a time axis.
type clock struct {
	name    string
	perYear float64
	steps   []float64 // readable distances between ticks
}

var clocks = []clock{
	{"hours", 365 * 24, []float64{1, 2, 3, 6, 12, 24}},
	{"days", 365, []float64{1, 2, 5, 10, 15, 30, 60, 90}},
	{"years", 1, []float64{0.25, 0.5, 1, 2, 5, 10, 20, 50, 100}},
}

// timeAxis spans the years from lo to hi in hours up to three days, in days up
// to about a year, and in years beyond, and returns the unit's name.
func timeAxis(lo, hi float64, most int) (axis, string) {
	span := hi - lo
	k := clocks[2]
	switch {
	case span <= 3.0/365:
		k = clocks[0]
	case span <= 400.0/365:
		k = clocks[1]
	}
	for _, step := range k.steps {
		if span*k.perYear/step < float64(most)-1e-9 {
			decimals := 0
			for s := step; s != math.Trunc(s); s *= 10 {
				decimals++
			}
			// A span below one step is left to the decimal ticks.
			if ticks := ticksEvery(step, decimals, lo, hi, k.perYear); len(ticks) >= 3 {
				return axis{min: lo, max: hi, ticks: ticks}, k.name
			}
			break
		}
	}
	return linearAxis(lo, hi, k.perYear, most), k.name
}

// formatFixed writes v with the given decimals, a true minus sign and commas
// between thousands; far from one it writes a power of ten.
func formatFixed(v float64, decimals int) string {
	if decimals > 6 || math.Abs(v) >= 1e7 {
		return formatPower(v)
	}
	return dress(strconv.FormatFloat(v, 'f', decimals, 64))
}

// formatShort writes v in as few digits as identify it.
func formatShort(v float64) string {
	if a := math.Abs(v); a >= 1e-4 && a < 1e7 {
		return dress(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return formatPower(v)
}

// formatDigits writes v to the given number of significant digits.
func formatDigits(v float64, digits int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	a := math.Abs(rounded)
	if a < 1e-4 || a >= 1e7 {
		return formatPower(rounded)
	}
	decimals := max(0, digits-1-fmath.Exponent10(a))
	return dress(strconv.FormatFloat(rounded, 'f', decimals, 64))
}

// formatPower writes v to three digits with a power of ten, 2×10⁻⁶, and zero
// as 0.
func formatPower(v float64) string {
	if v == 0 {
		return "0"
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	power := exponents.Replace(exp)
	switch mantissa {
	case "1", "-1":
		mantissa = strings.TrimSuffix(mantissa, "1")
	default:
		mantissa += "×"
	}
	return strings.ReplaceAll(mantissa, "-", "−") + "10" + power
}

// exponents writes an exponent of a power of ten as print does.
var exponents = strings.NewReplacer("+0", "", "+", "", "-0", "⁻", "-", "⁻", "−0", "⁻", "−", "⁻",
	"0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

// exponential is a number in the notation of programs, such as −9.6e−05.
var exponential = regexp.MustCompile(`\b([0-9.]+)e([-+−]?[0-9]+)\b`)

// powers writes the numbers of a text that are in the notation of programs as print does.
func powers(text string) string {
	return exponential.ReplaceAllStringFunc(text, func(number string) string {
		part := exponential.FindStringSubmatch(number)
		return part[1] + "×10" + exponents.Replace(part[2])
	})
}

// dress turns a plain decimal into print: −12,345.6, and never −0.
func dress(s string) string {
	s, negative := strings.CutPrefix(s, "-")
	whole, fraction, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + fraction
	}
	if negative && strings.Trim(s, "0.") != "" {
		whole = "−" + whole
	}
	return whole
}

// formatEstimate writes an estimate times factor and its interval, to the
// decimals that the interval leaves meaningful.
func formatEstimate(e analytics.Estimate, factor float64) string {
	return formatUpTo(e, factor, math.MaxInt)
}

// formatUpTo is formatEstimate with at most so many decimals, unless they would leave
// nothing of a value of which its own interval leaves a digit.
func formatUpTo(e analytics.Estimate, factor float64, most int) string {
	own, ok := e.Scaled(factor).Decimals()
	if v := math.Abs(e.Value) * factor; v > 0 && v < math.Pow10(-most) && !(ok && v < math.Pow10(-own)) {
		most = math.MaxInt
	}
	value := formatValue(e, factor, most)
	if !ok {
		return value
	}
	return value + " (" + formatLike(e.Lo, e, factor, most) + " to " + formatLike(e.Hi, e, factor, most) + ")"
}

// formatValue is formatEstimate without the interval.
func formatValue(e analytics.Estimate, factor float64, most int) string {
	return formatLike(e.Value, e, factor, most)
}

// formatLike writes a value of the estimate to its decimals, at most so many; to four
// digits where it has no interval. Estimates below a ten thousandth have a power of
// ten, unless decimals are limited.
func formatLike(v float64, e analytics.Estimate, factor float64, most int) string {
	v *= factor
	decimals, ok := e.Scaled(factor).Decimals()
	size := max(math.Abs(e.Value), math.Abs(e.Lo), math.Abs(e.Hi)) * factor
	if !ok {
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 3, 64), 64)
		if most == math.MaxInt {
			return formatShort(rounded)
		}
		decimals, size = most, math.Abs(v)
	}
	decimals = min(decimals, most)
	switch {
	case size < 1e-4 && most == math.MaxInt, size >= 1e7:
		return formatPower(v)
	case decimals < 0:
		p := math.Pow10(-decimals)
		return dress(strconv.FormatFloat(math.Round(v/p)*p, 'f', 0, 64))
	}
	return dress(strconv.FormatFloat(v, 'f', decimals, 64))
}

// round returns v rounded to the given decimals.
func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}
