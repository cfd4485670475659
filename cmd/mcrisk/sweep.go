package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

// sweepOptions are the options of mcrisk sweep. What is empty was not given.
type sweepOptions struct {
	study    cli.StudyOptions
	dated    cli.DatedOptions
	output   cli.OutputOptions
	over     []string // axes: name=low:high:step or name=a,b,c
	sample   string   // cells of a Latin hypercube sample
	selected string   // axes along which the best is sought
	aversion string
	pareto   string
	optimise string
	exact    bool // without sampling
	resume   string
	shard    string // k/n
	dryRun   bool
	failFast bool
	yes      bool // run more than cli.ManyCells cells
}

func newSweep() *cobra.Command {
	o := new(sweepOptions)
	cmd := &cobra.Command{
		Use:   "sweep [SPEC]",
		Short: "Find the best setting: run a token at many values of parameters",
		Long: `sweep runs a token at every combination of the values of some parameters, on the
same paths. For each objective it prints the best setting, the settings not
significantly worse (95 %), and the loss from moving 10 % away.

Each combination is a cell. The best setting is sought along the first --over, or
those named by --select. The other parameters make up scenarios, and each scenario
has its own best setting. All cells use the same paths, so differences between
them are paired and their intervals short.

Finished work is on disk at once. --resume continues an interrupted sweep, with
the same results. --shard runs a part of it, and mcrisk merge joins the parts.
With --exact nothing is sampled.

Exit status 1 says that a cell failed; the others were run.`,
		Example: `  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk sweep --token ETHBULL3X --over half-width=0.1,0.3 --over fee=5bp,30bp
  mcrisk sweep --token BTCBULL3X --over latency=0,5m,1h --over model=gbm,merton
  mcrisk sweep --token ETHBULL3X --over half-width=0.1,0.3 --optimise utility
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05 --exact
  mcrisk sweep --resume runs/ETHBULL3X-20260102T030405Z-0123abcd`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cli.Detached(cmd, args); err != nil {
				return err
			}
			if len(args) > 1 {
				return cli.Input("arguments %s; want at most one, a spec", strings.Join(args, " "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if o.study.Spec != "" {
					return cli.Input("--spec %s and the spec %s; want one of them", o.study.Spec, args[0])
				}
				if err := cmd.Flags().Set("spec", args[0]); err != nil {
					return cli.AsInput(err)
				}
			}
			if o.resume != "" {
				return o.goOn(cmd.Context(), cli.SessionOf(cmd))
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd))
		},
	}
	o.study.Bind(cmd)
	o.dated.Bind(cmd)
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	o.bind(cmd)
	return cmd
}

// bind adds the flags that only a sweep has.
func (o *sweepOptions) bind(cmd *cobra.Command) {
	cli.Rename(cmd, map[string]string{"choose": "select"})
	s := cmd.Flags()
	s.StringArrayVar(&o.over, "over", nil, "`name=values` to run at: "+cli.OverUsage+"; may be repeated")
	cli.InSection(s, cli.SectionStudy, "over")
	cli.Text(s, &o.sample, cli.SectionStudy, "sample", "count", "",
		"run a Latin hypercube sample of so many cells; without it the whole grid")
	cli.Text(s, &o.selected, cli.SectionStudy, "select", "names", "",
		"parameters of --over to find the best of; the others make up scenarios "+
			"(default the first, with --sample all)")
	cli.Text(s, &o.aversion, cli.SectionStudy, "aversion", "number", "",
		"weight of tracking variance in the objectives utility and tracking_cost")
	cli.Text(s, &o.pareto, cli.SectionStudy, "pareto", "a,b", "", "two objectives to trade off")
	cli.Text(s, &o.optimise, cli.SectionStudy, "optimise", "objective", "",
		"also find the optimum of one parameter between the cells")
	s.Lookup("aversion").DefValue = fmt.Sprint(assess.Aversion)
	s.Lookup("pareto").DefValue = strings.Join(assess.TradedOff, ",")
	s.BoolVar(&o.exact, "exact", false, "compute without sampling, where that is possible")
	cli.Text(s, &o.resume, cli.SectionOutput, "resume", "run", "", "continue an interrupted sweep")
	cli.Text(s, &o.shard, cli.SectionOutput, "shard", "k/n", "",
		"run the k-th of n parts only; mcrisk merge joins them")
	s.BoolVar(&o.dryRun, "dry-run", false, "print the number of cells, their time, memory and disk; run nothing")
	s.BoolVar(&o.failFast, "fail-fast", false, "stop at the first cell that fails")
	s.BoolVar(&o.yes, "yes", false, fmt.Sprintf("run more than %s cells", report.Thousands(cli.ManyCells)))
	cli.Essential(cmd, "token", "target", "band", "over", "select", "optimise", "exact", "horizon", "paths", "out",
		"json")
}

