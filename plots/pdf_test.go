package plots

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// A PDF is the same bytes at any time, says no date but the agreed one, and
// refers to no font.
func TestPDFBytes(t *testing.T) {
	for name, build := range gallery() {
		if testing.Short() && name != "fan" && name != "heatmap" {
			continue
		}
		f, err := build()
		if err != nil {
			t.Fatal(err)
		}
		var a, b bytes.Buffer
		if err := f.WritePDF(&a); err != nil {
			t.Fatal(err)
		}
		if name == "fan" { // the writer's dates count seconds
			time.Sleep(1100 * time.Millisecond)
		}
		if err := f.WritePDF(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two PDFs differ", name)
		}
		if bytes.Contains(a.Bytes(), []byte("/FontDescriptor")) {
			t.Errorf("%s: the PDF embeds a font", name)
		}
		dates := regexp.MustCompile(`Date \((D:[^)]*)\)`).FindAllSubmatch(a.Bytes(), -1)
		if len(dates) == 0 {
			t.Errorf("%s: no date to check", name)
		}
		for _, d := range dates {
			if string(d[1]) != "D:20000101000000" {
				t.Errorf("%s: date %s", name, d[1])
			}
		}
	}
}

// Each figure looks the same as PDF and as PNG: rasterised at one size, few
// pixels differ by much. Edges are smoothed differently, hence a share; a fill
// with the wrong opacity or a mirrored cell is far beyond it.
func TestPDFLooksLikePNG(t *testing.T) {
	if testing.Short() {
		t.Skip("rasterises every figure")
	}
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm, of poppler-utils, is not installed")
	}
	for name, build := range gallery() {
		t.Run(name, func(t *testing.T) {
			f, err := build()
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var pdf, drawn bytes.Buffer
			if err := f.WritePDF(&pdf); err != nil {
				t.Fatal(err)
			}
			if err := f.writePNG(&drawn, 72); err != nil {
				t.Fatal(err)
			}
			page := filepath.Join(dir, "page")
			if err := os.WriteFile(page+".pdf", pdf.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(tool, "-r", "72", "-png", "-singlefile", page+".pdf",
				page).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			raster, err := os.ReadFile(page + ".png")
			if err != nil {
				t.Fatal(err)
			}
			if d := apart(t, raster, drawn.Bytes()); d > 0.018 {
				t.Errorf("PDF and PNG differ by %.3f of the full range on average", d)
			}
		})
	}
}

// apart is the mean difference of two pictures, over blocks of 4 × 4 pixels so
// that the smoothing of edges does not count, in the largest channel.
func apart(t *testing.T, a, b []byte) float64 {
	t.Helper()
	p, q := decode(t, a), decode(t, b)
	w, h := min(p.Bounds().Dx(), q.Bounds().Dx()), min(p.Bounds().Dy(), q.Bounds().Dy())
	if dw, dh := p.Bounds().Dx()-q.Bounds().Dx(), p.Bounds().Dy()-q.Bounds().Dy(); dw*dw > 1 || dh*dh > 1 {
		t.Fatalf("sizes %v and %v", p.Bounds(), q.Bounds())
	}
	block := func(m image.Image, x, y int) (sum [3]float64) {
		for dy := range 4 {
			for dx := range 4 {
				c := color.NRGBAModel.Convert(m.At(x+dx, y+dy)).(color.NRGBA)
				sum[0] += float64(c.R) / 16 / 255
				sum[1] += float64(c.G) / 16 / 255
				sum[2] += float64(c.B) / 16 / 255
			}
		}
		return sum
	}
	total, n := 0.0, 0
	for y := 0; y+4 <= h; y += 4 {
		for x := 0; x+4 <= w; x += 4 {
			s, r := block(p, x, y), block(q, x, y)
			d := 0.0
			for k := range s {
				d = max(d, s[k]-r[k], r[k]-s[k])
			}
			total += d
			n++
		}
	}
	return total / float64(n)
}
