package catalogue

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// A Family is the content of one file: tokens that share an issuer and a rule,
// or a set of underlyings. Both are in the order of the file.
type Family struct {
	Name        string
	Tokens      []Token
	Underlyings []Underlying
}

// A file is a family as it is written.
type file struct {
	Family      string
	Tokens      []entry
	Underlyings []Underlying
}

type entry struct {
	Name, Underlying               string
	Chain, Venue, Collateral, Debt Text
	Policy, Mechanism, Numbers     map[string]Text
	Rates, Market                  map[string]Text
}

// Provenance says where a value comes from.
type Provenance struct {
	Source     string // page, repository or data file, and what was done with it
	AsOf       string `yaml:"as_of"` // day the source says so, as 2006-01-02
	Unknown    bool   // the value is not published: it is the Assumption's, and Source says what was read instead
	Assumption string // required if Unknown, empty otherwise
}

// A Value is a number with its provenance; its field says the unit.
type Value struct {
	Value      float64
	Provenance `yaml:",inline"`
}

// UnmarshalYAML makes a missing number NaN, which no range contains.
func (v *Value) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Value
	p := plain{Value: math.NaN()}
	err := unmarshal(&p)
	*v = Value(p)
	return err
}

// A Text is a word, or a number as it is written, with its provenance.
type Text struct {
	Value      string
	Provenance `yaml:",inline"`
}

// UnmarshalYAML takes a number for the word it is written as.
func (t *Text) UnmarshalYAML(unmarshal func(any) error) error {
	var p struct {
		Value      any
		Provenance `yaml:",inline"`
	}
	if err := unmarshal(&p); err != nil {
		return err
	}
	t.Provenance = p.Provenance
	switch v := p.Value.(type) {
	case nil, []any, map[string]any: // neither a word nor a number
	case string:
		t.Value = v
	case float64: // the shortest text that reads back as the same number
		t.Value = strconv.FormatFloat(v, 'g', -1, 64)
	default:
		t.Value = fmt.Sprint(v)
	}
	return nil
}

// A Token is a leveraged token, by the rule and the venue it trades on: kinds
// and numbers of package tokens, by the names they are registered under.
type Token struct {
	Name       string // ticker, or the rule's name in lower case
	Underlying string // name of an Underlying
	Chain      Text
	Venue      Text // where the leverage is held
	Collateral Text // asset deposited; a loan's only
	Debt       Text // asset owed; a loan's only

	Policy    SourcedPart // of tokens.Policies
	Mechanism SourcedPart // of tokens.Mechanisms
	Numbers   SourcedPart // of tokens.Params; it has no kind

	// Rates are the law of the main rate from year to year, which a study draws from where it is asked to: the entry's
	// own rates are constant.
	Rates SourcedPart // of rates.Registry; without a kind: not known
	// Market is the law of the rates and costs of its market, which a study draws from where it is asked to.
	Market SourcedPart // of rates.Registry; without a kind: not known
}

// A SourcedPart is a kind and its parameters, and where each of them comes from.
type SourcedPart struct {
	param.Part
	Words map[string]Text // as written in the file, by name; the kind under "kind"
}

// Spec is the entry as a token of a study, on its first underlying. Numbers that the
// entry leaves out have their defaults once the study is made.
func (t Token) Spec() study.TokenSpec {
	return study.TokenSpec{Name: t.Name, Policy: t.Policy.Part, Mechanism: t.Mechanism.Part, Values: t.Numbers.Values}
}

// Origins says where each number of Spec comes from, by its registered name, and where
// its policy and mechanism do, under "policy" and "mechanism". A number left to its
// default has none.
func (t Token) Origins() map[string]string {
	from := map[string]string{}
	for _, part := range []SourcedPart{t.Policy, t.Mechanism, t.Numbers} {
		for name, word := range part.Words {
			if name != "kind" {
				from[name] = origin(word.Provenance)
			}
		}
	}
	from["policy"] = origin(t.Policy.Words["kind"].Provenance)
	from["mechanism"] = origin(t.Mechanism.Words["kind"].Provenance)
	return from
}

