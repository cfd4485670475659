// Package param gives every parameter of a study a name, a unit, a range and a
// meaning. Models, policies, venues and costs register theirs; flags, spec
// files, sweeps and documentation all read the same registry.
package param

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Unit says how a number is written and what it measures. Values are always
// held in the core's units: fractions, years⁻¹, seconds, US dollars.
type Unit string

const (
	Plain    Unit = "number"
	Fraction Unit = "fraction" // 0.002, 0.2% or 20bp
	Rate     Unit = "1/year"   // 0.05 or 5% a year
	Sigma    Unit = "1/√year"  // 0.8 or 80%: volatility
	PerYear  Unit = "per year" // events a year, a variance, a speed: not written in percent
	Leverage Unit = "leverage" // exposure over equity, a magnitude unless said
	USD      Unit = "USD"
	Time     Unit = "duration" // held in seconds; written 90s, 5m, 1h or 30d
	Count    Unit = "count"    // a whole number
	Choice   Unit = "choice"   // held as the index into Choices
)

// A Param describes one parameter.
type Param struct {
	Name    string  // lower case with hyphens, unique over everything registered
	Unit    Unit    //
	Min     float64 // least value allowed
	Max     float64 // largest value allowed
	Default float64
	Choices []string // names of the values 0, 1, … of a Choice
	Word    string   // how people write zero where it stands for something else, as auto; empty: it does not
	// With is a number of the same part; while it is zero, this one does not count, and complete parts leave its
	// default out. It may be the number itself. Empty: it always counts.
	With string
	Doc  string // meaning, half a sentence
}

// Nanosecond is the shortest duration, in seconds; a shorter one would be taken as none.
const Nanosecond = 1e-9

// Check reports a value out of the parameter's range; NaN is out of any range.
func (p Param) Check(v float64) error {
	if p.Unit == Time && v > 0 && v < Nanosecond {
		return fmt.Errorf("%s = %gs; want none, or at least a nanosecond", p.Name, v)
	}
	if v == 0 && p.Word != "" {
		return nil
	}
	if (p.Unit == Choice || p.Unit == Count) && v != math.Trunc(v) || !(v >= p.Min && v <= p.Max) {
		return fmt.Errorf("%s = %s; want %s", p.Name, p.Format(v), p.Range())
	}
	return nil
}

// Dependent reports whether the parameter counts only with another.
func (p Param) Dependent() bool { return p.With != "" && p.With != p.Name }

// In is the parameter's value among those of a complete part, and whether the part states it.
func (p Param) In(values Values) (v float64, stated bool) {
	v, ok := values[p.Name]
	return v, ok || p.With == ""
}

// Range says in words which values are allowed.
func (p Param) Range() string {
	if p.Word != "" {
		word := p.Word
		p.Word = ""
		return word + ", or " + p.Range()
	}
	if p.Unit == Choice {
		return strings.Join(p.Choices, " or ")
	}
	switch lo, hi := !math.IsInf(p.Min, -1), !math.IsInf(p.Max, 1); {
	case lo && p.Max == math.Nextafter(1, 0):
		return "a " + p.noun() + " from " + p.Format(p.Min) + " to below 1"
	case lo && hi:
		return "a " + p.noun() + " from " + p.Format(p.Min) + " to " + p.Format(p.Max)
	case lo:
		return "a " + p.noun() + " of at least " + p.Format(p.Min)
	}
	return "a " + p.noun()
}

func (p Param) noun() string {
	switch p.Unit {
	case Time:
		return "duration"
	case Count:
		return "whole number"
	}
	return "number"
}

// Parse reads a value as a person writes it: 5%, 10bp, 0.05, 1e6, 90m, 30d or
// the name of a choice.
func (p Param) Parse(text string) (float64, error) {
	if p.Word != "" && text == p.Word {
		return 0, nil
	}
	switch p.Unit {
	case Choice:
		if i := slices.Index(p.Choices, text); i >= 0 {
			return float64(i), nil
		}
		return 0, fmt.Errorf("%s = %q; want %s", p.Name, text, p.Range())
	case Time:
		v, err := Seconds(text)
		if err != nil {
			return 0, fmt.Errorf("%s = %q; want a duration such as 90s, 5m, 1h or 30d%s",
				p.Name, text, p.orWord())
		}
		return v, p.Check(v)
	}
	read, such := Number, "0.05, 5% or 10bp"
	switch p.Unit {
	case USD:
		read, such = Amount, "250000, 250k or 2M (in US dollars, without the unit)"
	case Count:
		such = "3"
	}
	v, err := read(text)
	if err != nil {
		return 0, fmt.Errorf("%s = %q; want %s, such as %s", p.Name, text, p.Range(), such)
	}
	return v, p.Check(v)
}

