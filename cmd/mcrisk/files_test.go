package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"mcrisk/analytics"
	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/tokens"
)

// A reference is an entry of docs/files.md and what of it was met.
type reference struct {
	cli.FileEntry
	met map[string]bool
}

func references(entries []cli.FileEntry) map[string]*reference {
	all := map[string]*reference{}
	for _, e := range entries {
		all[e.Name] = &reference{e, map[string]bool{}}
	}
	return all
}

// unheard are names of a run that is not what it was, and of a sweep that is not done, with which
// commands fail
var unheard = []string{"differ", "differ[].cell", "differ[].label", "missing[].*"}

// unmet are names of the page that nothing has.
func (r *reference) unmet() (names []string) {
	for _, c := range r.Columns {
		for _, n := range c.Names() {
			if !r.met[n] && !slices.Contains(unheard, n) && !slices.Contains(unheard, r.Name) {
				names = append(names, n)
			}
		}
	}
	return names
}

// sees says whether the page has a column of a table.
func (r *reference) sees(column string) bool {
	for _, c := range r.Columns {
		for _, name := range c.Names() {
			is := func(known func(string) bool, what string) bool {
				end, ok := strings.CutPrefix(name, what)
				base, ok2 := strings.CutSuffix(column, end)
				return ok && ok2 && known(base)
			}
			if name == column || is(parameter, "<parameter>") || is(metric, "<metric>") {
				r.met[name] = true
				return true
			}
		}
	}
	return false
}

func parameter(name string) bool {
	all := tokens.Params
	for _, k := range models.Registry.Kinds() {
		all = append(all, k.Params...)
	}
	for _, k := range tokens.Policies.Kinds() {
		all = append(all, k.Params...)
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		all = append(all, k.Params...)
	}
	for _, k := range rates.Registry.Kinds() {
		all = append(all, k.Params...)
	}
	for _, p := range all {
		if p.Name == name {
			return true
		}
	}
	return name == "half-width" || name == "model"
}

func metric(name string) bool {
	_, err := analytics.Lookup(name)
	return err == nil
}

// knows says whether the page has a key in JSON.
func (r *reference) knows(path []string) bool {
	if end := len(path) - 1; path[end] == "null" {
		list := slices.Clone(path[:end])
		list[end-1] += "[]"
		of := func(c cli.FileColumn) bool { return strings.HasPrefix(c.Name, strings.Join(list, ".")+".") }
		return r.knows(path[:end]) || r.knows(list) || slices.ContainsFunc(r.Columns, of)
	}
	like := func(pattern string, path []string) bool {
		return slices.EqualFunc(strings.Split(pattern, "."), path, func(want, got string) bool {
			return want == got || want == "*" || want == "*[]" && strings.HasSuffix(got, "[]")
		})
	}
	for _, c := range r.Columns {
		if like(c.Name, path) {
			r.met[c.Name] = true
			return true
		}
	}
	last := len(path) - 1
	parts := []string{"estimate", "se", "lo", "hi", "n", "interval", "variance_reduction", "warning"}
	for _, c := range r.Columns {
		if c.Unit == cli.EstimateKeys && slices.Contains(parts, path[last]) && like(c.Name, path[:last]) {
			r.met[c.Name] = true
			return true
		}
	}
	return false
}

// leaves are the paths of all that a value of JSON or YAML holds.
func leaves(v any, path []string, visit func(path []string)) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			leaves(x, append(slices.Clone(path), k), visit)
		}
	case []any:
		path = slices.Clone(path)
		path[len(path)-1] += "[]"
		for _, x := range v {
			leaves(x, path, visit)
		}
	default:
		if v == nil { // of a list that is empty, or a number that does not exist
			path = append(slices.Clone(path), "null")
		}
		visit(path)
	}
}

