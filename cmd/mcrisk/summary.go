package main

import (
	"context"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

// summaryOptions are the options of mcrisk summary.
type summaryOptions struct {
	form                  cli.FormOptions
	attribution, horizons bool     // what to print instead of the metrics
	plain                 bool     // do not use control variates
	requires              []string // bounds on metrics
}

func newSummary() *cobra.Command {
	o := new(summaryOptions)
	cmd := &cobra.Command{
		Use:   "summary RUN",
		Short: "Summarise a stored run again, or check requirements",
		Long: `summary reads the lifetimes of a run of simulate and prints every metric with its
interval. It does not simulate again. --attribution shows the causes of the
result, which add up to it; --horizons shows probabilities and quantiles over time.

A --require that does not hold ends with exit status 3. The metric may name an
end of its interval: p_liquidation.hi<0.01 holds only if the whole interval does.`,
		Example: `  mcrisk summary runs/eth
  mcrisk summary runs/eth --attribution --markdown
  mcrisk summary runs/eth --require 'p_liquidation<0.01' --require 'nav.lo>0.5'`,
		Args: oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	s := cmd.Flags()
	s.SortFlags = false
	o.form.Bind(cmd)
	s.BoolVar(&o.attribution, "attribution", false,
		"print the attribution of the result instead, for all paths and by quintile")
	s.BoolVar(&o.horizons, "horizons", false, "print probabilities and quantiles at every stored time instead")
	s.BoolVar(&o.plain, "no-control", false, cli.PlainUsage)
	s.StringArrayVar(&o.requires, "require", nil, cli.RequireUsage)
	return cmd
}

func (o *summaryOptions) run(ctx context.Context, session *cli.Session, dir string) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	if o.attribution && o.horizons {
		return cli.Input("--attribution and --horizons; want one of them")
	}
	requirements, err := cli.ParseRequirements(o.requires)
	if err != nil {
		return err
	}
	r, err := cli.OpenRun(ctx, dir)
	if err != nil {
		return err
	}
	defer r.Close()
	summaries := assess.Summarise(r.Study, r.Ensembles, o.plain)
	var d report.Document
	switch {
	case o.attribution:
		d = report.Attributions(assess.Attribute(r.Study, r.Ensembles, o.plain, report.Short))
	case o.horizons:
		d, err = horizonsOf(ctx, r)
	default:
		var stored []byte
		if stored, err = r.Summary(); err == nil {
			d, err = report.Summary(r.Study, r.Manifest.ResultsHash, stored, summaries)
		}
	}
	if err != nil {
		return err
	}
	if err := o.form.Print(session.Out, d); err != nil {
		return err
	}
	notes, err := cli.Require(requirements, summaries)
	session.Notes(notes...)
	return err
}

// horizonsOf is the estimates of a run at every time.
func horizonsOf(ctx context.Context, r *rundir.Run) (report.Document, error) {
	var views []*assess.View
	for token := range r.Ensembles {
		v, err := viewOf(ctx, r, token, false)
		if err != nil {
			return report.Document{}, err
		}
		views = append(views, v)
	}
	return report.Horizons(views), nil
}
