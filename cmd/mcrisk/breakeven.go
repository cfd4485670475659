package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// breakEvenOptions are the options of mcrisk breakeven.
type breakEvenOptions struct {
	study           cli.StudyOptions
	output          cli.OutputOptions
	tokens          string // of the catalogue: one, or a loan's and a perpetual's
	borrow, funding string // rates
	objective       string
	refuse          func() error // flags that the command sets itself
}

func newBreakEven() *cobra.Command {
	o := new(breakEvenOptions)
	cmd := &cobra.Command{
		Use:   "breakeven",
		Short: "Loan against perpetual: the funding rate at which they break even",
		Long: `breakeven runs a token through a loan at several borrow rates and through a
perpetual at several funding rates, on the same paths. It prints which is better
at each pair of rates, and the funding rate at which they break even.

--token names one token: it is run on its own venue, and on the other with the
parameters given or defaults. --tokens names two of the catalogue, one on a loan and
one on a perpetual, or one with an option, whose funding then stays.`,
		Example: `  mcrisk breakeven --token ETHBULL3X
  mcrisk breakeven --token ETHBULL3X --borrow-rates 0:20%:2% --maintenance 1%
  mcrisk breakeven --tokens BTCBULL3X,hyperliquid-btc3x --objective cost_drag
  mcrisk breakeven --tokens BTCBULL2X,BTCBULLP2X --funding-rates 10%:70%:10%`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.refuse = cli.Reserve(cmd, [][2]string{{"mechanism", "none: the token is held both ways"},
		{"borrow", "--borrow-rates"}, {"funding", "--funding-rates"}, {"funding-start", "--funding-rates"}})
	o.output.Bind(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.tokens, cli.SectionToken, "tokens", "names", "",
		"two tokens of the catalogue, one on a loan, one on a perpetual or with an option")
	cli.Text(s, &o.borrow, cli.SectionStudy, "borrow-rates", "values", "0:20%:2%",
		"borrow rates of the loan, low:high:step or a,b,c")
	cli.Text(s, &o.funding, cli.SectionStudy, "funding-rates", "values", "-5%:25%:2.5%",
		"funding rates of the perpetual, low:high:step or a,b,c")
	cli.Text(s, &o.objective, cli.SectionStudy, "objective", "name", "log_growth",
		"metric that is compared; one of "+strings.Join(cli.Objectives(), ", "))
	cli.Essential(cmd, "token", "tokens", "borrow-rates", "funding-rates", "objective", "sigma",
		"horizon", "paths", "out", "json")
	return cmd
}

func (o *breakEvenOptions) run(ctx context.Context, session *cli.Session) error {
	if err := o.refuse(); err != nil {
		return err
	}
	r, plan, err := o.plan(session)
	if err != nil {
		return cli.AsInput(err)
	}
	cells, columns := plan.Size()
	if err := cli.Fits(r.Study, cells, columns); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		b, err := plan.Run(ctx, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		p := report.Provenance{Settings: r.Settings(), Hash: b.Hash}
		return cli.Publication{Hash: b.Hash, Document: report.BreakEven(b, p)}, nil
	}
	return o.output.Publish(ctx, "cells", o.study.Workers, compute, r)
}

// plan reads the tokens, the rates and the objective.
func (o *breakEvenOptions) plan(session *cli.Session) (*cli.Resolved, *assess.BreakEvenPlan, error) {
	demand := cli.Demand{Tokens: cli.List(o.tokens), Prepare: bothWays, Amend: loanFirst, OneRate: true}
	if o.study.Token != "" && len(demand.Tokens) > 0 {
		return nil, nil, errors.New("--token and --tokens; want one of them")
	}
	options := o.study
	if len(demand.Tokens) == 1 { // whose numbers then need no name before them
		options.Token, demand.Tokens = demand.Tokens[0], nil
	}
	objective, err := cli.ParseObjective("--objective", o.objective)
	if err != nil {
		return nil, nil, err
	}
	borrow, err := cli.ParseRates("--borrow-rates", "loan", "borrow", o.borrow, o.study.Force)
	if err != nil {
		return nil, nil, err
	}
	funding, err := cli.ParseRates("--funding-rates", "perp", "funding", o.funding, o.study.Force)
	if err != nil {
		return nil, nil, err
	}
	r, err := options.Resolve(session, demand)
	if err != nil {
		return nil, nil, err
	}
	plan, err := assess.PlanBreakEven(r.Study, borrow, funding, objective)
	if err != nil {
		return nil, nil, err
	}
	if a, b := r.Study.Token(0).Target, r.Study.Token(1).Target; a != b {
		r.Note("the tokens aim at leverage %s and %s: they differ by more than the way they are held",
			report.Short(a), report.Short(b))
	}
	r.Origins["borrow"] = "replaced by --borrow-rates=" + o.borrow
	r.Origins["funding"] = "replaced by --funding-rates=" + o.funding
	return r, plan, nil
}

// bothWays adds a study's one token once more, held through the other mechanism.
func bothWays(s *study.Spec, r *cli.Resolved) error {
	if len(s.Tokens) != 1 {
		return nil
	}
	t := s.Tokens[0]
	kind := "perp"
	if t.Mechanism.Kind != "loan" {
		kind = "loan"
	}
	r.Note("one token is held both ways: through a %s as it is, and through a %s with the parameters given or default",
		t.Mechanism.Kind, kind)
	if t.Name != "" {
		r.Origins[t.Name+": mechanism"] = r.Origins["mechanism"]
		delete(r.Origins, "mechanism")
		t.Name += "-" + kind
		r.Origins[t.Name+": mechanism"] = "the other way"
	}
	t.Mechanism.Kind, t.Mechanism.Values = kind, nil
	s.Tokens = append(s.Tokens, t)
	return nil
}

// loanFirst puts a token that is held through a loan before one that is not.
func loanFirst(s *study.Spec, _ *cli.Resolved) error {
	if len(s.Tokens) == 2 && s.Tokens[0].Mechanism.Kind != "loan" {
		slices.Reverse(s.Tokens)
	}
	return nil
}
