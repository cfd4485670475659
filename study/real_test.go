package study_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

const realPage = "../docs/evidence/real-tokens.md"

// A realToken is a token that traded, and the options of `mcrisk replay` that replay it.
type realToken struct {
	name         string
	prices       string // FILE[:COLUMN] of what it followed
	index        string // prices beyond it are capped; empty: none are
	since, until string
	options      string // --NAME VALUE, several, of the token
	traded       string // FILE[:COLUMN][?KEY=VALUE] of its own prices
	latency      string // of its keeper; empty: none
}

// with is the token with further options.
func (r realToken) with(options string, args ...any) realToken {
	r.options = strings.TrimSpace(r.options + " " + fmt.Sprintf(options, args...))
	return r
}

// late is the token with a keeper of a latency.
func (r realToken) late(latency string) realToken {
	r.latency = latency
	return r
}

// on is the token on other prices, as they are.
func (r realToken) on(prices string) realToken {
	r.prices, r.index = prices, ""
	return r
}

// command is the line that gives the same numbers.
func (r realToken) command() string {
	file, column, _ := strings.Cut(r.prices, ":")
	words := []string{"mcrisk", "replay", file}
	if column != "" {
		words = append(words, "--column", column)
	}
	if r.index != "" {
		words = append(words, "--index", r.index)
	}
	words = append(append(words, "--since", r.since, "--until", r.until), strings.Fields(r.options)...)
	words = append(words, "--latencies", cmp.Or(r.latency, "0"), "--against", r.traded)
	for i, word := range words {
		if strings.ContainsAny(word, "?&") { // which a shell would read
			words[i] = "'" + word + "'"
		}
	}
	return strings.Join(words, " ")
}

// spec is the token that the options name.
func (r realToken) spec(t *testing.T) study.TokenSpec {
	t.Helper()
	spec := study.TokenSpec{Name: r.name, Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}
	spec.Series = map[string]study.Series{}
	words := strings.Fields(r.options)
	for i := 0; i+1 < len(words); i += 2 {
		name, value := strings.TrimPrefix(words[i], "--"), words[i+1]
		switch {
		case name == "token":
			entry, err := catalogue.LookupToken(value)
			if err != nil {
				t.Fatal(err)
			}
			series := spec.Series
			spec = entry.Spec()
			spec.Series = series
		case name == "policy":
			spec.Policy.Kind = value
		case name == "mechanism":
			spec.Mechanism.Kind = value
		case value[0] == '@':
			spec.Series[name] = realSeries(t, value[1:])
		default:
			p, err := study.TokenParam(name)
			if err != nil {
				t.Fatal(err)
			}
			v, err := p.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			part := &spec.Mechanism.Values
			if slices.ContainsFunc(tokens.Params, func(p param.Param) bool { return p.Name == name }) {
				part = &spec.Values
			} else if kind, _ := tokens.Policies.Kind(spec.Policy.Kind); slices.ContainsFunc(kind.Params,
				func(p param.Param) bool { return p.Name == name }) {
				part = &spec.Policy.Values
			}
			if *part = maps.Clone(*part); *part == nil {
				*part = param.Values{}
			}
			(*part)[name] = v
			delete(spec.Series, name)
		}
	}
	return spec
}

var readSeries = map[string]study.Series{} // by text, as most tokens share them

func realSeries(t *testing.T, text string) study.Series {
	t.Helper()
	if s, ok := readSeries[text]; ok {
		return s
	}
	s, err := study.ParseSeries(text)
	if err != nil {
		t.Fatal(err)
	}
	file := study.RealFile(t, s.File)
	defer file.Close()
	if s.Rates, err = paths.ReadRates(file, s.File, paths.RatesOptions{Column: s.Column, Where: s.Where}); err != nil {
		t.Fatal(err)
	}
	readSeries[text] = s
	return s
}

var readHistories = map[string]*paths.History{}

// realHistory reads FILE[:COLUMN][?KEY=VALUE].
func realHistory(t *testing.T, text string) *paths.History {
	t.Helper()
	if h, ok := readHistories[text]; ok {
		return h
	}
	s, err := study.ParseSeries(text)
	if err != nil {
		t.Fatal(err)
	}
	file := study.RealFile(t, s.File)
	defer file.Close()
	h, err := paths.ReadHistoryWith(file, s.File, paths.ReadOptions{Column: s.Column, Where: s.Where})
	if err != nil {
		t.Fatal(err)
	}
	readHistories[text] = h
	return h
}

