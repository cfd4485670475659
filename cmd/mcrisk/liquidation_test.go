package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of a 3x loan with threshold .78 a jump of 10 % is never the end, one of 30 %
// always: then the probability is that of a jump, 1 − e^{−rate·years}, and the
// keeper's latency does not matter. A short is jumped against upwards. With 400
// paths a right program is off by five standard errors once in 1.7 million runs.
func TestLiquidation(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	var r struct {
		Cells []struct {
			Token       string
			Latency     float64 `json:"latency_seconds"`
			Jump        float64
			Probability struct{ Estimate, Lo, Hi float64 }
		}
	}
	text := resultsOf(t, "liquidation", "--tokens", "BTCBULL3X,BTCBEAR1X", "--latencies", "0,1d", "--jumps", "0,10%,30%,70%", "--horizon", "90d", "--paths", "400",
		"--sigma", "0.3", "--jump-rate", "4", "--json", "--out", out)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	jumped := 1 - math.Exp(-4*90.0/365)
	for _, c := range r.Cells {
		want := 0.0
		if c.Token == "BTCBULL3X" && c.Jump >= 0.3 || c.Token == "BTCBEAR1X" && c.Jump == 0.7 {
			want = jumped
		}
		if want == 0 && c.Latency > 0 && c.Jump > 0 {
			continue // a late keeper may be far outside its band
		}
		if p := c.Probability; math.Abs(p.Estimate-want) > 5*math.Sqrt(jumped*(1-jumped)/400)*want || !(p.Lo <= want && want <= p.Hi) && want == 0 {
			t.Errorf("%s, latency %v, jump %v: %v; want %v", c.Token, c.Latency, c.Jump, p, want)
		}
	}
	if len(r.Cells) != 2*2*4 {
		t.Errorf("%d cells; want 16", len(r.Cells))
	}
	for _, file := range []string{"liquidation.csv", "figures/BTCBULL3X-liquidation.png", "figures/BTCBEAR1X-liquidation.svg"} {
		if _, err := os.Stat(filepath.Join(out, file)); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "want --tokens"},
		{[]string{"--tokens", "BTCBULL3X", "--model", "gbm"}, "without --token, --spec and --model"},
		{[]string{"--tokens", "BTCBULL3X", "--jumps", "1"}, "--jumps: jump = 1; want"},
		{[]string{"--tokens", "BTCBULL3X", "--jumps", "10%,0.1"}, "names a value twice"},
		{[]string{"--tokens", "BTCBULL3X", "--latencies", "soon"}, "--latencies: latency"},
		{[]string{"--tokens", "BTCBULL3X", "--latency", "1h"}, "--latency is what the map varies"},
	} {
		status, _, stderr := call(t, append([]string{"liquidation", "--no-save"}, tt.args...)...)
		if status != exitInput || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %s; want %q", tt.args, status, stderr, tt.want)
		}
	}
}
