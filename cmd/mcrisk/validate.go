package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// validateOptions are the options of mcrisk validate.
type validateOptions struct {
	study  cli.StudyOptions
	part   cli.HistoryOptions // which has no end: that is where the models stop to see
	output cli.OutputOptions
	until  string
	unused []string // flags of a study that a history answers
}

func newValidate() *cobra.Command {
	o := new(validateOptions)
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Hold fitted price models against what happened after",
		Long: `validate fits price models to each file's bars before --until, simulates a token
with them, and holds the windows of --horizon after that date against the simulated
laws. It ranks the models and recommends one: can its numbers be trusted?

Windows do not overlap and are pooled over files; those of one calendar month count
as one cluster. The token sees closes. Each model starts from its long-run law
(stationary), and from the state that it infers from all bars before the window
(filtered). The price is not expected to grow. The windows of the fitted years are
held against the laws too.`,
		Example: `  mcrisk validate btc.csv eth.csv --until 2023-01-01 --token BTCBULL3X
  mcrisk validate eth.csv --until 2022-01-01 --token ETHBULL3X --horizon 90d`,
		Args: func(_ *cobra.Command, args []string) error { return cli.SomeFiles(args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if name := cli.Given(cmd, o.unused); name != "" {
				return cli.Input("--%s with validate, which fits models to the files; see mcrisk validate --help", name)
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd), args)
		},
	}
	s := cmd.Flags()
	o.study.Bind(cmd)
	o.unused = cli.Hide(cmd, func(section, name string) bool {
		if slices.Contains([]string{"model", "column", "stamp", "zone"}, name) {
			return false
		}
		return section == cli.SectionModel || slices.Contains([]string{"step", "outage-rate", "outage-length"}, name)
	})
	model := s.Lookup("model")
	model.Usage = "`models` to hold against the files, with commas between, or all: " +
		strings.Join(assess.Validatable(), ", ")
	model.DefValue = "all"
	s.Lookup("horizon").DefValue, s.Lookup("horizon").Usage = "30d", "length of a window"
	s.Lookup("paths").DefValue = "2000"
	o.part.File = &o.study.File
	cli.Text(s, &o.until, cli.SectionStudy, "until", "time", "",
		"where the fitted bars end and the windows begin, as 2023-01-01; UTC")
	cli.Text(s, &o.part.Since, cli.SectionStudy, "since", "time", "", "start of the first fitted bar")
	o.output.Bind(cmd)
	cli.Essential(cmd, "token", "target", "band", "until", "since", "horizon", "model", "paths", "seed", "out", "json")
	return cmd
}

func (o *validateOptions) run(ctx context.Context, session *cli.Session, files []string) error {
	if o.study.Model == "" {
		o.study.Model = "all"
	}
	kinds, err := cli.Kinds(o.study.Model, assess.Validatable())
	if err != nil {
		return err
	}
	until, err := cli.Instant("until", o.until)
	if err != nil {
		return err
	}
	histories, sums, err := o.part.ReadAll(session, files)
	if err != nil {
		return err
	}
	r, err := o.resolve(session, histories[0].Step)
	if err != nil {
		return err
	}
	r.Inputs = sums
	compute := func(ctx context.Context, opt study.Options) (p cli.Publication, err error) {
		plan := assess.ValidationPlan{Study: r.Study, Histories: histories, Until: until, Kinds: kinds}
		v, err := assess.Validate(ctx, plan, assess.Options{Options: opt})
		if err != nil {
			return p, cli.AsInput(err)
		}
		p.Document = report.Validation(v, report.Provenance{Settings: r.Settings()})
		for _, h := range histories {
			p.Notes = append(p.Notes, cli.HistoryNotes(h)...)
		}
		p.Notes = append(p.Notes, report.ValidationNotes(v, kinds)...)
		return p, nil
	}
	return o.output.Publish(ctx, "fits and simulations", o.study.Workers, compute, r)
}

// resolve makes the study of the token on the steps of the files. Its model is not used.
func (o *validateOptions) resolve(session *cli.Session, step time.Duration) (*cli.Resolved, error) {
	options := o.study
	options.Model = ""
	amend := func(s *study.Spec, r *cli.Resolved) error {
		if r.Origins["horizon"] == "" {
			s.Horizon = 30 * 24 * time.Hour
		}
		if r.Origins["paths"] == "" {
			s.Paths = 2000
		}
		s.Step, s.Marks, r.Origins["step"] = step, 0, "that of the files"
		return nil
	}
	r, err := options.Resolve(session, cli.Demand{Textbook: true, OneRate: true, Amend: amend})
	if err == nil {
		r.Unused = append([]string{"model"}, o.unused...)
		r.Unused = slices.DeleteFunc(r.Unused, func(name string) bool { return name == "step" })
	}
	return r, err
}
