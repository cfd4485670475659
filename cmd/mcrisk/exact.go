package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
)

// exactOptions are those of mcrisk exact.
type exactOptions struct {
	study cli.StudyOptions
	form  cli.FormOptions
}

func newExact() *cobra.Command {
	o := new(exactOptions)
	cmd := &cobra.Command{
		Use:   "exact",
		Short: "Answer for a band token without sampling",
		Long: `exact computes what simulate estimates, without sampling error, for tokens whose
cycles begin anew at every trade: a band on a loan, a price with independent
increments, seen at the end of every step; costs that are proportional, or gas
and impact of a vault held at its size (--flows steady). Each number comes with
a bound of its error: of expectations from doubling the nodes that they are
computed on, of what rests on the law of NAV from the frequencies that are left
out of it. A law that is too jagged for that is left out, with a note. After a
liquidation the token stops.

mcrisk sweep --exact answers so at many values of a parameter.`,
		Example: `  mcrisk exact --target 3 --band 2.8:3.2 --to target --fee 10bp --borrow 5% --sigma 0.6
  mcrisk exact --token ETHBULL3X --horizon 90d`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.form.Bind(cmd)
	return cmd
}

func (o *exactOptions) run(ctx context.Context, session *cli.Session) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	r, err := o.study.Resolve(session, cli.Demand{})
	if err != nil {
		return err
	}
	for i := range r.Study.Tokens() {
		if _, err := assess.Problem(r.Study, i); err != nil {
			return cli.AsInput(err)
		}
	}
	start := time.Now()
	answers, err := assess.Solve(ctx, r.Study)
	if err != nil {
		return err
	}
	fmt.Fprintf(session.Err, "answered in %.2f s\n", time.Since(start).Seconds())
	d := report.Exact(r.Study, answers, report.Provenance{Settings: r.Settings()})
	if err := o.form.Print(session.Out, d); err != nil {
		return err
	}
	session.Notes(append(r.Notes, report.ExactNotes(answers)...)...)
	return nil
}
