package catalogue

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Parse reads one family file. It is strict: an unknown key, a key given twice
// and a value of the wrong type are errors with line and column, at the first
// of which it stops. Then every value is checked for its source, its date and
// its range, and those faults are reported together, each with file, line,
// entry and field. The name is used in errors.
func Parse(name string, data []byte) (Family, error) {
	f, file, err := decode(data)
	if err != nil {
		return Family{}, fmt.Errorf("catalogue: %s: %w", name, err)
	}

	c := checker{name: name, file: file}
	if f.Name == "" {
		c.fault("family", "missing; want the name of the family")
	}
	if len(f.Tokens)+len(f.Underlyings) == 0 {
		c.fault("", "neither tokens nor underlyings; want some")
	}
	for i, t := range f.Tokens {
		c.entry(fmt.Sprintf("tokens[%d]", i), t.Name)
		c.token(t)
	}
	for i, u := range f.Underlyings {
		c.entry(fmt.Sprintf("underlyings[%d]", i), u.Name)
		c.underlying(u)
	}
	if err := errors.Join(c.faults...); err != nil {
		return Family{}, err
	}
	return f, nil
}

// decode reads one document of strict YAML. The library panics on some malformed
// input and while wording some errors, as fuzzing found; both are errors here.
func decode(data []byte) (f Family, file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed YAML: %v", p)
		}
	}()
	if file, err = parser.ParseBytes(data, 0); err != nil {
		return f, nil, errors.New(err.Error())
	}
	if len(file.Docs) != 1 {
		return f, nil, fmt.Errorf("%d YAML documents; want one", len(file.Docs))
	}
	if err = yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return f, nil, errors.New(err.Error())
	}
	return f, file, nil
}

func (c *checker) token(t Token) {
	if t.Underlying == "" {
		c.fault("underlying", "missing; want the name of an underlying")
	}
	c.text("chain", t.Chain)
	c.text("destination", t.Destination, "edge", "target")
	c.text("mechanism", t.Mechanism, "loan")
	c.text("loan.venue", t.Loan.Venue)
	c.text("loan.collateral", t.Loan.Collateral)
	c.text("loan.debt", t.Loan.Debt)

	target, low, high := math.Abs(t.Target.Value), t.BandLow.Value, t.BandHigh.Value
	threshold := t.Loan.LiquidationThreshold.Value
	c.number("target", t.Target, target > 0 && target <= 100, "a signed leverage, not 0")
	c.number("band_low", t.BandLow, low > 0 && low <= 100, "a magnitude of leverage")
	c.number("band_high", t.BandHigh, high > 0 && high <= 100, "a magnitude of leverage")
	c.number("loan.liquidation_threshold", t.Loan.LiquidationThreshold, threshold > 0 && threshold < 1, "a fraction in (0, 1)")
	if low > target || high < target { // false if one is missing, which was said above
		c.fault("band_low", fmt.Sprintf("the band %v to %v does not contain the target's %v", low, high, target))
	}
	if limit := liquidationLeverage(t.Target.Value, threshold); threshold < 1 && high >= limit {
		c.fault("band_high", fmt.Sprintf("%v is at or over %.4g, where the venue liquidates; want less", high, limit))
	}
	for _, v := range []struct {
		field string
		value Value
	}{
		{"loan.liquidation_bonus", t.Loan.LiquidationBonus},
		{"loan.borrow_rate", t.Loan.BorrowRate}, {"loan.supply_rate", t.Loan.SupplyRate},
		{"cost.fee", t.Cost.Fee}, {"cost.impact_base", t.Cost.ImpactBase}, {"cost.impact_coefficient", t.Cost.ImpactCoefficient},
		{"entry_fee", t.EntryFee}, {"exit_fee", t.ExitFee}, {"streaming_fee", t.StreamingFee},
	} {
		c.number(v.field, v.value, v.value.Value >= 0 && v.value.Value < 1, "a fraction in [0, 1)")
	}
	p, gas, aum := t.Cost.ImpactExponent.Value, t.Cost.GasUSD.Value, t.AUM.Value
	c.number("cost.impact_exponent", t.Cost.ImpactExponent, p > 0 && p <= 2, "a power in (0, 2]")
	c.number("cost.gas_usd", t.Cost.GasUSD, gas >= 0 && gas < 1e6, "USD in [0, 1e6)")
	c.number("aum_usd", t.AUM, aum > 0 && aum < 1e12, "USD in (0, 1e12)")
}

