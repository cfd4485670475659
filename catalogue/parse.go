package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Parse reads one family file. It is strict: an unknown key, a key given twice
// and a value of the wrong type are errors with line and column, at the first
// of which it stops. Then every value is checked for its source, its date and
// its range, and those faults are reported together, each with file, line,
// entry and field. The name is used in errors.
func Parse(name string, data []byte) (Family, error) {
	f, tree, err := decode(data)
	if err != nil {
		return Family{}, fmt.Errorf("catalogue: %s: %w", name, err)
	}

	c := checker{name: name, file: tree}
	if f.Family == "" {
		c.fault("family", "missing; want the name of the family")
	}
	if len(f.Tokens)+len(f.Underlyings) == 0 {
		c.fault("", "neither tokens nor underlyings; want some")
	}
	family := Family{Name: f.Family, Underlyings: f.Underlyings}
	for i, t := range f.Tokens {
		c.entry(fmt.Sprintf("tokens[%d]", i), t.Name)
		family.Tokens = append(family.Tokens, c.token(t))
	}
	for i, u := range f.Underlyings {
		c.entry(fmt.Sprintf("underlyings[%d]", i), u.Name)
		c.underlying(u)
	}
	if err := errors.Join(c.faults...); err != nil {
		return Family{}, err
	}
	return family, nil
}

// decode reads one document of strict YAML. The library panics on some malformed
// input and while wording some errors, as fuzzing found; both are errors here.
func decode(data []byte) (f file, tree *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed YAML: %v", p)
		}
	}()
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return f, nil, fmt.Errorf("line %d: %.80q is not UTF-8", i+1, bytes.TrimSpace(line))
		}
	}
	if tree, err = parser.ParseBytes(data, 0); err != nil {
		return f, nil, errors.New(err.Error())
	}
	if len(tree.Docs) != 1 {
		return f, nil, fmt.Errorf("%d YAML documents; want one", len(tree.Docs))
	}
	if _, err = expanded(tree.Docs[0].Body, map[string]int{}); err != nil {
		return f, nil, err
	}
	if body := tree.Docs[0].Body; body != nil {
		if err = yaml.NodeToValue(body, &f, yaml.Strict()); err != nil {
			return f, nil, errors.New(err.Error())
		}
	}
	return f, tree, nil
}

// maxNodes is how many nodes a family may have with every alias written out,
// thirty times what the largest has: aliases of aliases multiply.
const maxNodes = 100_000

// expanded counts the nodes of n with every alias written out.
func expanded(n ast.Node, anchors map[string]int) (count int, err error) {
	var parts []ast.Node
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			parts = append(parts, v)
		}
	case *ast.MappingValueNode:
		parts = []ast.Node{n.Value}
	case *ast.SequenceNode:
		parts = n.Values
	case *ast.TagNode:
		parts = []ast.Node{n.Value}
	case *ast.AnchorNode:
		if count, err = expanded(n.Value, anchors); n.Name != nil {
			anchors[n.Name.String()] = count
		}
		return count, err
	case *ast.AliasNode:
		if n.Value != nil {
			count = anchors[n.Value.String()]
		}
	}
	for _, part := range parts {
		c, err := expanded(part, anchors)
		if count += c; err == nil && count > maxNodes {
			err = fmt.Errorf("line %d: %s: more than %d values once its aliases are written out",
				part.GetToken().Position.Line, strings.TrimPrefix(part.GetPath(), "$."), maxNodes)
		}
		if err != nil {
			return count, err
		}
	}
	return count + 1, nil
}

