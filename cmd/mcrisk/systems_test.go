package main

import (
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

// systems are those that mcrisk is for and that make check does not vet.
var systems = [][2]string{{"linux", "arm64"}, {"linux", "386"}, {"linux", "arm"}, {"freebsd", "amd64"}}

// Every package and its tests have right types on every system. This is much quicker than
// to build them, which make systems does.
func TestSystems(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	for _, system := range systems {
		config := &packages.Config{Tests: true,
			Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedTypes |
				packages.NeedSyntax | packages.NeedTypesSizes,
			Env: append(os.Environ(), "GOOS="+system[0], "GOARCH="+system[1], "CGO_ENABLED=0")}
		list, err := packages.Load(config, "mcrisk/...")
		if err != nil {
			t.Fatal(err)
		}
		if len(list) < 20 {
			t.Errorf("%s/%s: %d packages; want all", system[0], system[1], len(list))
		}
		for _, p := range list {
			for _, fault := range p.Errors {
				t.Errorf("%s/%s: %s: %v", system[0], system[1], p.PkgPath, fault)
			}
		}
	}
}
