package catalogue

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Token files as people get them wrong. Of each the error names the file, the
// line and the field, among whatever else is wrong with it, and comes at once.
func TestParseMalformedFiles(t *testing.T) {
	const date = ", as_of: 2026-01-31}"
	token := func(lines ...string) string { // the first of lines is line 4
		return "family: mine\ntokens:\n  - name: MINE\n" + strings.Join(lines, "\n") + "\n"
	}
	var bomb []string // each value holds the one before it ten times
	for i := range 40 {
		before := "x"
		if i > 0 {
			before = fmt.Sprintf("*v%d", i-1)
		}
		bomb = append(bomb, fmt.Sprintf("      k%d: &v%d {value: [%s%s]}",
			i, i, strings.Repeat(before+", ", 9), before))
	}
	for _, tt := range []struct {
		name, text string
		line       int // 0: nothing is there to point at
		field      string
		what       string
	}{
		{"wrong type", token("    policy: band"), 4, "policy", "string was used where mapping is expected"},
		{"list for a number", token("    numbers:", "      gas: {value: [1, 2], source: page"+date),
			5, "numbers.gas", "no value; want a word or a number"},
		{"unknown field", token("    symbol: MINE"), 4, "symbol", `unknown field "symbol"`},
		{"repeated key", token("    underlying: BTC", "    underlying: ETH"),
			5, "underlying", `mapping key "underlying" already defined at [4:5]`},
		{"missing source", token("    numbers:", "      target: {value: 3"+date), 5, "numbers.target", "no source"},
		{"out of range", token("    numbers:", "      target: {value: 300, source: page"+date),
			5, "numbers.target", "300; want a number from -100 to 100"},
		{"tab indentation", token("    numbers:", "\ttarget: {value: 3, source: page"+date),
			5, "target", `found character`},
		{"Latin-1", token("    underlying: BTC", "    venue: {value: B\xf6rse, source: page"+date),
			5, "venue", "is not UTF-8"},
		{"UTF-16", "\xff\xfef\x00a\x00m\x00i\x00l\x00y\x00", 1, "f", "is not UTF-8"},
		{"empty", "", 0, "family", "missing"},
		{"huge number", token("    numbers:", "      aum: {value: 1e400, source: page"+date),
			5, "numbers.aum", `"1e400"; want a number from 1e-06 to 1e+15`},
		{"more digits than any number has", token("    numbers:", "      aum: {value: "+strings.Repeat("9", 400)+
			", source: page"+date), 5, "numbers.aum", "want a number"},
		{"alias bomb", token(append([]string{"    policy:"}, bomb...)...), 9, "policy.k4", "more than 100000 values"},
		{"alias of itself", token("    venue: &v {value: *v, source: page" + date), 4, "venue", ""},
		{"alias of nothing", token("    venue: *v"), 4, "venue", ""},
		{"flow without an end", token("    venue: {value: main, source: page"), 4, "venue", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			f, err := Parse("mine.yaml", []byte(tt.text))
			if d := time.Since(began); d > 2*time.Second {
				t.Errorf("it took %v", d)
			}
			if err == nil {
				t.Fatalf("accepted as %+v", f)
			}
			place := []string{"mine.yaml: "}
			if tt.line > 0 {
				place = []string{fmt.Sprintf("mine.yaml: line %d: ", tt.line), fmt.Sprintf("mine.yaml: [%d:", tt.line)}
			}
			for fault := range strings.SplitSeq(err.Error(), "catalogue: ") { // a fault may quote the lines around it
				for _, p := range place {
					if strings.HasPrefix(fault, p) && strings.Contains(fault, tt.field) &&
						strings.Contains(fault, tt.what) {
						return
					}
				}
			}
			t.Errorf("line %d, %s: %s is not in\n%v", tt.line, tt.field, tt.what, err)
		})
	}
}
