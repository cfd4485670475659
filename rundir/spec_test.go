package rundir

import (
	"bytes"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

const right = `model:
  kind: gbm
  sigma: 80%
horizon: 30d
step: 1h
paths: 1e4
seed: 18446744073709551615
tokens:
- name: three
  target: 3
  fee: 10bp
  latency: 1h30m
  policy: {kind: band, low: 2.7, high: 3.3, to: target}
  mechanism:
    kind: loan
    "borrow": 0.05
`

func TestReadSpec(t *testing.T) {
	s, err := ReadSpec([]byte(right), "right.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 10_000, Seed: math.MaxUint64,
		Tokens: []study.TokenSpec{{
			Name: "three",
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3,
				"to": float64(tokens.Target)}},
			Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0.05}},
			Values:    param.Values{"target": 3, "fee": 0.001, "latency": 5400},
		}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v; want %+v", s, want)
	}

	// JSON is YAML, and the seed may be left out.
	s, err = ReadSpec([]byte(`{"model": {"kind": "gbm"}, "horizon": "1d", "step": "1h", "paths": 5, `+
		`"tokens": [{"name": "x", "policy": {"kind": "hold"}, "mechanism": {"kind": "loan"}}]}`), "x.json")
	if err != nil || s.Paths != 5 || s.Seed != 1 || s.Tokens[0].Policy.Kind != "hold" {
		t.Errorf("from JSON: %+v, %v", s, err)
	}
}

