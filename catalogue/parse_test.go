package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/tokens"
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
	words := func(texts map[string]string) map[string]Text {
		m := map[string]Text{}
		for name, text := range texts {
			m[name] = Text{text, page}
		}
		return m
	}
	numbers := words(map[string]string{"target": "-2", "fee": "10bp", "impact-base": "0.0001",
		"impact": "1e-7", "impact-exponent": "0.5",
		"gas": "1", "streaming-fee": "0", "entry-fee": "0.002", "exit-fee": "0.003"})
	numbers["aum"] = Text{"1e6", Provenance{"none was found", "2026-01-31", true, "a round number"}}
	want := Family{
		Name: "small",
		Tokens: []Token{{
			Name: "SHORT2", Underlying: "COIN", Chain: v, Venue: v, Collateral: v, Debt: v,
			Policy: SourcedPart{param.Part{Kind: "band", Values: param.Values{"low": 1.5, "high": 2.5, "to": 1}},
				words(map[string]string{"kind": "band", "low": "1.5", "high": "2.5", "to": "target"})},
			Mechanism: SourcedPart{param.Part{Kind: "loan", Values: param.Values{"borrow": 0.04, "supply": 0.01,
				"liquidation-threshold": 0.8, "liquidation-bonus": 0.05}},
				words(map[string]string{"kind": "loan", "borrow": "4%", "supply": "0.01",
					"liquidation-threshold": "0.8", "liquidation-bonus": "0.05"})},
			Numbers: SourcedPart{param.Part{Values: param.Values{"target": -2, "fee": 0.001,
				"impact-base": 0.0001, "impact": 1e-7, "impact-exponent": 0.5,
				"gas": 1, "aum": 1e6, "streaming-fee": 0, "entry-fee": 0.002, "exit-fee": 0.003}}, numbers},
		}},
		Underlyings: []Underlying{{
			Name:   "COIN",
			Sample: Sample{"coin.csv", "exchange", "2020-01-01T00:00:00Z", "2020-01-01T02:00:00Z", 3, "1h"},
			Sigma:  Value{0.5, coin}, SigmaSE: Value{0.1, coin}, SigmaSERobust: Value{0.2, coin},
			Mu: Value{-0.1, coin}, MuSE: Value{0.3, coin},
		}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
	token, err := f.Tokens[0].Spec().Build()
	if err != nil {
		t.Fatal(err)
	}
	if want := (tokens.Token{Name: "SHORT2", Target: -2,
		Policy:    tokens.Band{Low: 1.5, High: 2.5, To: tokens.Target, Speed: 0.05},
		Mechanism: tokens.Loan{Borrow: 0.04, Supply: 0.01, Threshold: 0.8, Bonus: 0.05},
		Cost:      tokens.Cost{Fee: 0.001, ImpactBase: 0.0001, Impact: 1e-7, Exponent: 0.5, Gas: 1},
		Keeper:    tokens.Keeper{Outage: tokens.Outage{Length: time.Hour}},
		AUM:       1e6, EntryFee: 0.002, ExitFee: 0.003,
		Holder: tokens.Holder{Parts: 1}}); !reflect.DeepEqual(token, want) {
		t.Errorf("got  %+v\nwant %+v", token, want)
	}
}

// Each edit of the small family is refused, with its place and what was wanted.
func TestParseRefuses(t *testing.T) {
	const page = ", source: page, as_of: 2026-01-31}"
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key", "    venue", "    venu", `small.yaml: [7:5] unknown field "venu"`},
		{"unknown key of a value", "{value: main, source", "{value: main, sauce",
			`small.yaml: [6:29] unknown field "sauce"`},
		{"key twice", "name: SHORT2", "name: SHORT2\n    name: SHORT3",
			`small.yaml: [5:5] mapping key "name" already defined at [4:5]`},
		{"not YAML", "tokens:", "tokens: [", `small.yaml: [`},
		{"two documents", "underlyings:", "---\nunderlyings:", `small.yaml: 2 YAML documents; want one`},
		{"no family", "family: small", "", `small.yaml: family: missing; want the name of the family`},

		{"no such chain", "value: main, ", "",
			"small.yaml: line 6: SHORT2: chain: no value; want a word or a number\n" +
				"catalogue: small.yaml: line 7: SHORT2: venue: no value; want a word or a number\n" +
				"catalogue: small.yaml: line 8: SHORT2: collateral: no value; want a word or a number\n" +
				"catalogue: small.yaml: line 9: SHORT2: debt: no value; want a word or a number"},
		{"no name", "name: SHORT2\n    underlying", "underlying",
			`small.yaml: line 4: tokens[0]: name: missing; want the name of the entry`},
		{"no underlying", "underlying: COIN\n", "\n",
			`small.yaml: line 4: SHORT2: underlying: missing; want the name of an underlying`},
		{"number missing", "      low: {value: 1.5" + page + "\n", "",
			`small.yaml: line 11: SHORT2: policy.low: missing; want value, source and as_of`},
		{"another missing", "      borrow: {value: 4%" + page + "\n", "",
			`small.yaml: line 16: SHORT2: mechanism.borrow: missing; want value, source and as_of`},
		{"number that does not count", "      borrow: {value: 4%", "      close-factor: {value: 0.2" + page +
			"\n      borrow: {value: 4%",
			"small.yaml: line 23: SHORT2: numbers: token SHORT2: close-factor = 0.2 without liquidation-rule=custom"},
		{"value missing", "value: -2, ", "",
			`small.yaml: line 22: SHORT2: numbers.target: no value; want a word or a number`},
		{"value null", "value: -2, ", "value: null, ",
			`small.yaml: line 22: SHORT2: numbers.target: no value; want a word or a number`},
		{"value NaN", "value: -2, ", "value: .nan, ",
			`small.yaml: line 22: SHORT2: numbers.target: NaN; want a number from -100 to 100`},
		{"word missing", "value: loan, ", "",
			`small.yaml: line 16: SHORT2: mechanism.kind: no value; want a word or a number`},
		{"source missing", "-2, source: page", "-2", `small.yaml: line 22: SHORT2: numbers.target: no source; ` +
			`want where the value, or the reason to assume it, was read`},
		{"date missing", "-2" + page, "-2, source: page}",
			`small.yaml: line 22: SHORT2: numbers.target: no as_of; want a day such as 2026-01-31`},
		{"date wrong", "-2" + page, "-2, source: page, as_of: 31.01.2026}",
			`small.yaml: line 22: SHORT2: numbers.target: as_of "31.01.2026"; want a day such as 2026-01-31`},
		{"no assumption", ", assumption: a round number", "",
			`small.yaml: line 28: SHORT2: numbers.aum: want an assumption if, and only if, the value is unknown: true`},
		{"assumption of the known", "unknown: true, ", "",
			`small.yaml: line 28: SHORT2: numbers.aum: want an assumption if, and only if, the value is unknown: true`},

		{"a number of another kind", "      low:", "      loo:",
			"small.yaml: line 11: SHORT2: policy.low: missing; want value, source and as_of\n" +
				"catalogue: small.yaml: line 12: SHORT2: policy.loo: band has no such number; did you mean low?"},
		{"a number that nothing has", "      gas:", "      gasoline:",
			"small.yaml: line 22: SHORT2: numbers.gas: missing; want value, source and as_of\n" +
				"catalogue: small.yaml: line 27: SHORT2: numbers.gasoline: " +
				"a token has no such number; it has target, fee"},
		{"destination", "value: target", "value: middle",
			`small.yaml: line 14: SHORT2: policy.to: "middle"; want edge or target or partial`},
		{"policy", "value: band", "value: magic",
			`small.yaml: line 11: SHORT2: policy.kind: kind "magic"; want auction or band or`},
		{"mechanism", "value: loan", "value: magic",
			`small.yaml: line 16: SHORT2: mechanism.kind: kind "magic"; want loan or option or perp`},
		{"target zero", "value: -2", "value: 0",
			`small.yaml: line 11: SHORT2: policy: target leverage = 0; want a number from -100 to 100, not 0`},
		{"target infinite", "value: -2", "value: -.inf",
			`small.yaml: line 22: SHORT2: numbers.target: -Inf; want a number from -100 to 100`},
		{"low over target", "value: 1.5", "value: 2.01",
			`small.yaml: line 11: SHORT2: policy: band 2.01 to 2.5 does not contain the target 2; want`},
		{"low zero", "value: 1.5", "value: 0", `small.yaml: line 11: SHORT2: policy: band low = 0; want above 0`},
		{"low negative", "value: 1.5", "value: -1.5",
			`small.yaml: line 12: SHORT2: policy.low: -1.5; want a number from 0 to 1000`},
		{"short liquidated", "value: 2.5", "value: 4.01", `small.yaml: line 11: SHORT2: policy: ` +
			`its upper edge 4.01 is at or over 4, where the venue liquidates; want less`},
		{"threshold one", "value: 0.8", "value: 1",
			`small.yaml: line 19: SHORT2: mechanism.liquidation-threshold: 1; want a number from 0 to below 1`},
		{"threshold zero", "value: 0.8", "value: 0",
			`small.yaml: line 11: SHORT2: policy: liquidation threshold = 0; want a fraction above 0 and below 1`},
		{"threshold of a hundredfold", "value: 0.8", "value: 80",
			`small.yaml: line 19: SHORT2: mechanism.liquidation-threshold: 80; want a number from 0 to below 1`},
		{"fee of 20", "value: 0.002", "value: 20",
			`small.yaml: line 30: SHORT2: numbers.entry-fee: 20; want a number from 0 to below 1`},
		{"a word for a number", "value: 0.002", "value: little",
			`small.yaml: line 30: SHORT2: numbers.entry-fee: "little"; want a number from 0 to below 1`},
		{"negative gas", "value: 1, ", "value: -1, ",
			`small.yaml: line 27: SHORT2: numbers.gas: -1; want a number from 0 to 1e+09`},
		{"no money", "value: 1e6", "value: 0",
			`small.yaml: line 28: SHORT2: numbers.aum: 0; want a number from 1e-06 to 1e+15`},

		{"volatility zero", "value: 0.5, source: coin.csv", "value: 0, source: coin.csv",
			`small.yaml: line 35: COIN: sigma: value 0; want a number in (0, 10)`},
		{"growth in percent", "value: -0.1", "value: -10",
			`small.yaml: line 38: COIN: mu: value -10; want a number in (-10, 10)`},
		{"no file", "file: coin.csv, ", "", `small.yaml: line 34: COIN: sample: no file or no origin; want both`},
		{"rows", "rows: 3", "rows: 4", `small.yaml: line 34: COIN: sample: ` +
			`4 rows of 1h0m0s do not lead from 2020-01-01T00:00:00Z to 2020-01-01T02:00:00Z`},
		{"step", "step: 1h", "step: hourly", `small.yaml: line 34: COIN: sample: time: invalid duration "hourly"`},
		{"stamp", "first: 2020-01-01T00:00:00Z", "first: 2020-01-01", `small.yaml: line 34: COIN: sample: ` +
			`parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := small(t)
			if !strings.Contains(text, tt.old) {
				t.Fatalf("nothing to edit: no %q", tt.old)
			}
			f, err := Parse("small.yaml", []byte(strings.Replace(text, tt.old, tt.new, 1)))
			got, want := fmt.Sprint(err), "catalogue: "+tt.want
			if !strings.HasPrefix(got, want) || !reflect.DeepEqual(f, Family{}) {
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
	for _, edit := range [][2]string{{"value: -2", "value: 0"}, {"value: 1e6", "value: -1"}, {"rows: 3", "rows: 5"},
		{"value: loan, source: page", "value: perps"}} {
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	_, err := Parse("small.yaml", []byte(text))
	for _, want := range []string{"numbers.aum: -1", "sample: 5 rows",
		"mechanism.kind: kind \"perps\"", "mechanism.kind: no source"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

// No value of a token or an underlying can be left out: each is taken away in
// turn, whatever the list of checks says.
func TestParseChecksEveryField(t *testing.T) {
	lines := strings.Split(small(t), "\n")
	fields := 0
	for i, line := range lines {
		name, _, ok := strings.Cut(strings.TrimLeft(line, " -"), ":")
		if !ok || !strings.Contains(line, "{") && !strings.Contains(line, "*") || strings.Contains(line, "&") {
			continue
		}
		fields++
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "\n")
		if _, err := Parse("small.yaml", []byte(without)); err == nil || !strings.Contains(err.Error(), name+": ") {
			t.Errorf("nothing says that %s is missing: %v", name, err)
		}
	}
	if fields != 3+4+5+10+6 {
		t.Errorf("%d fields seen; want 28", fields)
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
			if !strings.Contains(err.Error(), "fuzz.yaml: ") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, entry := range family.Tokens {
			if token, err := entry.Spec().Build(); err != nil || token.Check() != nil ||
				entry.Numbers.Words["target"].Source == "" {
				t.Errorf("accepted %+v: %v", entry, err)
			}
		}
	})
}

// What is wrong with a fitted model is said with its place.
func TestParseRefusesModels(t *testing.T) {
	whole, err := files.ReadFile("underlyings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("u.yaml", whole); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ from, to, want string }{
		{"kind: kou", "kind: koo", `BTC: models[1].kind: kind "koo"`},
		{"kind: kou", "kind: gbm", "models[1].kind: a second gbm"},
		{"kind: garch\n", "kind: gjr\n", "models[4].kind: a second gjr"},
		{"          jump-up: {value: 0.532878, se: 0.00998, correlation: {sigma: -0.0244, jump-rate: 0.0730}}\n", "",
			"models[1].numbers.jump-up: missing"},
		{"correlation: {sigma: -0.0244, jump-rate: 0.0730}", "correlation: {sigma: -0.0244, jump-rte: 0.0730}",
			"models[1].numbers.jump-up.correlation: with jump-rte; want estimated numbers before it"},
		{"correlation: {sigma: -0.0244, jump-rate: 0.0730}", "correlation: {eta-up: 0.1}",
			"models[1].numbers.jump-up.correlation: with eta-up; want estimated numbers before it"},
		{"correlation: {sigma: -0.8191}", "correlation: {sigma: -1.01}",
			"models[1].numbers: errors of the fit of kou: models: correlation (2, 1) = -1.01; want −1 to 1"},
		{"jump-up: {value: 0.532878", "jump-up: {value: 1.5",
			"models[1].numbers.jump-up: 1.5; want a number from 0 to 1"},
		{"se: 0.00998", "se: -1", "models[1].numbers.jump-up: standard error -1"},
		{"jump-up: {value: 0.532878", "mu: {value: 1}\n          jump-up: {value: 0.532878", "6 numbers; kou has 5"},
		{"garch-beta: {value: 0.919501", "garch-beta: {value: 0.99", "models[3].numbers: GARCH alpha"},
		{"volatility: 0.618871", "volatility: 0", "models[1].volatility: 0; want"},
		{"method: maximum likelihood, density by Fourier inversion", "method:", "models[1].method: missing"},
		{"unfitted: returns", "numbers: {sigma: {value: 1}}\n        unfitted: returns",
			"SOL: models[8].parameters: parameters of a model that could not be fitted"},
		{"        unfitted: returns show no jumps beyond what a moving variance explains\n", "",
			"models[8].method: missing"},
		{"model: component", "model: componnt", `BTC: recommended.model: "componnt"; want one of models`},
		{"      evidence: docs/evidence/price-models.md\n", "", "BTC: recommended: no reason or no evidence"},
		{"date: 2026-11-30", "date: today", `BTC: recommended.date: "today"; want a day`},
	} {
		text := strings.Replace(string(whole), r.from, r.to, 1)
		if text == string(whole) {
			t.Errorf("%q is not there", r.from)
		}
		if _, err := Parse("u.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%q: %v; want %q", r.to, err, r.want)
		}
	}
}
