package cli

import (
	"slices"
	"strings"
	"time"

	"mcrisk/paths"
)

// SomeFiles wants one file of prices or more, each once.
func SomeFiles(files []string) error {
	if len(files) == 0 {
		return Input("0 files; want one CSV of prices or more")
	}
	for i, file := range files {
		if slices.Contains(files[:i], file) {
			return Input("%s twice; want each file once", file)
		}
	}
	return nil
}

// Instant reads a flag's day or time, which must be given.
func Instant(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, Input("no --%s; want a day such as 2023-01-01", name)
	}
	t, err := instant(name, text)
	return t, AsInput(err)
}

// ReadAll reads the part of several files, and returns the SHA-256 of each by its name.
func (o *HistoryOptions) ReadAll(session *Session, files []string) ([]*paths.History, map[string]string, error) {
	var histories []*paths.History
	hashes := map[string]string{}
	for _, file := range files {
		h, hash, err := o.Read(session, file)
		if err != nil {
			return nil, nil, err
		}
		histories, hashes[file] = append(histories, h), hash
	}
	return histories, hashes, nil
}

// Kinds reads some kinds of models, with commas between, or all of those known.
func Kinds(text string, known []string) ([]string, error) {
	kinds := strings.Split(strings.ReplaceAll(text, " ", ""), ",")
	if text == "all" {
		kinds = known
	}
	for i, kind := range kinds {
		if err := OneOf("--model", kind, known); err != nil {
			return nil, AsInput(err)
		}
		if slices.Contains(kinds[:i], kind) {
			return nil, Input("--model names %s twice", kind)
		}
	}
	return kinds, nil
}
