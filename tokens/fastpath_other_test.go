//go:build !amd64 || purego

package tokens

import "testing"

func eachWidth(t *testing.T, test func(*testing.T)) { test(t) }
