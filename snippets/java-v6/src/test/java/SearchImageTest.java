import io.weaviate.client6.v1.api.WeaviateClient;
import io.weaviate.client6.v1.api.collections.query.Metadata;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Image search with the Weaviate Java client v6. */
class SearchImageTest {

  private final WeaviateClient client = WeaviateClient.connectToLocal(
      config -> config.host("localhost").port(8080).grpcPort(50051));

  @Test
  void searchByPath() throws IOException {
    // START ImageFileSearch
    byte[] image = Files.readAllBytes(Path.of("images/cat-crop.jpg"));

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        Base64.getEncoder().encodeToString(image),
        query -> query
            .limit(2)
            .returnProperties("title")
            .returnMetadata(Metadata.DISTANCE));

    for (var photo : response.objects()) {
      System.out.println(photo.properties().get("title") + ": " + photo.queryMetadata().distance());
    }
    // END ImageFileSearch
  }

  @Test
  void searchByBase64() throws IOException {
    // START search with base64
    byte[] image = Files.readAllBytes(Path.of("images/cat-crop.jpg"));
    String base64String = Base64.getEncoder().encodeToString(image);

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        base64String,
        query -> query
            .limit(2)
            .returnProperties("title")
            .returnMetadata(Metadata.DISTANCE));

    for (var photo : response.objects()) {
      System.out.println(photo.properties().get("title") + ": " + photo.queryMetadata().distance());
    }
    // END search with base64
  }

  /*
  # START Expected printed results {of: [ImageFileSearch, search with base64], capture: [near, far]}
  Chelsea the cat: <near>
  An astronaut: <far>
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

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        base64String,
        query -> query.limit(1).returnProperties("title"));

    System.out.println(response.objects().get(0).properties().get("title"));
    // END helper base64 functions
  }

  /*
  # START Expected helper results
  Chelsea the cat
  # END Expected helper results
  */

  @AfterEach
  void close() throws Exception {
    client.close();
  }
}
