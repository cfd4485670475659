package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The commands of docs/evidence/real-tokens.md print the numbers of its tables, where the histories are.
func TestCommandsOfRealTokens(t *testing.T) {
	page, err := os.ReadFile("../../docs/evidence/real-tokens.md")
	if err != nil {
		t.Fatal(err)
	}
	const data = "../../../shared/data"
	if _, err := os.Stat(data); err != nil {
		t.Skip("the histories of real tokens are not here: ", err)
	}
	t.Chdir(data)
	n := 0
	for line := range strings.Lines(string(page)) {
		command, ok := strings.CutPrefix(line, "mcrisk ")
		if !ok {
			continue
		}
		n++
		args := strings.Fields(strings.ReplaceAll(command, "'", ""))
		var out struct {
			Tokens []struct {
				Against struct {
					TerminalRatio float64 `json:"terminal_ratio"`
					DriftYear     float64 `json:"drift_year"`
					Day           float64 `json:"correlation_day"`
					Bar           float64 `json:"correlation_bar"`
				}
			}
		}
		if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--no-save", "--json")...)), &out); err != nil {
			t.Fatal(err)
		}
		a := out.Tokens[0].Against
		row := false // funds have another digit of drift, and Binance's tokens are compared by bars
		for _, want := range []string{
			fmt.Sprintf(" | %.3f | %+.2f %% | %.4f | ", a.TerminalRatio, 100*a.DriftYear, a.Day),
			fmt.Sprintf(" | %.3f | %+.1f %% | %.4f | ", a.TerminalRatio, 100*a.DriftYear, a.Day),
			fmt.Sprintf(" | %.3f | %+.1f %% | %.4f | ", a.TerminalRatio, 100*a.DriftYear, a.Bar),
		} {
			row = row || strings.Contains(string(page), want)
		}
		if !row {
			t.Errorf("%s%+v; want a row of the page with these numbers", line, a)
		}
	}
	if n < 13 {
		t.Errorf("%d commands on the page; want those of seven funds, four exchange tokens and BITX", n)
	}
}