// Commands whose files and JSON are compared with the page, by the name of their JSON
// there, and by that of the table which they print with --csv and do not write.
var wrote = []struct{ object, table, command string }{
	{"simulate and summary", "", "simulate --token ETHBULL3X --horizon 2d --paths 200"},
	{"sweep and merge", "", "sweep --token ETHBULL3X --prices PRICES --horizon 1d --paths 100 " +
		"--over half-width=0.1:0.4:0.1 --over fee=1bp,5bp --optimise tracking_cost"},
	{"sweep and merge", "", "sweep --token ETHBULL3X --horizon 1d --paths 100 --sample 3 " +
		"--over half-width=0.1:0.4:0.1 --over fee=1bp,5bp"},
	{"sweep --exact", "", "sweep --exact --target 3 --band 2.7:3.3 --horizon 1d --over half-width=0.1,0.2"},
	{"compare", "", "compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.8 --horizon 1d --paths 100"},
	{"compare", "", "compare --tokens BTCBULL2X,BTCBULLP2X --horizon 2d --paths 500 --step 4h"},
	{"position", "", "position --tokens ETHBULL3X,spot,perp-2x --expect 10% --ends 20% --within 1d --paths 50"},
	{"heatmap", "", "heatmap --token ETHBULL3X --x horizon --y sigma=0.5,1 --metric p_lost_50 " +
		"--horizon 1d --paths 100"},
	{"liquidation", "", "liquidation --tokens BTCBULL3X --step 1h --horizon 1d --paths 50"},
	{"breakeven", "", "breakeven --target 3 --band 2.7:3.3 --horizon 1d --paths 50"},
	{"costs", "", "costs --token ETHBULL3X --invest 10k,2M --horizon 1d --paths 50"},
	{"calibrate", "", "calibrate PRICES --model gbm,merton,heston,garch"},
	{"calibrate --rates", "", "calibrate --rates FUNDING --model ou"},
	{"simulate and summary", "", "simulate --token BTCBULLP2X --horizon 2d --paths 50"},
	{"simulate and summary", "", "simulate --token ETHBULL3X --rates level --horizon 1d --paths 50"},
	{"simulate and summary", "", "simulate --token ETHBULL3X --spec FITS/merton.yaml --mu 0 --parameter-uncertainty " +
		"--horizon 1d --paths 50"},
	{"simulate and summary", "", "simulate --target 3 --spec FITS/garch.yaml --start last --horizon 1d --paths 50"},
	{"simulate and summary", "", "simulate --target 3 --model bootstrap --history PRICES --column close --stamp open " +
		"--zone UTC --horizon 1d --paths 50"},
	{"replay", "", "replay PRICES --token ETHBULL3X,BTCBULLP2X"},
	{"replay", "", "replay PRICES --spec SCALED --zone UTC --series-gaps hold --from FROM:fee=2bp"},
	{"replay", "", "replay BARS --token BTCBULL3X --latencies 1h --against BARS --index SMOOTH"},
	{"replay --window", "", "replay BARS --token BTCBULL3X,BTCBULLP2X --latencies 1h --against BARS --index SMOOTH " +
		"--window all"},
	{"cohorts", "", "cohorts PRICES --token ETHBULL3X --periods 1d,7d --paths 50"},
	{"cohorts", "", "cohorts PRICES --token ETHBULL3X --from FROM:fee=2bp --no-figures"},
	{"validate", "", "validate PRICES --target 3 --band 2.7:3.3 --until 2023-12-15 --horizon 5d --paths 20 " +
		"--model gbm,bates"},
	{"history", "history", "history PRICES"},
	{"exact", "exact", "exact --target 3 --band 2.7:3.3 --horizon 1d"},
	{"exact --everlasting", "everlasting", "exact --everlasting --sigma 0.6 --period 7d --strike 1 --price 1"},
	{"tokens", "tokens", "tokens"},
	{"tokens NAME", "settings", "tokens ETHBULL3X"},
	{"trace", "events", "trace --token ETHBULL3X --horizon 1d --paths 1 --path 0"},
	{"trace", "events", "trace --token BTCBULLP2X --horizon 1d --paths 1 --path 0"},
	{"verify", "verification", "verify RUN"},
	{"verify", "verification", "verify SHARDS"},
	{"missing", "missing", "missing SHARDS"},
	{"plot", "figures", "plot RUN"},
	{"runs", "runs", "runs FOLDER"},
	{"summary --attribution", "attribution.csv", "summary RUN --attribution"},
	{"summary --horizons", "", "summary RUN --horizons"},
}

