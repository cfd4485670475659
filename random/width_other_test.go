//go:build !amd64 || purego

package random

import "testing"

func eachWidth(t *testing.T, test func(*testing.T)) { test(t) }