// token checks an entry's words and numbers, each by itself and then what they
// make together, and returns the token.
func (c *checker) token(e entry) Token {
	if e.Underlying == "" {
		c.fault("underlying", "missing; want the name of an underlying")
	}
	c.text("chain", e.Chain)
	c.text("venue", e.Venue)
	t := Token{Name: e.Name, Underlying: e.Underlying, Chain: e.Chain,
		Venue: e.Venue, Collateral: e.Collateral, Debt: e.Debt}
	before := len(c.faults)
	t.Policy = readPart(c, "policy", e.Policy, &tokens.Policies)
	t.Mechanism = readPart(c, "mechanism", e.Mechanism, &tokens.Mechanisms)
	t.Numbers = SourcedPart{param.Part{Values: c.values("numbers", "a token", e.Numbers, tokens.Params)}, e.Numbers}
	if len(e.Rates) > 0 {
		t.Rates = readPart(c, "rates", e.Rates, &rates.Registry)
	}
	if len(e.Market) > 0 {
		t.Market = readPart(c, "market", e.Market, &rates.Registry)
	}
	if owes(t) {
		c.text("collateral", e.Collateral)
		c.text("debt", e.Debt)
	}
	if len(c.faults) > before {
		return t // what they make together would only say it again
	}
	token, err := t.Spec().Build()
	if err == nil {
		err = token.Check()
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			c.fault("policy", strings.TrimPrefix(strings.TrimSpace(line), "tokens: "))
		}
		return t
	}
	if err := (study.Spec{Tokens: []study.TokenSpec{t.Spec()}}).CheckIdle(); err != nil {
		c.fault("numbers", err.Error())
	}
	for _, law := range []struct {
		field string
		part  param.Part
	}{{"rates", t.Rates.Part}, {"market", t.Market.Part}} {
		spec := t.Spec()
		if spec.Rates = law.part; law.part.Kind == "" {
			continue
		}
		if err := spec.CheckRates(); err != nil {
			c.fault(law.field, err.Error())
		}
	}
	edge := token.Policy.Trigger(token.Start(), new(tokens.State)).High
	if limit := math.Abs(token.LiquidationLeverage()); edge >= limit && !math.IsInf(edge, 1) {
		c.fault("policy", fmt.Sprintf("its upper edge %.4g is at or over %.4g, where the venue liquidates; want less",
			edge, limit))
	}
	return t
}

// owes reports whether a token's venue lends to it, so that there are a
// collateral and a debt to name. What is wrong with its parameters is another fault.
func owes(t Token) bool {
	venue, err := tokens.Mechanisms.Build(t.Mechanism.Part)
	return err == nil && venue.Terms(tokens.Token{Target: t.Target(), AUM: 1}).Lender
}

// readPart reads a kind and all its parameters.
func readPart[T any](c *checker, field string, words map[string]Text, registry *param.Registry[T]) SourcedPart {
	c.text(field+".kind", words["kind"])
	kind, err := registry.Kind(words["kind"].Value)
	if err != nil {
		if words["kind"].Value != "" {
			c.fault(field+".kind", err.Error())
		}
		return SourcedPart{Words: words}
	}
	numbers := maps.Clone(words)
	delete(numbers, "kind")
	return SourcedPart{param.Part{Kind: kind.Name, Values: c.values(field, kind.Name, numbers, kind.Params)}, words}
}

// values reads the numbers of whose. All must be there but the optional.
func (c *checker) values(field, whose string, words map[string]Text, params []param.Param) param.Values {
	values := param.Values{}
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
		at := field + "." + p.Name
		if _, ok := words[p.Name]; !ok && (p.With != "" || slices.Contains(optional, p.Name)) {
			continue
		}
		v, err := p.Parse(words[p.Name].Value)
		if err != nil && words[p.Name].Value != "" {
			c.fault(at, strings.TrimPrefix(err.Error(), p.Name+" = "))
		}
		c.text(at, words[p.Name])
		values[p.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if slices.Contains(names, name) {
			continue
		}
		hint := "it has " + strings.Join(names, ", ")
		if near := param.Nearest(name, names); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		c.fault(field+"."+name, fmt.Sprintf("%s has no such number; %s", whose, hint))
	}
	return values
}

