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

// exactOptions are the options of mcrisk exact.
type exactOptions struct {
	study       cli.StudyOptions
	everlasting cli.EverlastingOptions
	form        cli.FormOptions
}

func newExact() *cobra.Command {
	o := new(exactOptions)
	cmd := &cobra.Command{
		Use:   "exact",
		Short: "Compute a band token's metrics without sampling",
		Long: `exact computes metrics that simulate estimates, without sampling error, for tokens
that trade at the edges of a band, on a loan. Each number has a bound of its error.

The price must have independent increments and be seen at the end of every step.
Without --model it is geometric Brownian motion, also where simulate takes another.
Of a token of the catalogue they are means over the law of its rate, which lifetimes
keep; --rates constant gives those at one rate.
Costs must be proportional, or gas and impact of a vault held at its size (--flows
steady). After a liquidation the token stops. The bound of an expectation comes
from doubling the nodes of the quadrature. The bound of a quantile or probability
comes from the frequencies that the inverted transform leaves out; where it would
be too large, the number is left out, with a note.

mcrisk sweep --exact computes these at many values of a parameter. With --everlasting
it values an everlasting call instead: a fair funding rate beside a protected token's.`,
		Example: `  mcrisk exact --target 3 --band 2.8:3.2 --to target --fee 10bp --sigma 0.6
  mcrisk exact --token ETHBULL3X --horizon 90d
  mcrisk exact --everlasting --sigma 60% --period 7d --strike 100 --price 104`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.everlasting.Bind(cmd)
	o.form.Bind(cmd)
	o.form.BindFull(cmd)
	cmd.Flags().Lookup("model").DefValue = "gbm"
	cli.Essential(cmd, "token", "target", "band", "to", "fee", "borrow", "model", "sigma", "horizon", "step", "json")
	return cmd
}

func (o *exactOptions) run(ctx context.Context, session *cli.Session) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	if done, err := o.everlasting.Print(session, &o.study, &o.form); done || err != nil {
		return err
	}
	r, err := o.study.Resolve(session, cli.Demand{Textbook: true})
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
