package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var record = flag.Bool("record", false, "write testdata/studies.txt anew; a number that moved is a row of CHANGELOG.md")

// studies span models, venues, policies and commands. What each prints is recorded
// in testdata/studies.txt.
var studies = []string{
	"simulate --token ETHBULL3X --horizon 10d --paths 100",
	"compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.8 --horizon 10d --paths 100",
	"simulate --token ETHBULL3X --model gbm --horizon 30d --paths 200",
	"simulate --token BTCBEAR1X --model gbm --horizon 30d --paths 200 --sigma 1.2",
	"simulate --token BTCBEAR2X --horizon 30d --paths 100 --model merton --jump-rate 50",
	"simulate --token SOLBULL3X --horizon 30d --paths 100 --model kou",
	"simulate --token ETHBULL4X --horizon 20d --paths 100 --model heston --xi 1",
	"simulate --token BTCBULL3X --horizon 30d --paths 100 --model bates --keeper-interval 2h --latency 3h",
	"simulate --token BTCBULL2X --horizon 30d --paths 100 --model garch",
	"simulate --token ETHBULL2X --horizon 30d --paths 100 --model gjr --seed 7",
	"simulate --token hyperliquid-eth3x --horizon 30d --paths 100 --model regimes",
	"simulate --token hyperliquid-btc3x --model gbm --horizon 30d --paths 100 --sigma 2 --step 2h",
	"simulate --token bybit-btc3l --model gbm --horizon 60d --paths 100 --step 4h --sigma 1.5",
	"simulate --token etf-daily-3x --model gbm --horizon 60d --paths 100",
	"simulate --token fli-eth2x --model gbm --horizon 20d --paths 100",
	"simulate --token ftx-bull --model gbm --horizon 30d --paths 100 --sigma 1.5",
	"simulate --token hold-3x --model gbm --horizon 90d --paths 200 --step 1d --sigma 1.5",
	"simulate --token indexcoop-eth2x --model gbm --horizon 30d --paths 100",
	"simulate --token tlx-eth2x --model gbm --horizon 30d --paths 100",
	"simulate --target 3 --policy auction --horizon 30d --paths 100",
	"simulate --target 3 --band 2.8:3.2 --to partial --speed 0.5 --fee 10bp --horizon 30d --paths 2100 --step 6h",
	"simulate --target 5 --band 4.5:5.5 --sigma 2 --after-liquidation stop --horizon 60d --paths 300",
	"simulate --target -2 --band 1.8:2.2 --mechanism perp --funding 10% " +
		"--outage-rate 20 --outage-length 1d --horizon 30d --paths 100",
	"simulate --target 3 --band 2.8:3.2 --to target --mu 0.5 " +
		"--entry-fee 0.1% --exit-fee 0.1% --streaming-fee 2% " +
		"--horizon 30d --paths 300 --no-control",
	"simulate --spec fitted.yaml --token ETHBULL3X --parameter-uncertainty --horizon 20d --paths 100",
	"simulate --token ETHBULL3X --prices bars.csv --mu fitted --horizon 20d --paths 100",
	"compare --tokens toros-eth2x,indexcoop-eth2x,etf-daily-2x,hold-2x --model gbm --horizon 20d --paths 100",
	"compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.8 --horizon 20d --paths 100 --model merton",
	"compare --tokens ETHBULL2X,ETHBULL3X --model gbm --horizon 30d --paths 200 --step 2h",
	"sweep --token ETHBULL3X --model gbm --over half-width=0.1:0.5:0.1 --horizon 20d --paths 200",
	"sweep --target 3 --band 2.7:3.3 --to target --fee 10bp " +
		"--over half-width=0.1:0.7:0.1 --optimise tracking_cost --horizon 90d --paths 300 --step 4h",
	"sweep --token ETHBULL3X --model gbm --over half-width=0.1,0.3 --over sigma=0.5,1 --over fee=5bp,30bp " +
		"--horizon 20d --paths 100 --pareto cost_drag,max_drawdown",
	"sweep --token BTCBULL3X --model gbm --over latency=0,6h --over model=gbm,merton,kou " +
		"--horizon 20d --paths 100 --select latency",
	"sweep --target 5 --mechanism perp --band 4:6 --sigma 3 " +
		"--over half-width=0.2:1:0.2 --over fee=1bp,10bp,20bp " +
		"--sample 6 --horizon 20d --paths 100 --after-liquidation stop",
	"sweep --token ETHBULL3X --gas 0 --impact 0 --fee 20bp --over half-width=0.1:0.4:0.1 --exact --horizon 30d",
	"heatmap --token ETHBULL3X --model gbm --x half-width=0.1,0.3 --y fee=5bp,20bp --metric log_growth " +
		"--horizon 20d --paths 200",
	"heatmap --token ETHBULL3X --model gbm --x horizon --y sigma=0.5,1 --metric p_lost_10 --horizon 20d --paths 200",
	"breakeven --token ETHBULL3X --model gbm --borrow-rates 0:20%:10% --funding-rates=-5%:25%:10% " +
		"--horizon 20d --paths 100",
	"costs --token ETHBULL3X --model gbm --invest 10k,2M --parts 3 --horizon 20d --paths 100",
	"liquidation --tokens BTCBULL3X,ETHBULL4X,BTCBEAR2X --step 4h --horizon 60d --paths 100 " +
		"--latencies 0,1d --jumps 0,20% --jump-rate 10",
	"exact --target 3 --band 2.8:3.2 --to target --fee 10bp --borrow 5% --sigma 0.6 --horizon 90d",
	"exact --target -2 --band 1.7:2.3 --fee 10bp --model kou " +
		"--liquidation-threshold 0.8 --after-liquidation stop --horizon 30d",
	"replay bars.csv --token BTCBULL3X --latencies 0,1h",
	"cohorts bars.csv --token BTCBULL3X --model gbm --every 1h --periods 1h,3h --paths 200",
}

