package param

import "sort"

// Nearest returns up to three of the names that are close to a misspelt one,
// the closest first, leaving out those that have less than half in common with
// it.
func Nearest(name string, names []string) []string {
	if len(name) > 40 { // no name is that long, and the distance takes the product of the lengths
		return nil
	}
	type match struct {
		name string
		d    int
	}
	var ms []match
	for _, n := range names {
		if d := distance(name, n); 2*d <= len(n) {
			ms = append(ms, match{n, d})
		}
	}
	sort.SliceStable(ms, func(i, j int) bool { return ms[i].d < ms[j].d })
	var out []string
	for _, m := range ms[:min(3, len(ms))] {
		out = append(out, m.name)
	}
	return out
}

// distance is the Levenshtein distance of two names in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, diag+1)
		}
	}
	return row[len(b)]
}
