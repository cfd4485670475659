package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/rundir"
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
				if err := listTokens(cmd.OutOrStdout()); err != nil {
					return err
				}
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

func listTokens(w io.Writer) error {
	t := newTable(w)
	t.AppendHeader(table.Row{"token", "target", "policy", "trades outside", "mechanism", "venue", "underlying"})
	for _, e := range catalogue.Tokens() {
		token, err := e.Make()
		if err != nil {
			return err
		}
		t.AppendRow(table.Row{e.Name, short(e.Target()), e.Policy.Kind, edges(token.Policy.Watch(token.Start(), new(tokens.State))), e.Mechanism.Kind, e.Venue.Value, e.Underlying})
	}
	t.Render()
	return nil
}

// signed writes a fraction in percent, with its sign and so many decimals.
func signed(v float64, decimals int) string { return minus(fmt.Sprintf("%+.*f %%", decimals, 100*v)) }

// edges writes the leverages that a policy watches.
func edges(w tokens.Trigger) string {
	switch low, high := w.Low > 0, !math.IsInf(w.High, 1); {
	case low && high:
		return short(w.Low) + " to " + short(w.High)
	case high:
		return "up to " + short(w.High)
	}
	return "–"
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
	policy, err := tokens.Policies.Kind(spec.Policy.Kind)
	if err != nil {
		return err
	}
	where := e.Venue.Value
	if !e.Chain.Unknown {
		where += " (" + e.Chain.Value + ")"
	}
	fmt.Fprintf(w, "%s aims at leverage %s on %s, through a %s on %s.\n", e.Name, short(token.Target), e.Underlying, e.Mechanism.Kind, where)
	fmt.Fprintf(w, "Its policy is %s: it %s.\n", policy.Name, policy.Doc)
	triggers(w, token)
	fmt.Fprintf(w, "A round trip costs the holder %.2f %% in entry and exit fees.\n", 100*(1-(1-token.EntryFee)*(1-token.ExitFee)))
	verb, carry := "earns", token.CarryAtTarget()
	if carry < 0 {
		verb, carry = "takes", -carry
	}
	what := "funding"
	if token.Mechanism.Terms(token).Lender {
		what = "interest"
	}
	fmt.Fprintf(w, "At the target, %s %s %.2f %% of net asset value a year", what, verb, 100*carry)
	if token.StreamingFee > 0 {
		fmt.Fprintf(w, ", and the streaming fee %.2f %%", 100*token.StreamingFee)
	}
	fmt.Fprintln(w, ".")
	stress(w, e, token)
	fmt.Fprintf(w, "Volatility of %s: %.4g a year (%s; standard error %.2g, were returns independent).\n", e.Underlying, u.Sigma.Value, u.Sigma.Source, u.SigmaSERobust.Value)
	unknowns(w, e)
	fmt.Fprintln(w)
	p := plan{origins: o}
	p.spec.Tokens = append(p.spec.Tokens, spec)
	p.spec.Model.Kind = "gbm"
	var list []rundir.Setting
	for _, s := range p.settings() {
		if o[s.Name] != "" {
			list = append(list, s)
		}
	}
	writeSettings(w, list)
	return nil
}

// triggers says at which price moves from the target a token trades, and to
// what leverage, and at which it is liquidated.
func triggers(w io.Writer, token tokens.Token) {
	start, state := token.Start(), new(tokens.State)
	watch := token.Policy.Watch(start, state)
	s := math.Copysign(1, token.Target)
	for _, edge := range []float64{watch.Low, watch.High} {
		if !(edge > 0) || math.IsInf(edge, 1) {
			continue
		}
		move := tokens.PriceMove(token.Target, s*edge)
		v := start
		v.Exposure = token.Target * (1 + move)
		v.Equity = 1 + token.Target*move
		v.Leverage = edge
		does := "where it does nothing yet"
		m := *state
		if to, ok := token.Policy.Trade(v, &m); ok {
			does = "where it trades to " + short(to)
		} else if next := token.Policy.Watch(v, &m); next.At != tokens.Never && next.At > 0 {
			does = "and it trades " + param.FormatSeconds(math.Round(next.At.Seconds())) + " later"
		}
		fmt.Fprintf(w, "  A price move of %s from the target takes leverage to %s, %s.\n", signed(move, 3), short(edge), does)
	}
	if watch.At != tokens.Never {
		fmt.Fprintf(w, "  It also looks at the clock, first after %s.\n", param.FormatSeconds(watch.At.Seconds()))
	}
	liquidation := token.LiquidationLeverage()
	if math.IsInf(liquidation, 0) {
		fmt.Fprintln(w, "It is not liquidated before it is worth nothing.")
		return
	}
	fmt.Fprintf(w, "It is liquidated at leverage %s: %s from the target", short(math.Abs(liquidation)), signed(tokens.PriceMove(token.Target, liquidation), 2))
	if !math.IsInf(watch.High, 1) {
		fmt.Fprintf(w, ", %s from the upper edge", signed(tokens.PriceMove(s*watch.High, liquidation), 2))
	}
	fmt.Fprintln(w, ".")
}

