package rundir

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"mcrisk/study"
	"mcrisk/tokens"
)

// Whatever the file of a run has become, reading it ends with an error that
// names it or with lifetimes that are written and read again to the same bits.
func FuzzReadLifetimes(f *testing.F) {
	for _, text := range []string{
		"path,nav,rebalances\n0,1.5,3\n1,,0\n",
		"path,nav\n",
		"path,nav,nav\n0,1,2\n",
		"path,\"na\nv\"\n0,1\n",
		"path,nav\n0,-0\n1,+Inf\n2,0x1p-3\n3,NaN\n",
		"path\n0\n",
		"",
	} {
		f.Add([]byte(text))
	}
	read := func(data []byte) (tokens.Ensemble, error) {
		return ReadLifetimes(bytes.NewReader(data), "f.csv", tokens.Token{Name: "t"}, time.Hour)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := read(data)
		if err != nil {
			if !strings.Contains(err.Error(), "f.csv") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		var b bytes.Buffer
		if err := WriteLifetimes(&b, &e); err != nil {
			t.Fatal(err)
		}
		again, err := read(b.Bytes())
		if err != nil {
			t.Fatalf("%q\nwas written as %q: %v", data, b.Bytes(), err)
		}
		if a, b := study.Hash([]tokens.Ensemble{e}), study.Hash([]tokens.Ensemble{again}); a != b || again.N != e.N {
			t.Errorf("%q\nwas read again as other lifetimes", data)
		}
	})
}
