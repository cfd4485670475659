package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"mcrisk/internal/cli"
	"mcrisk/models"
)

// What commands print first fits a screen of 25 lines of 80 columns, begins with a sentence, and says how to see
// everything; --full prints more, and no other form is cut.
func TestFirstScreens(t *testing.T) {
	prices := write(t, "p.csv", bars)
	grid := []string{"--horizon", "3d", "--step", "6h", "--paths", "60"}
	for _, args := range [][]string{
		{"simulate", "--token", "ETHBULL3X"},
		{"simulate", "--token", "ETHBULL3X", "--invest", "50k", "--model", "gbm"},
		{"simulate", "--target", "-2", "--band", "1.8:2.2", "--mechanism", "perp", "--latency", "6h"},
		{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.05:0.6:0.05"},
		{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.1:0.4:0.1", "--over", "sigma=0.5,1", "--over",
			"fee=1bp,5bp,20bp"},
		{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.1:0.4:0.1", "--optimise", "cost_drag"},
		{"compare", "--tokens", "ETHBULL3X,etf-daily-3x,hold-3x,ETHBULL2X,ETHBULL4X,spot,perp-3x"},
		{"position", "--tokens", "ETHBULL3X,spot,perp-3x", "--expect", "5%"},
		{"liquidation", "--tokens", "BTCBULL3X,ETHBULL3X,hyperliquid-btc3x"},
		{"exact", "--token", "ETHBULL3X"},
		{"replay", prices, "--token", "ETHBULL3X"},
	} {
		switch args[0] {
		case "exact":
			args = append(args, grid[:4]...)
		case "replay":
		case "position":
			args = append(args, "--within", "3d", "--step", "6h", "--paths", "60")
		default:
			args = append(args, grid...)
		}
		if args[0] != "exact" {
			args = append(args, "--no-save")
		}
		name := strings.Join(args, " ")
		brief := firstScreen(t, args...)
		lines := strings.Split(strings.TrimRight(brief, "\n"), "\n")
		if len(lines) > 25 {
			t.Errorf("mcrisk %s prints %d lines; want at most 25:\n%s", name, len(lines), brief)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("mcrisk %s: %d columns; want at most 80: %s", name, n, line)
			}
		}
		if !strings.Contains(brief, "--full") && args[0] != "position" {
			t.Errorf("mcrisk %s does not say how to see everything:\n%s", name, brief)
		}
		if full := resultsOf(t, append(args, "--full")...); strings.Count(full, "\n") < 2*len(lines) {
			t.Errorf("mcrisk %s --full has %d lines", name, strings.Count(full, "\n"))
		}
	}
	says(t, cli.BadInput, "--full", "exact", "--token", "ETHBULL3X", "--full", "--json")
}

// firstScreen is what a command prints unless more is asked for.
func firstScreen(t *testing.T, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if status := run(t.Context(), args, &out, &said); status != cli.Done {
		t.Fatalf("mcrisk %s: exit status %d\n%s", strings.Join(args, " "), status, said.String())
	}
	return out.String()
}

// Of every model the first screen says what its paths cannot make.
func TestModelLimits(t *testing.T) {
	prices := history(t, 200, nil)
	for _, k := range models.Registry.Kinds() {
		if k.Name == "counted" { // that of another test
			continue
		}
		args := []string{"simulate", "--target", "2", "--band", "1.8:2.2", "--model", k.Name, "--horizon", "3d",
			"--paths", "20", "--no-save"}
		if models.Resamples(k.Name) {
			args = append(args, "--history", prices)
		}
		out := firstScreen(t, args...)
		if !strings.Contains(strings.Join(strings.Fields(out), " "), "; "+k.Name+" ") &&
			!strings.Contains(out, "jumps of "+k.Name) {
			t.Errorf("%s: nothing on what it cannot make:\n%s", k.Name, out)
		}
	}
}
