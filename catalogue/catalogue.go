// Package catalogue holds real leveraged tokens and the underlyings they
// follow, as data: one YAML file per family, embedded, each value with its
// source and its date, and each unpublished value marked as unknown
// with the assumption used in its place.
//
// Rates and volatilities are per year of 365 days, rates continuously
// compounded; fees and thresholds are fractions; targets are signed, bands are
// magnitudes; money is in USD. Nothing here simulates or fits; the tests fit the models
// again.
package catalogue

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mcrisk/param"
)

//go:embed *.yaml
var files embed.FS

// LookupToken returns the token of that name, in upper or lower case. The error
// for an unknown name lists the nearest ones.
func LookupToken(name string) (Token, error) {
	return find("token", name, "", func(f Family) []Token { return f.Tokens })
}

// LookupUnderlying returns the underlying of that name, in upper or lower case.
// The error for an unknown name lists the nearest ones.
func LookupUnderlying(name string) (Underlying, error) {
	return find("underlying", name, "", func(f Family) []Underlying { return f.Underlyings })
}

// LookupBrownian is [LookupUnderlying] without Recommended and Models, which stand last in an entry and take
// most of the time: geometric Brownian motion is left.
func LookupBrownian(name string) (Underlying, error) {
	u, err := find("underlying", name, "    recommended:", func(f Family) []Underlying { return f.Underlyings })
	u.Recommended, u.Models = Recommendation{}, nil
	return u, err
}

// found are the entries that find has read, by kind, name and where they were cut off.
var found sync.Map

// find parses the file that has an entry, up to its end, or to the line in it that begins with until: all
// files take as long as some studies do.
func find[T named](kind, name, until string, entries func(Family) []T) (T, error) {
	key := kind + " " + name + until
	if e, ok := found.Load(key); ok {
		return e.(T), nil
	}
	names, _ := files.ReadDir(".") // nothing embedded fails to be read
	for _, file := range names {
		data, _ := files.ReadFile(file.Name())
		end, ok := endOf(data, name, until)
		if !ok {
			continue
		}
		family, err := Parse(file.Name(), data[:end])
		if err != nil {
			panic(err) // as in all
		}
		if e, err := lookup(kind, name, entries(family)); err == nil {
			found.Store(key, e)
			return e, nil
		}
	}
	return lookup(kind, name, entries(all()))
}

// endOf is where the entry of a name ends in a file, if the file has one, or where the line in it begins
// that begins with until, if that is not empty. Entries may refer to what stands before them.
func endOf(text []byte, name, until string) (end int, ok bool) {
	for line := range bytes.Lines(text) {
		if entry, begins := bytes.CutPrefix(line, []byte("  - name: ")); begins {
			if ok {
				break
			}
			ok = bytes.EqualFold(bytes.TrimSpace(entry), []byte(name))
		}
		if ok && until != "" && bytes.HasPrefix(line, []byte(until)) {
			break
		}
		end += len(line)
	}
	return end, ok
}

// Tokens returns all tokens, sorted by name.
func Tokens() []Token { return slices.Clone(all().Tokens) }

// Underlyings returns all underlyings, sorted by name.
func Underlyings() []Underlying { return slices.Clone(all().Underlyings) }

// all is the union of the embedded families. A fault in them is a bug of this
// package, which its tests find, so it panics.
var all = sync.OnceValue(func() Family {
	union, err := load()
	if err != nil {
		panic(err)
	}
	return union
})

// load parses the embedded files and checks what no file can know alone: that
// names are unique and that each token's underlying is there.
func load() (Family, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return Family{}, err
	}
	var families []Family
	var faults []error
	for _, entry := range entries {
		data, err := files.ReadFile(entry.Name())
		if err != nil {
			return Family{}, err
		}
		family, err := Parse(entry.Name(), data)
		faults = append(faults, err)
		families = append(families, family)
	}
	union, err := unite(families)
	return union, errors.Join(append(faults, err)...)
}

func unite(families []Family) (Family, error) {
	union := Family{Name: "all"}
	for _, f := range families {
		union.Tokens = append(union.Tokens, f.Tokens...)
		union.Underlyings = append(union.Underlyings, f.Underlyings...)
	}
	faults := []error{sortByName("token", union.Tokens), sortByName("underlying", union.Underlyings)}
	for _, t := range union.Tokens {
		if _, err := lookup("underlying", t.Underlying, union.Underlyings); err != nil {
			faults = append(faults, fmt.Errorf("catalogue: token %s: %w", t.Name, err))
		}
	}
	return union, errors.Join(faults...)
}

// named is what a catalogue lists.
type named interface{ name() string }

func (t Token) name() string      { return t.Name }
func (u Underlying) name() string { return u.Name }

// sortByName sorts entries in place and refuses two of the same name, in any case.
func sortByName[T named](kind string, entries []T) error {
	slices.SortStableFunc(entries, func(a, b T) int {
		return cmp.Compare(strings.ToUpper(a.name()), strings.ToUpper(b.name()))
	})
	var faults []error
	for i := 1; i < len(entries); i++ {
		if strings.EqualFold(entries[i].name(), entries[i-1].name()) {
			faults = append(faults, fmt.Errorf("catalogue: two entries for %s %s; want one", kind, entries[i].name()))
		}
	}
	return errors.Join(faults...)
}

func lookup[T named](kind, name string, entries []T) (T, error) {
	var names, upper []string
	for _, e := range entries {
		if strings.EqualFold(e.name(), name) {
			return e, nil
		}
		names, upper = append(names, e.name()), append(upper, strings.ToUpper(e.name()))
	}
	var none T
	if near := param.Nearest(strings.ToUpper(name), upper); len(near) > 0 {
		for i, n := range near {
			near[i] = names[slices.Index(upper, n)]
		}
		return none, fmt.Errorf("catalogue: no %s %.40q; did you mean %s?", kind, name, strings.Join(near, " or "))
	}
	return none, fmt.Errorf("catalogue: no %s %.40q; want one of %s", kind, name, strings.Join(names, ", "))
}
