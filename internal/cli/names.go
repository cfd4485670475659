package cli

import (
	"slices"

	"mcrisk/rundir"
	"mcrisk/study"
)

// PathNumber reads the number of one of a study's paths.
func PathNumber(text string, s *study.Study) (int, error) {
	paths := s.Spec().Paths
	n, err := rundir.Count(text)
	if err != nil || n >= uint64(paths) {
		return 0, Input("--path = %q; want a whole number from 0 to %d, the last of the %d paths", text, paths-1, paths)
	}
	return int(n), nil
}

// TokenNumber is the number of a study's token by name; an empty name is the first.
func TokenNumber(name string, s *study.Study) (int, error) {
	if name == "" {
		return 0, nil
	}
	i := slices.IndexFunc(s.Spec().Tokens, func(t study.TokenSpec) bool { return t.Name == name })
	if i < 0 {
		return 0, Input("--of = %q; no token of the study has that name", name)
	}
	return i, nil
}