// Origins are where the numbers of the part come from, by name.
func (p SourcedPart) Origins() map[string]string {
	from := map[string]string{}
	for name, word := range p.Words {
		if name != "kind" {
			from[name] = origin(word.Provenance)
		}
	}
	return from
}

// origin says in one line where a value comes from.
func origin(p Provenance) string {
	if p.Unknown {
		return "catalogue, not published; assumed: " + p.Assumption
	}
	return "catalogue, " + p.AsOf + ": " + p.Source
}

// Target is the token's signed target leverage.
func (t Token) Target() float64 {
	target, _ := t.Spec().Value("target")
	return target
}

// optional are the numbers that an entry may leave out, so that the simulation's defaults
// apply: keeper, behaviour after a liquidation, speed of a policy without partial trades,
// flows, the holder's own trades, and what most venues do not have.
var optional = []string{"keeper-interval", "latency", "outage-rate", "outage-length", "after-liquidation", "speed",
	"impact-increase", "impact-decrease", "tier", "tier-maintenance", "spread", "cash-rate", "underlying-fee",
	"flows", "close-below", "flow-response", "flow-look-back", "flow-cap",
	"performance-fee", "mint-interval", "fee-to-vault",
	"invest", "parts", "paid-in", "entry-flash-fee", "exit-flash-fee"}

// An Underlying is an asset and the price models fitted to its history: geometric
// Brownian motion, dS/S = Mu dt + Sigma dW, and those of Models.
type Underlying struct {
	Name    string
	Sample  Sample
	Sigma   Value // volatility, 1/√year
	SigmaSE Value `yaml:"sigma_se"` // standard error of Sigma if returns are normal and independent
	// standard error of Sigma if returns are independent, with the sample's kurtosis
	SigmaSERobust Value `yaml:"sigma_se_robust"`
	Mu            Value // growth rate of the expected price, 1/year
	MuSE          Value `yaml:"mu_se"` // standard error of Mu, 1/year
	Models        []Fit // of the other kinds of models.Registry; may be empty
	// Recommended is the model that validation ranks first among those of Models; the zero value: none
	// was validated.
	Recommended Recommendation
}

// A Recommendation is the price model that holds best against what happened after the years
// it was fitted to.
type Recommendation struct {
	Model    string // a kind of the underlying's Models, which draws nothing from a history
	Reason   string // why it, and where it fails, for people
	Evidence string // page with the numbers, from the root of the repository
	Date     string // day of the validation, as 2006-01-02
}

// A Fit is a price model fitted to the history of an underlying.
type Fit struct {
	Kind       string // of models.Registry
	Method     string
	Volatility float64           // of the fitted law in the long run, jumps included, 1/√year
	Last       float64           // volatility at the end of the history, 1/√year; 0: the kind has no state
	Numbers    map[string]Fitted // every number of the kind but the growth rate mu and the start
	Unfitted   string            // why the kind could not be fitted; empty: it was
	Provenance `yaml:",inline"`
}

// A Fitted is a number of a model, in the unit it is registered with.
type Fitted struct {
	Value float64
	SE    float64 `yaml:"se"` // standard error; zero: the number was not estimated
	// of its error with those of estimated numbers before it, as the kind has them
	Correlation map[string]float64
}

// Model is the fitted model of a kind, for a study; without values where it was not
// fitted. The growth rate is not among them, as what a price grew by in a few years says
// little of how it will grow.
func (u Underlying) Model(kind string) param.Part {
	part := param.Part{Kind: kind}
	if kind == "gbm" {
		part.Values = param.Values{models.Sigma.Name: u.Sigma.Value}
		return part
	}
	if f, ok := u.fit(kind); ok {
		part.Values = param.Values{}
		for name, number := range f.Numbers {
			part.Values[name] = number.Value
		}
	}
	return part
}

