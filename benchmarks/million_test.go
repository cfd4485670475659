package benchmarks

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

var million = flag.Bool("million", false, "run a million lifetimes of a year of hours")

// A million lifetimes of 8,760 hours, of which three columns are kept: time,
// processor time and peak memory, which may be 8 bytes for each number kept
// and 64 MB.
func TestMillionLifetimes(t *testing.T) {
	if !*million {
		t.Skip("takes half a minute: -million")
	}
	names := []string{"nav", "max_drawdown", "rebalances"}
	spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: models.Year, Step: time.Hour, Paths: 1_000_000,
		Seed: 1, Tokens: []study.TokenSpec{token("t")}}
	wall, cpu := time.Now(), cpuTime()
	es, err := study.Ensembles(context.Background(), built(t, spec), study.Options{}, names)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lifetimes in %.1f s, %.1f s of processor time, %.2f ns per path-step",
		es[0].N, time.Since(wall).Seconds(),
		(cpuTime() - cpu).Seconds(), float64(cpuTime()-cpu)/1e6/8760)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc: peak memory unknown")
	}
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM:") {
			t.Log(strings.TrimSpace(line))
			var kb int
			for _, c := range line {
				if c >= '0' && c <= '9' {
					kb = 10*kb + int(c-'0')
				}
			}
			if limit := len(names)*8*1_000_000/1000 + 64_000; kb > limit {
				t.Errorf("peak memory %d kB; want at most %d", kb, limit)
			}
		}
	}
}
