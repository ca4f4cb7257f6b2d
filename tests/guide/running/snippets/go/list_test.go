package snippets

import "testing"

func Test_list(t *testing.T) {
	// START list
	println("list")
	// END list
}
