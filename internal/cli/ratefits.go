package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/study"
)

// RateFitOptions say which series of rates laws are fitted to.
type RateFitOptions struct {
	Files []string // FILE[:COLUMN][?KEY=VALUE&…]
	Floor string

	Prices string // of the underlying; empty: correlations are not fitted
}

// Bind adds the flags to a command.
func (o *RateFitOptions) Bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&o.Files, "rates", nil,
		"`file` of rates to fit laws of rates to, FILE[:COLUMN][?KEY=VALUE&…]; repeatable")
	s.StringVar(&o.Prices, "prices", "",
		"with --rates: `file` of prices of the underlying, with whose returns the shocks of laws are correlated")
	s.StringVar(&o.Floor, "rate-floor", "",
		"with --rates: least `rate` of a lifetime, for level (default -5% of payments, else 0)")
}

// Fit reads a series and fits laws to it: those named, with commas between, or all that suit it.
func (o *RateFitOptions) Fit(session *Session, text, kinds string, read *FileOptions) (*assess.RateFits, error) {
	s, err := study.ParseSeries(strings.TrimPrefix(text, "@"))
	if err != nil {
		return nil, Input("--rates = %w", err)
	}
	with := paths.RatesOptions{Column: s.Column, Where: s.Where}
	how, err := read.options()
	if err != nil {
		return nil, err
	}
	with.Zone = how.Zone
	var prices *paths.History
	if o.Prices != "" {
		if prices, _, err = readPrices(session, o.Prices, how); err != nil {
			return nil, AsInput(err)
		}
	}
	in, err := session.open(s.File)
	if err != nil {
		return nil, AsInput(err)
	}
	defer in.Close()
	r, err := paths.ReadRates(in, s.File, with)
	if err != nil {
		return nil, AsInput(err)
	}
	floor := 0.0
	if r.Whole {
		floor = -0.05
	}
	if o.Floor != "" {
		if floor, err = param.Number(o.Floor); err != nil {
			return nil, Input("--rate-floor = %q; want a rate, such as -5%%", o.Floor)
		}
	}
	var named []string
	if kinds != "" {
		named = slices.Compact(strings.Split(kinds, ","))
	}
	fits, err := assess.FitRates(session.Ctx, r, prices, named, floor)
	if err != nil {
		return nil, Input("%s: %w", text, err)
	}
	return fits, nil
}

// RateFitNext says how to simulate a fitted law.
func RateFitNext(r *assess.RateFits) string {
	mean := "borrow"
	if r.Series.Whole {
		mean = "funding"
	}
	return "mcrisk simulate --token NAME " + report.RateFlags(r.Fits[0], mean)
}
