package snippets

import "testing"

func Test_add(t *testing.T) {
	// START add
	println("add")
	// END add
}
