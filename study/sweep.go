package study

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/random"
	"mcrisk/tokens"
)

// A Sweep is a study at many values of some of its parameters: one cell for each
// combination of them, and the study itself, the baseline. All cells run on the same
// numbered paths: cells with the same price model on the same prices, the others on the
// same random numbers. So differences between cells are paired, path by path. A Sweep
// does not change once made.
type Sweep struct {
	Study  *Study // the baseline
	Axes   []Axis
	Sample int // cells of a Latin hypercube sample; 0: the whole grid

	points  []int32  // by cell of a sample, and then axis: which value; nil: the whole grid
	batches [][]int  // cells by batch
	places  [][2]int // of each cell: its batch, and where there

	laws   cache[modelPart] // those of the cells' models
	tokens cache[tokenPart] // of the cells
}

// BatchCells is how many cells share a batch at most: enough that their common
// prices cost little, few enough that their state stays in the cache.
const BatchCells = 32

// NewSweep makes a sweep of a study over the grid of the axes, whose last
// changes fastest, or over a Latin hypercube sample of it: sample cells, in which
// every value of an axis comes up equally often, to within one. Combinations that
// make no valid study are cells that fail; a value that is wrong in all of its
// combinations is an error.
func NewSweep(study *Study, axes []Axis, sample int) (*Sweep, error) {
	baseline, err := study.WithPaths(study.spec.Paths, 0)
	if err != nil {
		return nil, err
	}
	if err := study.CheckDates(); err != nil {
		return nil, err
	}
	s := &Sweep{Study: baseline, Axes: slices.Clone(axes), Sample: sample}
	s.remember()
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Sample > 0 {
		s.points = s.hypercube()
	}
	if err := s.hopeless(); err != nil {
		return nil, err
	}
	s.gather()
	return s, nil
}

// check reports axes that cannot be swept.
func (s *Sweep) check() error {
	if len(s.Study.spec.Others) > 0 {
		return errors.New("study: a sweep of several underlyings; want one")
	}
	if len(s.Axes) == 0 {
		return errors.New("study: nothing to sweep over; want at least one axis")
	}
	var faults []error
	every := []Spec{s.Study.spec} // with each of the models
	for _, a := range s.Axes {
		if a.Name == ModelAxis {
			every = nil
			for i := range a.Models {
				t, _ := a.set(s.Study.spec, i)
				every = append(every, t)
			}
		}
	}
	for i, a := range s.Axes {
		faults = append(faults, a.check())
		if slices.ContainsFunc(s.Axes[:i], func(b Axis) bool { return b.Name == a.Name }) {
			faults = append(faults, fmt.Errorf("%s is swept twice", a.Name))
		}
		if edge := a.Name == "low" || a.Name == "high"; edge &&
			slices.ContainsFunc(s.Axes, func(b Axis) bool { return b.Name == HalfWidth.Name }) {
			faults = append(faults, fmt.Errorf("%s is swept beside %s, which sets it; want one of them",
				a.Name, HalfWidth.Name))
		}
		for _, t := range every {
			if a.Name != ModelAxis {
				if _, err := t.Param(a.Name); err != nil {
					faults = append(faults, err)
					break
				}
			}
		}
	}
	size := s.grid()
	if size > MaxCells && s.Sample == 0 {
		faults = append(faults, fmt.Errorf("study: a grid of %.0f cells; want at most %d, or a sample of it",
			size, MaxCells))
	}
	if s.Sample < 0 || s.Sample > MaxCells || float64(s.Sample) > size {
		faults = append(faults, fmt.Errorf("study: a sample of %d cells from a grid of %.0f; "+
			"want at most all of them and at most %d", s.Sample, size, MaxCells))
	}
	return errors.Join(faults...)
}

// grid is the number of combinations.
func (s *Sweep) grid() float64 {
	n := 1.0
	for _, a := range s.Axes {
		n *= float64(len(a.Values))
	}
	return n
}

// hypercube draws the cells of the sample: along each axis a random permutation
// of the cells, cut into as many equal parts as the axis has values.
// Source: McKay, Beckman and Conover, Technometrics 21 (1979).
func (s *Sweep) hypercube() []int32 {
	points := make([]int32, s.Sample*len(s.Axes))
	for i, a := range s.Axes {
		source := random.NewSource(s.Study.spec.Seed, uint64(i), random.Stream(random.Design, 0))
		for cell, at := range source.Rand().Perm(s.Sample) {
			points[cell*len(s.Axes)+i] = int32(at * len(a.Values) / s.Sample)
		}
	}
	return points
}

// Cells is the number of cells, without the baseline.
func (s *Sweep) Cells() int {
	if s.Sample > 0 {
		return s.Sample
	}
	return int(s.grid())
}

