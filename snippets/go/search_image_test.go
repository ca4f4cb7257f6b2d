// Image search with the Weaviate Go client v5.

package snippets

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/weaviate/weaviate-go-client/v5/weaviate"
	"github.com/weaviate/weaviate-go-client/v5/weaviate/graphql"
)

func TestSearchImageByPath(t *testing.T) {
	client := connect(t)

	// START ImageFileSearch
	file, err := os.Open("images/cat-crop.jpg")
	if err != nil {
		panic(err)
	}
	defer file.Close()

	response, err := client.GraphQL().Get().
		WithClassName("Photo").
		WithNearImage(client.GraphQL().NearImageArgBuilder().WithReader(file)).
		WithFields(
			graphql.Field{Name: "title"},
			graphql.Field{Name: "_additional", Fields: []graphql.Field{{Name: "distance"}}},
		).
		WithLimit(2).
		Do(context.Background())
	if err != nil {
		panic(err)
	}

	output, err := json.MarshalIndent(response, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(output))
	// END ImageFileSearch
}

func TestSearchImageByBase64(t *testing.T) {
	client := connect(t)

	// START search with base64
	image, err := os.ReadFile("images/cat-crop.jpg")
	if err != nil {
		panic(err)
	}
	base64String := base64.StdEncoding.EncodeToString(image)

	response, err := client.GraphQL().Get().
		WithClassName("Photo").
		WithNearImage(client.GraphQL().NearImageArgBuilder().WithImage(base64String)).
		WithFields(
			graphql.Field{Name: "title"},
			graphql.Field{Name: "_additional", Fields: []graphql.Field{{Name: "distance"}}},
		).
		WithLimit(2).
		Do(context.Background())
	if err != nil {
		panic(err)
	}

	output, err := json.MarshalIndent(response, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(output))
	// END search with base64
}

/*
# START Expected printed results {of: [ImageFileSearch, search with base64]}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "_additional": {
            "distance": 0.0613
          },
          "title": "Chelsea the cat"
        },
        {
          "_additional": {
            "distance": 0.5238
          },
          "title": "An astronaut"
        }
      ]
    }
  }
}
# END Expected printed results
*/

func TestSearchImageByURL(t *testing.T) {
	client := connect(t)

	// START helper base64 functions
	urlToBase64 := func(url string) (string, error) {
		response, err := http.Get(url)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		if response.StatusCode < 200 || response.StatusCode > 299 {
			return "", fmt.Errorf("%s: HTTP status %s", url, response.Status)
		}
		image, err := io.ReadAll(response.Body)
		return base64.StdEncoding.EncodeToString(image), err
	}

	base64String, err := urlToBase64("https://gallery.example.org/photos/cat.jpg")
	if err != nil {
		panic(err)
	}

	response, err := client.GraphQL().Get().
		WithClassName("Photo").
		WithNearImage(client.GraphQL().NearImageArgBuilder().WithImage(base64String)).
		WithFields(graphql.Field{Name: "title"}).
		WithLimit(1).
		Do(context.Background())
	if err != nil {
		panic(err)
	}

	photos := response.Data["Get"].(map[string]any)["Photo"].([]any)
	fmt.Println(photos[0].(map[string]any)["title"])
	// END helper base64 functions
}

/*
# START Expected helper results
Chelsea the cat
# END Expected helper results
*/

func connect(t *testing.T) *weaviate.Client {
	client, err := weaviate.NewClient(weaviate.Config{Scheme: "http", Host: "localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
