package param

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]float64{
		"0.05": 0.05, "5%": 0.05, "10bp": 0.001, "10 bps": 0.001, "30bp": 0.003, "0.3%": 0.003,
		"1e6": 1e6, "-1.1": -1.1, "-5%": -0.05, " 2 ": 2,
	} {
		if got, err := Number(text); err != nil || got != want {
			t.Errorf("Number(%q) = %v, %v; want %v exactly", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "five", "0x10", "1_000", "5%%", "1e2%", "5 percent"} {
		if got, err := Number(text); err == nil {
			t.Errorf("Number(%q) = %v; want an error", text, got)
		}
	}
}

func TestSeconds(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "90s": 90, "5m": 300, "1h": 3600, "30d": 2592000, "1h30m": 5400,
		"0.5h": 1800, "1y": 31536000, "12w": 7257600, "1y6w": 35164800} {
		if got, err := Seconds(text); err != nil || got != want {
			t.Errorf("Seconds(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "h", "-5m", "5m3", "NaNs", "m5", "yw"} {
		if got, err := Seconds(text); err == nil {
			t.Errorf("Seconds(%q) = %v; want an error", text, got)
		}
	}
}

// Amounts of money and counts have the short forms that people write.
func TestAmount(t *testing.T) {
	for text, want := range map[string]float64{"2M": 2e6, "10k": 1e4, "1.5B": 1.5e9,
		"250000": 250000, "1e6": 1e6, " 3k ": 3000} {
		if got, err := Amount(text); err != nil || got != want {
			t.Errorf("Amount(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "k", "1ek", "2e3M", "5%", "10bp", "2m", "1_000k", "0x1k", "2 000"} {
		if got, err := Amount(text); err == nil {
			t.Errorf("Amount(%q) = %v; want an error", text, got)
		}
	}
	usd := Param{Name: "aum", Unit: USD, Min: 1, Max: 1e12}
	if _, err := usd.Parse("much"); err == nil ||
		err.Error() != `aum = "much"; want a number from 1 to 1e+12, such as 250000, 250k or 2M `+
			"(in US dollars, without the unit)" {
		t.Errorf("said %v", err)
	}
	count := Param{Name: "parts", Unit: Count, Min: 1, Max: 10}
	if v, err := count.Parse("3"); err != nil || v != 3 {
		t.Errorf("a count of 3 is read as %v, %v", v, err)
	}
	if err := count.Check(3.5); err == nil || err.Error() != "parts = 3.5; want a whole number from 1 to 10" {
		t.Errorf("said %v", err)
	}
	below := Param{Name: "fee", Unit: Fraction, Max: math.Nextafter(1, 0)}
	if err := below.Check(1); err == nil || err.Error() != "fee = 1; want a number from 0 to below 1" {
		t.Errorf("said %v", err)
	}
}

// What Format writes, Parse reads back to the same bits.
func TestRoundTrip(t *testing.T) {
	for _, unit := range []Unit{Plain, Fraction, Rate, Time} {
		p := Param{Name: "x", Unit: unit, Min: 0, Max: math.Inf(1)}
		rapid.Check(t, func(t *rapid.T) {
			right := func(v float64) bool { return p.Check(v) == nil }
			v := rapid.Float64Range(0, 1e12).Filter(right).Draw(t, "v")
			if got, err := p.Parse(p.Format(v)); err != nil || got != v {
				t.Fatalf("%s: %v is written %q and read as %v, %v", unit, v, p.Format(v), got, err)
			}
		})
	}
	wait := Param{Name: "wait", Unit: Time, Max: math.Inf(1)}
	for text, want := range map[string]float64{"0": 0, "0s": 0, "1e-9s": 1e-9} {
		if got, err := wait.Parse(text); err != nil || got != want {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	const none = "wait = 1e-300s; want none, or at least a nanosecond"
	if _, err := wait.Parse("1e-300s"); err == nil || err.Error() != none {
		t.Errorf("said %v", err)
	}
	c := Param{Name: "to", Unit: Choice, Max: 1, Choices: []string{"edge", "target"}}
	for v, name := range c.Choices {
		if got, err := c.Parse(name); err != nil || got != float64(v) || c.Format(got) != name {
			t.Errorf("%s is read as %v, %v", name, got, err)
		}
	}
}

func TestRangesAreKept(t *testing.T) {
	p := Param{Name: "fee", Unit: Fraction, Min: 0, Max: 1}
	c := Param{Name: "to", Unit: Choice, Max: 1, Choices: []string{"edge", "target"}}
	for _, tt := range []struct {
		p    Param
		text string
		want string
	}{
		{p, "-1%", "fee = -0.01; want a number from 0 to 1"},
		{p, "NaN", "fee = NaN; want a number from 0 to 1"},
		{p, "Inf", "fee = +Inf; want a number from 0 to 1"},
		{p, "much", `fee = "much"; want a number from 0 to 1, such as 0.05, 5% or 10bp`},
		{c, "middle", `to = "middle"; want edge or target`},
		{Param{Name: "latency", Unit: Time, Max: 10}, "1h", "latency = 1h; want a duration from 0s to 10s"},
	} {
		if _, err := tt.p.Parse(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("%q gives %v; want %s", tt.text, err, tt.want)
		}
	}
	if err := c.Check(0.5); err == nil {
		t.Error("0.5 is taken for a choice")
	}
}

func TestRegistry(t *testing.T) {
	var r Registry[float64]
	r.Register(Kind[float64]{Name: "sum",
		Params: []Param{{Name: "a", Max: 10, Default: 1}, {Name: "b", Max: 10, Default: 2}},
		New:    func(v Values) float64 { return v["a"] + v["b"] }})
	if got, err := r.Build(Part{Kind: "sum", Values: Values{"b": 5}}); err != nil || got != 6 {
		t.Errorf("got %v, %v; want 6", got, err)
	}
	for _, tt := range []struct {
		part Part
		want string
	}{
		{Part{Kind: "product"}, `kind "product"; want sum`},
		{Part{Kind: "sum", Values: Values{"c": 1}}, `sum has no parameter "c"; it has a, b`},
		{Part{Kind: "sum", Values: Values{"a": 11}}, "a = 11; want a number from 0 to 10"},
	} {
		if _, err := r.Build(tt.part); err == nil || err.Error() != tt.want {
			t.Errorf("%v gives %v; want %s", tt.part, err, tt.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a name was registered twice")
		}
	}()
	r.Register(Kind[float64]{Name: "sum"})
}