func (c *checker) underlying(u Underlying) {
	for _, v := range []struct {
		field string
		value Value
	}{
		{"sigma", u.Sigma}, {"sigma_se", u.SigmaSE}, {"sigma_se_robust", u.SigmaSERobust}, {"mu_se", u.MuSE},
	} {
		c.number(v.field, v.value, v.value.Value > 0 && v.value.Value < 10, "a number in (0, 10)")
	}
	c.number("mu", u.Mu, math.Abs(u.Mu.Value) < 10, "a number in (-10, 10)")

	if u.Sample.File == "" || u.Sample.Origin == "" {
		c.fault("sample", "no file or no origin; want both")
	}
	first, err1 := time.Parse(time.RFC3339, u.Sample.First)
	last, err2 := time.Parse(time.RFC3339, u.Sample.Last)
	step, err3 := time.ParseDuration(u.Sample.Step)
	if err := errors.Join(err1, err2, err3); err != nil {
		c.fault("sample", strings.ReplaceAll(err.Error(), "\n", "; "))
	} else if step <= 0 || u.Sample.Rows < 2 || !last.Equal(first.Add(step*time.Duration(u.Sample.Rows-1))) {
		c.fault("sample", fmt.Sprintf("%d rows of %v do not lead from %s to %s",
			u.Sample.Rows, step, u.Sample.First, u.Sample.Last))
	}
	for i, f := range u.Models {
		c.fit(fmt.Sprintf("models[%d]", i), f)
		if slices.ContainsFunc(u.Models[:i], func(g Fit) bool { return g.Kind == f.Kind }) || f.Kind == "gbm" {
			c.fault(fmt.Sprintf("models[%d].kind", i), fmt.Sprintf("a second %s; want one", f.Kind))
		}
	}
	c.recommended(u)
}

// recommended checks that a recommended model was fitted, and that it says why and since when.
func (c *checker) recommended(u Underlying) {
	r := u.Recommended
	if r == (Recommendation{}) {
		return
	}
	if _, fitted := u.fit(r.Model); !fitted {
		c.fault("recommended.model", fmt.Sprintf("%q; want one of models that could be fitted", r.Model))
	}
	if r.Reason == "" || r.Evidence == "" {
		c.fault("recommended", "no reason or no evidence; want both")
	}
	if _, err := time.Parse(time.DateOnly, r.Date); err != nil {
		c.fault("recommended.date", fmt.Sprintf("%.40q; want a day such as 2026-01-31", r.Date))
	}
}