// ModelOrigins says where each value of Model comes from; nil: it was not fitted.
func (u Underlying) ModelOrigins(kind string) map[string]string {
	if kind == "gbm" {
		return map[string]string{models.Sigma.Name: fmt.Sprintf("catalogue: %s, %s", u.Sigma.Source, u.Sigma.AsOf)}
	}
	f, ok := u.fit(kind)
	if !ok {
		return nil
	}
	origins := map[string]string{}
	for name, number := range f.Numbers {
		origins[name] = fmt.Sprintf("catalogue: %s of %s fitted to %s, %s", kind, u.Name, f.Source, f.AsOf)
		if number.SE > 0 {
			origins[name] += fmt.Sprintf("; standard error %.3g", number.SE)
		}
	}
	return origins
}

// Source is the history that a kind was fitted to; empty: it was not fitted.
func (u Underlying) Source(kind string) string {
	f, _ := u.fit(kind)
	return f.Source
}

// Errors are the errors of the numbers of Model that were estimated; nil: it was not
// fitted.
func (u Underlying) Errors(kind string) *study.Errors {
	if kind == "gbm" {
		se := u.SigmaSE.Value
		return &study.Errors{Names: []string{models.Sigma.Name}, Cov: [][]float64{{float64(se * se)}}}
	}
	f, ok := u.fit(kind)
	if !ok {
		return nil
	}
	return f.errors()
}

// errors are those of the numbers that were estimated, nil if none was.
func (f Fit) errors() *study.Errors {
	kind, err := models.Registry.Kind(f.Kind)
	if err != nil {
		return nil
	}
	e := new(study.Errors)
	for _, p := range kind.Params {
		if f.Numbers[p.Name].SE > 0 {
			e.Names = append(e.Names, p.Name)
		}
	}
	for _, a := range e.Names {
		var row []float64
		for _, b := range e.Names {
			c := 1.0
			if a != b { // it stands with whichever comes last
				c = f.Numbers[a].Correlation[b] + f.Numbers[b].Correlation[a]
			}
			row = append(row, float64(c*f.Numbers[a].SE*f.Numbers[b].SE))
		}
		e.Cov = append(e.Cov, row)
	}
	if e.Names == nil {
		return nil
	}
	return e
}

// Last is the volatility that a model saw at the end of the history, and where it comes
// from.
func (u Underlying) Last(kind string) (volatility float64, origin string, err error) {
	f, ok := u.fit(kind)
	if !ok || f.Last == 0 {
		return 0, "", fmt.Errorf("catalogue: no volatility of %s at the end of a history is known for %s", kind, u.Name)
	}
	return f.Last, fmt.Sprintf("catalogue: %s of %s filtered to the end of %s, %s", kind, u.Name, f.Source, f.AsOf), nil
}

func (u Underlying) fit(kind string) (Fit, bool) {
	i := slices.IndexFunc(u.Models, func(f Fit) bool { return f.Kind == kind && f.Unfitted == "" })
	if i < 0 {
		return Fit{}, false
	}
	return u.Models[i], true
}

// Unfitted is why a kind could not be fitted; empty: it was, or no fit was tried.
func (u Underlying) Unfitted(kind string) string {
	i := slices.IndexFunc(u.Models, func(f Fit) bool { return f.Kind == kind })
	if i < 0 {
		return ""
	}
	return u.Models[i].Unfitted
}

// A Sample is the history an Underlying was fitted to.
type Sample struct {
	File   string // name of a CSV file of bars
	Origin string // where the prices were traded
	First  string // start of the first bar, RFC 3339
	Last   string // start of the last bar, RFC 3339
	Rows   int    // number of bars; none is missing
	Step   string // spacing of the bars, as time.ParseDuration takes it
}