// Each fault is reported with its line and column.
func TestReadSpecFaults(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key", "horizon: 30d", "horizons: 30d",
			`f.yaml:4:1: the spec has no "horizons"; did you mean horizon?`},
		{"byte of zero", "name: three", `name: "a\x00b"`, `line 9: "a\x00b"; want texts without control characters`},
		{"tab in a key", "horizon: 30d", `"a\tb": 30d`, `line 4: "a\tb"; want texts without control characters`},
		{"block of lines", "horizon: 30d", "horizon: >-\n  30d", `line 4: ">-\n  30d"; want texts on one line`},
		{"unlike any", "horizon: 30d", "xyz: 30d", `f.yaml:4:1: the spec has no "xyz"`},
		{"unknown number", "  sigma: 80%", "  sgma: 80%", `f.yaml:3:3: gbm has no "sgma"; did you mean sigma?`},
		{"another kind's number", "  sigma: 80%", "  jump-rate: 10", `f.yaml:3:3: gbm has no "jump-rate"`},
		{"unknown number of a token", "  fee: 10bp", "  fees: 10bp",
			`f.yaml:11:3: a token has no "fees"; did you mean fee`},
		{"repeated key", "seed: 1", "paths: 1", `f.yaml: [7:1] mapping key "paths" already defined at [6:1]`},
		{"out of range", "80%", "-80%", `f.yaml:3:10: sigma = -0.8; want a number from 0 to 10`},
		{"not a number", "80%", "much",
			`f.yaml:3:10: sigma = "much"; want a number from 0 to 10, such as 0.05, 5% or 10bp`},
		{"NaN", "80%", ".nan", `f.yaml:3:10: sigma = ".nan"; want`},
		{"null", "80%", "", `f.yaml:3:9: sigma = ""; want`},
		{"unknown choice", "to: target", "to: middle", `f.yaml:13:49: to = "middle"; want edge or target or partial`},
		{"unknown kind", "kind: gbm", "kind: gmb", `f.yaml:2:`},
		{"no kind", "kind: band, ", "", `policy: kind ""; want `},
		{"a word for a model", "model:\n  kind: gbm\n  sigma: 80%",
			"model: gbm", `f.yaml:1:8: model = "gbm"; want names and values`},
		{"a list for a model", "model:\n  kind: gbm\n  sigma: 80%",
			"model: [gbm]", `f.yaml:1:8: model = "[gbm]"; want names and values`},
		{"a word for a token", "  name: three", "three", ""},
		{"tokens not a list", "tokens:\n- name: three", "tokens:\n  name: three", `tokens; want a list`},
		{"bad duration", "30d", "30", `f.yaml:4:10: horizon = "30"; want a duration such as 90s, 5m, 1h or 30d`},
		{"endless duration", "30d", "1e6d", `f.yaml:4:10: horizon = "1e6d"; want a duration`},
		{"negative duration", "1h\n", "-1h\n", `f.yaml:5:7: step = "-1h"; want a duration`},
		{"fractional paths", "1e4", "1.5", `f.yaml:6:8: paths = "1.5"; want a whole number`},
		{"negative paths", "1e4", "-1", `f.yaml:6:8: paths = "-1"; want a whole number`},
		{"too many paths", "1e4", "1e13", `f.yaml:6:8: paths = "1e13"; want a whole number from 1 to 1099511627776`},
		{"no paths", "1e4", "0", `f.yaml:6:8: paths = "0"; want a whole number from 1`},
		{"no horizon", "30d", "0", `f.yaml:4:10: horizon = "0"; want a duration`},
		{"a step that rounds to none", "1h\n", "1e-300s\n", `f.yaml:5:7: step = "1e-300s"; want a duration`},
		{"a latency that rounds to none", "  latency: 1h30m", "  latency: 1e-300s",
			`f.yaml:12:12: latency = 1e-300s; want none, or at least a nanosecond`},
		{"no tokens", right, "tokens: []", `f.yaml:1:9: tokens is empty; want at least one, or no tokens`},
		{"no underlying", "  fee: 10bp", `  underlying: ""`, `f.yaml:11:15: underlying is empty`},
		{"null for an underlying", "  fee: 10bp", `  underlying:`, `underlying is empty`},
		{"too large a seed", "18446744073709551615", "18446744073709551616",
			`f.yaml:7:7: seed = "18446744073709551616"; want a whole number`},
		{"a path for a name", "name: three", "name: ../../three", `f.yaml:9:9: name = "../../three"; want letters`},
		{"no name", "name: three", `name: ""`, `f.yaml:9:9: name = ""; want letters`},
		{"tab", "  kind: gbm", "\tkind: gbm", `f.yaml: [2:1] found character`},
		{"two documents", right, right + "---\n" + right, "want one YAML document"},
		{"nothing", right, "", "want one YAML document with the keys model, horizon"},
		{"a comment", right, "# later\n", "want one YAML document"},
		{"a word", right, "hello", `the spec = "hello"; want names and values`},
		{"a tag without a value", right, "tokens:\n  ! ", "f.yaml"},
		{"half a flow", right, "{model: {", "f.yaml"},
		{"bytes", right, "\xff\xfe\x00", "f.yaml"},
		{"an alias to nothing", "sigma: 80%", "sigma: *x", "f.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(right, tt.old) && tt.name != "repeated key" && tt.name != "a word for a token" {
				t.Fatalf("nothing to replace: %q", tt.old)
			}
			text := strings.Replace(right, tt.old, tt.new, 1)
			switch tt.name {
			case "repeated key":
				text = strings.Replace(right, "seed: 18446744073709551615", "paths: 1", 1)
			case "a word for a token":
				text = right[:strings.Index(right, "- name")] + "- three\n"
				tt.want = `f.yaml:9:3: a token = "three"; want names and values`
			}
			_, err := ReadSpec([]byte(text), "f.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v; want %s", err, tt.want)
			}
		})
	}

	// All faults together.
	text := strings.NewReplacer("80%", "-1", "30d", "soon", "10bp", "all").Replace(right)
	_, err := ReadSpec([]byte(text), "f.yaml")
	for _, want := range []string{"f.yaml:3:", "f.yaml:4:", "f.yaml:11:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %s in it", err, want)
		}
	}
}

// drawPart draws a kind and its parameters, some of them left to their defaults.
func drawPart[T any](t *rapid.T, r *param.Registry[T]) param.Part {
	k := rapid.SampledFrom(r.Kinds()).Draw(t, "kind")
	return param.Part{Kind: k.Name, Values: drawValues(t, k.Params)}
}

func drawValues(t *rapid.T, ps []param.Param) param.Values {
	v := param.Values{}
	for _, p := range ps {
		switch {
		case rapid.IntRange(0, 9).Draw(t, p.Name+" left out") < 9:
			// most, for what is drawn makes sense together only sometimes
		case p.Unit == param.Choice:
			v[p.Name] = float64(rapid.IntRange(0, len(p.Choices)-1).Draw(t, p.Name))
		case p.Unit == param.Count:
			v[p.Name] = float64(rapid.IntRange(int(p.Min), int(p.Max)).Draw(t, p.Name))
		default:
			v[p.Name] = rapid.Float64Range(p.Min, p.Max).Draw(t, p.Name)
		}
	}
	return v
}

