package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
)

func small(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParse(t *testing.T) {
	f, err := Parse("small.yaml", []byte(small(t)))
	if err != nil {
		t.Fatal(err)
	}
	page := Provenance{Source: "page", AsOf: "2026-01-31"}
	coin := Provenance{Source: "coin.csv", AsOf: "2020-01-01"}
	v := Text{"main", page}
	want := Family{
		Name: "small",
		Tokens: []Token{{
			Name: "SHORT2", Underlying: "COIN", Chain: v,
			Target: Value{-2, page}, BandLow: Value{1.5, page}, BandHigh: Value{2.5, page},
			Destination: Text{"target", page}, Mechanism: Text{"loan", page},
			Loan: Loan{
				Venue: v, Collateral: v, Debt: v,
				LiquidationThreshold: Value{0.8, page}, LiquidationBonus: Value{0.05, page},
				BorrowRate: Value{0.04, page}, SupplyRate: Value{0.01, page},
			},
			Cost: Cost{
				Fee: Value{0.001, page}, ImpactBase: Value{0.0001, page}, ImpactCoefficient: Value{1e-7, page},
				ImpactExponent: Value{0.5, page}, GasUSD: Value{1, page},
			},
			EntryFee: Value{0.002, page}, ExitFee: Value{0.003, page}, StreamingFee: Value{0, page},
			AUM: Value{1e6, Provenance{"none was found", "2026-01-31", true, "a round number"}},
		}},
		Underlyings: []Underlying{{
			Name:   "COIN",
			Sample: Sample{"coin.csv", "exchange", "2020-01-01T00:00:00Z", "2020-01-01T02:00:00Z", 3, "1h"},
			Sigma:  Value{0.5, coin}, SigmaSE: Value{0.1, coin}, SigmaSERobust: Value{0.2, coin}, Mu: Value{-0.1, coin}, MuSE: Value{0.3, coin},
		}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}

// Each edit of the small family is refused, with its place and what was wanted.
func TestParseRefuses(t *testing.T) {
	const page = ", source: page, as_of: 2026-01-31}"
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key", "band_low", "band_lo", `small.yaml: [8:5] unknown field "band_lo"`},
		{"unknown key of a value", "{value: -2, source", "{value: -2, sauce", `small.yaml: [7:25] unknown field "sauce"`},
		{"key twice", "name: SHORT2", "name: SHORT2\n    name: SHORT3", `small.yaml: [5:5] mapping key "name" already defined at [4:5]`},
		{"percent", "value: 0.04", "value: 4%", `small.yaml: [18:28] cannot unmarshal string into Go struct field`},
		{"not YAML", "tokens:", "tokens: [", `small.yaml: [`},
		{"two documents", "underlyings:", "---\nunderlyings:", `small.yaml: 2 YAML documents; want one`},
		{"no family", "family: small", "", `small.yaml: family: missing; want the name of the family`},

		{"no such chain", "value: main, ", "", "small.yaml: line 6: SHORT2: chain: no value; want a word\n" +
			"catalogue: small.yaml: line 13: SHORT2: loan.venue: no value; want a word\n" +
			"catalogue: small.yaml: line 14: SHORT2: loan.collateral: no value; want a word\n" +
			"catalogue: small.yaml: line 15: SHORT2: loan.debt: no value; want a word"},
		{"no name", "name: SHORT2\n    underlying", "underlying", `small.yaml: line 4: tokens[0]: name: missing; want the name of the entry`},
		{"no underlying", "underlying: COIN\n", "\n", `small.yaml: line 4: SHORT2: underlying: missing; want the name of an underlying`},
		{"field missing", "    band_low: {value: 1.5" + page + "\n", "", `small.yaml: line 4: SHORT2: band_low: missing; want value, source and as_of`},
		{"nested field missing", "      borrow_rate: {value: 0.04" + page + "\n", "", `small.yaml: line 13: SHORT2: loan.borrow_rate: missing; want value, source and as_of`},
		{"value missing", "value: -2, ", "", `small.yaml: line 7: SHORT2: target: no value; want a signed leverage, not 0`},
		{"value null", "value: -2, ", "value: null, ", `small.yaml: line 7: SHORT2: target: no value; want a signed leverage, not 0`},
		{"value NaN", "value: -2, ", "value: .nan, ", `small.yaml: line 7: SHORT2: target: no value; want a signed leverage, not 0`},
		{"word missing", "value: loan, ", "", `small.yaml: line 11: SHORT2: mechanism: no value; want a word`},
		{"source missing", "-2, source: page", "-2", `small.yaml: line 7: SHORT2: target: no source; want where the value, or the reason to assume it, was read`},
		{"date missing", "-2" + page, "-2, source: page}", `small.yaml: line 7: SHORT2: target: no as_of; want a day such as 2026-01-31`},
		{"date wrong", "-2" + page, "-2, source: page, as_of: 31.01.2026}", `small.yaml: line 7: SHORT2: target: as_of "31.01.2026"; want a day such as 2026-01-31`},
		{"no assumption", ", assumption: a round number", "", `small.yaml: line 29: SHORT2: aum_usd: want an assumption if, and only if, the value is unknown: true`},
		{"assumption of the known", "unknown: true, ", "", `small.yaml: line 29: SHORT2: aum_usd: want an assumption if, and only if, the value is unknown: true`},

		{"destination", "value: target", "value: middle", `small.yaml: line 10: SHORT2: destination: value "middle"; want edge or target`},
		{"mechanism", "value: loan", "value: magic", `small.yaml: line 11: SHORT2: mechanism: value "magic"; want loan`},
		{"target zero", "value: -2", "value: 0", "small.yaml: line 7: SHORT2: target: value 0; want a signed leverage, not 0\n" +
			"catalogue: small.yaml: line 8: SHORT2: band_low: the band 1.5 to 2.5 does not contain the target's 0"},
		{"target infinite", "value: -2", "value: -.inf", "small.yaml: line 7: SHORT2: target: value -Inf; want a signed leverage, not 0\n" +
			"catalogue: small.yaml: line 8: SHORT2: band_low: the band 1.5 to 2.5 does not contain the target's +Inf"},
		{"low over target", "value: 1.5", "value: 2.01", `small.yaml: line 8: SHORT2: band_low: the band 2.01 to 2.5 does not contain the target's 2`},
		{"low zero", "value: 1.5", "value: 0", `small.yaml: line 8: SHORT2: band_low: value 0; want a magnitude of leverage`},
		{"low negative", "value: 1.5", "value: -1.5", `small.yaml: line 8: SHORT2: band_low: value -1.5; want a magnitude of leverage`},
		{"high under target", "value: 2.5", "value: 1.99", `small.yaml: line 8: SHORT2: band_low: the band 1.5 to 1.99 does not contain the target's 2`},
		{"high infinite", "value: 2.5", "value: .inf", "small.yaml: line 9: SHORT2: band_high: value +Inf; want a magnitude of leverage\n" +
			"catalogue: small.yaml: line 9: SHORT2: band_high: +Inf is at or over 4, where the venue liquidates; want less"},
		{"short liquidated", "value: 2.5", "value: 4.01", `small.yaml: line 9: SHORT2: band_high: 4.01 is at or over 4, where the venue liquidates; want less`},
		{"long liquidated", "value: -2" + page + "\n    band_low: {value: 1.5" + page + "\n    band_high: {value: 2.5", "value: 2" + page + "\n    band_low: {value: 1.5" + page + "\n    band_high: {value: 5.01",
			`small.yaml: line 9: SHORT2: band_high: 5.01 is at or over 5, where the venue liquidates; want less`},
		{"threshold one", "value: 0.8", "value: 1", `small.yaml: line 16: SHORT2: loan.liquidation_threshold: value 1; want a fraction in (0, 1)`},
		{"threshold zero", "value: 0.8", "value: 0", "small.yaml: line 16: SHORT2: loan.liquidation_threshold: value 0; want a fraction in (0, 1)\n" +
			"catalogue: small.yaml: line 9: SHORT2: band_high: 2.5 is at or over 0, where the venue liquidates; want less"},
		{"threshold in percent", "value: 0.8", "value: 80", `small.yaml: line 16: SHORT2: loan.liquidation_threshold: value 80; want a fraction in (0, 1)`},
		{"fee of 20 %", "value: 0.002", "value: 20", `small.yaml: line 26: SHORT2: entry_fee: value 20; want a fraction in [0, 1)`},
		{"negative rate", "value: 0.01", "value: -0.01", `small.yaml: line 19: SHORT2: loan.supply_rate: value -0.01; want a fraction in [0, 1)`},
		{"exponent zero", "value: 0.5, source: page", "value: 0, source: page", `small.yaml: line 24: SHORT2: cost.impact_exponent: value 0; want a power in (0, 2]`},
		{"negative gas", "value: 1, ", "value: -1, ", `small.yaml: line 25: SHORT2: cost.gas_usd: value -1; want USD in [0, 1e6)`},
		{"no money", "value: 1e6", "value: 0", `small.yaml: line 29: SHORT2: aum_usd: value 0; want USD in (0, 1e12)`},

		{"volatility zero", "value: 0.5, source: coin.csv", "value: 0, source: coin.csv", `small.yaml: line 33: COIN: sigma: value 0; want a number in (0, 10)`},
		{"growth in percent", "value: -0.1", "value: -10", `small.yaml: line 36: COIN: mu: value -10; want a number in (-10, 10)`},
		{"no file", "file: coin.csv, ", "", `small.yaml: line 32: COIN: sample: no file or no origin; want both`},
		{"rows", "rows: 3", "rows: 4", `small.yaml: line 32: COIN: sample: 4 rows of 1h0m0s do not lead from 2020-01-01T00:00:00Z to 2020-01-01T02:00:00Z`},
		{"step", "step: 1h", "step: hourly", `small.yaml: line 32: COIN: sample: time: invalid duration "hourly"`},
		{"stamp", "first: 2020-01-01T00:00:00Z", "first: 2020-01-01", `small.yaml: line 32: COIN: sample: parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := small(t)
			if !strings.Contains(text, tt.old) {
				t.Fatalf("nothing to edit: no %q", tt.old)
			}
			f, err := Parse("small.yaml", []byte(strings.Replace(text, tt.old, tt.new, 1)))
			got, want := fmt.Sprint(err), "catalogue: "+tt.want
			if strings.Contains(want, ": [") { // the parser adds an excerpt of the file
				got = got[:min(len(got), len(want))]
			}
			if got != want || !reflect.DeepEqual(f, Family{}) {
				t.Errorf("got %v, %v\nwant catalogue: %s", f, err, tt.want)
			}
		})
	}
	for _, empty := range []string{"", "# nothing\n", "null", "family: x", "family: x\ntokens: []\n"} {
		if f, err := Parse("empty.yaml", []byte(empty)); err == nil {
			t.Errorf("%q gave %v; want an error", empty, f)
		}
	}
}

// All faults of a file are reported together.
func TestParseReportsAll(t *testing.T) {
	text := small(t)
	for _, edit := range [][2]string{{"value: -2", "value: 0"}, {"value: 1e6", "value: -1"}, {"rows: 3", "rows: 5"}, {"value: loan, source: page", "value: perp"}} {
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	_, err := Parse("small.yaml", []byte(text))
	for _, want := range []string{"target: value 0", "aum_usd: value -1", "sample: 5 rows", "mechanism: value \"perp\"", "mechanism: no source"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// No value of a token or an underlying can be left out: each field of the types
// is taken away in turn, whatever the list of checks says.
func TestParseChecksEveryField(t *testing.T) {
	f, err := Parse("small.yaml", []byte(small(t)))
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	var without func(v reflect.Value, path string, check func(field string))
	without = func(v reflect.Value, path string, check func(field string)) {
		for i := range v.NumField() {
			field := v.Field(i)
			name := v.Type().Field(i).Tag.Get("yaml")
			if name == "" {
				name = strings.ToLower(v.Type().Field(i).Name)
			}
			switch field.Interface().(type) {
			case Loan, Cost:
				without(field, path+name+".", check)
				continue
			}
			fields++
			kept := reflect.ValueOf(field.Interface())
			field.SetZero()
			check(path + name)
			field.Set(kept)
		}
	}
	c := checker{file: &ast.File{}}
	names := func(field string) {
		if len(c.faults) == 0 || !strings.Contains(fmt.Sprint(c.faults), field+": ") {
			t.Errorf("nothing says that %s is missing: %v", field, c.faults)
		}
		c.faults = nil
	}
	token, underlying := f.Tokens[0], f.Underlyings[0]
	without(reflect.ValueOf(&token).Elem(), "", func(field string) { c.entry("", token.Name); c.token(token); names(field) })
	without(reflect.ValueOf(&underlying).Elem(), "", func(field string) { c.entry("", underlying.Name); c.underlying(underlying); names(field) })
	if fields != 24+7 {
		t.Errorf("%d fields seen; want 31", fields)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small(f))
	entries, err := files.ReadDir(".")
	if err != nil {
		f.Fatal(err)
	}
	for _, entry := range entries {
		data, err := files.ReadFile(entry.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		family, err := Parse("fuzz.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, token := range family.Tokens {
			if l, h := token.BandLow.Value, token.BandHigh.Value; !(l > 0 && l <= h) || token.Target.Source == "" {
				t.Errorf("accepted %+v", token)
			}
		}
	})
}
