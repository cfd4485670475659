package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/assess"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/study"
)

// EverlastingOptions ask for the value of an everlasting call in place of a token's answers.
type EverlastingOptions struct {
	Asked                 bool
	period, strike, level string
	others                func() []string // flags that were given and mean something else
}

// Numbers of an everlasting call.
var everlastingParams = []param.Param{
	{Name: "period", Unit: param.Time, Min: 1, Max: 1.5e9},
	{Name: "strike", Unit: param.USD, Min: 1e-12, Max: 1e15},
	{Name: "price", Unit: param.USD, Min: 1e-12, Max: 1e15},
}

// Bind adds the flags to a command that has those of a study.
func (o *EverlastingOptions) Bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.BoolVar(&o.Asked, "everlasting", false,
		"value an everlasting call, with --sigma, --period, --strike and --price, and no token")
	InSection(s, SectionStudy, "everlasting")
	Text(s, &o.period, SectionStudy, "period", "duration", "",
		"with --everlasting: time over which its time value is paid")
	Text(s, &o.strike, SectionStudy, "strike", "USD", "", "with --everlasting: its strike")
	Text(s, &o.level, SectionStudy, "price", "USD", "", "with --everlasting: price of the underlying")
	alone := []string{"period", "strike", "price"}
	beside := append([]string{"everlasting", "sigma", "json", "csv", "markdown", "full"}, alone...)
	o.others = func() (names []string) {
		s.Visit(func(f *pflag.Flag) {
			if o.Asked && !slices.Contains(beside, f.Name) || !o.Asked && slices.Contains(alone, f.Name) {
				names = append(names, f.Name)
			}
		})
		return names
	}
}

// Print prints the call, if it was asked for.
func (o *EverlastingOptions) Print(session *Session, study *StudyOptions, form *FormOptions) (done bool, err error) {
	if err := o.check(); err != nil || !o.Asked {
		return false, err
	}
	call, err := o.price(study)
	if err != nil {
		return false, err
	}
	return true, form.Print(session.Out, report.Everlasting(call))
}

// WithoutCalls is an error that names a token of the spec that holds a call.
func WithoutCalls(s *study.Spec) error {
	for _, t := range s.Tokens {
		if t.Mechanism.Kind == "option" {
			return Input("%s holds a call, whose hedge a rise liquidates; want tokens on a loan or a perpetual, "+
				"or mcrisk simulate", t.Name)
		}
	}
	return nil
}

// check reports flags of the call without --everlasting, and others beside it.
func (o *EverlastingOptions) check() error {
	names := o.others()
	switch {
	case len(names) == 0:
		return nil
	case o.Asked:
		return Input("--%s beside --everlasting; want --sigma, --period, --strike and --price alone", names[0])
	}
	return Input("--%s without --everlasting; want both or neither", names[0])
}

// price values the call, at the volatility of a study's options.
func (o *EverlastingOptions) price(study *StudyOptions) (assess.EverlastingCall, error) {
	gbm, err := models.Registry.Kind(textbook)
	if err != nil {
		panic(err)
	}
	i := slices.IndexFunc(gbm.Params, func(p param.Param) bool { return p.Name == "sigma" })
	var faults []error
	read := func(p param.Param, text string) (v float64) {
		if text == "" {
			faults = append(faults, Input("no --%s; want --sigma, --period, --strike and --price", p.Name))
			return 0
		}
		v, err := p.Parse(text)
		faults = append(faults, err)
		return v
	}
	sigma := read(gbm.Params[i], study.Numbers["sigma"])
	period := read(everlastingParams[0], o.period)
	strike, price := read(everlastingParams[1], o.strike), read(everlastingParams[2], o.level)
	if err := errors.Join(faults...); err != nil {
		return assess.EverlastingCall{}, AsInput(err)
	}
	const year = 365 * 86400
	call, err := assess.PriceEverlasting(sigma, period/year, strike, price)
	return call, AsInput(err)
}