// liquidationLeverage is the magnitude of leverage at which the health factor
// of a loan is 1: L/(L-1)·threshold for a long, (1+s)/s·threshold for a short.
func liquidationLeverage(target, threshold float64) float64 {
	if target < 0 {
		return threshold / (1 - threshold)
	}
	return 1 / (1 - threshold)
}

func (c *checker) underlying(u Underlying) {
	for _, v := range []struct {
		field string
		value Value
	}{
		{"sigma", u.Sigma}, {"sigma_se", u.SigmaSE}, {"sigma_se_robust", u.SigmaSERobust}, {"mu_se", u.MuSE},
	} {
		c.number(v.field, v.value, v.value.Value > 0 && v.value.Value < 10, "a number in (0, 10)")
	}
	c.number("mu", u.Mu, math.Abs(u.Mu.Value) < 10, "a number in (-10, 10)")

	if u.Sample.File == "" || u.Sample.Origin == "" {
		c.fault("sample", "no file or no origin; want both")
	}
	first, err1 := time.Parse(time.RFC3339, u.Sample.First)
	last, err2 := time.Parse(time.RFC3339, u.Sample.Last)
	step, err3 := time.ParseDuration(u.Sample.Step)
	if err := errors.Join(err1, err2, err3); err != nil {
		c.fault("sample", strings.ReplaceAll(err.Error(), "\n", "; "))
	} else if step <= 0 || u.Sample.Rows < 2 || !last.Equal(first.Add(step*time.Duration(u.Sample.Rows-1))) {
		c.fault("sample", fmt.Sprintf("%d rows of %v do not lead from %s to %s", u.Sample.Rows, step, u.Sample.First, u.Sample.Last))
	}
}

// A checker collects the faults of one file, and finds their lines.
type checker struct {
	name   string
	file   *ast.File
	path   string // of the entry being checked
	title  string // of the entry being checked
	faults []error
}

func (c *checker) entry(path, name string) {
	c.path, c.title = path, name
	if name == "" {
		c.title = path
		c.fault("name", "missing; want the name of the entry")
	}
}

func (c *checker) number(field string, v Value, ok bool, want string) {
	switch {
	case v == Value{}:
		c.fault(field, "missing; want value, source and as_of")
		return
	case math.IsNaN(v.Value):
		c.fault(field, "no value; want "+want)
	case !ok:
		c.fault(field, fmt.Sprintf("value %v; want %s", v.Value, want))
	}
	c.provenance(field, v.Provenance)
}

// text checks that a word is there and, if any are given, that it is one of words.
func (c *checker) text(field string, t Text, words ...string) {
	switch {
	case t == Text{}:
		c.fault(field, "missing; want value, source and as_of")
		return
	case t.Value == "":
		c.fault(field, "no value; want a word")
	case len(words) > 0 && !slices.Contains(words, t.Value):
		c.fault(field, fmt.Sprintf("value %.40q; want %s", t.Value, strings.Join(words, " or ")))
	}
	c.provenance(field, t.Provenance)
}

func (c *checker) provenance(field string, p Provenance) {
	if p.Source == "" {
		c.fault(field, "no source; want where the value, or the reason to assume it, was read")
	}
	if p.AsOf == "" {
		c.fault(field, "no as_of; want a day such as 2026-01-31")
	} else if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
		c.fault(field, fmt.Sprintf("as_of %.40q; want a day such as 2026-01-31", p.AsOf))
	}
	if p.Unknown != (p.Assumption != "") {
		c.fault(field, "want an assumption if, and only if, the value is unknown: true")
	}
}

func (c *checker) fault(field, what string) {
	place := c.name
	if line := c.line(field); line > 0 {
		place = fmt.Sprintf("%s: line %d", c.name, line)
	}
	c.faults = append(c.faults, fmt.Errorf("catalogue: %s: %s", place, strings.Join(nonempty(c.title, field, what), ": ")))
}

// line is where the field begins, or what is there of it; zero if nothing is.
func (c *checker) line(field string) int {
	for path := strings.Trim(c.path+"."+field, "."); path != ""; path = path[:max(0, strings.LastIndexByte(path, '.'))] {
		query, err := yaml.PathString("$." + path)
		if err != nil {
			continue
		}
		if node, err := query.FilterFile(c.file); err == nil && node != nil && node.GetToken() != nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}

func nonempty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
