package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"mcrisk/rundir"
)

// Interruptible is a context that ends at the first signal which asks a program to end:
// Ctrl-C, SIGTERM, and SIGHUP unless the program was started to outlive its terminal, as
// by nohup. A program that has not ended by itself some time after it is ended here: most
// of it looks at the context, but not a system call that waits, or a fit of a minute. What
// it has begun to write is removed; a second signal after that time is not waited for.
//
// Output that nobody reads is an error, so that what was begun can be removed then too.
func Interruptible(stderr io.Writer) context.Context {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() {
		time.Sleep(patience)
		stop()
		rundir.RemoveUnfinished()
		fmt.Fprintln(stderr, "mcrisk: interrupted; what was not finished is removed, done units of a sweep are kept")
		os.Exit(Interrupted)
	})
	return ctx
}

// patience is how long a program may go on after it was asked to end.
const patience = 400 * time.Millisecond
