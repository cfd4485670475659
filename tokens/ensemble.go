package tokens

import (
	"fmt"
	"slices"
	"time"
)

// An Ensemble is the lifetimes of one token on many paths, by column.
type Ensemble struct {
	Token   Token
	Horizon time.Duration
	N       int // lifetimes

	names   []string
	columns map[string][]float64
}

// NewEnsemble returns an empty ensemble of n lifetimes.
func NewEnsemble(t Token, horizon time.Duration, n int) Ensemble {
	return Ensemble{Token: t, Horizon: horizon, N: n, columns: map[string][]float64{}}
}

// Years is the length of the lifetimes.
func (e *Ensemble) Years() float64 { return years(e.Horizon) }

// Add adds a column, one number for each path in path order. The ensemble
// keeps the slice.
func (e *Ensemble) Add(name string, column []float64) {
	if len(column) != e.N {
		panic(fmt.Sprintf("tokens: column %s has %d numbers, the ensemble %d lifetimes", name, len(column), e.N))
	}
	if _, ok := e.columns[name]; ok {
		panic(fmt.Sprintf("tokens: two columns are called %s", name))
	}
	e.names = append(e.names, name)
	e.columns[name] = column
}

// First are the first n lifetimes of the ensemble.
func (e *Ensemble) First(n int) Ensemble {
	first := NewEnsemble(e.Token, e.Horizon, n)
	for _, name := range e.names {
		first.Add(name, e.columns[name][:n:n])
	}
	return first
}

// Idle reports whether a column says nothing of the token, see [Column], or the token's record has none of that name.
func (e *Ensemble) Idle(name string) bool {
	for i := range Columns {
		if c := &Columns[i]; c.Name == name {
			return c.Only != nil && !c.Only(&e.Token) || c.Idle != nil && c.Idle(&e.Token)
		}
	}
	return false
}

// Names are the columns kept, in order.
func (e *Ensemble) Names() []string { return e.names }

// Column returns a column by its name. It belongs to the ensemble. One that the token's
// record does not have is zero for each path. Asking for another column that was not kept
// is a mistake in the program and panics.
func (e *Ensemble) Column(name string) []float64 {
	c, ok := e.columns[name]
	if !ok {
		if !slices.ContainsFunc(Columns, func(c Column) bool {
			return c.Name == name && c.Only != nil && !c.Only(&e.Token)
		}) {
			panic(fmt.Sprintf("tokens: column %q was not kept", name))
		}
		c = make([]float64, e.N)
	}
	return c
}