// unknowns lists what nobody published, by assumption.
func unknowns(w io.Writer, e catalogue.Token) {
	names := map[string][]string{}
	for _, part := range []catalogue.Part{
		{Words: map[string]catalogue.Text{"chain": e.Chain, "venue": e.Venue, "collateral": e.Collateral, "debt": e.Debt}},
		e.Policy, e.Mechanism, e.Numbers,
	} {
		for name, word := range part.Words {
			if word.Unknown {
				names[word.Assumption] = append(names[word.Assumption], name)
			}
		}
	}
	if len(names) == 0 {
		return
	}
	fmt.Fprintln(w, "Nobody has published, and so it is assumed:")
	var lines []string
	for assumption, of := range names {
		slices.Sort(of)
		lines = append(lines, "  "+strings.Join(of, ", ")+": "+assumption)
	}
	slices.Sort(lines)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

// stress says what carry would be in other states of the venue, by its rule.
func stress(w io.Writer, e catalogue.Token, token tokens.Token) {
	switch m := token.Mechanism.(type) {
	case tokens.Loan:
		owes, lends := e.Debt.Value == "USDC", e.Collateral.Value == "USDC"
		if e.Venue.Value != "Aave v3" || !owes && !lends {
			return
		}
		fmt.Fprint(w, "  By Aave's rule for USDC of March 2025 it would be, at a utilisation of")
		for i, u := range []float64{0.9, 0.95} {
			if owes {
				m.Borrow = tokens.AaveUSDC.At(u)
			} else {
				m.Supply = tokens.AaveUSDC.Supply(u, 0.1) // of which Aave keeps a tenth
			}
			token.Mechanism = m
			fmt.Fprintf(w, "%s %.0f %%, %s", []string{"", ";"}[i], 100*u, signed(token.CarryAtTarget(), 2))
		}
	case tokens.Perp:
		switch e.Venue.Value {
		case "GMX v2":
			if token.Target > 0 {
				fmt.Fprint(w, "  By GMX's rule it would be, at a utilisation of")
				for i, u := range []float64{0.5, 0.85, 0.95} {
					m := m
					m.BorrowFee = tokens.GMXMajor.At(u)
					token.Mechanism = m
					fmt.Fprintf(w, "%s %.0f %%, %s", []string{"", ";", ";"}[i], 100*u, signed(token.CarryAtTarget(), 2))
				}
				fmt.Fprintln(w, ".")
			}
			if e.Underlying == "BTC" || e.Underlying == "ETH" { // others have another bound
				fmt.Fprint(w, "  With longs three fifths of the open interest GMX's funding would make it,")
				for i, hours := range []float64{3, 15} {
					longs, shorts := tokens.GMXFunding.Paid(tokens.GMXFunding.After(0, 0.2, hours/8760), 0.2)
					m := m
					if m.Funding = longs; token.Target < 0 {
						m.Funding = -shorts
					}
					token.Mechanism = m
					fmt.Fprintf(w, "%s %.0f hours, %s", []string{" after", ";"}[i], hours, signed(token.CarryAtTarget(), 2))
				}
				fmt.Fprintln(w, ".")
			}
			return
		case "Hyperliquid":
			m.Funding = 8760 * tokens.HyperliquidFunding(0)
			token.Mechanism = m
			fmt.Fprintf(w, "  At the venue's baseline of %.2f %% on notional (%.2f %% compounded) it would be %s",
				100*m.Funding, 100*math.Expm1(8760*math.Log1p(tokens.HyperliquidFunding(0))), signed(token.CarryAtTarget(), 2))
		default:
			return
		}
	default:
		return
	}
	fmt.Fprintln(w, ".")
}