// replay runs the token over its span, and compares it with what traded.
func (r realToken) replay(t *testing.T) (*analytics.Tracking, *study.Replayed) {
	t.Helper()
	h, did := r.lives(t)
	a, err := assess.Against(h, did.Tracks[0].Marks, realHistory(t, r.traded), 3)
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	return a, did
}

// capRoom is how far from an index prices may be, the default of the command.
const capRoom = 0.005

// lives runs the token over its span.
func (r realToken) lives(t *testing.T) (*paths.History, *study.Replayed) {
	t.Helper()
	instant := func(text string) time.Time {
		if len(text) == len(time.DateOnly) {
			text += "T00:00:00Z"
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	h, err := realHistory(t, r.prices).Between(instant(r.since), instant(r.until))
	if err != nil {
		t.Fatal(err)
	}
	if r.index != "" {
		if h, _, err = h.Capped(realHistory(t, r.index), capRoom); err != nil {
			t.Fatal(err)
		}
	}
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: h.Span(), Step: h.Step, Paths: 1,
		Tokens: []study.TokenSpec{r.spec(t)}})
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	latency, err := time.ParseDuration(cmp.Or(r.latency, "0"))
	if err != nil {
		t.Fatal(err)
	}
	did, err := study.ReplayDated([]study.Dated{s.Dated(0).WithLatency(latency)}, h,
		study.ReplayOptions{BothOrders: true, Track: true, Events: true})
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	return h, did
}

// A gate is a number that a replay must reach.
type gate struct {
	what          string
	value, lo, hi float64
}

// missed are the gates that a token does not reach, in words; a number that is not there does not.
func missed(gates []gate) string {
	var words []string
	for _, g := range gates {
		if !(g.value >= g.lo && g.value <= g.hi) {
			words = append(words, g.what)
		}
	}
	if words == nil {
		return "met"
	}
	return "**missed**: " + strings.Join(words, ", ")
}

// hold fails where a gate is missed.
func hold(t *testing.T, name string, gates []gate) {
	t.Helper()
	for _, g := range gates {
		if !(g.value >= g.lo && g.value <= g.hi) {
			t.Errorf("%s: %s is %.4f; want %v to %v", name, g.what, g.value, g.lo, g.hi)
		}
	}
}

// TestRealTokens replays tokens that traded over whole spans, with dated rates, and makes
// docs/evidence/real-tokens.md or checks it. The gates are those of the page. Two numbers are fitted, the
// spread of long funds and that of short ones.
func TestRealTokens(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute with the race detector, and shares nothing between goroutines")
	}
	p := new(realReport)
	p.text(realHead)
	p.fundsPart(t)
	p.ftxPart(t)
	p.binancePart(t)
	p.bitxPart(t)
	if *study.Update {
		if err := os.WriteFile(realPage, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(realPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != p.String() {
		t.Errorf("%s is out of date (go test ./study -run TestRealTokens -update):\n%s", realPage, p.String())
	}
}

// A realReport is the page as it is written.
type realReport struct{ strings.Builder }

func (p *realReport) text(text string)                { p.WriteString(text + "\n") }
func (p *realReport) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }
func (p *realReport) table(columns ...string) {
	p.line("\n| %s |\n|%s", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

// commands are the lines that replay tokens.
func (p *realReport) commands(ts ...realToken) {
	p.text("\n<!-- not run: needs the histories -->\n```sh")
	for _, r := range ts {
		p.text(r.command())
	}
	p.text("```")
}

const realHead = "# Real tokens, replayed\n\n" +
	"Written by `go test ./study -run TestRealTokens -update`; the same test without the flag checks it where\n" +
	`the histories are, and fails where a gate is missed. The commands print the same numbers.

Each token runs once over its whole span, with rates of the day, and is compared with the prices at which it
traded, at the times that both have. Ratios are growth of the replay over growth of the token, and drift is
their logarithm a year. Correlations are of simple returns. The tracking error is the standard deviation of
differences of monthly returns; times √12 it is that of a year. Windows are all those of four years. A worst
day is that on which the token fell farthest.`
