// Command mcrisk simulates leveraged tokens over thousands of possible price
// histories and says what rebalancing does to their holder.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"mcrisk/param"
)

// Exit statuses.
const (
	exitDone        = 0
	exitFailed      = 1
	exitInput       = 2
	exitUnmet       = 3
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// An inputError is a fault of what the user typed.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

func badInput(format string, args ...any) error { return inputError{fmt.Errorf(format, args...)} }

// run is the command as a function; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &results{w: stdout}
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("standard output: %w", out.err)
	}
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		if e := new(unfinishedError); errors.As(err, e) {
			fmt.Fprintln(stderr, "mcrisk:", e)
		} else {
			fmt.Fprintln(stderr, "mcrisk: interrupted; nothing was written")
		}
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "mcrisk:", err)
	if errors.As(err, new(inputError)) {
		return exitInput
	}
	if errors.As(err, new(unmetError)) {
		return exitUnmet
	}
	return exitFailed
}

// results is standard output, and remembers if it fails.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "mcrisk",
		Short: "Monte Carlo risk of leveraged tokens",
		Long: `mcrisk simulates leveraged tokens that rebalance when their leverage leaves a
band, over thousands of possible price histories, and says what that does to
their holder: decay, drawdown, cost, and which band loses least.

Results go to standard output, progress and notes to standard error.
Exit status: 0 done, 1 failed, 2 bad input, 3 a --require does not hold, 130
interrupted.`,
		Example: `  mcrisk simulate --token ETHBULL3X
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk trace --token ETHBULL3X --path 4821
  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X --since 2020-03-11 --until 2020-03-15
  mcrisk tokens ETHBULL3X`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 3
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(usage)
	root.AddCommand(newSimulate(), newSummary(), newPlot(), newSweep(), newMerge(), newMissing(), newVerify(), newBreakEven(), newCompare(), newHeatMap(), newLiquidation(), newExact(), newTrace(), newCalibrate(), newHistory(), newReplay(), newTokens(), newVersion())
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			c.RunE = func(_ *cobra.Command, args []string) error {
				of, rest, err := root.Find(args)
				if err != nil || len(rest) > 0 {
					return unknownCommand(root, args[0])
				}
				return of.Help()
			}
		}
	}
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return badInput("no command %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return badInput("no command %q; see mcrisk --help", name)
}

// didYouMean ends a message about a name that is none of those there are.
func didYouMean(name string, names []string) string {
	if near := param.Nearest(name, names); len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}
