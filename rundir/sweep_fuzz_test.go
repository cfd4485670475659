package rundir

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"mcrisk/study"
)

// Whatever is written in a sweep's file, reading it and its axes ends with an
// error that names the file or with a sweep that is written and read again alike.
func FuzzReadSweep(f *testing.F) {
	for _, sweep := range []string{
		"sweep: {over: {band: '5%,10%'}, choose: [band], aversion: 1}\n",
		"sweep:\n  over:\n    sigma: [0.4, 0.8]\n    fee: 0:10bp:5bp\n" +
			"  sample: 4\n  pareto: [mean_log, turnover]\n  optimise: mean_log\n",
		"sweep:\n  over:\n    model:\n      calm: {kind: gbm, sigma: 0.3}\n      wild: {kind: merton}\n",
		"sweep:\n  over:\n    model: gbm,heston\n    low,high: '2.7;3.3,2.8;3.2'\n  choose:\n",
		"sweep: {over: *x}\n",
	} {
		f.Add([]byte(sweep + right))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, sweep, err := ReadSweep(data, "f.yaml")
		if err != nil {
			if !strings.Contains(err.Error(), "f.yaml") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		built, err := study.New(s)
		if err != nil || sweep == nil {
			return
		}
		full := built.Spec()
		var axes []study.Axis
		for _, o := range sweep.Over {
			a, err := o.Axis(full)
			if err != nil {
				return
			}
			axes = append(axes, a)
		}
		written := *sweep
		written.Over = nil
		for _, a := range axes {
			written.Over = append(written.Over, OverAxis(a))
		}
		var b bytes.Buffer
		if err := WriteSweep(&b, built, written); err != nil {
			t.Fatalf("%q cannot be written: %v", data, err)
		}
		again, sweep2, err := ReadSweep(b.Bytes(), "f.yaml")
		if err != nil || !reflect.DeepEqual(again, full) {
			t.Fatalf("%s\nwas read as %+v, %v; want %+v", b.String(), again, err, full)
		}
		for i, o := range sweep2.Over {
			if a, err := o.Axis(again); err != nil || a.String() != axes[i].String() {
				t.Fatalf("%s\naxis %s was read as %v, %v", b.String(), axes[i], a, err)
			}
		}
	})
}
