import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.weaviate.client.Config;
import io.weaviate.client.WeaviateClient;
import io.weaviate.client.base.Result;
import io.weaviate.client.v1.graphql.model.GraphQLResponse;
import io.weaviate.client.v1.graphql.query.argument.NearImageArgument;
import io.weaviate.client.v1.graphql.query.fields.Field;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Image search with the Weaviate Java client v5. */
class SearchImageTest {

  private final WeaviateClient client = new WeaviateClient(new Config("http", "localhost:8080"));

  @Test
  void searchByPath() {
    // START ImageFileSearch
    NearImageArgument nearImage = client.graphQL().arguments().nearImageArgBuilder()
        .imageFile(new File("images/cat-crop.jpg"))
        .build();

    Result<GraphQLResponse> response = client.graphQL().get()
        .withClassName("Photo")
        .withNearImage(nearImage)
        .withFields(
            Field.builder().name("title").build(),
            Field.builder().name("_additional").fields(
                Field.builder().name("distance").build()
            ).build()
        )
        .withLimit(2)
        .run();

    Gson gson = new GsonBuilder().setPrettyPrinting().create();
    System.out.println(gson.toJson(response.getResult()));
    // END ImageFileSearch
  }

  @Test
  void searchByBase64() throws IOException {
    // START search with base64
    byte[] image = Files.readAllBytes(Path.of("images/cat-crop.jpg"));
    String base64String = Base64.getEncoder().encodeToString(image);

    NearImageArgument nearImage = client.graphQL().arguments().nearImageArgBuilder()
        .image(base64String)
        .build();

    Result<GraphQLResponse> response = client.graphQL().get()
        .withClassName("Photo")
        .withNearImage(nearImage)
        .withFields(
            Field.builder().name("title").build(),
            Field.builder().name("_additional").fields(
                Field.builder().name("distance").build()
            ).build()
        )
        .withLimit(2)
        .run();

    Gson gson = new GsonBuilder().setPrettyPrinting().create();
    System.out.println(gson.toJson(response.getResult()));
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

  @Test
  void searchByUrl() throws IOException, InterruptedException {
    // START helper base64 functions
    URI url = URI.create("https://gallery.example.org/photos/cat.jpg");
    HttpResponse<byte[]> download = HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
    if (download.statusCode() < 200 || download.statusCode() > 299) {
      throw new IOException(url + ": HTTP status " + download.statusCode());
    }
    String base64String = Base64.getEncoder().encodeToString(download.body());

    NearImageArgument nearImage = client.graphQL().arguments().nearImageArgBuilder()
        .image(base64String)
        .build();

    Result<GraphQLResponse> response = client.graphQL().get()
        .withClassName("Photo")
        .withNearImage(nearImage)
        .withFields(Field.builder().name("title").build())
        .withLimit(1)
        .run();

    System.out.println(response.getResult().getData());
    // END helper base64 functions
  }

  /*
  # START Expected helper results
  {Get={Photo=[{title=Chelsea the cat}]}}
  # END Expected helper results
  */
}
