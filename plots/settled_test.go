package plots

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// Whatever is drawn lands where the canvas below rounds it surely, within two parts of
// where it was, moved origins included, and a hair more or less in a coordinate
// changes nothing, though it lies half way between two parts.
func TestSettled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var c recorder.Canvas
	for _, s := range []settled{settledPixels(&c, 100), settledPixels(&c, 200), settledDigits(&c)} {
		for range 1000 {
			half := vg.Length((float64(rng.IntN(9000)) + 0.5) / s.parts)
			origin, corner := vg.Point{X: half, Y: vg.Length(rng.Float64() * 300)}, vg.Point{X: half * 3, Y: half}
			draw := func(hair vg.Length) (to vg.Point, drawn vg.PathComp) {
				c.Reset()
				s.Translate(vg.Point{X: origin.X + hair, Y: origin.Y})
				s.Fill(vg.Path{{Type: vg.CurveComp, Pos: corner,
					Control: []vg.Point{{X: corner.X + hair, Y: corner.Y - hair}}}})
				return c.Actions[0].(*recorder.Translate).Point, c.Actions[1].(*recorder.Fill).Path[0]
			}
			to, drawn := draw(0)
			for _, r := range []struct{ got, was vg.Length }{
				{to.X + drawn.Pos.X, origin.X + corner.X}, {to.Y + drawn.Pos.Y, origin.Y + corner.Y},
				{to.X + drawn.Control[0].X, origin.X + corner.X},
			} {
				_, fraction := math.Modf(float64(r.got) * s.parts)
				off := math.Abs(float64(r.got-r.was)) * s.parts
				if math.Abs(fraction-s.corner-s.origin) > 1e-6 || off > 2 {
					t.Fatalf("%v parts beyond a whole one and %v from where it was", fraction, off)
				}
			}
			again, redrawn := draw(1e-11)
			if again != to || redrawn.Pos != drawn.Pos || redrawn.Control[0] != drawn.Control[0] {
				t.Fatalf("a hair moves %v, %v to %v, %v", to, drawn, again, redrawn)
			}
		}
	}
}

// A hair more or less in every coordinate and size of a figure changes no byte of its
// files, texts included. So the last bits, which depend on the processor, cannot.
func TestHairChangesNoFile(t *testing.T) {
	figures := gallery()
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := figures[name]()
			if err != nil {
				t.Fatal(err)
			}
			moved := moveByHairs(t, f)
			for kind, write := range map[string]func(*Figure, io.Writer) error{
				"PNG": func(f *Figure, w io.Writer) error { return f.writePNG(w, 100) },
				"SVG": (*Figure).WriteSVG,
				"PDF": (*Figure).WritePDF,
			} {
				var a, b bytes.Buffer
				if err := errors.Join(write(f, &a), write(moved, &b)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a.Bytes(), b.Bytes()) {
					t.Errorf("%s: hairs change it", kind)
				}
			}
		})
	}
}

// moveByHairs is the figure with all that it draws moved by some 1e-11 points.
func moveByHairs(t *testing.T, f *Figure) *Figure {
	rng := rand.New(rand.NewPCG(3, 4))
	hair := func(x vg.Length) vg.Length { return x + vg.Length((rng.Float64()-0.5)*4e-11) }
	hairs := func(p vg.Path) (out vg.Path) {
		for _, c := range p {
			c.Pos = vg.Point{X: hair(c.Pos.X), Y: hair(c.Pos.Y)}
			c.Control = slices.Clone(c.Control)
			for i, q := range c.Control {
				c.Control[i] = vg.Point{X: hair(q.X), Y: hair(q.Y)}
			}
			if c.Type == vg.ArcComp {
				c.Radius = hair(c.Radius)
			}
			out = append(out, c)
		}
		return out
	}
	moved := Figure{title: f.title, caption: f.caption}
	replayed := &moved.strokes
	size := record(hair(f.width), hair(f.height), "", "", func(draw.Canvas) {})
	moved.width, moved.height = size.width, size.height
	for _, a := range f.strokes.Actions {
		switch a := a.(type) {
		case *recorder.SetColor, *recorder.Push, *recorder.Pop:
			a.ApplyTo(replayed)
		case *recorder.SetLineWidth:
			replayed.SetLineWidth(hair(a.Width))
		case *recorder.SetLineDash:
			dashes := slices.Clone(a.Dashes)
			for i, d := range dashes {
				dashes[i] = hair(d)
			}
			replayed.SetLineDash(dashes, hair(a.Offsets))
		case *recorder.Translate:
			replayed.Translate(vg.Point{X: hair(a.Point.X), Y: hair(a.Point.Y)})
		case *recorder.Stroke:
			replayed.Stroke(hairs(a.Path))
		case *recorder.Fill:
			replayed.Fill(hairs(a.Path))
		case *recorder.FillString:
			replayed.FillString(faceOf(hair(a.Size)), vg.Point{X: hair(a.Point.X), Y: hair(a.Point.Y)}, a.String)
		default:
			t.Fatalf("a figure has a %T, which the settled canvas does not move", a)
		}
	}
	return &moved
}

// A circle begins where the pen is put, so that no line leads to it.
func TestSettledCircle(t *testing.T) {
	var p vg.Path
	centre := vg.Point{X: 12.3456, Y: 7.8912}
	p.Move(vg.Point{X: centre.X + 2, Y: centre.Y})
	p.Arc(centre, 2, 0, 2*math.Pi)
	var c recorder.Canvas
	settledDigits(&c).Stroke(p)
	drawn := c.Actions[0].(*recorder.Stroke).Path
	if pen, want := drawn[0].Pos, (vg.Point{X: drawn[1].Pos.X + 2, Y: drawn[1].Pos.Y}); pen != want {
		t.Errorf("the pen is at %v, the circle begins at %v", pen, want)
	}
}