const fitted = `model: {kind: merton, sigma: 0.7, jump-rate: 20, jump-mean: -0.02, jump-sd: 0.03}
errors: {names: [mu, sigma], covariance: [[0.2, 0], [0, 0.0004]]}
`

// The numbers of forty studies stand to the last digit, results_hash among them.
func TestStudiesStand(t *testing.T) {
	dir := t.TempDir()
	const file = "testdata/studies.txt"
	recorded, err := os.ReadFile(file)
	if err != nil && !*record {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for name, text := range map[string]string{"fitted.yaml": fitted, "bars.csv": bars} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	only := regexp.MustCompile(os.Getenv("MCRISK_STUDIES")) // those whose command lines match; of nothing all
	recorded = matching(recorded, only)
	var now bytes.Buffer
	for _, line := range studies {
		if !only.MatchString("mcrisk " + line) {
			continue
		}
		args := append(strings.Fields(line), "--json")
		if !slices.Contains([]string{"exact"}, args[0]) {
			args = append(args, "--no-save")
		}
		var all any
		if err := json.Unmarshal([]byte(resultsOf(t, args...)), &all); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if m, ok := all.(map[string]any)["model"].(map[string]any); ok {
			delete(m, "reason") // is words
		}
		fmt.Fprintf(&now, "mcrisk %s\n", line)
		flatten(&now, "", all)
	}
	if *record {
		t.Chdir(dirOfTest)
		if err := os.WriteFile(file, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, got := strings.Split(string(recorded), "\n"), strings.Split(now.String(), "\n")
	faults := 0
	for i := 0; i < max(len(want), len(got)) && faults < 20; i++ {
		a, b := at(want, i), at(got, i)
		if a != b {
			t.Errorf("line %d:\n%s\nwas\n%s", i+1, b, a)
			faults++
		}
	}
}

// matching are the studies of a record whose command lines match.
func matching(record []byte, only *regexp.Regexp) (some []byte) {
	in := false
	for line := range bytes.Lines(record) {
		if bytes.HasPrefix(line, []byte("mcrisk ")) {
			in = only.Match(line)
		}
		if in {
			some = append(some, line...)
		}
	}
	return some
}

// dirOfTest is where the tests of this package run.
var dirOfTest, _ = os.Getwd()

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

// flatten writes the numbers and words of a JSON value, a line for each, with the
// way to it; how much a control gained has its own tests.
func flatten(w *bytes.Buffer, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if e, ok := estimateLine(v); ok {
			fmt.Fprintf(w, "%s %s\n", path, e)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(estimateKeys, key) {
				flatten(w, path+"/"+key, v[key])
			}
		}
	case []any:
		for i, x := range v {
			if name, ok := x.(map[string]any); ok && name["name"] != nil {
				flatten(w, fmt.Sprintf("%s/%v", path, name["name"]), x)
				continue
			}
			flatten(w, path+"/"+strconv.Itoa(i), x)
		}
	case float64:
		fmt.Fprintf(w, "%s %s\n", path, strconv.FormatFloat(v, 'g', -1, 64))
	case nil:
		fmt.Fprintf(w, "%s null\n", path)
	default:
		fmt.Fprintf(w, "%s %v\n", path, v)
	}
}

// estimateKeys are the parts of an estimate, which share a line.
var estimateKeys = []string{"estimate", "se", "lo", "hi", "n",
	"bound", "interval", "warning", "gain", "variance_reduction"}

func estimateLine(v map[string]any) (string, bool) {
	if _, ok := v["estimate"]; !ok {
		return "", false
	}
	if _, nested := v["estimate"].(map[string]any); nested {
		return "", false
	}
	var words []string
	for _, key := range estimateKeys[:len(estimateKeys)-2] {
		if x, ok := v[key]; ok {
			if f, ok := x.(float64); ok {
				x = strconv.FormatFloat(f, 'g', -1, 64)
			}
			words = append(words, fmt.Sprintf("%s=%v", key, x))
		}
	}
	return strings.Join(words, " "), true
}