// fit checks a fitted model: its kind, that each of its parameters is there and in range,
// and what they make together.
func (c *checker) fit(field string, f Fit) {
	c.provenance(field, f.Provenance)
	kind, err := models.Registry.Kind(f.Kind)
	if err != nil {
		c.fault(field+".kind", err.Error())
		return
	}
	if f.Unfitted != "" {
		if len(f.Numbers) > 0 {
			c.fault(field+".parameters", "parameters of a model that could not be fitted; want none")
		}
		return
	}
	if f.Method == "" {
		c.fault(field+".method", "missing; want how the model was fitted")
	}
	if !(f.Volatility > 0 && f.Volatility < 10) {
		c.fault(field+".volatility", fmt.Sprintf("%v; want a number in (0, 10)", f.Volatility))
	}
	if !(f.Last >= 0 && f.Last < 100) {
		c.fault(field+".last", fmt.Sprintf("%v; want a volatility in [0, 100)", f.Last))
	}
	before, part := len(c.faults), param.Part{Kind: f.Kind, Values: param.Values{}}
	for _, p := range kind.Params {
		// A word is the default, and momentum is not fitted.
		if p.Name == models.Mu.Name || p.Word != "" || p.With != "" {
			continue
		}
		number, ok := f.Numbers[p.Name]
		at := field + ".numbers." + p.Name
		switch {
		case !ok:
			c.fault(at, "missing; want value, and se if it was estimated")
		case p.Check(number.Value) != nil:
			c.fault(at, strings.TrimPrefix(p.Check(number.Value).Error(), p.Name+" = "))
		case !(number.SE >= 0) || math.IsInf(number.SE, 0):
			c.fault(at, fmt.Sprintf("standard error %v; want a finite number of at least 0", number.SE))
		}
		for _, name := range param.SortedNames(number.Correlation) {
			if _, ok := part.Values[name]; !ok || f.Numbers[name].SE == 0 || number.SE == 0 {
				c.fault(at+".correlation",
					fmt.Sprintf("with %s; want estimated numbers before it, and it estimated", name))
			}
		}
		part.Values[p.Name] = number.Value
	}
	if len(f.Numbers) > len(part.Values) {
		c.fault(field+".numbers", fmt.Sprintf("%d numbers; %s has %d besides mu",
			len(f.Numbers), f.Kind, len(part.Values)))
	}
	if len(c.faults) > before {
		return
	}
	m, err := models.Registry.Build(part)
	if err == nil {
		err = m.Check()
	}
	if e := f.errors(); err == nil && e != nil {
		var restored models.Fit
		if restored, err = models.Restore(part, e.Names, e.Cov); err == nil {
			_, err = restored.Draws()
		}
	}
	if err != nil {
		c.fault(field+".numbers", strings.TrimPrefix(err.Error(), "models: "))
	}
}

// A checker collects the faults of one file, and finds their lines.
type checker struct {
	name   string
	file   *ast.File
	path   string // of the entry being checked
	title  string // of the entry being checked
	faults []error
}

func (c *checker) entry(path, name string) {
	c.path, c.title = path, name
	if name == "" {
		c.title = path
		c.fault("name", "missing; want the name of the entry")
	}
}

func (c *checker) number(field string, v Value, ok bool, want string) {
	switch {
	case v == Value{}:
		c.fault(field, "missing; want value, source and as_of")
		return
	case math.IsNaN(v.Value):
		c.fault(field, "no value; want "+want)
	case !ok:
		c.fault(field, fmt.Sprintf("value %v; want %s", v.Value, want))
	}
	c.provenance(field, v.Provenance)
}

// text checks that a word is there, and where it comes from.
func (c *checker) text(field string, t Text) {
	switch {
	case t == Text{}:
		c.fault(field, "missing; want value, source and as_of")
		return
	case t.Value == "":
		c.fault(field, "no value; want a word or a number")
	}
	c.provenance(field, t.Provenance)
}

func (c *checker) provenance(field string, p Provenance) {
	if p.Source == "" {
		c.fault(field, "no source; want where the value, or the reason to assume it, was read")
	}
	if p.AsOf == "" {
		c.fault(field, "no as_of; want a day such as 2026-01-31")
	} else if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
		c.fault(field, fmt.Sprintf("as_of %.40q; want a day such as 2026-01-31", p.AsOf))
	}
	if p.Unknown != (p.Assumption != "") {
		c.fault(field, "want an assumption if, and only if, the value is unknown: true")
	}
}

func (c *checker) fault(field, what string) {
	place := c.name
	if line := c.line(field); line > 0 {
		place = fmt.Sprintf("%s: line %d", c.name, line)
	}
	c.faults = append(c.faults, fmt.Errorf("catalogue: %s: %s",
		place, strings.Join(nonempty(c.title, field, what), ": ")))
}

// line is where the field begins, or what is there of it; zero if nothing is.
func (c *checker) line(field string) int {
	for path := strings.Trim(c.path+"."+field, "."); path != ""; path =
		path[:max(0, strings.LastIndexByte(path, '.'))] {
		query, err := yaml.PathString("$." + path)
		if err != nil {
			continue
		}
		if node, err := query.FilterFile(c.file); err == nil && node != nil && node.GetToken() != nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}

func nonempty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
