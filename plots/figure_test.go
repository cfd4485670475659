package plots

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	update = flag.Bool("update", false, "write the golden images anew")
	out    = flag.String("out", "", "also write every figure as PNG and SVG to this folder, to be looked at")
)

func render(t *testing.T, f *Figure) (png, svg []byte) {
	t.Helper()
	var p, s bytes.Buffer
	if err := f.WritePNG(&p); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteSVG(&s); err != nil {
		t.Fatal(err)
	}
	return p.Bytes(), s.Bytes()
}

// keep writes a figure to the folder of -out.
func keep(t *testing.T, name string, png, svg []byte) {
	t.Helper()
	if *out == "" {
		return
	}
	for ext, data := range map[string][]byte{".png": png, ".svg": svg} {
		if err := os.WriteFile(filepath.Join(*out, name+ext), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGallery(t *testing.T) {
	for name, build := range gallery() {
		t.Run(name, func(t *testing.T) {
			f, err := build()
			if err != nil {
				t.Fatal(err)
			}
			png, svg := render(t, f)
			keep(t, name, png, svg)
		})
	}
}
