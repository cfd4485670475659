package catalogue

import "testing"

func TestLoads(t *testing.T) {
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	for _, x := range Tokens() {
		t.Logf("%+v", x)
	}
	_, err := LookupToken("ETHBUL3X")
	t.Log(err)
	_, err = LookupToken("wat")
	t.Log(err)
}