// Baseline is the number of the baseline cell, after all others.
func (s *Sweep) Baseline() int { return s.Cells() }

// At returns the indices of a cell's values, by axis.
func (s *Sweep) At(cell int) []int {
	at := make([]int, len(s.Axes))
	if s.points != nil {
		for i, k := range s.points[cell*len(at):][:len(at)] {
			at[i] = int(k)
		}
		return at
	}
	for i := len(at) - 1; i >= 0; i-- {
		n := len(s.Axes[i].Values)
		at[i] = cell % n
		cell /= n
	}
	return at
}

// Label names a cell by its values, as in "half-width=0.2 fee=0.001".
func (s *Sweep) Label(cell int) string {
	if cell == s.Baseline() {
		return "baseline"
	}
	text := ""
	for i, at := range s.At(cell) {
		a := s.Axes[i]
		text += " " + a.Name + "=" + a.Format(a.Values[at])
	}
	return text[1:]
}

// Cell returns the study of a cell, or why there is none. What cells share is built once,
// unless many other cells are asked for in between.
func (s *Sweep) Cell(cell int) (*Study, error) {
	if cell == s.Baseline() {
		return s.Study, nil
	}
	return s.cell(s.At(cell))
}

// set returns the spec at some indices: the model before its parameters, and a
// half-width after the target that it is around.
func (s *Sweep) set(at []int) (Spec, error) {
	t := s.Study.spec
	for turn := range 3 {
		for i, a := range s.Axes {
			when := 1
			switch a.Name {
			case ModelAxis:
				when = 0
			case HalfWidth.Name:
				when = 2
			}
			if when != turn {
				continue
			}
			var err error
			if t, err = a.set(t, at[i]); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// cell returns the study at some indices.
func (s *Sweep) cell(at []int) (*Study, error) {
	spec, err := s.set(at)
	if err != nil {
		return nil, err
	}
	m := s.laws.get(keyOf(spec.Model), func() modelPart { return s.makeModel(spec) })
	spec.Model = m.part
	c := &Study{spec: spec, laws: []law{m.law}, follow: s.Study.follow}
	incomplete, faults := []error{m.incomplete}, []error{m.fault}
	for _, t := range spec.Tokens {
		p := s.tokens.get(t.key(), func() tokenPart { return makeToken(t) })
		switch {
		case !p.complete: // complete it again: the cached error has another token's name
			_, err := t.Complete()
			incomplete = append(incomplete, err)
		case p.fault != nil:
			faults = append(faults, fmt.Errorf("token %s: %w", t.Name, p.fault))
		}
		p.token.Name = t.Name
		c.tokens, c.rates = append(c.tokens, p.token), append(c.rates, p.rates)
	}
	if err := errors.Join(incomplete...); err != nil {
		return nil, err
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, c.CheckDates()
}

// A modelPart is a cell's model, complete and built.
type modelPart struct {
	part              param.Part
	law               law
	incomplete, fault error // why it could not be completed, and what is wrong with it then
}

// makeModel is the model of a spec whose other numbers are the sweep's.
func (s *Sweep) makeModel(spec Spec) (p modelPart) {
	part, m, err := models.Registry.Make(spec.Model)
	if err != nil {
		return modelPart{incomplete: fmt.Errorf("model: %w", err)}
	}
	p.part, spec.Model = part, part
	if part.Kind != s.Study.spec.Model.Kind {
		spec.Errors = nil // they are those of the study's own model
	}
	p.law, p.fault = lawOf(spec, m)
	return p
}

// A tokenPart is a cell's token, built.
type tokenPart struct {
	complete bool // its parameters are in range one by one
	token    tokens.Token
	rates    rates.Process
	fault    error // what is wrong with them together
}

func makeToken(t TokenSpec) tokenPart {
	token, err := t.Build()
	if err != nil {
		return tokenPart{}
	}
	p := tokenPart{complete: true, token: token, fault: token.Check()}
	if p.fault == nil {
		p.rates, p.fault = t.process()
	}
	return p
}

// remember caches the parts of the baseline, which other cells share.
func (s *Sweep) remember() {
	b := s.Study
	s.laws.get(keyOf(b.spec.Model), func() modelPart { return modelPart{part: b.spec.Model, law: b.laws[0]} })
	for i, t := range b.spec.Tokens {
		s.tokens.get(t.key(), func() tokenPart {
			return tokenPart{complete: true, token: b.tokens[i],
				rates: b.rates[i]}
		})
	}
}

// gather forms the batches: cells whose price model is the same, in order.
func (s *Sweep) gather() {
	ofModel := Sweep{Study: s.Study} // over the axes that change the model
	var which []int
	for i, a := range s.Axes {
		if a.Name == ModelAxis || len(appendOwners(nil, "", models.Registry.Kinds(), a.Name)) > 0 {
			ofModel.Axes, which = append(ofModel.Axes, a), append(which, i)
		}
	}
	baseline := keyOf(s.Study.spec.Model)
	keys := map[string]string{}
	byModel := map[string][]int{}
	var order []string
	for cell := range s.Cells() + 1 {
		key := baseline
		if cell != s.Baseline() {
			all := s.At(cell)
			at := make([]int, len(which))
			for k, i := range which {
				at[k] = all[i]
			}
			values := fmt.Sprint(at)
			var known bool
			if key, known = keys[values]; !known {
				t, _ := ofModel.set(at) // an error is the cell's
				key = keyOf(t.Model)
				keys[values] = key
			}
		}
		if byModel[key] == nil {
			order = append(order, key)
		}
		byModel[key] = append(byModel[key], cell)
	}
	for _, key := range order {
		s.batches = slices.AppendSeq(s.batches, slices.Chunk(byModel[key], BatchCells))
	}
	s.places = make([][2]int, s.Cells()+1)
	for b, cells := range s.batches {
		for i, cell := range cells {
			s.places[cell] = [2]int{b, i}
		}
	}
}

// keyOf is the same text for equal parts.
func keyOf(p param.Part) string { return string(appendKey(nil, p.Kind, p.Values)) }

// key is the same text for tokens that differ in their names only.
func (t TokenSpec) key() string {
	key := appendKey(nil, t.Policy.Kind, t.Policy.Values)
	key = appendKey(key, t.Mechanism.Kind, t.Mechanism.Values)
	key = appendKey(key, t.Rates.Kind, t.Rates.Values)
	key = appendKey(key, "", t.Values)
	for _, name := range slices.Sorted(maps.Keys(t.Series)) {
		s := t.Series[name]
		key = fmt.Appendf(key, "%s %s %s %s %t ", name, s, s.SHA256, s.Zone, s.Hold)
		key = appendKey(key, "", s.Adjust)
	}
	if len(t.Changes) > 0 {
		key = fmt.Append(key, t.Changes)
	}
	return string(key)
}

func appendKey(key []byte, kind string, values param.Values) []byte {
	key = append(key, kind...)
	for _, name := range param.SortedNames(values) {
		key = append(append(key, ' '), name...)
		key = strconv.AppendFloat(append(key, '='), values[name], 'g', -1, 64)
	}
	return append(key, '\n')
}

// maxTries is how many combinations are tried for valid ones before a sweep: a
// second or two. Values that are left then are found wrong when their cells run.
const maxTries = 20_000

// hopeless reports values of axes that make no valid study in any combination. It tries
// a diagonal of the grid first, which is usually enough.
func (s *Sweep) hopeless() error {
	longest := 0
	valid := make([][]bool, len(s.Axes)) // by axis and value
	for i, a := range s.Axes {
		longest = max(longest, len(a.Values))
		valid[i] = make([]bool, len(a.Values))
	}
	tries := 0
	try := func(at []int) error {
		tries++
		_, err := s.cell(at)
		if err == nil {
			for i := range at {
				valid[i][at[i]] = true
			}
		}
		return err
	}
	for k := range min(longest, maxTries/2) {
		at := make([]int, len(s.Axes))
		for i, a := range s.Axes {
			at[i] = k % len(a.Values)
		}
		_ = try(at)
	}
	var faults []error
	for i, a := range s.Axes {
		others := Sweep{Axes: slices.Delete(slices.Clone(s.Axes), i, i+1)}
		var wrong []error
		for k, v := range a.Values {
			var last error
			n := 0
			for ; !valid[i][k] && float64(n) < others.grid() && tries < maxTries; n++ {
				last = try(slices.Insert(others.At(n), i, k))
			}
			if !valid[i][k] && float64(n) == others.grid() {
				if wrong = append(wrong, fmt.Errorf("%s = %s: %w",
					a.Name, a.Format(v), last)); len(wrong) > mostFaults {
					break // perhaps there are thousands
				}
			}
		}
		faults = append(faults, few(wrong, a.Name))
	}
	return errors.Join(faults...)
}

// mostFaults is how many faults of an axis are reported.
const mostFaults = 5

// few joins the first of perhaps many faults.
func few(faults []error, name string) error {
	if len(faults) > mostFaults {
		faults = append(faults[:mostFaults:mostFaults], fmt.Errorf("%s: more values are wrong", name))
	}
	return errors.Join(faults...)
}