// orWord offers the word for zero, if there is one.
func (p Param) orWord() string {
	if p.Word == "" {
		return ""
	}
	return ", or " + p.Word
}

// Format writes a value so that Parse reads the same bits back.
func (p Param) Format(v float64) string {
	switch {
	case p.Word != "" && v == 0:
		return p.Word
	case p.Unit == Choice:
		if i := int(v); float64(i) == v && i >= 0 && i < len(p.Choices) {
			return p.Choices[i]
		}
	case p.Unit == Time && v >= 0 && v < math.MaxInt64:
		return FormatSeconds(v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Number reads 0.05, 5%, 10bp or 1e6. The percent and basis-point forms mean
// the decimal they stand for: 10bp is the float64 nearest 0.001.
func Number(text string) (float64, error) {
	t := strings.TrimSpace(text)
	for suffix, exp := range map[string]string{"%": "e-2", "bp": "e-4", "bps": "e-4"} {
		if n, ok := strings.CutSuffix(t, suffix); ok {
			n = strings.TrimSpace(n)
			if strings.ContainsAny(n, "eE") {
				return 0, errors.New("param: an exponent and a suffix")
			}
			return strconv.ParseFloat(n+exp, 64)
		}
	}
	if strings.ContainsAny(t, "xX_") { // hexadecimal floats and digit groups are no way to write a rate
		return 0, errors.New("param: not a decimal number")
	}
	return strconv.ParseFloat(t, 64)
}

// Amount reads money or a count: a number, or one with k, M or B for thousands,
// millions or (short) billions, as in 250k.
func Amount(text string) (float64, error) {
	t := strings.TrimSpace(text)
	for suffix, exp := range map[string]string{"k": "e3", "M": "e6", "B": "e9"} {
		if n, ok := strings.CutSuffix(t, suffix); ok {
			if n == "" || strings.ContainsAny(n, "eExX_%") {
				return 0, errors.New("param: not an amount")
			}
			return strconv.ParseFloat(n+exp, 64)
		}
	}
	if strings.HasSuffix(t, "%") || strings.HasSuffix(t, "bp") {
		return 0, errors.New("param: a fraction, not an amount")
	}
	return Number(t)
}

// seconds are the units of durations, the largest first; those that are longer than
// a day are read and not written.
var seconds = []struct {
	suffix string
	size   float64
}{{"y", 365 * 86400}, {"w", 7 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}

// Seconds reads a duration: a number and one of the units y (365 days), w, d, h, m
// and s, or a run of such pairs as in 1h30m; 0 needs no unit.
func Seconds(text string) (float64, error) {
	t := strings.TrimSpace(text)
	if t == "0" {
		return 0, nil
	}
	total, rest := 0.0, t
	for rest != "" {
		i := strings.IndexAny(rest, "ywdhms")
		if i < 1 {
			return 0, errors.New("param: not a duration")
		}
		n, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil || !(n >= 0) {
			return 0, errors.New("param: not a duration")
		}
		for _, u := range seconds {
			if u.suffix == rest[i:i+1] {
				total += n * u.size
			}
		}
		rest = rest[i+1:]
	}
	if t == "" || math.IsInf(total, 0) {
		return 0, errors.New("param: not a duration")
	}
	return total, nil
}

// FormatSeconds writes a duration in the largest unit up to days that divides it.
func FormatSeconds(v float64) string {
	for _, u := range seconds {
		if u.size > 86400 {
			continue
		}
		if n := v / u.size; n >= 1 && n == math.Trunc(n) && n < 1e15 {
			return strconv.FormatFloat(n, 'f', -1, 64) + u.suffix
		}
	}
	return strconv.FormatFloat(v, 'f', -1, 64) + "s"
}
