package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

// plotOptions are the options of mcrisk plot.
type plotOptions struct {
	figure  string
	overlay string          // run to draw over it; empty: none
	out     string          // file; empty: named after the figure
	path    string          // number of the path that the figure path shows
	of      string          // token of a run with several; empty: the first
	form    cli.FormOptions // of the list of figures
	plain   bool            // do not use control variates
}

func newPlot() *cobra.Command {
	var list strings.Builder
	for _, f := range report.TokenFigures() {
		doc := f.Doc
		if f.Overlay {
			doc += "; takes --overlay"
		}
		list.WriteString(cli.Item(f.Name, doc))
	}
	list.WriteString(cli.Item(cli.PathFigure,
		"timeline of one path: price, leverage and its band, value, events (--path)"))
	o := new(plotOptions)
	cmd := &cobra.Command{
		Use:   "plot RUN",
		Short: "Draw a stored run again, alone or over another",
		Long: `plot draws a figure of a run of simulate, as PNG, SVG or PDF. It does not simulate
again, and the same run gives the same bytes. Without --figure it lists the figures.

Figures:
` + strings.TrimSuffix(list.String(), "\n"),
		Example: `  mcrisk plot runs/eth --figure waterfall --out waterfall.pdf
  mcrisk plot runs/eth --figure drawdown --overlay runs/eth-wide
  mcrisk plot runs/eth --figure path --path 4821`,
		Args: oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	s := cmd.Flags()
	cli.Text(s, &o.figure, cli.SectionOutput, "figure", "name", "",
		"figure to draw (see mcrisk plot --help all); "+strings.Join(cli.FigureNames(), ", "))
	cli.Text(s, &o.overlay, cli.SectionOutput, "overlay", "run", "", "second run to draw over the first")
	cli.Text(s, &o.out, cli.SectionOutput, "out", "file", "",
		"file to write: .png, .svg or .pdf; it must not exist (default FIGURE.svg)")
	cli.Text(s, &o.path, cli.SectionOutput, "path", "number", "0", "path that the figure path shows, from 0")
	cli.Text(s, &o.of, cli.SectionOutput, "of", "name", "", "token of a run with several (default the first)")
	o.form.Bind(cmd)
	s.BoolVar(&o.plain, "no-control", false, cli.PlainUsage)
	return cmd
}

// oneRun wants a run directory.
var oneRun = cli.One("run directory, as simulate names it")

func (o *plotOptions) run(ctx context.Context, session *cli.Session, dir string) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	if o.figure == "" {
		if err := o.form.Print(session.Out, report.FigureList(cli.PathFigure)); err != nil {
			return err
		}
		session.Next("mcrisk plot " + cli.ShellWord(dir) + " --figure NAME")
		return nil
	}
	if !slices.Contains(cli.FigureNames(), o.figure) {
		return cli.Input("--figure %q; want one of %s%s", o.figure, strings.Join(cli.FigureNames(), ", "),
			cli.DidYouMean(o.figure, cli.FigureNames()))
	}
	out := o.out
	if out == "" {
		out = o.figure + ".svg"
	}
	file, err := cli.CreateFigure(out)
	if err != nil {
		return err
	}
	defer file.Abort()
	f, err := o.read(ctx, dir)
	if err != nil {
		return err
	}
	if err := file.Commit(f); err != nil {
		return err
	}
	session.Written(file.Path())
	return nil
}

// read reads what the figure is drawn from.
func (o *plotOptions) read(ctx context.Context, dir string) (report.Figure, error) {
	var none report.Figure
	r, err := cli.OpenRun(ctx, dir)
	if err != nil {
		return none, err
	}
	defer r.Close()
	token, err := cli.TokenNumber(o.of, r.Study)
	if err != nil {
		return none, err
	}
	figure, ok := report.LookupTokenFigure(o.figure)
	if o.overlay != "" && !(ok && figure.Overlay) {
		return none, cli.Input("--overlay with the figure %s, which cannot be compared; "+
			"want one that takes it (mcrisk plot --help)", o.figure)
	}
	if o.figure == cli.PathFigure {
		path, err := cli.PathNumber(o.path, r.Study)
		if err != nil {
			return none, err
		}
		timeline, err := assess.FollowPath(ctx, r.Study, token, path)
		return report.PathFigure(r.Study, timeline), err
	}
	view, err := viewOf(ctx, r, token, o.plain)
	if err != nil || o.overlay == "" {
		return figure.Of(view, nil), err
	}
	over, err := cli.OpenRun(ctx, o.overlay)
	if err != nil {
		return none, err
	}
	defer over.Close()
	other, err := viewOf(ctx, over, 0, o.plain)
	return figure.Of(view, other), err
}

// viewOf is what figures of a stored run's token are drawn from.
func viewOf(ctx context.Context, r *rundir.Run, token int, plain bool) (*assess.View, error) {
	horizons, err := r.Horizons(ctx, token)
	if err != nil {
		return nil, err
	}
	histograms, err := r.Histograms(ctx, token)
	if err != nil {
		return nil, err
	}
	return &assess.View{Study: r.Study, Token: token, Ensemble: &r.Ensembles[token], Plain: plain,
		Horizons: horizons, Histograms: histograms}, nil
}
