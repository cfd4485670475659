package main

import (
	"slices"
	"strings"
	"testing"

	"mcrisk/catalogue"
	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/param"
)

// settingsIn are the settings of a document in Markdown: value and origin by name.
func settingsIn(out string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(out) {
		if f := strings.Split(strings.Trim(line, "| \n"), " | "); len(f) == 3 {
			m[f[0]] = f[1] + " " + f[2]
		}
	}
	return m
}

// A model that is asked for has the numbers fitted to the token's underlying, none of
// them a default beside a fitted volatility; what is given comes first, and what nobody
// fitted is said to be a default.
func TestFittedModels(t *testing.T) {
	of := func(args ...string) (settings map[string]string, stderr string) {
		status, out, stderr := call(t, append(small("simulate", "--markdown"), args...)...)
		if status != cli.Done {
			t.Fatalf("%v: exit status %d, %s", args, status, stderr)
		}
		return settingsIn(out), stderr
	}
	for _, u := range catalogue.Underlyings() {
		for _, kind := range models.Registry.Kinds() {
			if models.Resamples(kind.Name) { // the catalogue has no history
				says(t, cli.BadInput, "want one (--history FILE)", append(small("simulate"), "--token", u.Name+"BULL3X",
					"--model", kind.Name)...)
				continue
			}
			part, origins := u.Model(kind.Name), u.ModelOrigins(kind.Name)
			got, stderr := of("--token", u.Name+"BULL3X", "--model", kind.Name)
			for name, v := range part.Values {
				q := kind.Params[slices.IndexFunc(kind.Params, func(q param.Param) bool { return q.Name == name })]
				if want := q.Format(v) + " " + origins[name]; got[name] != want {
					t.Errorf("%s of %s: %s is %q; want %q", kind.Name, u.Name, name, got[name], want)
				}
			}
			if growth, ok := got["mu"]; ok && growth != "0 default" {
				t.Errorf("%s of %s: mu is %q", kind.Name, u.Name, got["mu"])
			}
			if said := strings.Contains(stderr, "its parameters are defaults"); said != (origins == nil) {
				t.Errorf("%s of %s: defaults are said %t, in %q", kind.Name, u.Name, said, stderr)
			}
		}
	}
	got, _ := of("--token", "ETHBULL3X", "--model", "kou", "--jump-rate", "7")
	if got["jump-rate"] != "7 given" || !strings.Contains(got["eta-up"], "kou of ETH fitted to eth_usdt_perp_1h.csv") {
		t.Errorf("jump-rate is %q and eta-up %q", got["jump-rate"], got["eta-up"])
	}
	_, stderr := of("--target", "3", "--model", "kou")
	if !strings.Contains(stderr, "of kou that were not given are defaults") {
		t.Errorf("nobody says that parameters are defaults: %q", stderr)
	}
	if _, stderr := of("--target", "3"); strings.Contains(stderr, "defaults") {
		t.Errorf("geometric Brownian motion: %q", stderr)
	}
	// A spec with some numbers of a model, and kinds along an axis, say the same.
	part := write(t, "part.yaml", "model: {kind: kou, jump-rate: 3}\n")
	got, stderr = of("--token", "BTCBULL3X", "--spec", part)
	if got["jump-rate"] != "3 spec" || !strings.Contains(stderr, "of kou that were not given are defaults: "+part) {
		t.Errorf("of a part of a model: jump-rate is %q, and %q", got["jump-rate"], stderr)
	}
	whole := "model: {kind: kou, sigma: 0.5, jump-rate: 3, jump-up: 0.5, eta-up: 20, eta-down: 20}\n"
	if _, stderr := of("--token", "BTCBULL3X", "--spec", write(t, "whole.yaml", whole)); strings.Contains(stderr,
		"defaults") {
		t.Errorf("of a whole model: %q", stderr)
	}
	says(t, cli.Done, "of kou that were not given are defaults", "sweep", "--target", "3", "--over", "model=gbm,kou",
		"--horizon", "2d", "--paths", "20", "--no-save")
}
