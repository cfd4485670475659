package cli

import (
	"testing"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/tokens"
)

// No default, and nothing that the catalogue says, is taken for a rate in percent whose
// sign was left out when it is written on a command line; 5 for an interest rate is.
func TestRatesThatAreAskedAbout(t *testing.T) {
	params := append([]param.Param(nil), tokens.Params...)
	for _, k := range models.Registry.Kinds() {
		params = append(params, k.Params...)
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		params = append(params, k.Params...)
	}
	for _, k := range tokens.Policies.Kinds() {
		params = append(params, k.Params...)
	}
	by := map[string]param.Param{}
	for _, q := range params {
		by[q.Name] = q
		if err := tooHigh(q, q.Format(q.Default), q.Default); err != nil {
			t.Errorf("by default: %v", err)
		}
	}
	numbers := 0
	for _, u := range catalogue.Underlyings() {
		for _, k := range models.Registry.Kinds() {
			part := u.Model(k.Name)
			for name, v := range part.Values {
				numbers++
				if err := tooHigh(by[name], by[name].Format(v), v); err != nil {
					t.Errorf("%s of %s: %v", k.Name, u.Name, err)
				}
			}
		}
	}
	if numbers < 50 {
		t.Errorf("%d fitted numbers; want some of each model", numbers)
	}
	for _, name := range []string{"borrow", "funding", "mu"} {
		if tooHigh(by[name], "5", 5) == nil {
			t.Errorf("%s of 500 %% is not asked about", name)
		}
	}
}
