package main

import (
	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
)

func newTokens() *cobra.Command {
	form := new(cli.FormOptions)
	cmd := &cobra.Command{
		Use:   "tokens [NAME]",
		Short: "List the real tokens known, or explain one",
		Example: `  mcrisk tokens
  mcrisk tokens --json
  mcrisk tokens ETHBULL3X`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.Input("%d names; want one at most", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := form.Check(); err != nil {
				return err
			}
			if len(args) == 0 {
				return listTokens(cli.SessionOf(cmd), form)
			}
			return explainToken(cli.SessionOf(cmd), form, args[0])
		},
	}
	form.Bind(cmd)
	return cmd
}

func listTokens(session *cli.Session, form *cli.FormOptions) error {
	list, err := assess.List()
	if err != nil {
		return err
	}
	if err := form.Print(session.Out, report.TokenList(list)); err != nil {
		return err
	}
	session.Next("mcrisk tokens NAME")
	return nil
}

func explainToken(session *cli.Session, form *cli.FormOptions, name string) error {
	e, err := assess.Explain(name)
	if err != nil {
		return cli.AsInput(err)
	}
	if err := form.Print(session.Out, report.Explanation(e)); err != nil {
		return err
	}
	session.Next("mcrisk simulate --token " + e.Entry.Name)
	return nil
}
