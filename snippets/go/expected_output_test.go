// What the guide to expected output shows of Go, proven.

package snippets

import (
	"context"
	"fmt"
	"testing"

	"github.com/weaviate/weaviate-go-client/v5/weaviate"
	"github.com/weaviate/weaviate-go-client/v5/weaviate/graphql"
)

func TestExpectedOutput(t *testing.T) {
	client, err := weaviate.NewClient(weaviate.Config{Host: "localhost:8080", Scheme: "http"})
	if err != nil {
		t.Fatal(err)
	}

	// START printed map
	count := graphql.Field{Name: "meta", Fields: []graphql.Field{{Name: "count"}}}

	response, err := client.GraphQL().Aggregate().
		WithClassName("Photo").
		WithFields(count).
		Do(context.Background())
	if err != nil {
		panic(err)
	}

	fmt.Println(response.Data)
	// END printed map
}

/*
# START Expected printed map results
map[Aggregate:map[Photo:[map[meta:map[count:9]]]]]
# END Expected printed map results
*/