// run begins a sweep.
func (o *sweepOptions) run(ctx context.Context, session *cli.Session) error {
	r, err := o.study.Resolve(session, cli.Demand{Swept: true, Over: o.over, Dated: &o.dated, Drawn: true,
		Textbook: o.exact})
	if err != nil {
		return err
	}
	plan, err := o.plan(r)
	if err != nil {
		return cli.AsInput(err)
	}
	if o.exact {
		for _, x := range []struct {
			flag  string
			given bool
		}{{"optimise", o.optimise != ""}, {"pareto", o.pareto != ""}, {"shard", o.shard != ""},
			{"fail-fast", o.failFast}} {
			if x.given {
				return cli.Input("--exact and --%s; want one of them", x.flag)
			}
		}
		plan.Optimise = "" // of a file, where sampling finds it
	}
	sweep, settings, err := cli.NewGrid(r.Study, &plan)
	if err != nil {
		return cli.AsInput(err)
	}
	if err := errors.Join(r.AxisNotes(sweep.Axes), o.output.Check()); err != nil {
		return err
	}
	if o.exact {
		return o.exactly(ctx, r, sweep, settings)
	}
	allowance := cli.Allowance{Workers: o.study.Workers, Optimum: plan.Optimise != "",
		Dir: o.output.SweepDir(), Many: o.yes}
	if o.dryRun {
		text, err := allowance.Estimate(ctx, sweep)
		if err == nil {
			_, err = fmt.Fprintln(session.Out, text)
		}
		return err
	}
	if err := allowance.Allow(ctx, sweep); err != nil {
		return err
	}
	return o.begin(ctx, r, plan, sweep)
}

// plan is what the flags say of the sweep, over what a spec said.
func (o *sweepOptions) plan(r *cli.Resolved) (rundir.SweepPlan, error) {
	plan := rundir.SweepPlan{Aversion: assess.Aversion}
	if r.Swept != nil {
		plan = *r.Swept
	}
	if len(o.over) > 0 {
		plan.Over, plan.Select = nil, nil
	}
	for _, text := range o.over {
		axis, err := cli.ParseOver(r, "--over", text)
		if err != nil {
			return plan, err
		}
		plan.Over = append(plan.Over, axis)
	}
	if len(plan.Over) == 0 {
		return plan, cli.Input("--over is missing; want name=low:high:step or name=a,b,c, " +
			"as in half-width=0.05:0.6:0.05")
	}
	var err error
	if o.sample != "" {
		if plan.Sample, err = cli.ParseSample(o.sample); err != nil {
			return plan, err
		}
	}
	if o.aversion != "" {
		if plan.Aversion, err = cli.ParseAversion(o.aversion); err != nil {
			return plan, err
		}
	}
	if o.pareto != "" {
		plan.Pareto = strings.Split(o.pareto, ",")
	}
	if o.selected != "" {
		plan.Select = strings.Split(o.selected, ",")
	}
	if o.optimise != "" {
		plan.Optimise = o.optimise
	}
	return plan, nil
}
