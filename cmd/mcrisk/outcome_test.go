package main

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// The help of a command is without the flags that it refuses, and has those that
// take their place.
func TestOwnFlags(t *testing.T) {
	for command, lists := range map[string][2][]string{
		"liquidation": {{"--token ", "--spec ", "--model ", "--latency ", "--jump-mean ", "--jump-sd ", "--after-liquidation "}, {"--tokens ", "--latencies ", "--jumps "}},
		"breakeven":   {{"--mechanism ", "--borrow ", "--funding "}, {"--token ", "--borrow-rates ", "--funding-rates "}},
	} {
		help := resultsOf(t, command, "--help")
		for i, list := range lists {
			for _, flag := range list {
				if strings.Contains(help, " "+flag) != (i == 1) {
					t.Errorf("help of %s: has %s is %v", command, flag, i != 1)
				}
			}
		}
	}
}

// A command that is interrupted before all is written leaves nothing.
func TestPublishInterrupted(t *testing.T) {
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: time.Hour, Step: time.Hour, Paths: 1,
		Tokens: []study.TokenSpec{{Name: "a", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, interrupted := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		cmd := newHeatMap()
		cmd.SetContext(ctx)
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		parent := t.TempDir()
		o := outputFlags{out: filepath.Join(parent, "run")}
		err := o.publish(cmd, 1, "cells", func(context.Context, study.Options) (*outcome, error) {
			if interrupted {
				cancel()
			}
			return &outcome{tables: []namedTable{{"a.csv", [][]string{{"x"}, {"1"}}}}, text: func(io.Writer) {}, figures: func() ([]namedFigure, error) { return nil, nil }}, nil
		}, &plan{spec: s.Spec(), study: s, origins: origins{}})
		cancel()
		if left := strings.Join(ls(t, parent), " "); (err != nil) != interrupted || strings.Contains(left, "a.csv") == interrupted {
			t.Errorf("interrupted %v: error %v; it left %q", interrupted, err, left)
		}
	}
}

// What is said of cells is of the worst of them: the longest interval, the most
// paths left out. Half of 0.0301 is rounded up, and what has no interval is none.
func TestCaveats(t *testing.T) {
	e := func(lo, hi float64, n int, w analytics.Warning) analytics.Estimate {
		return analytics.Estimate{Lo: lo, Hi: hi, N: n, Warning: w}
	}
	cells := [][]analytics.Estimate{{e(0.1, 0.1301, 100, ""), e(nan, nan, 40, "")}, {e(-0.01, 0.01, 97, analytics.HeavyTail), e(0, 0.03, 100, "")}}
	if got, want := caveats(cells, 100), " Paths without such a number, as ruined ones, are left out: up to 60 of 100 in a cell. The intervals of 1 of 4 cells may cover less often than they say (heavy-tail)."; got != want {
		t.Errorf("caveats: %q; want %q", got, want)
	}
	if got := caveats([][]analytics.Estimate{{e(0, 1, 100, "")}}, 100); got != "" {
		t.Errorf("caveats of a sound cell: %q; want none", got)
	}
	for want, cells := range map[string][][]analytics.Estimate{
		"The half-widths of the intervals are at most 1.6 points.": cells,
		"Some of the intervals have no end.":                       {{e(0, 1, 9, "")}, {e(0, math.Inf(1), 9, "")}},
		"No interval has a width.":                                 {{e(2, 2, 9, ""), e(nan, nan, 0, "")}},
	} {
		if got := halfWidths(cells, 100, "points"); got != want {
			t.Errorf("half-widths: %q; want %q", got, want)
		}
	}
}