// Every column and key that commands write is on the page docs/files.md, and every
// column and key of the page is written by some command.
func TestFilesAreOnThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every command")
	}
	tables, objects := references(cli.Tables()), references(cli.Objects())
	written := references([]cli.FileEntry{{Name: "spec.yaml", Columns: cli.SpecKeys},
		{Name: "sweep.yaml", Columns: cli.SweepKeys}})
	spec, plan := written["spec.yaml"], written["sweep.yaml"]
	dir := t.TempDir()
	prices := filepath.Join(dir, "prices.csv")
	writePrices(t, prices)
	check := func(where string, r *reference, paths func(see func(path []string))) {
		if r == nil {
			t.Errorf("%s is not on the page", where)
			return
		}
		missing := map[string]bool{}
		paths(func(path []string) {
			if !r.knows(path) {
				missing[strings.Join(path, ".")] = true
			}
		})
		if len(missing) > 0 {
			names := slices.Sorted(maps.Keys(missing))
			t.Errorf("%s: the page does not have the keys %s (%d)", where,
				strings.Join(names[:min(len(names), 10)], ", "), len(names))
		}
	}
	table := func(where, name, text string) {
		r := tables[name]
		if r == nil {
			t.Errorf("%s: the page does not have the table %s", where, name)
			return
		}
		header, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		for _, c := range header {
			if !r.sees(c) {
				t.Errorf("%s: the page does not have the column %s of %s", where, c, name)
			}
		}
	}
	run, shards := "", []string{filepath.Join(dir, "1"), filepath.Join(dir, "2"), filepath.Join(dir, "all")}
	for i, shard := range []string{"1/2", "2/2"} {
		resultsOf(t, banded("--over", "half-width=0.1,0.2", "--horizon", "2h", "--paths", "1100",
			"--shard", shard, "--out", shards[i])...)
	}
	resultsOf(t, "merge", "--no-figures", "--out", shards[2], shards[0], shards[1])
	series := write(t, "rates.csv", "date,asset,apr\n2023-12-01,USDC,0.05\n2023-12-02,USDC,0.06\n")
	scaled := write(t, "scaled.yaml", "tokens:\n- name: three\n  target: 3\n  policy: {kind: hold}\n"+
		"  mechanism: {kind: loan}\n  gas: {series: "+series+", column: apr, where: {asset: USDC}, "+
		"scale: 2, shift: 0.1}\n")
	funding := fundingFile(t) + ":rate_per_period?symbol=BTC"
	spiky, smooth := write(t, "spiky.csv", spikyBars(60)), write(t, "smooth.csv", spikyBars(65))
	for _, w := range wrote {
		fits := filepath.Join(dir, "calibrate-run")
		names := strings.NewReplacer("PRICES", prices, "RUN", run, "FITS", fits, "SHARDS", shards[2],
			"SCALED", scaled, "FUNDING", funding, "BARS", spiky, "SMOOTH", smooth, "FROM", "2023-12-10", "FOLDER", dir)
		args := strings.Fields(names.Replace(w.command))
		if w.table != "" {
			table(w.command, w.table, resultsOf(t, append(slices.Clone(args), "--csv")...))
		}
		out := ""
		if w.table == "" && args[0] != "summary" && w.object != "calibrate --rates" {
			out = filepath.Join(dir, args[0])
			for taken := error(nil); taken == nil; _, taken = os.Stat(out) {
				out += "-run"
			}
			if run == "" {
				run = out
			}
			args = append(args, "--out", out)
		}
		var v any
		if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &v); err != nil {
			t.Fatal(err)
		}
		check("JSON of "+w.object, objects[w.object], func(see func([]string)) { leaves(v, nil, see) })
		if out == "" {
			continue
		}
		files, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			path, where := filepath.Join(out, f.Name()), w.object+": "+f.Name()
			var v map[string]any
			switch {
			case strings.HasSuffix(f.Name(), ".csv"):
				table(where, f.Name(), read(t, path))
			case f.Name() == "manifest.json" || f.Name() == "origin.json":
				if err := json.Unmarshal([]byte(read(t, path)), &v); err != nil {
					t.Fatal(err)
				}
				check(where, objects[f.Name()], func(see func([]string)) { leaves(v, nil, see) })
			case f.Name() == "spec.yaml" || f.Name() == "sweep.yaml":
				if err := yaml.Unmarshal([]byte(read(t, path)), &v); err != nil {
					t.Fatal(err)
				}
				if how, ok := v["sweep"].(map[string]any); ok {
					delete(v, "sweep")
					check(where, plan, func(see func([]string)) {
						leaves(how, nil, func(path []string) { see([]string{strings.TrimSuffix(path[0], "[]")}) })
					})
				}
				check(where, spec, func(see func([]string)) {
					leaves(v, nil, func(path []string) {
						for i, key := range path { // parameters of a kind are in its own table
							if key == "model" || key == "policy" || key == "mechanism" || key == "rates" {
								path = path[:i+1]
								break
							}
						}
						see(path)
					})
				})
			}
		}
	}
	for _, all := range []map[string]*reference{tables, objects, written} {
		for name, r := range all {
			if names := r.unmet(); len(names) > 0 {
				t.Errorf("nothing wrote these of %s: %s", name, strings.Join(names, ", "))
			}
		}
	}
}

// writePrices writes hourly closes whose volatility comes and goes, as Heston's.
func writePrices(t *testing.T, path string) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	text, price := "time,close\n", 100.0
	for i := range 1500 {
		price *= math.Exp(.004 * (1 + math.Sin(float64(i)/60)) * r.NormFloat64())
		text += time.Unix(1_700_000_000+3600*int64(i), 0).UTC().Format(time.RFC3339) + "," +
			strconv.FormatFloat(price, 'f', 4, 64) + "\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// spikyBars are hourly bars of March 2020 that fall by half, with a spike on the way. One is missing where
// there is hardly one.
func spikyBars(spike float64) string {
	text := "time,open,high,low,close\n"
	for hour := range 24 * 14 {
		price := 100 - 50*float64(hour)/(24*14)
		low := price - 1
		if hour == 100 {
			low = spike
		}
		if hour == 120 && spike > 60 {
			continue
		}
		text += fmt.Sprintf("%s,%v,%v,%v,%v\n", time.Date(2020, 3, 7, hour, 0, 0, 0, time.UTC).Format(time.RFC3339),
			price, price+1, low, price)
	}
	return text
}
