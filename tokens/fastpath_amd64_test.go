//go:build !purego

package tokens

import (
	"fmt"
	"testing"
)

// eachWidth runs a test with the vector code of AVX2 and, where the processor
// has it, of AVX-512.
func eachWidth(t *testing.T, test func(*testing.T)) {
	defer func(was bool) { wide = was }(wide)
	most := wide
	for _, wide = range []bool{false, most} {
		t.Run(fmt.Sprintf("avx512=%v", wide), test)
		if !most {
			break
		}
	}
}
