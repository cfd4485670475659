package main

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/tokens"
)

// How many policies and laws of the kind "counted" were built, and laws checked.
var policiesBuilt, lawsBuilt, lawsChecked atomic.Int64

type countedLaw struct{ models.GBM }

func (m countedLaw) Check() error {
	lawsChecked.Add(1)
	return m.GBM.Check()
}

var _ = models.Registry.Register(param.Kind[models.Model]{
	Name: "counted", Doc: "counts how often it is built and checked", Params: []param.Param{models.Sigma},
	New: func(v param.Values) models.Model {
		lawsBuilt.Add(1)
		return countedLaw{models.GBM{Sigma: v[models.Sigma.Name]}}
	},
})

var _ = tokens.Policies.Register(param.Kind[tokens.Policy]{
	Name: "counted", Doc: "counts how often it is built",
	New: func(param.Values) tokens.Policy {
		policiesBuilt.Add(1)
		return tokens.Every{Interval: 6 * time.Hour}
	},
})

// A simulation with its run directory, figures and page completes and builds its
// study once: two tokens are two policies and one law, which is checked once.
func TestSimulateBuildsOnce(t *testing.T) {
	spec := write(t, "s.yaml", `model: {kind: counted, sigma: 0.6}
horizon: 5d
step: 1h
paths: 60
tokens:
- {name: a, target: 3, policy: {kind: counted}, mechanism: {kind: loan}}
- {name: b, target: -2, policy: {kind: counted}, mechanism: {kind: perp}}
`)
	for _, tt := range []struct {
		command []string
		want    [3]int64
	}{
		{[]string{"simulate", "--spec", spec, "--json"}, [3]int64{2, 1, 1}},
		{
			[]string{"simulate", "--token", "ETHBULL3X", "--policy", "counted", "--model", "counted", "--horizon", "5d",
				"--paths", "60"},
			[3]int64{1, 1, 1},
		},
	} {
		policiesBuilt.Store(0)
		lawsBuilt.Store(0)
		lawsChecked.Store(0)
		dir := filepath.Join(t.TempDir(), "run")
		expect(t, cli.Done, append(tt.command, "--out", dir)...)
		if got := [3]int64{policiesBuilt.Load(), lawsBuilt.Load(), lawsChecked.Load()}; got != tt.want {
			t.Errorf("%v: %v policies and laws were built, and laws checked; want %v", tt.command, got, tt.want)
		}
		if read(t, filepath.Join(dir, cli.PageFile)) == "" || len(ls(t, filepath.Join(dir, "figures"))) < 12 {
			t.Errorf("%v: no page, or figures are missing", tt.command)
		}
	}
}
