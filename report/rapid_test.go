package report

import "flag"

// Property tests draw the same examples every time, so that a failure belongs
// to a change; -rapid.seed=0 draws new ones.
func init() { _ = flag.Set("rapid.seed", "1") }
