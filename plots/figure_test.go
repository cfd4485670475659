package plots

import (
	"bytes"
	"encoding/xml"
	"flag"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
func keep(t *testing.T, name string, f *Figure) {
	t.Helper()
	if *out == "" {
		return
	}
	png, svg := render(t, f)
	var pdf bytes.Buffer
	if err := f.WritePDF(&pdf); err != nil {
		t.Fatal(err)
	}
	for ext, data := range map[string][]byte{".png": png, ".svg": svg, ".pdf": pdf.Bytes()} {
		if err := os.WriteFile(filepath.Join(*out, name+ext), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// The drawings, at half the usual resolution, against images that someone has
// looked at. A different processor may round the edge of a shape differently,
// hence the few pixels allowed; one digit of one label changes more.
func TestGolden(t *testing.T) {
	const mayDiffer = 12 // pixels
	for name, build := range gallery() {
		t.Run(name, func(t *testing.T) {
			f, err := build()
			if err != nil {
				t.Fatal(err)
			}
			keep(t, name, f)
			var got bytes.Buffer
			if err := f.writePNG(&got, 100); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".png")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := differing(t, got.Bytes(), want); n > mayDiffer {
				t.Errorf("%d pixels differ from %s; look at both, then run with -update", n, path)
			}
		})
	}
}

// decode reads a PNG.
func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// differing counts the pixels that differ by more than a sixteenth in a channel,
// or returns all of them if the sizes differ.
func differing(t *testing.T, a, b []byte) int {
	t.Helper()
	p, q := decode(t, a), decode(t, b)
	if p.Bounds() != q.Bounds() {
		return p.Bounds().Dx() * p.Bounds().Dy()
	}
	n := 0
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			r1, g1, b1, _ := p.At(x, y).RGBA()
			r2, g2, b2, _ := q.At(x, y).RGBA()
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				n++
			}
		}
	}
	return n
}

func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0xffff/16 }

// Two figures from the same input, drawn at once and twice each, are the same
// bytes.
func TestSameBytes(t *testing.T) {
	a, b := gallery(), gallery()
	for name := range a {
		first, err := a[name]()
		if err != nil {
			t.Fatal(err)
		}
		second, err := b[name]()
		if err != nil {
			t.Fatal(err)
		}
		var pngs, svgs [4][]byte
		var wait sync.WaitGroup
		for i, f := range []*Figure{first, first, second, second} {
			wait.Go(func() {
				var p, s bytes.Buffer
				if f.writePNG(&p, 40) == nil && f.WriteSVG(&s) == nil {
					pngs[i], svgs[i] = p.Bytes(), s.Bytes()
				}
			})
		}
		wait.Wait()
		for i := range pngs {
			if len(pngs[i]) == 0 || !bytes.Equal(pngs[i], pngs[0]) {
				t.Errorf("%s: PNG %d differs from the first", name, i)
			}
			if len(svgs[i]) == 0 || !bytes.Equal(svgs[i], svgs[0]) {
				t.Errorf("%s: SVG %d differs from the first", name, i)
			}
		}
	}
}

// An SVG is well formed, has its title and caption for those who listen and its words
// as text, each fitted to a width so that it needs no font of its own, and needs
// nothing from elsewhere.
func TestSVGStandsAlone(t *testing.T) {
	d := costs()
	d.Title, d.Caption = "Fees < 1 % & more", "A caption."
	f, err := CostDrag(d)
	if err != nil {
		t.Fatal(err)
	}
	_, svg := render(t, f)
	texts := map[string]string{}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	element := ""
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			element = x.Name.Local
			if element == "image" || element == "use" {
				t.Errorf("found <%s>; want paths and text only", element)
			}
			if element == "text" {
				fitted := map[string]string{}
				for _, a := range x.Attr {
					fitted[a.Name.Local] = a.Value
				}
				if w, err := strconv.ParseFloat(fitted["textLength"], 64); err != nil || !(w > 0 && w < 468) {
					t.Errorf("a text is fitted to a width of %q; want one on the page", fitted["textLength"])
				}
			}
		case xml.CharData:
			texts[element] += string(x)
		}
	}
	if got := strings.TrimSpace(texts["title"]); got != d.Title {
		t.Errorf("title = %q, want %q", got, d.Title)
	}
	for _, word := range []string{"Fees < 1\u00a0% & more", "Borrow interest", "Cost drag (log units per year)"} {
		if !strings.Contains(texts["text"], word) {
			t.Errorf("%q is no text", word)
		}
	}
	if family := []byte(`<g font-family="Liberation Sans,Arial,Helvetica,sans-serif"`); bytes.Count(svg, family) != 1 {
		t.Error("the font family is not said once for all texts")
	}
	if got := strings.TrimSpace(texts["desc"]); got != "Zero throughout and not drawn: Funding, Entry fee.\n"+
		"A caption." {
		t.Errorf("desc = %q", got)
	}
}

// A long caption adds height and leaves the data as large as before.
func TestCaptionAddsHeight(t *testing.T) {
	d := costs()
	short, err := CostDrag(d)
	if err != nil {
		t.Fatal(err)
	}
	d.Caption = strings.Repeat(caption+" ", 10)
	long, err := CostDrag(d)
	if err != nil {
		t.Fatal(err)
	}
	w1, h1 := short.Size()
	w2, h2 := long.Size()
	if w1 != 6.5 || w2 != w1 || !(h2 > h1+1) {
		t.Errorf("sizes %v x %v and %v x %v; want 6.5 wide, the second more than an inch taller", w1, h1, w2, h2)
	}
}
