package main

import (
	"fmt"
	"io"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/catalogue"
	"mcrisk/runs"
	"mcrisk/tokens"
)

func newTokens() *cobra.Command {
	return &cobra.Command{
		Use:   "tokens [NAME]",
		Short: "List the real tokens known, or explain one",
		Example: `  mcrisk tokens
  mcrisk tokens ETHBULL3X`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return badInput("%d names; want one at most", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				listTokens(cmd.OutOrStdout())
				fmt.Fprintln(cmd.ErrOrStderr(), "next: mcrisk tokens NAME")
				return nil
			}
			e, err := catalogue.LookupToken(args[0])
			if err != nil {
				return inputError{err}
			}
			if err := explain(cmd.OutOrStdout(), e); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "next: mcrisk simulate --token %s\n", e.Name)
			return nil
		},
	}
}

func listTokens(w io.Writer) {
	t := newTable(w)
	t.AppendHeader(table.Row{"token", "target", "band", "to", "mechanism", "underlying", "chain"})
	for _, e := range catalogue.Tokens() {
		t.AppendRow(table.Row{e.Name, short(e.Target.Value), short(e.BandLow.Value) + " to " + short(e.BandHigh.Value), e.Destination.Value, e.Mechanism.Value, e.Underlying, e.Chain.Value})
	}
	t.Render()
}

// explain says in words what a token does, and lists its numbers with their
// sources.
func explain(w io.Writer, e catalogue.Token) error {
	o := origins{}
	spec, err := fromCatalogue(e, o).Complete()
	if err != nil {
		return err
	}
	token, err := spec.Build()
	if err != nil {
		return err
	}
	u, err := catalogue.LookupUnderlying(e.Underlying)
	if err != nil {
		return err
	}
	band := token.Policy.(tokens.Band)
	// From leverage T the price moves by t(1−T)/(T(1−t)) − 1 to leverage t.
	to := func(from, t float64) float64 { return 100 * (t*(1-from)/(from*(1-t)) - 1) }
	target, liquidation := token.Target, token.LiquidationLeverage()
	low, high := math.Copysign(band.Low, target), math.Copysign(band.High, target)
	fmt.Fprintf(w, "%s aims at leverage %s on %s, through a %s on %s (%s).\n", e.Name, short(target), e.Underlying, e.Mechanism.Value, e.Loan.Venue.Value, e.Chain.Value)
	fmt.Fprintf(w, "It trades to the %s of its band when leverage leaves %s to %s:\n", e.Destination.Value, short(band.Low), short(band.High))
	fmt.Fprintf(w, "  from the target, a price move of %+.3f %% takes it to %s, one of %+.3f %% to %s.\n",
		to(target, low), short(band.Low), to(target, high), short(band.High))
	fmt.Fprintf(w, "It is liquidated at leverage %s: %+.2f %% from the target, %+.2f %% from the upper edge.\n",
		short(math.Abs(liquidation)), to(target, liquidation), to(high, liquidation))
	fmt.Fprintf(w, "A round trip costs the holder %.2f %% in entry and exit fees.\n", 100*(1-(1-token.EntryFee)*(1-token.ExitFee)))
	borrow, supply := spec.Mechanism.Values["borrow"], spec.Mechanism.Values["supply"]
	carry := target*supply - (target-1)*borrow
	if target < 0 {
		carry = target*borrow + (1-target)*supply
	}
	verb := "earns"
	if carry < 0 {
		verb = "takes"
	}
	fmt.Fprintf(w, "At the target, interest %s %.2f %% of net asset value a year.\n", verb, 100*math.Abs(carry))
	fmt.Fprintf(w, "Volatility of %s: %.4g a year (%s; standard error %.2g).\n\n", e.Underlying, u.Sigma.Value, u.Sigma.Source, u.SigmaSE.Value)
	p := plan{origins: o}
	p.spec.Tokens = append(p.spec.Tokens, spec)
	p.spec.Model.Kind = "gbm"
	var list []runs.Setting
	for _, s := range p.settings() {
		if o[s.Name] != "" {
			list = append(list, s)
		}
	}
	writeSettings(w, list)
	return nil
}
