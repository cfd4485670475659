// Package cli is what the commands of mcrisk share and no user of the library
// needs: flags and help, how flags, specs, the catalogue and prices become a
// study, progress, what is printed and written, requirements, limits of memory
// and disk, and exit statuses. Results come from package assess, documents from
// package report.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	Done        = 0
	Failed      = 1
	BadInput    = 2
	Unmet       = 3
	Interrupted = 130
	Unread      = 141
)

// An InputError is a fault of what the user typed, or of a file that was named.
type InputError struct{ error }

func (e InputError) Unwrap() error { return e.error }

// Input is a fault of what the user typed: which value, where, what was wanted.
func Input(format string, args ...any) error { return InputError{fmt.Errorf(format, args...)} }

// AsInput says that an error is a fault of the input; nil stays nil.
func AsInput(err error) error {
	if err == nil {
		return nil
	}
	return InputError{err}
}

// An UnmetError is a requirement that results do not meet.
type UnmetError struct{ error }

func (e UnmetError) Unwrap() error { return e.error }

// NotMet is an UnmetError.
func NotMet(err error) error { return UnmetError{err} }

// An UnfinishedError is why a run stopped whose finished part is kept, and how it
// goes on.
type UnfinishedError struct {
	Cause       error
	Next        string // the command that goes on with it
	Interrupted bool
}

func (e UnfinishedError) Unwrap() error { return e.Cause }

func (e UnfinishedError) Error() string {
	why := e.Cause.Error()
	if e.Interrupted {
		why = "interrupted"
	}
	return why + "; what is done is kept: " + e.Next
}

// Execute runs a command line and returns its exit status.
func Execute(ctx context.Context, root *cobra.Command, args []string, stdout, stderr io.Writer) int {
	out := &results{w: stdout}
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		complete(root) // only then: cobra keeps flags that have completion for ever
	}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("standard output: %w", out.err)
	}
	switch {
	case err == nil:
		return Done
	case ctx.Err() != nil:
		if e := new(UnfinishedError); errors.As(err, e) {
			fmt.Fprintln(stderr, "mcrisk:", plain(e.Error()))
		} else {
			fmt.Fprintln(stderr, "mcrisk: interrupted; nothing was written")
		}
		return Interrupted
	case errors.Is(out.err, syscall.EPIPE): // head has read enough, and nobody is to be told
		return Unread
	}
	fmt.Fprintln(stderr, "mcrisk:", plain(err.Error()))
	if errors.As(err, new(InputError)) {
		return BadInput
	}
	if errors.As(err, new(UnmetError)) {
		return Unmet
	}
	return Failed
}

// plain is a message without what would act on a terminal, as names of files may have it:
// control characters but for ends of lines, and bytes that are no text.
func plain(message string) string {
	var b strings.Builder
	for i, r := range message {
		_, size := utf8.DecodeRuneInString(message[i:])
		switch {
		case r == utf8.RuneError && size == 1, unicode.IsControl(r) && r != '\n' && r != '\t':
			fmt.Fprintf(&b, "\\x%02x", message[i:i+size])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
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

// A Session is one call of a command: where it prints, and the command line that
// it was called by.
type Session struct {
	Ctx context.Context // of the call
	In  io.Reader       // standard input
	Out io.Writer       // results
	Err io.Writer       // progress and notes

	Command []string // the command line, spelt out; may be empty
	Study   []string // those of its flags that describe the study
}

// Name is that of the command.
func (s *Session) Name() string {
	if len(s.Command) < 2 {
		return ""
	}
	return s.Command[1]
}

// SessionOf is the call of a cobra command.
func SessionOf(cmd *cobra.Command) *Session {
	s := &Session{Ctx: cmd.Context(), In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Err: cmd.ErrOrStderr(),
		Command: strings.Fields(cmd.CommandPath())}
	if r, ok := s.Out.(*results); ok {
		s.Out = r
	}
	s.Command = append(s.Command, cmd.Flags().Args()...)
	cmd.Flags().Visit(func(g *pflag.Flag) {
		s.Command = append(s.Command, flagTexts(g)...)
		if describesStudy(g) {
			s.Study = append(s.Study, flagTexts(g)...)
		}
	})
	return s
}

// flagTexts is a flag as given, once for each of its values.
func flagTexts(g *pflag.Flag) (texts []string) {
	values := []string{g.Value.String()}
	if several, ok := g.Value.(pflag.SliceValue); ok {
		values = several.GetSlice()
	}
	for _, v := range values {
		texts = append(texts, "--"+g.Name+"="+v)
	}
	return texts
}

// Notes prints what the user should know beside the results.
func (s *Session) Notes(notes ...string) {
	for _, n := range notes {
		fmt.Fprintln(s.Err, "note:", plain(n))
	}
}

// Next prints the command that is useful after this one.
func (s *Session) Next(command string) { fmt.Fprintln(s.Err, "next:", plain(command)) }

// Written says where a run is.
func (s *Session) Written(path string) { fmt.Fprintln(s.Err, "written:", plain(path)) }
