package main

import (
	"cmp"
	"context"
	"maps"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// costsOptions are the options of mcrisk costs.
type costsOptions struct {
	study  cli.StudyOptions
	output cli.OutputOptions
}

// What costs are computed of, unless something else is given.
const (
	costsInvest  = "1k,10k,100k,1M"
	costsHorizon = "30d"
)

func newCosts() *cobra.Command {
	o := new(costsOptions)
	cmd := &cobra.Command{
		Use:   "costs",
		Short: "What entering, holding and leaving a token costs, by amount",
		Long: `costs prints what a token takes from its holder who invests some amount, enters at
the start and leaves at the horizon: the fees and trades of entry, carry, fees and
rebalancing while it is held, and the fees and trades of exit.

Entry builds a share of the position and exit reduces it, at the fee and the impact
of the token's trades. --parts splits each of these trades. On a loan, --paid-in says
what entry is paid with, and flash loans take their fee of the debt.`,
		Example: `  mcrisk costs --token ETHBULL3X --invest 10k,100k,2M
  mcrisk costs --token ETHBULL3X --invest 2M --parts 10
  mcrisk costs --token hyperliquid-btc3x --horizon 7d --json`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.output.Bind(cmd)
	s := cmd.Flags()
	invest := s.Lookup("invest")
	invest.Usage, invest.DefValue = "`amounts` that holders invest, US dollars; low:high:step or a,b,c", costsInvest
	s.Lookup("horizon").DefValue, s.Lookup("horizon").Usage = costsHorizon, "time between entry and exit"
	cli.Essential(cmd, "token", "invest", "parts", "paid-in", "sigma", "horizon", "paths",
		"out", "json")
	return cmd
}

func (o *costsOptions) run(ctx context.Context, session *cli.Session) error {
	text, given := o.study.Numbers["invest"]
	if !given {
		text = costsInvest
	}
	amounts, err := cli.ParseAmounts("--invest", text)
	if err != nil {
		return err
	}
	options := o.study
	options.Numbers = maps.Clone(o.study.Numbers)
	delete(options.Numbers, "invest")
	if o.study.Spec == "" {
		options.Horizon = cmp.Or(o.study.Horizon, costsHorizon)
	}
	r, err := options.Resolve(session, cli.Demand{})
	if err != nil {
		return err
	}
	plan, err := assess.PlanCosts(r.Study, amounts)
	if err != nil {
		return cli.AsInput(err)
	}
	if o.study.Horizon == "" {
		delete(r.Origins, "horizon")
	}
	r.Origins["invest"] = "replaced by --invest=" + text
	cells, columns := plan.Size()
	if err := cli.Fits(r.Study, cells, columns); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		c, err := plan.Run(ctx, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		p := report.Provenance{Settings: r.Settings(), Hash: c.Hash}
		return cli.Publication{Hash: c.Hash, Document: report.Costs(c, p)}, nil
	}
	return o.output.Publish(ctx, "amounts", o.study.Workers, compute, r)
}
