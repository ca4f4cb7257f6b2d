package snippets

import "testing"

func TestSearch(t *testing.T) {
	// START search
	println("A cat")
	// END search
}