// What WriteSpec writes, ReadSpec reads back to the same bits, defaults and all.
func TestSpecRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := study.Spec{
			Model:  drawPart(t, &models.Registry),
			Step:   time.Duration(rapid.Int64Range(1, 1e6).Draw(t, "step")) * time.Millisecond,
			Paths:  rapid.IntRange(1, study.MaxPaths).Draw(t, "paths"),
			Seed:   rapid.Uint64().Draw(t, "seed"),
			Marks:  rapid.IntRange(0, 64).Draw(t, "marks"),
			Tokens: make([]study.TokenSpec, rapid.IntRange(1, 3).Draw(t, "tokens")),
		}
		s.Horizon = s.Step * time.Duration(rapid.IntRange(1, 9000).Draw(t, "steps"))
		for i := range s.Tokens {
			s.Tokens[i] = study.TokenSpec{
				Name:      rapid.StringMatching(fileName).Draw(t, "name"),
				Policy:    drawPart(t, &tokens.Policies),
				Mechanism: drawPart(t, &tokens.Mechanisms),
				Values:    drawValues(t, tokens.Params),
			}
		}
		built, err := study.New(s)
		if err != nil {
			t.Skip("numbers that make no sense together")
		}
		want := built.Spec()
		var b bytes.Buffer
		if err := WriteSpec(&b, built); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSpec(b.Bytes(), "f.yaml")
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nwas read as %+v; want %+v", b.String(), got, want)
		}
	})
}

func FuzzReadSpec(f *testing.F) {
	f.Add([]byte(right))
	f.Add([]byte("tokens:\n  ! "))
	f.Add([]byte(strings.Replace(right, "tokens:",
		"others:\n- name: B\n  model: {kind: merton}\n  correlations: [0.7]\ntokens:", 1)))
	f.Add([]byte(strings.Replace(strings.Replace(right, "tokens:", "others:\n- name: B\n  model: {kind: merton}\n"+
		"  correlations: [0.7]\ncommon-jumps: true\ntokens:", 1), "kind: gbm", "kind: merton", 1)))
	f.Add([]byte("model: &x {kind: gbm}\ntokens: [*x]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadSpec(data, "f.yaml")
		if err != nil && !strings.Contains(err.Error(), "f.yaml") {
			t.Errorf("error %q does not name the file", err)
		}
		if err != nil {
			return
		}
		if built, err := study.New(s); err == nil {
			var b bytes.Buffer
			if err := WriteSpec(&b, built); err != nil {
				t.Fatal(err)
			}
			if again, err := ReadSpec(b.Bytes(), "f.yaml"); err != nil || !reflect.DeepEqual(again, built.Spec()) {
				t.Errorf("%s\nwas read as %+v, %v; want %+v", b.String(), again, err, built.Spec())
			}
		}
	})
}

func TestCount(t *testing.T) {
	for text, want := range map[string]uint64{"0": 0, "10000": 10000, "1e6": 1_000_000, "1.5e3": 1500,
		"18446744073709551615": math.MaxUint64, "9007199254740992": 1 << 53} {
		if got, err := Count(text); err != nil || got != want {
			t.Errorf("Count(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "0.5", "1e-3", "NaN", "Inf",
		"1e300", "ten", "0x10", "1_000", "18446744073709551616"} {
		if got, err := Count(text); err == nil {
			t.Errorf("Count(%q) = %d; want an error", text, got)
		}
	}
}

// fileName is what a token may be called, but for its length.
const fileName = `^[\pL\pN+-][\pL\pN +_.-]*$`

// Tokens are called by names of files: letters and digits of all scripts, and a few signs inside.
func TestNamesOfTokens(t *testing.T) {
	want := regexp.MustCompile(fileName)
	names := rapid.OneOf(rapid.String(), rapid.StringMatching(fileName),
		rapid.StringMatching(`[a-zA-Z0-9ä²٣ +_./\\-]{0,5}`))
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			name := names.Draw(t, "name")
			right := want.MatchString(name) && utf8.RuneCountInString(name) <= maxName
			if got := namesFile(name); got != right {
				t.Errorf("%q names a file: %v; want %v", name, got, right)
			}
		}
	})
	for name, want := range map[string]bool{"": false, "a b": true, " a": false, ".a": false, "a/b": false,
		"\xff": false, strings.Repeat("ä", maxName): true, strings.Repeat("ä", maxName+1): false, "a\n": false} {
		if got := namesFile(name); got != want {
			t.Errorf("%q names a file: %v; want %v", name, got, want)
		}
	}
}
