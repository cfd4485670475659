package main

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// randomLaws are options of tokens whose rates are drawn, with sweeps over numbers of the laws.
var randomLaws = [][]string{
	{"--token ETHBULL3X", "--over rate-sd=0,2% --over fee=5bp,20bp"},
	{"--token ETHBULL3X --rates aave --pool 1e9 --stressed", "--over rate-correlation=-0.5,0.5 --over pool=1e7,1e9"},
	{"--token hyperliquid-btc3x --rates funding-hyperliquid", "--over premium-sd=0,0.001 --over rate-correlation=0,1"},
	{"--token SOLBULL3X --rates ou --rate-speed 300", "--over rate-sd=0,20% --over rate-level-sd=0,5%"},
}

// A sweep with random rates has the same bytes whole, in parts on other numbers of workers that are merged, and where
// it goes on from what an interrupted one left.
func TestRandomRatesInParts(t *testing.T) {
	for _, law := range randomLaws {
		dir := t.TempDir()
		at := func(name string) string { return filepath.Join(dir, name) }
		sweep := func(out string, more ...string) {
			t.Helper()
			args := strings.Fields("sweep --no-figures --horizon 3d --paths 1100 " + strings.Join(law, " "))
			expect(t, cli.Done, append(append(args, "--out", out), more...)...)
		}
		sweep(at("whole"), "--workers", "1")
		sweep(at("a"), "--shard", "1/2", "--workers", "3")
		sweep(at("b"), "--shard", "2/2", "--workers", "2")
		expect(t, cli.Done, "merge", "--out", at("merged"), at("a"), at("b"))
		expect(t, cli.Done, "sweep", "--resume", at("a"), "--shard", "1/1", "--no-figures") // a part lacks the rest
		want := read(t, filepath.Join(at("whole"), "cells.csv"))
		for _, name := range []string{"merged", "a"} {
			if read(t, filepath.Join(at(name), "cells.csv")) != want {
				t.Errorf("%s: cells.csv of %s differs from that of the whole", law[0], name)
			}
			expect(t, cli.Done, "verify", at(name))
		}
		expect(t, cli.Done, "verify", at("whole"))
	}
}

// A trace with random rates ends as the lifetime of the same path does, ledger included, and verify runs the study to
// the same hash.
func TestRandomRatesTraced(t *testing.T) {
	for _, law := range randomLaws {
		dir := t.TempDir()
		run, lifetimes := filepath.Join(dir, "run"), filepath.Join(dir, "lifetimes.csv")
		args := strings.Fields(law[0] + " --horizon 20d")
		expect(t, cli.Done, append([]string{"simulate", "--paths", "40", "--no-figures", "--out", run, "--lifetimes",
			lifetimes}, args...)...)
		expect(t, cli.Done, "verify", run)
		rows := table(t, read(t, lifetimes))
		for _, path := range []int{0, 17, 39} {
			out := resultsOf(t, append([]string{"trace", "--path", rows[path]["path"]}, args...)...)
			events := table(t, out)
			last, life := events[len(events)-1], rows[path]
			for event, column := range map[string]string{"equity": "nav", "borrow_interest": "money_borrow_interest",
				"funding": "money_funding", "trade_fee": "money_trade_fee"} {
				if last[event] != life[column] {
					t.Errorf("%s, path %d: %s is %s in the trace and %s in the lifetime", law[0], path, event,
						last[event], life[column])
				}
			}
		}
	}
}

// table are the rows of CSV by the names of their columns.
func table(t *testing.T, text string) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	for _, values := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = values[i]
		}
		rows = append(rows, row)
	}
	return rows
}
